"""``gongdan demo``: ten tickets of different kinds at once, with their people and events played over real HTTP."""
