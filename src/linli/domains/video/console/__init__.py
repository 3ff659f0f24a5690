"""Console routes of video: data of cameras, by hand and by the workbook."""

from linli.domains.video.console.cameras import camera_routes
from linli.domains.video.console.doctor import camera_doctor_routes, device_doctor_routes
from linli.domains.video.console.gb28181 import gb_routes
from linli.domains.video.console.health import camera_health_routes, health_routes
from linli.domains.video.console.history import HISTORY
from linli.domains.video.console.live import live_routes
from linli.domains.video.console.looks import look_routes
from linli.domains.video.console.masks import mask_routes
from linli.domains.video.console.orders import order_routes
from linli.domains.video.console.recording import recording_routes
from linli.domains.video.console.steering import steering_routes
from linli.domains.video.console.talk import talk_routes
from linli.domains.video.console.thumbnails import thumbnail_routes
from linli.domains.video.console.timeline import timeline_routes
from linli.domains.video.console.uppers import upper_routes
from linli.domains.video.console.views import view_routes
from linli.domains.video.console.workbooks import CameraImportRoutes, camera_workbook_routes

ROUTES = (
    camera_doctor_routes, camera_health_routes, camera_routes, device_doctor_routes, gb_routes, health_routes,
    live_routes, look_routes, mask_routes, order_routes, recording_routes,
    steering_routes, talk_routes, thumbnail_routes, timeline_routes, upper_routes, view_routes, camera_workbook_routes,
    CameraImportRoutes,
)  # fmt: skip

__all__ = ["HISTORY", "ROUTES", "camera_routes", "camera_workbook_routes"]
