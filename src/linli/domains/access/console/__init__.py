"""Console routes of access: doors, passes, QR rights."""

from linli.domains.access.console.doors import DoorRoutes
from linli.domains.access.console.passes import PassRoutes
from linli.domains.access.console.qr import QrRoutes
from linli.domains.access.console.residents import ResidentRightRoutes

CONTROLLERS = (DoorRoutes, PassRoutes, QrRoutes, ResidentRightRoutes)

__all__ = ["CONTROLLERS", "DoorRoutes", "PassRoutes", "QrRoutes", "ResidentRightRoutes"]
