"""Web routes of firmware, for the console's app."""

from linli.things.ota.console.campaigns import campaign_routes
from linli.things.ota.console.firmware import device_firmware_routes, firmware_routes

ROUTES = (firmware_routes, device_firmware_routes, campaign_routes)

__all__ = ["ROUTES"]
