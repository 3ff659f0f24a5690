"""Web routes of remote configuration, for the console's app."""

from litestar import Controller

from linli.things.configs.console.configs import DeviceConfigRoutes, ProductConfigRoutes
from linli.things.configs.console.pushes import ConfigPushRoutes

ROUTES: tuple[type[Controller], ...] = (ProductConfigRoutes, DeviceConfigRoutes, ConfigPushRoutes)

__all__ = ["ROUTES"]
