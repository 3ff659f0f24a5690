"""Web routes of the thing platform, for the console's app."""

from litestar import Controller

from linli.things.console.calls import DeviceCallRoutes
from linli.things.console.devices import DeviceRoutes, ProductRoutes
from linli.things.console.messages import MessageRoutes, ParkedRoutes
from linli.things.console.values import DeviceValueRoutes

CONTROLLERS: tuple[type[Controller], ...] = (
    DeviceRoutes,
    ProductRoutes,
    DeviceValueRoutes,
    DeviceCallRoutes,
    MessageRoutes,
    ParkedRoutes,
)

__all__ = ["CONTROLLERS"]
