"""What pages and the JSON API read: one module a page, plain facts as answers."""
