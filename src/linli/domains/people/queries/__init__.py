"""Reads of people, by noun. Every function takes the caller's Scope first."""
