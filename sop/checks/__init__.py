"""The static checks: a table of small functions, each yielding the problems of one rule. See ``RULES`` in ``sop.checks.table``."""
