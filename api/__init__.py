"""The doors: JSON API, console pages and webhooks; authenticate, validate, translate."""
