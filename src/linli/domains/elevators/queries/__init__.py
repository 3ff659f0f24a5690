"""Reads of lifts."""
