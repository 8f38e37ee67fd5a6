"""Clocks: a ledger of what ran and what stood still, and pure functions of it: time used, moments, the reasons why."""
