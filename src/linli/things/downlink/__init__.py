"""Calls to devices: who waits for which answer (`calls`), how a call is made (`invoker`)."""
