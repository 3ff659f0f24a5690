"""Visitors: invited, announced by the property, or registered by themselves; checked in; let through doors meanwhile."""
