"""Calls to devices: waiting for answers (`calls`), making calls (`invoker`)."""
