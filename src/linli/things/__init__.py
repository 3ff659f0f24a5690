"""Products, devices, their messages and the doors they come in by."""
