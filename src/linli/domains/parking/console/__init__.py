"""Console routes of parking; the staff's phone asks them as well."""

from linli.domains.parking.console import lanes, passes
from linli.domains.parking.console.attention import attention_routes
from linli.domains.parking.console.lanes import lane_routes
from linli.domains.parking.console.passes import pass_routes
from linli.domains.parking.console.rights import right_routes

ROUTES = (lane_routes, attention_routes, right_routes, pass_routes)
HISTORY = (*lanes.HISTORY, *passes.HISTORY)
