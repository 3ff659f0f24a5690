"""Plates in pictures: where text is, and what it may say. What of it is a plate is for `rules.plate_readings`."""
