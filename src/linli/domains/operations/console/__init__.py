"""Web routes for who runs the installation, and for who looks for a message."""

from linli.domains.operations.console.health import HealthRoutes
from linli.domains.operations.console.traces import TraceRoutes

ROUTES = (TraceRoutes, HealthRoutes)
