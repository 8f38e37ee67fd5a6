"""The words for calendars that are not a calendar's name."""

DEFAULT = "default"
"""The calendar of a file that names none."""
OF_TEAM = "team"
"""The calendar of the ticket's owning team."""
OF_CUSTOMER = "customer"
"""The customer's own calendar, or that of their segment."""
