"""The typed methods of the open API, by service."""
