"""Every route of the residents' front: nobody is sent to the sign-in; for strangers nothing of a house is there.

Generated from the routes: a new one is asked too, and one that answers strangers must be named in OPEN with a reason.
"""

import re
from typing import Any

from linli.console.resident.app import resident_routes
from tests.web_routes import web_routes

OPEN = {
    "GET /communities/{community_id}": "name and address hang at the gate",
    "GET /communities/{community_id}/form": "what the community asks, before one is anybody there",
    "GET /communities/{community_id}/spaces": "names of buildings and doors, to choose one's own",
    "POST /communities/{community_id}/houses/{house_id}/certification": "anybody may ask; the property decides",
}
BODIES: dict[str, Any] = {
    "POST /houses/{house_id}/members": {"name": "谁", "phone": "13800000333", "type": 2},
    "POST /houses/{house_id}/invitations": {"type": 2},
    "POST /communities/{community_id}/doors/{iot_id}/view": {"page": "x" * 8},
    "POST /communities/{community_id}/doors/{iot_id}/view/leave": {"page": "x" * 8},
    "PUT /communities/{community_id}/doors/{iot_id}/view/voice": {"page": "x" * 8, "on": True},
    "PUT /communities/{community_id}/doors/{iot_id}/view/picture": {"page": "x" * 8, "description": "v=0"},
    "PUT /houses/{house_id}/calls/{call_id}/picture": {"page": "x" * 8, "description": "v=0"},
    **{
        f"POST /houses/{{house_id}}/calls/{{call_id}}/{way}": {"page": "x" * 8}
        for way in ("join", "take", "decline", "hang-up")
    },
    "PUT /houses/{house_id}/call-settings": {"steps": []},
    "PUT /houses/{house_id}/duress": {"on": True},
    "PUT /houses/{house_id}/call-neighbour": {"room": "1"},
    "PUT /houses/{house_id}/call-neighbour/{asking_id}": {"agreed": True},
    "POST /houses/{house_id}/auto-open": {"minutes": 5},
    "POST /houses/{house_id}/terminals": {"code": "X" * 12, "nickname": "客厅"},
    "PUT /houses/{house_id}/terminals/{bind_id}": {"nickname": "客厅"},
    "POST /houses/{house_id}/lifts/{iot_id}/call": {"out": True},
    "POST /houses/{house_id}/assets": {"type": 1, "name": "A1"},
    "PUT /houses/{house_id}/assets/{asset_id}": {"type": 1, "name": "A1"},
    "PUT /houses/{house_id}/certification": {"name": "谁", "type": 1},
    "POST /communities/{community_id}/houses/{house_id}/certification": {"name": "谁", "type": 1},
    "POST /invitations/{code}": {"name": "谁"},
    "POST /communities/{community_id}/vehicles": {"plate": "浙A12345"},
    "POST /communities/{community_id}/parking/stays/{stay_id}/payment": {"payerKey": "a" * 32},
    "POST /communities/{community_id}/visits": {
        "houseId": 1,
        "name": "谁",
        "startsMs": 1,
        "endsMs": 2,
    },
    "PUT /communities/{community_id}/credentials/pin": {"pin": "271828"},
    "POST /communities/{community_id}/credentials/visitor-pin": {"hours": 1},
    "POST /communities/{community_id}/face": {"picture": "x", "textVersion": "x", "agreed": True},
    "POST /communities/{community_id}/face/look": {"picture": "x"},
    "POST /push/subscription": {"endpoint": "https://push.example/x", "keys": {"p256dh": "x", "auth": "x"}},
    "POST /push/subscription/drop": {"endpoint": "https://push.example/x"},
    "PUT /push/settings": {"kinds": []},
    "POST /my-data/deletion-requests": {"communityId": 1},
    "PUT /communities/{community_id}/vehicles/{vehicle_id}": {"plate": "浙A12345"},
}


ROUTES = dict(web_routes(resident_routes(0)))
PRIVATE = {name for name, handler in ROUTES.items() if not handler.opt.get("public")}
WITH_IDS = {name for name in PRIVATE if "{" in name}


def _ids(village, name: str) -> dict[str, Any]:
    known = {
        "community_id": village.community, "house_id": village.house, "identity_id": village.owner,
        "session_id": 1, "notice_id": 1, "asset_id": 1, "vehicle_id": 1, "apply_id": 1,
        "iot_id": "X" * 20, "request_id": 1, "topic": "nothing", "code": "x" * 32,
    }  # fmt: skip
    return {one: known.get(one, 1) for one in re.findall(r"{(\w+)}", name)}


async def _ask(phone, village, name: str):
    method, _, template = name.partition(" ")
    return await phone.request(method, template.format(**_ids(village, name)), json=BODIES.get(name))


def test_lists_name_routes_that_are_there():
    assert not (OPEN.keys() | BODIES.keys()) - ROUTES.keys()


async def test_nobody_is_sent_to_the_sign_in(nobody, village):
    for name in sorted(PRIVATE):
        answer = await _ask(nobody, village, name)
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized"), name


async def test_for_strangers_nothing_is_there(newcomer, neighbour, staff, village):
    """Who lives nowhere, who lives in another community of another company, and staff who live nowhere."""
    for phone in (newcomer, neighbour, staff):
        for name in sorted(WITH_IDS - OPEN.keys()):
            answer = await _ask(phone, village, name)
            assert answer.status_code == 404, f"{name}: {answer.status_code} {answer.text}"
            assert answer.json()["code"] in ("not_found", "access.door_unknown"), name


async def test_changes_come_from_our_own_pages(owner, village):
    del owner.headers["x-linli-request"]
    for name in sorted(PRIVATE):
        if not name.startswith("GET "):
            answer = await _ask(owner, village, name)
            assert answer.json()["code"] == "console.forged_request", name
