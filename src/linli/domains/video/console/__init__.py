"""Console routes of video: what is known of cameras, by hand and by the workbook."""

from linli.domains.video.console.cameras import CameraRoutes
from linli.domains.video.console.history import HISTORY
from linli.domains.video.console.workbooks import CameraImportRoutes, CameraWorkbookRoutes

ROUTES = (CameraRoutes, CameraWorkbookRoutes, CameraImportRoutes)

__all__ = ["HISTORY", "ROUTES", "CameraRoutes", "CameraWorkbookRoutes"]
