"""How the routes of shadow, desired values, own logs and scripts are called; see `routes`."""

from collections.abc import Callable
from typing import Any

from tests.scope.desk import Ask
from tests.scope.feature_rows import SCRIPT, WANTED

type RouteRecipe = Callable[[Any], Ask]


def recipes() -> dict[str, list[RouteRecipe]]:
    def door(x: Any) -> dict[str, Any]:
        return {"iot_id": x.door}

    def product(x: Any) -> dict[str, Any]:
        return {"product_key": x.product}

    return {
        "GET /devices/{iot_id}/shadow": [lambda x: Ask(door(x))],
        "PUT /devices/{iot_id}/shadow": [
            lambda x: Ask({"iot_id": x.spare_door}, body={"desired": {"mode": "day"}, "version": 0})
        ],
        "GET /devices/{iot_id}/desired": [lambda x: Ask(door(x))],
        "PUT /devices/{iot_id}/desired": [lambda x: Ask(door(x), body={"items": {WANTED: "y"}})],
        "DELETE /devices/{iot_id}/desired/{identifier}/{version}": [
            lambda x: Ask({"iot_id": x.spare_door, "identifier": WANTED, "version": 1})
        ],
        "GET /devices/{iot_id}/own-log": [lambda x: Ask(door(x))],
        "GET /devices/{iot_id}/own-log/settings": [lambda x: Ask(door(x))],
        "PUT /devices/{iot_id}/own-log/settings": [lambda x: Ask(door(x), body={"on": False})],
        "GET /devices/{iot_id}/script-failures": [lambda x: Ask(door(x))],
        "GET /products/{product_key}/script": [lambda x: Ask(product(x))],
        "GET /products/{product_key}/script/versions/{version}": [
            lambda x: Ask({**product(x), "version": 1})
        ],
        "PUT /products/{product_key}/script/draft": [
            lambda x: Ask({"product_key": x.second_product}, body={"source": SCRIPT, "draftVersion": 0})
        ],
        "POST /products/{product_key}/script/trial": [
            lambda x: Ask(product(x), body={"source": SCRIPT, "direction": "up", "input": "00"})
        ],
        "POST /products/{product_key}/script/publish": [lambda x: Ask(product(x), body={"draftVersion": 1})],
    }
