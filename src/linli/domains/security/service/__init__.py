"""The rules of smart security, and every write."""
