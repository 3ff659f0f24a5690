"""Web routes of firmware, for the console's app."""

from litestar import Controller

from linli.things.ota.console.campaigns import CampaignRoutes
from linli.things.ota.console.firmware import DeviceFirmwareRoutes, FirmwareRoutes

ROUTES: tuple[type[Controller], ...] = (FirmwareRoutes, DeviceFirmwareRoutes, CampaignRoutes)

__all__ = ["ROUTES"]
