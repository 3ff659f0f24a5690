"""Entries: functions that a caller from outside reaches, which ask for what they need by type.

`routes` declares those of the web; the open API declares its own (`openapi.registry`). Both read signatures with `needs`
and run a call as one piece of work with `unit`; neither is known here.
"""

from linli.kernel.entry.routes import Routes
from linli.kernel.entry.wire import Filter, Form, WholeScope

__all__ = ("Filter", "Form", "Routes", "WholeScope")
