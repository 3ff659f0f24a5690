"""How the routes of the face engine are called; see `routes`."""

from collections.abc import Callable
from typing import Any

from tests.scope.desk import Ask


def recipes() -> dict[str, list[Callable[[Any], Ask]]]:
    here = "/communities/{community_id}/face-engine"

    def at(x: Any) -> dict[str, Any]:
        return {"community_id": x.community}

    own = {"accept": 0.7, "unsure": 0.6, "margin": 0.1}
    return {
        f"GET {here}": [lambda x: Ask(at(x))],
        f"GET {here}/to-enrol": [lambda x: Ask(at(x))],
        f"PUT {here}/thresholds": [lambda x: Ask(at(x), body=own)],
        f"DELETE {here}/thresholds": [lambda x: Ask(at(x))],
    }
