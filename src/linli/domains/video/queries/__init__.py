"""Reads of video."""
