"""The rules of the intercom; the only writers of its tables."""
