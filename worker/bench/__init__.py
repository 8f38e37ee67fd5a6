"""``gongdan bench``: what the product costs beside hand-written code, and how long people wait for it."""
