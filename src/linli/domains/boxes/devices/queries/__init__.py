"""Reads of devices under a protocol."""
