"""Routes of the console."""

from linli.domains.security.console.adapters import adapter_routes
from linli.domains.security.console.alarms import alarm_routes
from linli.domains.security.console.captures import capture_routes, view_routes
from linli.domains.security.console.guarding import rule_routes
from linli.domains.security.console.libraries import library_routes
from linli.domains.security.console.pictures import PICTURE_HISTORY, picture_routes
from linli.domains.security.console.plans import plan_routes

ROUTES = (
    alarm_routes,
    adapter_routes,
    library_routes,
    rule_routes,
    capture_routes,
    view_routes,
    picture_routes,
    plan_routes,
)
HISTORY = (PICTURE_HISTORY,)

__all__ = ["HISTORY", "ROUTES"]
