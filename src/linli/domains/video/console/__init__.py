"""Console routes of video: what is known of cameras, by hand and by the workbook."""

from linli.domains.people.rights import Right
from linli.domains.video.console.cameras import CameraRoutes
from linli.domains.video.console.workbooks import CameraWorkbookRoutes
from linli.domains.video.service import cameras
from linli.kernel.history import Kind

CONTROLLERS = (CameraRoutes, CameraWorkbookRoutes)
HISTORY = (
    Kind(
        name=cameras.HISTORY,
        see=Right.DEVICES_SEE.value,
        manage=Right.DEVICES_MANAGE.value,
        restore=cameras.restore,
        restorable=frozenset({"changed"}),
    ),
)

__all__ = ["CONTROLLERS", "HISTORY"]
