"""Merchants: their page without an account, and what the console says of them."""
