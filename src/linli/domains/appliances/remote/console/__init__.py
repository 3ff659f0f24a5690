"""Console routes of remote work: how boxes are, tunnels, logs, drivers, diagnosis, guided checks."""

from linli.domains.appliances.remote.console.boxes import BoxListRoutes, BoxRoutes
from linli.domains.appliances.remote.console.checks import DeviceCheckRoutes, NodeCheckRoutes
from linli.domains.appliances.remote.console.drivers import BoxDriverRoutes
from linli.domains.appliances.remote.console.logs import BoxLogRoutes, KeptLogRoutes
from linli.domains.appliances.remote.console.tunnels import NodeTunnelRoutes, TunnelRoutes

ROUTES = (
    BoxListRoutes,
    BoxRoutes,
    NodeTunnelRoutes,
    TunnelRoutes,
    BoxLogRoutes,
    KeptLogRoutes,
    BoxDriverRoutes,
    NodeCheckRoutes,
    DeviceCheckRoutes,
)

__all__ = ["ROUTES"]
