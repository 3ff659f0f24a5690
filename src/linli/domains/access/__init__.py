"""Doors and who passes them: persons, QR codes, cards, permissions, keys, pass records."""
