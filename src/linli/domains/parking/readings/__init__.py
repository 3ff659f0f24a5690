"""Plates that the platform reads in lanes' pictures itself: where a camera read none, and where it was not sure."""
