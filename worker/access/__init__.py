"""How a command reaches what it works on: the API, the database, the tickets' workflows; and who is let in."""
