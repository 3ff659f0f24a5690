"""Entries: functions that callers from outside reach. Their parameters are filled by type.

`routes` declares those of the web, `openapi.registry` those of the open API. Both read signatures with `needs` and run
a call as one unit of work with `unit`. This package imports neither.
"""

from linli.kernel.entry.routes import Routes
from linli.kernel.entry.wire import Filter, Form, WholeScope

__all__ = ("Filter", "Form", "Routes", "WholeScope")
