"""Connectors: one YAML file a system, and the engine that calls what the file describes.

``reading`` reads a file, ``model`` is its shape, ``registry`` knows every operation by name, ``line`` speaks HTTP,
``answer`` judges what came back, ``hooks`` reads what a system tells us by itself.
"""
