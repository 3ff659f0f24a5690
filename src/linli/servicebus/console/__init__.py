"""Console routes of the service bus."""

from linli.servicebus.console.calls import service_call_routes
from linli.servicebus.console.history import HISTORY
from linli.servicebus.console.models import service_model_routes
from linli.servicebus.console.providers import provider_routes

ROUTES = (service_model_routes, provider_routes, service_call_routes)

__all__ = ["HISTORY", "ROUTES"]
