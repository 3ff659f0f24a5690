"""How the routes of smart security are called with ids of a lot."""

from collections.abc import Callable
from typing import Any

from tests.domains.security.conftest import jpeg
from tests.scope.desk import SOON_MS, Ask
from tests.scope.security_rows import STRANGER

PHOTO = jpeg(b"face:alice")
SEARCH = {"reason": "寻人", "beginMs": "1631794685000", "endMs": "1631798285000"}


WAY = {"maker": "hikvision", "host": "192.0.2.9"}


def plan(x: Any) -> dict[str, Any]:
    week = [{"weekDay": "MONDAY", "times": ["08:00"]}]
    return {"startDate": "2026-01-01", "endDate": "2099-01-01", "week": week, "cameras": [x.camera_device]}


def library_form() -> dict[str, Any]:
    return {
        "name": "寻人",
        "type": 100,
        "purpose": "寻找走失老人",
        "approver": "王主任",
        "expiresMs": SOON_MS,
    }


def routes() -> dict[str, list[Callable[[Any], Ask]]]:
    seen = "/communities/{community_id}/security-alarms"
    boxes = "/communities/{community_id}/security-adapters"

    libraries = "/communities/{community_id}/security-libraries"
    rules = "/communities/{community_id}/security-rules"
    pictures = "/communities/{community_id}/camera-pictures/{iot_id}"
    plans = "/communities/{community_id}/capture-plans"
    captures = "/communities/{community_id}/security-captures"

    def at(x: Any, **more: Any) -> dict[str, Any]:
        return {"community_id": x.community, **more}

    return {
        f"GET {seen}": [lambda x: Ask(at(x))],
        f"GET {seen}/{{alarm_id}}": [lambda x: Ask(at(x, alarm_id=x.security_alarm))],
        f"POST {seen}/{{alarm_id}}/handle": [
            lambda x: Ask(at(x, alarm_id=x.security_alarm), body={"verdict": "false", "note": "猫"})
        ],
        f"GET {libraries}": [lambda x: Ask(at(x))],
        f"POST {libraries}": [
            lambda x: Ask(at(x), body={**library_form(), "iotId": x.camera_device}),
        ],
        f"PUT {libraries}/{{library_id}}": [
            lambda x: Ask(at(x, library_id=x.face_library), body=library_form())
        ],
        f"POST {libraries}/{{library_id}}/again": [lambda x: Ask(at(x, library_id=x.face_library))],
        f"DELETE {libraries}/{{library_id}}": [lambda x: Ask(at(x, library_id=x.spare_library))],
        f"GET {libraries}/{{library_id}}/faces": [lambda x: Ask(at(x, library_id=x.face_library))],
        f"POST {libraries}/{{library_id}}/faces": [
            lambda x: Ask(at(x, library_id=x.face_library), form={"name": "奶奶"}, file=PHOTO)
        ],
        f"GET {libraries}/{{library_id}}/faces/{{face_id}}/picture": [
            lambda x: Ask(at(x, library_id=x.face_library, face_id=x.library_face))
        ],
        f"DELETE {libraries}/{{library_id}}/faces/{{face_id}}": [
            lambda x: Ask(at(x, library_id=x.face_library, face_id=x.spare_face))
        ],
        f"GET {rules}": [lambda x: Ask(at(x))],
        f"PUT {rules}/{{iot_id}}/{{kind}}": [
            lambda x: Ask(at(x, iot_id=x.camera_device, kind=2), body={"week": []})
        ],
        f"GET {captures}": [lambda x: Ask(at(x))],
        f"GET {captures}/{{capture_id}}/picture": [lambda x: Ask(at(x, capture_id=x.security_capture))],
        f"POST {captures}/search": [lambda x: Ask(at(x), form=SEARCH, file=PHOTO)],
        f"POST {captures}/scene": [lambda x: Ask(at(x), body={"sceneId": f"c{x.security_capture}"})],
        "GET /communities/{community_id}/security-views": [lambda x: Ask(at(x))],
        f"GET {boxes}": [lambda x: Ask(at(x))],
        f"POST {boxes}/{{node_id}}/{{manufacture}}/move": [
            lambda x: Ask(at(x, node_id=x.edge_node, manufacture="HIK"), body={"ip": STRANGER})
        ],
        f"GET {pictures}": [lambda x: Ask(at(x, iot_id=x.camera_iot))],
        f"PUT {pictures}": [lambda x: Ask(at(x, iot_id=x.camera_iot), body=WAY)],
        f"DELETE {pictures}": [lambda x: Ask(at(x, iot_id=x.camera_iot))],
        f"POST {pictures}/take": [lambda x: Ask(at(x, iot_id=x.camera_iot))],
        f"GET {plans}": [lambda x: Ask(at(x))],
        f"POST {plans}": [lambda x: Ask(at(x), body=plan(x) | {"name": f"巡查 {x.once}"})],
        f"PUT {plans}/{{plan_id}}": [lambda x: Ask(at(x, plan_id=x.capture_plan), body=plan(x))],
        f"POST {plans}/{{plan_id}}/take": [lambda x: Ask(at(x, plan_id=x.capture_plan))],
        f"DELETE {plans}/{{plan_id}}": [lambda x: Ask(at(x, plan_id=x.spare_plan))],
    }
