"""Console routes of access: doors and whom they serve, passes, QR rights."""

from linli.domains.access.console.all_credentials import HeldRoutes
from linli.domains.access.console.call_unit import CallUnitRoutes
from linli.domains.access.console.credentials import CredentialRoutes
from linli.domains.access.console.denied import DeniedRoutes
from linli.domains.access.console.doors import DoorRoutes
from linli.domains.access.console.entry import EntryRoutes
from linli.domains.access.console.passes import PassRoutes
from linli.domains.access.console.past import PastRoutes
from linli.domains.access.console.qr import QrRoutes
from linli.domains.access.console.readings import CommunityReadingRoutes, DoorReadingRoutes
from linli.domains.access.console.residents import ResidentRightRoutes
from linli.domains.access.console.settings import DoorScopeRoutes, DoorSettingRoutes
from linli.domains.people.rights import Right
from linli.kernel.history import Kind

ROUTES = (
    CallUnitRoutes,
    CommunityReadingRoutes,
    CredentialRoutes,
    DeniedRoutes,
    DoorReadingRoutes,
    DoorRoutes,
    DoorScopeRoutes,
    DoorSettingRoutes,
    EntryRoutes,
    HeldRoutes,
    PassRoutes,
    PastRoutes,
    QrRoutes,
    ResidentRightRoutes,
)
HISTORY = tuple(
    Kind(name=name, see=Right.DEVICES_SEE.value, manage=Right.DEVICES_MANAGE.value)
    for name in ("door", "door_settings", "passes", "credentials")
)

__all__ = [
    "HISTORY",
    "ROUTES",
    "CallUnitRoutes",
    "CommunityReadingRoutes",
    "CredentialRoutes",
    "DeniedRoutes",
    "DoorReadingRoutes",
    "DoorRoutes",
    "DoorScopeRoutes",
    "DoorSettingRoutes",
    "EntryRoutes",
    "HeldRoutes",
    "PassRoutes",
    "PastRoutes",
    "QrRoutes",
    "ResidentRightRoutes",
]
