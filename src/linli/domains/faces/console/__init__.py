"""Web routes of faces."""

from linli.domains.faces.console.engine import face_engine_routes
from linli.domains.faces.console.search import face_look_routes

ROUTES = (face_engine_routes, face_look_routes)
