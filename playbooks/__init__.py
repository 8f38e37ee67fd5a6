"""Choosing playbooks for a customer and a ticket, pure and without I/O."""
