"""How the routes of deletion requests are called; see `routes`."""

from collections.abc import Callable
from typing import Any

from tests.scope.desk import Ask


def recipes() -> dict[str, list[Callable[[Any], Ask]]]:
    here = "/communities/{community_id}/deletion-requests"

    def at(x: Any, number: int = 0) -> dict[str, Any]:
        return {"community_id": x.community} | ({"request_id": number} if number else {})

    return {
        f"GET {here}": [lambda x: Ask(at(x))],
        f"POST {here}/{{request_id}}/execute": [lambda x: Ask(at(x, x.asked_deletion))],
        f"POST {here}/{{request_id}}/refuse": [
            lambda x: Ask(at(x, x.refused_deletion), body={"reason": "否"})
        ],
    }
