"""Rules of appliances; the only writer of their tables."""
