"""Smart security on the box (智能安防): adapters of camera brands call in on port 5080 and are called (spec H 3.5).

`room` is the whole of it, `kit` what an adapter is built with, `simulated` an adapter with cameras that need no hardware.
"""
