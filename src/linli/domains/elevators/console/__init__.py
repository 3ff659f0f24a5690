"""Routes of the console."""

from linli.domains.elevators.console.emergencies import emergency_routes
from linli.domains.elevators.console.keeping import keeping_routes
from linli.domains.elevators.console.lifts import HISTORY as LIFT_HISTORY
from linli.domains.elevators.console.lifts import lift_routes
from linli.domains.elevators.console.waits import wait_routes
from linli.domains.elevators.robots.console import HISTORY as ROBOT_HISTORY
from linli.domains.elevators.robots.console import robot_routes

ROUTES = (lift_routes, emergency_routes, keeping_routes, wait_routes, robot_routes)
HISTORY = (*LIFT_HISTORY, *ROBOT_HISTORY)

__all__ = ["HISTORY", "ROUTES"]
