"""The static checks: small functions, each yielding the problems of one rule. ``sop.checks.table`` lists them."""
