"""Web routes for the operator of the installation, and for tracing a message."""

from linli.domains.operations.console.call_limits import limit_routes
from linli.domains.operations.console.health import health_routes
from linli.domains.operations.console.installation import installation_routes
from linli.domains.operations.console.parked_jobs import parked_job_routes
from linli.domains.operations.console.traces import trace_routes

ROUTES = (trace_routes, health_routes, installation_routes, parked_job_routes, limit_routes)
