"""How the console's routes of robots in lifts are called with ids of a lot."""

from collections.abc import Callable
from typing import Any

from tests.scope.desk import Ask


def wish(lot: Any) -> dict[str, Any]:
    return {"name": "R", "kind": "robot", "zones": [{"iotId": lot.called_lift, "floors": ["1"]}]}


def routes() -> dict[str, list[Callable[[Any], Ask]]]:
    return {
        "GET /lift-robots": [lambda x: Ask(query={"communityId": x.community})],
        "GET /lift-robots/choices": [lambda x: Ask(query={"communityId": x.community})],
        "POST /lift-robots": [lambda x: Ask(body={"communityId": x.community, **wish(x)})],
        "PUT /lift-robots/{robot_id}": [lambda x: Ask({"robot_id": x.robot}, body=wish(x))],
        "POST /lift-robots/{robot_id}/key": [lambda x: Ask({"robot_id": x.robot})],
        "DELETE /lift-robots/{robot_id}/key": [lambda x: Ask({"robot_id": x.robot})],
        "GET /lift-robots/{robot_id}/sessions": [lambda x: Ask({"robot_id": x.robot})],
        "DELETE /lift-robots/{robot_id}": [lambda x: Ask({"robot_id": x.spare_robot})],
    }
