"""What each command does, one module a concern; imported when it is called."""
