"""A command at the terminal: what it was asked, in which language, and what it shows."""
