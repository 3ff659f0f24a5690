"""Pure codecs: bytes in, values out, and back. No I/O, clock or store."""
