"""Console routes of parking; the staff's phone asks them as well."""

from linli.domains.parking.console import control, lanes, passes
from linli.domains.parking.console.attention import attention_routes
from linli.domains.parking.console.control import control_routes
from linli.domains.parking.console.lane_days import day_routes
from linli.domains.parking.console.lanes import lane_routes
from linli.domains.parking.console.passes import pass_routes
from linli.domains.parking.console.rights import right_routes

ROUTES = (lane_routes, day_routes, attention_routes, control_routes, right_routes, pass_routes)
HISTORY = (*lanes.HISTORY, *control.HISTORY, *passes.HISTORY)
