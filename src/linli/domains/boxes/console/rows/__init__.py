"""Requests and answers of the console's routes for the edge, one file a noun."""
