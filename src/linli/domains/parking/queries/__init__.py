"""Reads of parking."""
