"""Web routes for integrators: projects and keys, reference, signature debugger, request log."""

from linli.openapi.console.keys import key_routes, project_routes, service_routes
from linli.openapi.console.reference import reference_routes
from linli.openapi.console.requests import request_routes
from linli.openapi.console.signatures import signature_routes
from linli.openapi.console.usage import usage_routes

ROUTES = (
    project_routes,
    key_routes,
    usage_routes,
    service_routes,
    signature_routes,
    reference_routes,
    request_routes,
)

__all__ = ["ROUTES"]
