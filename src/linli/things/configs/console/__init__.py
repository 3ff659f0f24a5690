"""Web routes of remote configuration, for the console's app."""

from linli.things.configs.console.configs import device_config_routes, product_config_routes
from linli.things.configs.console.pushes import config_push_routes

ROUTES = (product_config_routes, device_config_routes, config_push_routes)

__all__ = ["ROUTES"]
