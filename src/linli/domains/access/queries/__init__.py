"""Reads of access, by noun. Every function takes the caller's Scope first."""
