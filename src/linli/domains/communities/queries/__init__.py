"""Reads of communities, by noun. Every function takes the caller's Scope first."""
