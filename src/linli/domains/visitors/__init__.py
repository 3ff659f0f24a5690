"""Visitors: invited by residents, announced by the property, or registered at the gate; their passes open doors."""
