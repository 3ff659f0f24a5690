"""Rules of boxes; the only writer of their tables."""
