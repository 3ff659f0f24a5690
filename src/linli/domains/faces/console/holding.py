"""Console routes of faces: residents' faces, the consent ledger, erasures and their receipts."""

from linli.domains.faces.console.ledger import ConsentRoutes, ErasureRoutes
from linli.domains.faces.console.residents import ResidentFaceRoutes
from linli.domains.faces.console.staff import StaffFaceRoutes

ROUTES = (ConsentRoutes, ErasureRoutes, ResidentFaceRoutes, StaffFaceRoutes)

__all__ = ["ROUTES", "ConsentRoutes", "ErasureRoutes", "ResidentFaceRoutes", "StaffFaceRoutes"]
