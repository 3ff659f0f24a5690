"""Console routes of remote work: how boxes are, tunnels, logs, drivers, diagnosis, guided checks."""

from linli.domains.boxes.remote.console.boxes import box_list_routes, box_routes
from linli.domains.boxes.remote.console.checks import (
    device_check_routes,
    node_check_routes,
    protocol_check_routes,
)
from linli.domains.boxes.remote.console.drivers import box_driver_routes
from linli.domains.boxes.remote.console.logs import box_log_routes, kept_log_routes
from linli.domains.boxes.remote.console.tunnels import node_tunnel_routes, tunnel_routes
from linli.domains.boxes.remote.console.video import video_gateway_routes, video_routes

ROUTES = (
    box_list_routes,
    box_routes,
    node_tunnel_routes,
    tunnel_routes,
    box_log_routes,
    kept_log_routes,
    box_driver_routes,
    node_check_routes,
    device_check_routes,
    protocol_check_routes,
    video_gateway_routes,
    video_routes,
)

__all__ = ["ROUTES"]
