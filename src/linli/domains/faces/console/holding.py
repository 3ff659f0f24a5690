"""Console routes of faces: residents' faces, the consent ledger, erasures and their receipts."""

from linli.domains.faces.console.ledger import consent_routes, erasure_routes
from linli.domains.faces.console.residents import resident_face_routes
from linli.domains.faces.console.staff import staff_face_routes

ROUTES = (consent_routes, erasure_routes, resident_face_routes, staff_face_routes)

__all__ = ["ROUTES", "consent_routes", "erasure_routes", "resident_face_routes", "staff_face_routes"]
