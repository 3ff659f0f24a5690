"""Devices under a protocol: added, changed, imported, bound."""
