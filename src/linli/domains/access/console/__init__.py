"""Console routes of access: doors and the places they serve, passes, QR rights."""

from linli.domains.access.console.alarms import alarm_routes
from linli.domains.access.console.all_credentials import all_credential_routes
from linli.domains.access.console.call_unit import call_unit_routes
from linli.domains.access.console.card_reading import card_reading_routes
from linli.domains.access.console.credentials import credential_routes
from linli.domains.access.console.denied import denied_routes
from linli.domains.access.console.doors import door_routes
from linli.domains.access.console.entry import entry_routes
from linli.domains.access.console.home_doors import home_door_routes
from linli.domains.access.console.outages import outage_routes
from linli.domains.access.console.passes import pass_routes
from linli.domains.access.console.past import past_routes
from linli.domains.access.console.qr import qr_routes
from linli.domains.access.console.readings import community_reading_routes, door_reading_routes
from linli.domains.access.console.resident_doors import resident_door_routes
from linli.domains.access.console.residents import resident_right_routes
from linli.domains.access.console.settings import door_scope_routes, door_setting_routes
from linli.domains.access.service import alarm_handling, alarms
from linli.domains.people.rights import Right
from linli.kernel.history import Kind

ROUTES = (
    alarm_routes,
    call_unit_routes,
    card_reading_routes,
    community_reading_routes,
    credential_routes,
    denied_routes,
    door_reading_routes,
    door_routes,
    door_scope_routes,
    door_setting_routes,
    entry_routes,
    home_door_routes,
    all_credential_routes,
    outage_routes,
    pass_routes,
    past_routes,
    qr_routes,
    resident_door_routes,
    resident_right_routes,
)
HISTORY = (
    *(
        Kind(name=name, see=Right.DEVICES_SEE.value, manage=Right.DEVICES_MANAGE.value)
        for name in ("door", "door_settings", "passes", "credentials")
    ),
    Kind(
        name=alarms.HISTORY,
        see=Right.DEVICES_SEE.value,
        manage=Right.DOORS_OPEN.value,
        restore=alarm_handling.take_back,
        restorable=frozenset({alarm_handling.TAKEN, alarm_handling.CLOSED}),
    ),
)

__all__ = [
    "HISTORY",
    "ROUTES",
    "alarm_routes",
    "all_credential_routes",
    "call_unit_routes",
    "card_reading_routes",
    "community_reading_routes",
    "credential_routes",
    "denied_routes",
    "door_reading_routes",
    "door_routes",
    "door_scope_routes",
    "door_setting_routes",
    "entry_routes",
    "home_door_routes",
    "outage_routes",
    "pass_routes",
    "past_routes",
    "qr_routes",
    "resident_door_routes",
    "resident_right_routes",
]
