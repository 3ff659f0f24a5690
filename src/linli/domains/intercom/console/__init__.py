"""Routes of the console."""

from linli.domains.intercom.console.calls import call_routes
from linli.domains.intercom.console.desk_doors import look_routes, wall_routes
from linli.domains.intercom.console.desk_passing import passing_routes
from linli.domains.intercom.console.doorbells import HISTORY as BELL_HISTORY
from linli.domains.intercom.console.doorbells import bell_routes
from linli.domains.intercom.console.doors import door_intercom_routes, house_intercom_routes
from linli.domains.intercom.console.guard_desk import desk_routes
from linli.domains.intercom.console.settings import HISTORY as SETTINGS_HISTORY
from linli.domains.intercom.console.settings import (
    call_setting_routes,
    permission_routes,
    unit_routes,
)
from linli.domains.intercom.console.site import site_routes
from linli.domains.intercom.console.terminals import terminal_routes
from linli.domains.intercom.console.why import door_ring_routes

ROUTES = (
    bell_routes,
    call_routes,
    call_setting_routes,
    desk_routes,
    door_intercom_routes,
    door_ring_routes,
    house_intercom_routes,
    look_routes,
    passing_routes,
    site_routes,
    terminal_routes,
    unit_routes,
    permission_routes,
    wall_routes,
)

HISTORY = (*SETTINGS_HISTORY, *BELL_HISTORY)

__all__ = ["HISTORY", "ROUTES"]
