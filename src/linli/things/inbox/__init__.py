"""The inbox: uplinks validated, written in batches, committed, then acknowledged; domain handlers read it in order.

`ingest` takes uplinks from the MQTT front, `receiver` reads each kind into a `batch`, `dispatcher` runs the handlers.
"""
