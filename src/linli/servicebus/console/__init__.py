"""Console routes of the service bus."""

from linli.servicebus.console.calls import ServiceCallRoutes
from linli.servicebus.console.models import ServiceModelRoutes
from linli.servicebus.console.providers import ProviderRoutes

ROUTES = (ServiceModelRoutes, ProviderRoutes, ServiceCallRoutes)
