"""Console routes of faces: residents' faces, the consent ledger, erasures and their receipts."""

from linli.domains.faces.console.ledger import ConsentRoutes, ErasureRoutes
from linli.domains.faces.console.residents import ResidentFaceRoutes

CONTROLLERS = (ConsentRoutes, ErasureRoutes, ResidentFaceRoutes)

__all__ = ["CONTROLLERS", "ConsentRoutes", "ErasureRoutes", "ResidentFaceRoutes"]
