"""How the routes of gateways and their sub-devices are called; see `routes`."""

from collections.abc import Callable
from typing import Any

from tests.scope.desk import Ask

type RouteRecipe = Callable[[Any], Ask]


def recipes() -> dict[str, list[RouteRecipe]]:
    def at(x: Any) -> dict[str, Any]:
        return {"iot_id": x.gateway}

    return {
        "GET /devices/{iot_id}/topology": [lambda x: Ask(at(x)), lambda x: Ask({"iot_id": x.sub_device})],
        "GET /devices/{iot_id}/subs": [lambda x: Ask(at(x))],
        "POST /devices/{iot_id}/subs": [lambda x: Ask(at(x), body={"iotIds": [x.coming_sub]})],
        "POST /devices/{iot_id}/subs/remove": [lambda x: Ask(at(x), body={"iotIds": [x.leaving_sub]})],
        "GET /devices/{iot_id}/found": [lambda x: Ask(at(x))],
        "POST /devices/{iot_id}/found/adopt": [
            lambda x: Ask(at(x), body={"productKey": x.product, "deviceName": f"found-{x.name}"})
        ],
        "POST /devices/{iot_id}/permit": [
            lambda x: Ask(at(x), body={"productKey": x.product, "seconds": 60})
        ],
    }
