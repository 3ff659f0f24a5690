"""Reads of boxes."""
