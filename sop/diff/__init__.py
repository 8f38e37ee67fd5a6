"""What has changed between two versions of a definition: by meaning, not by line."""
