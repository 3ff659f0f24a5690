"""How the routes of car parks of boxes are called."""

from collections.abc import Callable
from typing import Any

from tests.scope.desk import Ask


def routes() -> dict[str, list[Callable[[Any], Ask]]]:
    here = "/communities/{community_id}/edge-parking"

    def at(x: Any, **more: Any) -> dict[str, Any]:
        return {"community_id": x.community, **more}

    return {
        f"GET {here}": [lambda x: Ask(at(x))],
        f"POST {here}/end-fire": [lambda x: Ask(at(x))],
        f"GET {here}/orders": [lambda x: Ask(at(x), query={"status": "unpaid"})],
        f"GET {here}/orders/{{node_id}}/{{number}}": [
            lambda x: Ask(at(x, node_id=x.box_node, number=x.box_order))
        ],
        f"GET {here}/orders/{{node_id}}/{{number}}/charges": [
            lambda x: Ask(at(x, node_id=x.box_node, number=x.box_order))
        ],
        f"GET {here}/orders/export.csv": [lambda x: Ask(at(x), query={"status": "unpaid"})],
        f"GET {here}/cars": [lambda x: Ask(at(x))],
        f"GET {here}/attention": [lambda x: Ask(at(x))],
        SETTLE: [
            lambda x: Ask(
                at(x, node_id=x.box_node, number=x.box_order), body={"status": "free", "reason": "R"}
            )
        ],
    }


SETTLE = "POST /communities/{community_id}/edge-parking/orders/{node_id}/{number}/settle"
