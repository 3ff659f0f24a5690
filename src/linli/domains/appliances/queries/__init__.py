"""Reads of appliances."""
