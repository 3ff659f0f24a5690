"""Console routes of devices under a protocol: by hand, by the workbook, bound to spaces."""

from linli.domains.boxes.devices.console.devices import edge_device_routes
from linli.domains.boxes.devices.console.workbooks import edge_import_routes

ROUTES = (edge_device_routes, edge_import_routes)

__all__ = ["ROUTES", "edge_device_routes", "edge_import_routes"]
