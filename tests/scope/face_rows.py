"""Faces of each lot: pictures, a deployed group, consents and an erasure; how methods and routes name them."""

import base64
import struct
from collections.abc import Callable
from typing import Any

from linli.app.platform import Platform
from linli.domains.faces.queries.erasures import list_erasures
from linli.kernel.pages import PageRequest

IMAGE, RIGHT = "/face/paas/image", "/face/paas/permission"
GROUP = "/solution/community/paas/user/group"
PICTURE = base64.b64encode(
    b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", 400, 400) + b"nobody"
).decode()
PERSONS = ("face_person", "spare_face_person", "erased_face_person")


async def add_faces(platform: Platform, lot: Any) -> None:
    caller = lot.project.caller
    for name in PERSONS:
        identity = platform.ids.identity_id()
        await caller.ok("/entrance/paas/user/modify", "1.0.0", {"identityId": identity, "name": "人脸"})
        setattr(lot, name, identity)
        await caller.ok(f"{IMAGE}/save", "1.2.0", {**user(identity), "imageBase64": PICTURE})
    await caller.ok(f"{IMAGE}/save", "1.2.0", {**user(lot.face_resident), "imageBase64": PICTURE})
    await caller.ok(f"{IMAGE}/delete", "1.2.0", user(lot.erased_face_person))
    found = await list_erasures(
        lot.project.owner, platform.db, page=PageRequest(1, 1), identity_id=lot.erased_face_person
    )
    lot.erasure = found.data[0].erasure.id
    for group in (lot.own_group, lot.old_group):
        await caller.ok(f"{GROUP}/deploy", "1.0.0", {"iotId": lot.door, "userGroupId": group})


def user(identity_id: str) -> dict[str, Any]:
    return {"userType": "IDENTITY", "userId": identity_id}


def _on_door(x: Any) -> dict[str, Any]:
    return {
        "userType": "IDENTITY",
        "userIdList": [x.face_person],
        "scopeType": "IOT_ID",
        "scopeIdList": [x.door],
    }


def _in_space(x: Any) -> dict[str, Any]:
    return {**_on_door(x), "scopeType": "SPACE_ID", "scopeIdList": [str(x.building)]}


def methods() -> dict[tuple[str, str], list[Callable[[Any], dict[str, Any]]]]:
    return {
        (f"{IMAGE}/save", "1.2.0"): [lambda x: {**user(x.face_person), "imageBase64": PICTURE}],
        (f"{IMAGE}/get", "1.2.0"): [lambda x: user(x.face_person)],
        (f"{IMAGE}/delete", "1.2.0"): [lambda x: user(x.spare_face_person)],
        (f"{RIGHT}/add", "1.2.0"): [_on_door, _in_space],
        (f"{RIGHT}/add", "1.0.0"): [_on_door],
        (f"{RIGHT}/delete", "1.2.0"): [_on_door, _in_space],
        (f"{RIGHT}/delete", "1.0.0"): [_on_door],
        (f"{RIGHT}/querybyuser", "1.0.4"): [lambda x: user(x.face_person)],
        (f"{RIGHT}/querybydevice", "1.0.4"): [lambda x: {"iotId": x.door}],
        ("/solution/community/paas/user/face/delete", "1.0.0"): [lambda x: {"identityId": x.person}],
        (f"{GROUP}/deploy", "1.0.0"): [lambda x: {"iotId": x.door, "userGroupId": x.own_group}],
        (f"{GROUP}/undeploy", "1.0.0"): [lambda x: {"iotId": x.door, "userGroupId": x.old_group}],
        (f"{GROUP}/deploy/query", "1.0.0"): [
            lambda x: {"communityId": x.community, "iotId": x.door, "userGroupId": x.own_group}
        ],
        ("/home/face/user/trace/query", "1.0.0"): [
            lambda x: {"startTM": 0, "endTM": 4_102_444_800_000, "faceId": "stranger"}
        ],
    }


def routes(ask: Any) -> dict[str, list[Callable[[Any], Any]]]:
    def resident(x: Any, **more: Any) -> Any:
        return ask({"community_id": x.community, "identity_id": x.person}, **more)

    face = "/communities/{community_id}/residents/{identity_id}/face"
    own = "/communities/{community_id}/staff-face"
    signed = {"picture": PICTURE, "textVersion": "2026-11", "agreed": True}
    return {
        f"GET {face}": [lambda x: resident(x)],
        f"POST {face}": [lambda x: resident(x, body=signed)],
        f"GET {own}": [lambda x: ask({"community_id": x.community})],
        f"GET {own}/erasures": [lambda x: ask({"community_id": x.community})],
        f"POST {own}/look": [lambda x: ask({"community_id": x.community}, body={"picture": PICTURE})],
        f"POST {own}": [lambda x: ask({"community_id": x.community}, body=signed)],
        f"DELETE {own}": [lambda x: ask({"community_id": x.community})],
        "GET /face-consents": [
            lambda x: ask(query={"communityId": x.community, "personId": x.person, "state": "all"})
        ],
        "GET /face-erasures": [lambda x: ask(query={"communityId": x.community})],
        "GET /face-erasures/{erasure_id}/receipt": [lambda x: ask({"erasure_id": x.erasure})],
        "GET /deliveries/devices": [lambda x: ask(query={"communityId": x.community})],
        "POST /deliveries/devices/{iot_id}/compare": [lambda x: ask({"iot_id": x.door})],
        "POST /deliveries/devices/{iot_id}/retry": [lambda x: ask({"iot_id": x.door})],
    }


def last_routes(ask: Any) -> dict[str, list[Callable[[Any], Any]]]:
    """What takes away what the others need."""
    face = "/communities/{community_id}/residents/{identity_id}/face"
    return {f"DELETE {face}": [lambda x: ask({"community_id": x.community, "identity_id": x.face_resident})]}
