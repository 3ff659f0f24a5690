"""Console routes of video: data of cameras, by hand and by the workbook."""

from linli.domains.video.console.cameras import camera_routes
from linli.domains.video.console.history import HISTORY
from linli.domains.video.console.workbooks import CameraImportRoutes, camera_workbook_routes

ROUTES = (camera_routes, camera_workbook_routes, CameraImportRoutes)

__all__ = ["HISTORY", "ROUTES", "camera_routes", "camera_workbook_routes"]
