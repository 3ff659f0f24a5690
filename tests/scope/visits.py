"""How the routes of visitors are called; see `routes`."""

from collections.abc import Callable
from typing import Any

from tests.scope.desk import SOON_MS, Ask


def recipes() -> dict[str, list[Callable[[Any], Ask]]]:
    here = "/communities/{community_id}/visits"
    poster = "/communities/{community_id}/visitor-poster"

    def at(x: Any, visit: int = 0) -> dict[str, Any]:
        return {"community_id": x.community} | ({"apply_id": visit} if visit else {})

    def form(x: Any) -> dict[str, Any]:
        return {
            "houseId": x.house,
            "startsMs": SOON_MS - 60_000,
            "endsMs": SOON_MS,
            "guests": [{"name": f"新{x.name}"}],
        }

    return {
        f"GET {here}": [lambda x: Ask(at(x), {"houseId": x.house})],
        f"GET {here}/figures": [lambda x: Ask(at(x))],
        f"GET {here}/export.xlsx": [lambda x: Ask(at(x))],
        f"POST {here}": [lambda x: Ask(at(x), body=form(x))],
        f"GET {here}/{{apply_id}}": [lambda x: Ask(at(x, x.coming_visit))],
        f"POST {here}/{{apply_id}}/check-in": [lambda x: Ask(at(x, x.coming_visit))],
        f"POST {here}/{{apply_id}}/check-out": [lambda x: Ask(at(x, x.arrived_visit))],
        f"POST {here}/{{apply_id}}/pass": [lambda x: Ask(at(x, x.coming_visit))],
        f"POST {here}/{{apply_id}}/pass/message": [lambda x: Ask(at(x, x.coming_visit))],
        f"POST {here}/{{apply_id}}/void": [lambda x: Ask(at(x, x.voided_visit), body={"reason": "错"})],
        f"POST {here}/{{apply_id}}/admit": [lambda x: Ask(at(x, x.asked_visit))],
        f"POST {here}/{{apply_id}}/refuse": [lambda x: Ask(at(x, x.refused_visit), body={"reason": "错"})],
        f"GET {poster}": [lambda x: Ask(at(x))],
        f"PUT {poster}": [lambda x: Ask(at(x), body={"isOpen": True})],
        f"POST {poster}/renew": [lambda x: Ask(at(x))],
    }
