"""Web routes of faces."""

from litestar import Controller

from linli.domains.faces.console.engine import FaceEngineRoutes
from linli.domains.faces.console.search import FaceLookRoutes

ROUTES: tuple[type[Controller], ...] = (FaceEngineRoutes, FaceLookRoutes)
