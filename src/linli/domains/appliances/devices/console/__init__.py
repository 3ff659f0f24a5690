"""Console routes of devices under a protocol: by hand, by the workbook, bound to spaces."""

from linli.domains.appliances.devices.console.devices import EdgeDeviceRoutes
from linli.domains.appliances.devices.console.workbooks import EdgeImportRoutes

ROUTES = (EdgeDeviceRoutes, EdgeImportRoutes)

__all__ = ["ROUTES", "EdgeDeviceRoutes", "EdgeImportRoutes"]
