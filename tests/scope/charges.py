"""How routes name payments over the network."""

from collections.abc import Callable
from typing import Any

from tests.scope.desk import Ask


def routes() -> dict[str, list[Callable[[Any], Ask]]]:
    return {
        "GET /communities/{community_id}/charges": [lambda x: Ask({"community_id": x.community})],
        "GET /communities/{community_id}/charges/of-stay/{stay_id}": [
            lambda x: Ask({"community_id": x.community, "stay_id": x.owing_stay})
        ],
        "POST /communities/{community_id}/charges/{charge_id}/refunds": [
            lambda x: Ask(
                {"community_id": x.community, "charge_id": x.charge}, body={"fen": 100, "reason": "R"}
            )
        ],
        "POST /payment-statement/charges/{charge_id}/settle": [lambda x: Ask({"charge_id": x.charge})],
        "POST /payment-statement/refunds/{refund_id}/ask-again": [lambda x: Ask({"refund_id": x.refund})],
        "PUT /parking-lots/{lot_id}/exits": [
            lambda x: Ask({"lot_id": x.parking_lot}, body={"holdsUnpaid": True})
        ],
        "PUT /parking-lots/{lot_id}/capacity": [
            lambda x: Ask({"lot_id": x.parking_lot}, body={"capacity": 90})
        ],
        "GET /parking-lots/{lot_id}/drivers-page": [lambda x: Ask({"lot_id": x.parking_lot})],
    }
