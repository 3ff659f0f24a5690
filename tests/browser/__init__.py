"""Pages in a real browser: their fixtures end with the last of them."""
