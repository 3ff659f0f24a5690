"""How the routes of vehicles are called; see `routes`."""

from collections.abc import Callable
from typing import Any

from linli.domains.communities.xlsx.vehicles import filled
from tests.scope.desk import Ask
from tests.scope.vehicle_rows import plate


def recipes() -> dict[str, list[Callable[[Any], Ask]]]:
    here = "/communities/{community_id}/vehicles"

    def at(x: Any) -> dict[str, Any]:
        return {"community_id": x.community}

    return {
        f"GET {here}": [lambda x: Ask(at(x))],
        f"GET {here}/regions": [lambda x: Ask(at(x))],
        f"GET {here}/export.xlsx": [lambda x: Ask(at(x))],
        f"POST {here}": [
            lambda x: Ask(at(x), body={"identityId": x.person, "plate": plate(x, "8"), "brand": "吉利"})
        ],
        f"PUT {here}/{{vehicle_id}}": [lambda x: Ask({**at(x), "vehicle_id": x.vehicle}, body={"color": 1})],
        f"POST {here}/remove": [lambda x: Ask(at(x), body={"ids": [x.dropped_vehicle]})],
        f"POST {here}/{{vehicle_id}}/restore": [lambda x: Ask({**at(x), "vehicle_id": x.removed_vehicle})],
        f"POST {here}/import": [
            lambda x: Ask(at(x), file=filled("zh-CN", [(plate(x, "9"), "王先生", "", "", "", None)]))
        ],
    }
