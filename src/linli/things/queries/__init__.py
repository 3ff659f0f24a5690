"""Reads of the thing platform. Every function takes the caller's Scope first."""
