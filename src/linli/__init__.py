"""Linli (邻里): an open, self-hosted digital-community platform."""

__version__ = "0.2.0"
