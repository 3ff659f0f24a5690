"""Web routes of faces."""

from litestar import Controller

from linli.domains.faces.console.engine import FaceEngineRoutes

CONTROLLERS: tuple[type[Controller], ...] = (FaceEngineRoutes,)
