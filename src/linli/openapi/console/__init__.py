"""Web routes for integrators: projects and keys, reference, signature debugger, request log."""

from litestar import Controller

from linli.openapi.console.keys import KeyRoutes, ProjectRoutes, ServiceRoutes
from linli.openapi.console.reference import ReferenceRoutes
from linli.openapi.console.requests import RequestRoutes
from linli.openapi.console.signatures import SignatureRoutes

ROUTES: tuple[type[Controller], ...] = (
    ProjectRoutes,
    KeyRoutes,
    ServiceRoutes,
    SignatureRoutes,
    ReferenceRoutes,
    RequestRoutes,
)

__all__ = ["ROUTES"]
