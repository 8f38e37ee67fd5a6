"""The SOP language and its engine: what should happen, pure and without I/O."""
