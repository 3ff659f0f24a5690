"""Routes of the console."""

from linli.domains.security.console.adapters import adapter_routes
from linli.domains.security.console.alarms import alarm_routes
from linli.domains.security.console.captures import capture_routes, view_routes
from linli.domains.security.console.guarding import rule_routes
from linli.domains.security.console.libraries import library_routes

ROUTES = (alarm_routes, adapter_routes, library_routes, rule_routes, capture_routes, view_routes)

__all__ = ["ROUTES"]
