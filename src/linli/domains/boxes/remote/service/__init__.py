"""The only writers of remote work."""
