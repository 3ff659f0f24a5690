"""Routes of the console."""

from linli.domains.intercom.console.calls import call_routes
from linli.domains.intercom.console.doors import door_intercom_routes, house_intercom_routes
from linli.domains.intercom.console.why import door_ring_routes

ROUTES = (call_routes, door_intercom_routes, door_ring_routes, house_intercom_routes)

__all__ = ["ROUTES"]
