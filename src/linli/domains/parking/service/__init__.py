"""Rules of parking, and every write."""
