"""``gongdan up``: every process of the product on one machine, watched by one supervisor."""
