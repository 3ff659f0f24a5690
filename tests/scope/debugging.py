"""How the routes of online debugging and charts are called; see `routes`."""

from collections.abc import Callable
from typing import Any

from tests.scope.desk import Ask

type RouteRecipe = Callable[[Any], Ask]


def recipes() -> dict[str, list[RouteRecipe]]:
    def door(x: Any) -> dict[str, Any]:
        return {"iot_id": x.door}

    def stand_in(x: Any) -> dict[str, Any]:
        return {"iot_id": x.simulated}

    return {
        "GET /charts": [lambda x: Ask(query={"series": f"{x.device}/Energy"})],
        "GET /charts/export.csv": [lambda x: Ask(query={"series": f"{x.device}/Energy"})],
        "POST /devices/{iot_id}/debug/call": [
            lambda x: Ask(door(x), body={"kind": "service", "identifier": "remoteOpen"})
        ],
        "GET /devices/{iot_id}/debug/why-not": [
            lambda x: Ask(door(x), {"identifier": "remoteOpen", "appKey": x.app_key})
        ],
        "GET /devices/{iot_id}/debug/calls/{call_id}": [
            lambda x: Ask({**stand_in(x), "call_id": x.device_call})
        ],
        "GET /devices/{iot_id}/log": [lambda x: Ask(stand_in(x))],
        "GET /devices/{iot_id}/log/export.csv": [lambda x: Ask(stand_in(x))],
        "GET /refused-uplinks": [lambda x: Ask(query={"iotId": x.simulated})],
        "GET /trace": [
            lambda x: Ask(query={"id": x.device_call}),
            lambda x: Ask(query={"id": x.device_message}),
            lambda x: Ask(query={"id": x.refused_message}),
            lambda x: Ask(query={"id": f"change-{x.told_change}"}),
        ],
        "GET /devices/{iot_id}/simulator": [lambda x: Ask(stand_in(x))],
        "POST /devices/{iot_id}/simulator": [lambda x: Ask(stand_in(x), body={})],
    }
