"""Definitions between a folder and the database: read, checked, tested, published, moved, replayed."""
