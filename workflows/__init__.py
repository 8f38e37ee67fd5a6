"""The life of a ticket in Temporal: a thin shell that feeds the engine and carries out its commands."""
