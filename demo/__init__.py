"""The demo company: a stranger behind HTTP that plays ERP, carrier, CRM and message gateway."""
