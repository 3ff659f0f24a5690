"""Rules of projects; the only writers of their tables."""
