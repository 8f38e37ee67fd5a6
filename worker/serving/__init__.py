"""The processes of the product: worker, API and relay, each composed of the rooms' parts."""
