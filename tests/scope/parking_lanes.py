"""How the console's routes of lanes and their vehicles are called with ids of a lot."""

from collections.abc import Callable
from typing import Any

from tests.scope.desk import Ask
from tests.scope.vehicle_rows import plate


def routes() -> dict[str, list[Callable[[Any], Ask]]]:
    here = "/communities/{community_id}/parking"
    lane = f"{here}/lanes/{{lane_id}}"

    def at(x: Any) -> dict[str, Any]:
        return {"community_id": x.community}

    def on(x: Any, name: str = "lane") -> dict[str, Any]:
        return {**at(x), "lane_id": getattr(x, name)}

    def right(x: Any, last: str) -> dict[str, Any]:
        return {"spaceId": x.parking_lot, "plate": plate(x, last), "kind": "whitelist"}

    return {
        f"GET {here}/lanes": [lambda x: Ask(at(x))],
        f"GET {here}/attention": [lambda x: Ask(at(x))],
        f"GET {here}/control-room": [lambda x: Ask(at(x))],
        f"POST {lane}/claim": [lambda x: Ask(on(x, "free_lane"), body={"reason": "R"})],
        f"PUT {lane}/claim": [lambda x: Ask(on(x))],
        f"DELETE {lane}/claim": [lambda x: Ask(on(x, "free_lane"))],
        f"GET {lane}": [lambda x: Ask(on(x))],
        f"GET {lane}/day": [lambda x: Ask(on(x))],
        f"GET {lane}/reading": [lambda x: Ask(on(x))],
        f"PUT {lane}/reading": [lambda x: Ask(on(x), body={"isOn": True, "doubtBelow": 50})],
        f"POST {here}/lanes": [
            lambda x: Ask(at(x), body={"name": f"L{x.once}", "direction": "in", "areaId": x.parking_lot})
        ],
        f"POST {lane}/device": [
            lambda x: Ask(
                on(x, "empty_lane"),
                body={"sn": f"LANE-{x.lane_product}", "name": "N", "productKey": x.lane_product},
            )
        ],
        f"PUT {lane}/device": [lambda x: Ask(on(x), body={"name": f"相机{x.name}"})],
        f"POST {lane}/gate": [lambda x: Ask(on(x), body={"action": "open", "reason": "R"})],
        f"POST {lane}/recognise": [lambda x: Ask(on(x))],
        f"POST {lane}/lines": [lambda x: Ask(on(x), body={"lines": ["一"]})],
        f"POST {lane}/qr": [lambda x: Ask(on(x), body={"text": "T"})],
        f"DELETE {lane}/device": [lambda x: Ask(on(x, "spare_lane"))],
        f"PUT {here}/settings": [lambda x: Ask(at(x), body={"provider": "linli", "serviceOn": True})],
        f"GET {here}/vehicles": [lambda x: Ask(at(x), query={"spaceId": x.parking_lot})],
        f"POST {here}/vehicles": [
            lambda x: Ask(
                at(x), body={"kind": "blacklist", "plate": plate(x, "3"), "spaceIds": [x.parking_lot]}
            )
        ],
        f"POST {here}/vehicles/remove": [lambda x: Ask(at(x), body={"rights": [right(x, "6")]})],
        f"GET {here}/passes": [lambda x: Ask(at(x), query={"laneId": x.lane})],
        f"GET {here}/passes/export.csv": [lambda x: Ask(at(x))],
    }
