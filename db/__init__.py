"""Tables, migrations, the ledger and every query a page needs."""
