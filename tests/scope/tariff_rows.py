"""How the console's routes of tariffs are called with ids of a lot."""

from collections.abc import Callable
from typing import Any

import msgspec

from tests.scope.desk import Ask
from tests.scope.vehicle_rows import TARIFF, plate


def routes() -> dict[str, list[Callable[[Any], Ask]]]:
    here = "/communities/{community_id}/parking/shifts"
    shops = "/communities/{community_id}/parking/merchants"
    shop = shops + "/{merchant_id}"

    code = "/communities/{community_id}/parking/lanes/{lane_id}/code"
    cars = "/parking-cars-without-plate"

    def at(x: Any) -> dict[str, Any]:
        return {"community_id": x.community, "merchant_id": x.merchant}

    draft = msgspec.to_builtins(TARIFF)
    stay = {"enters": "2026-12-01T08:00", "leaves": "2026-12-01T10:00"}
    saved = {"name": "T", "draft": draft, "cases": [{"name": "C", "fen": 2, **stay}]}
    return {
        "GET /parking-tariffs": [lambda x: Ask(query={"communityId": x.community})],
        "POST /parking-tariffs": [
            lambda x: Ask(body={"communityId": x.community, "name": "T", "draft": draft})
        ],
        "GET /parking-tariffs/{tariff_id}": [lambda x: Ask({"tariff_id": x.tariff})],
        "PUT /parking-tariffs/{tariff_id}": [lambda x: Ask({"tariff_id": x.tariff}, body=saved)],
        "POST /parking-tariffs/{tariff_id}/try": [
            lambda x: Ask({"tariff_id": x.tariff}, body={"draft": draft, "stay": stay})
        ],
        "POST /parking-tariffs/{tariff_id}/publish": [lambda x: Ask({"tariff_id": x.tariff})],
        "DELETE /parking-tariffs/{tariff_id}": [lambda x: Ask({"tariff_id": x.spare_tariff})],
        "PUT /parking-tariffs/{tariff_id}/lots": [
            lambda x: Ask({"tariff_id": x.tariff}, body={"lotIds": [x.parking_lot]})
        ],
        "POST /parking-tariffs/{tariff_id}/compare": [
            lambda x: Ask({"tariff_id": x.tariff}, body={"draft": draft})
        ],
        "GET /parking-lots": [lambda x: Ask(query={"communityId": x.community})],
        "GET /parking-stays": [lambda x: Ask(query={"communityId": x.community})],
        "GET /parking-stays/{stay_id}": [lambda x: Ask({"stay_id": x.stay})],
        "GET /parking-stays/{stay_id}/candidates": [lambda x: Ask({"stay_id": x.orphan_stay})],
        "POST /parking-stays/{stay_id}/payments": [
            lambda x: Ask({"stay_id": x.owing_stay}, body={"fen": 900})
        ],
        "POST /parking-stays/{stay_id}/cash-refunds": [
            lambda x: Ask({"stay_id": x.stay}, body={"fen": 100, "reason": "R"})
        ],
        "POST /parking-stays/{stay_id}/waivers": [
            lambda x: Ask({"stay_id": x.waived_stay}, body={"fen": 900, "reason": "R"})
        ],
        "GET /parking-stays/owing": [lambda x: Ask(query={"communityId": x.community})],
        f"GET {code}": [lambda x: Ask({"community_id": x.community, "lane_id": x.lane})],
        f"POST {code}": [lambda x: Ask({"community_id": x.community, "lane_id": x.lane})],
        f"PUT {code}": [
            lambda x: Ask({"community_id": x.community, "lane_id": x.lane}, body={"isOn": False})
        ],
        f"DELETE {code}": [lambda x: Ask({"community_id": x.community, "lane_id": x.spare_lane})],
        f"GET {cars}": [lambda x: Ask(query={"communityId": x.community})],
        f"POST {cars}/{{stay_id}}/exit": [
            lambda x: Ask({"stay_id": x.ticket_stay}, body={"laneId": str(x.exit_lane), "reason": "R"})
        ],
        f"GET {shops}": [lambda x: Ask({"community_id": x.community})],
        f"POST {shops}": [lambda x: Ask({"community_id": x.community}, body={"name": "M"})],
        f"GET {shop}": [lambda x: Ask(at(x))],
        f"DELETE {shop}": [lambda x: Ask({"community_id": x.community, "merchant_id": x.spare_merchant})],
        f"POST {shop}/pin": [lambda x: Ask(at(x))],
        f"POST {shop}/offers": [
            lambda x: Ask(at(x), body={"kind": "whole", "endsMs": 1 << 51, "lotId": x.parking_lot})
        ],
        f"DELETE {shop}/offers/{{offer_id}}": [lambda x: Ask({**at(x), "offer_id": x.spare_offer})],
        f"GET {shop}/coupons": [lambda x: Ask(at(x))],
        f"GET {shop}/statement": [lambda x: Ask(at(x), query={"month": "2026-12"})],
        f"GET {shop}/statement.csv": [lambda x: Ask(at(x), query={"month": "2026-12"})],
        f"GET {here}/mine": [lambda x: Ask({"community_id": x.community})],
        f"POST {here}/mine/hand-over": [
            lambda x: Ask({"community_id": x.community}, body={"countedFen": 1, "reason": "R"})
        ],
        f"GET {here}": [lambda x: Ask({"community_id": x.community})],
        f"GET {here}/days": [lambda x: Ask({"community_id": x.community})],
        f"GET {here}/export.csv": [lambda x: Ask({"community_id": x.community})],
        f"GET {here}/{{shift_id}}": [lambda x: Ask({"community_id": x.community, "shift_id": x.shift})],
        "POST /parking-stays/{stay_id}/end": [lambda x: Ask({"stay_id": x.stay}, body={"reason": "R"})],
        "PUT /parking-stays/{stay_id}/plate": [
            lambda x: Ask({"stay_id": x.renamed_stay}, body={"plate": plate(x, "5")})
        ],
        "POST /parking-stays/{stay_id}/join": [
            lambda x: Ask({"stay_id": x.joined_orphan}, body={"stayId": str(x.joined_stay)})
        ],
        "POST /parking-stays/{stay_id}/separate": [lambda x: Ask({"stay_id": x.mended_stay})],
        "GET /parking-calendars/{community_id}": [lambda x: Ask({"community_id": x.community})],
        "PUT /parking-calendars/{community_id}": [
            lambda x: Ask({"community_id": x.community}, body={"holidays": [], "workdays": []})
        ],
    }
