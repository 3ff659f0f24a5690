"""Routes of the console."""

from linli.domains.intercom.console.calls import call_routes

ROUTES = (call_routes,)

__all__ = ["ROUTES"]
