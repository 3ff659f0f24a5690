"""Drivers pay at exits of boxes with their own phones, with a line at the lane or without one (ADR 0122)."""
