"""Replay: closed tickets run again on another version, in virtual time, with what was recorded of their world."""
