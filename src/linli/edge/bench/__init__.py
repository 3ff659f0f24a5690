"""The certification bench: a driver with a device or its simulator, the published cases, a signed report."""
