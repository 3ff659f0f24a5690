"""How the routes of cameras are called; see `routes`."""

import secrets
from collections.abc import Callable
from typing import Any

from linli.domains.video.workbook import book
from tests.scope.desk import Ask


def recipes() -> dict[str, list[Callable[[Any], Ask]]]:
    here = "/communities/{community_id}/cameras"

    def at(x: Any, **more: Any) -> dict[str, Any]:
        return {"community_id": x.community, **more}

    # The worker looks devices up after this answer, among those of the community alone.
    file = book("zh-CN", [{"device": "none", "name": "东门"}])

    devices = "/communities/{community_id}/gb-devices"

    uppers = "/communities/{community_id}/upper-platforms"

    def upper() -> dict[str, str]:
        code = f"{secrets.randbelow(10**18):020d}"
        return {"host": "10.9.8.7", "serverId": code, "gbId": code, "password": "camera-secret-7"}

    def new() -> dict[str, str]:
        return {"gbId": f"{secrets.randbelow(10**18):020d}", "password": "camera-secret-7"}

    begin, end = 1_795_500_000_000, 1_795_500_600_000
    one = f"{here}/{{camera_id}}"
    looks = "/communities/{community_id}/camera-looks"
    span = {"beginMs": begin, "endMs": end}
    why = {**span, "reason": "物品遗失"}

    return {
        "GET /communities/{community_id}/device-views": [lambda x: Ask(at(x))],
        "PUT /communities/{community_id}/device-views/{iot_id}": [
            lambda x: Ask(at(x, iot_id=x.lane_device), body={"cameraId": x.camera})
        ],
        f"GET {devices}": [lambda x: Ask(at(x))],
        f"POST {devices}": [lambda x: Ask(at(x), body=new())],
        f"PUT {devices}/{{device_id}}": [lambda x: Ask(at(x, device_id=x.gb_device), body={"name": "南门"})],
        f"DELETE {devices}/{{device_id}}": [lambda x: Ask(at(x, device_id=x.spare_gb_device))],
        f"POST {devices}/{{device_id}}/refresh": [lambda x: Ask(at(x, device_id=x.gb_device))],
        f"GET {uppers}": [lambda x: Ask(at(x))],
        f"POST {uppers}": [lambda x: Ask(at(x), body=upper())],
        f"PUT {uppers}/{{upper_id}}": [lambda x: Ask(at(x, upper_id=x.upper), body=upper())],
        f"DELETE {uppers}/{{upper_id}}": [lambda x: Ask(at(x, upper_id=x.spare_upper))],
        f"POST {uppers}/{{upper_id}}/test": [lambda x: Ask(at(x, upper_id=x.upper))],
        f"GET {uppers}/{{upper_id}}/cameras": [lambda x: Ask(at(x, upper_id=x.upper))],
        f"PUT {uppers}/{{upper_id}}/cameras": [
            lambda x: Ask(
                at(x, upper_id=x.upper), body={"cameras": [{"cameraId": x.camera, "unmasked": True}]}
            )
        ],
        f"POST {here}/{{camera_id}}/live": [lambda x: Ask(at(x, camera_id=x.camera), body={})],
        f"POST {here}/{{camera_id}}/past": [
            lambda x: Ask(at(x, camera_id=x.camera), body={"file": "1795996800-1795997400-0"})
        ],
        f"POST {here}/{{camera_id}}/orders": [
            lambda x: Ask(at(x, camera_id=x.camera), body={"order": "guard"})
        ],
        f"POST {here}/{{camera_id}}/talk": [lambda x: Ask(at(x, camera_id=x.camera))],
        f"POST {here}/{{camera_id}}/restart": [lambda x: Ask(at(x, camera_id=x.camera))],
        f"GET {here}/{{camera_id}}/device-condition": [lambda x: Ask(at(x, camera_id=x.camera))],
        f"POST {here}/{{camera_id}}/snapshot": [lambda x: Ask(at(x, camera_id=x.camera))],
        f"GET {here}/{{camera_id}}/recordings": [
            lambda x: Ask(at(x, camera_id=x.camera), query={"beginMs": begin, "endMs": end})
        ],
        f"POST {here}/{{camera_id}}/steer": [
            lambda x: Ask(at(x, camera_id=x.camera), body={"direction": "up"})
        ],
        f"GET {devices}/{{device_id}}/doctor": [lambda x: Ask(at(x, device_id=x.gb_device))],
        f"GET {devices}/{{device_id}}/doctor/messages": [lambda x: Ask(at(x, device_id=x.gb_device))],
        f"GET {devices}/{{device_id}}/doctor/messages.jsonl": [lambda x: Ask(at(x, device_id=x.gb_device))],
        f"GET {one}/doctor": [lambda x: Ask(at(x, camera_id=x.camera))],
        f"GET {one}/doctor/messages": [lambda x: Ask(at(x, camera_id=x.camera))],
        f"GET {one}/doctor/messages.jsonl": [lambda x: Ask(at(x, camera_id=x.camera))],
        f"POST {one}/doctor/test": [lambda x: Ask(at(x, camera_id=x.camera))],
        "GET /communities/{community_id}/camera-health": [lambda x: Ask(at(x))],
        f"GET {one}/timeline/thumbnails": [
            lambda x: Ask(at(x, camera_id=x.camera), query={"beginMs": "0", "endMs": "1000"})
        ],
        f"GET {one}/masks": [lambda x: Ask(at(x, camera_id=x.camera))],
        f"PUT {one}/masks": [
            lambda x: Ask(
                at(x, camera_id=x.camera),
                body={"boxes": [{"left": 0, "top": 0, "width": 2_000, "height": 2_000}]},
            )
        ],
        f"GET {one}/health": [lambda x: Ask(at(x, camera_id=x.camera))],
        f"PUT {one}/health": [lambda x: Ask(at(x, camera_id=x.camera), body={"on": True})],
        f"POST {one}/health/look": [lambda x: Ask(at(x, camera_id=x.camera))],
        f"POST {one}/health/view": [lambda x: Ask(at(x, camera_id=x.camera))],
        f"POST {one}/health/mute": [
            lambda x: Ask(at(x, camera_id=x.camera), body={"kind": "black", "days": 7})
        ],
        f"GET {one}/health/pictures/{{name}}": [lambda x: Ask(at(x, camera_id=x.camera, name="black"))],
        f"GET {one}/recording": [lambda x: Ask(at(x, camera_id=x.camera))],
        f"PUT {one}/recording": [lambda x: Ask(at(x, camera_id=x.camera), body={"mode": "event"})],
        f"POST {one}/recording/manual": [lambda x: Ask(at(x, camera_id=x.camera), body={"minutes": 0})],
        f"GET {one}/timeline": [lambda x: Ask(at(x, camera_id=x.camera), query=span)],
        f"GET {looks}": [lambda x: Ask(at(x)), lambda x: Ask(at(x), query={"cameraId": x.camera})],
        f"GET {looks}/people": [lambda x: Ask(at(x))],
        f"GET {looks}/export.csv": [lambda x: Ask(at(x))],
        f"POST {one}/timeline/play": [lambda x: Ask(at(x, camera_id=x.camera), body=span)],
        f"POST {one}/timeline/download": [lambda x: Ask(at(x, camera_id=x.camera), body=why)],
        f"POST {one}/timeline/lock": [lambda x: Ask(at(x, camera_id=x.camera), body=why)],
        f"GET {here}/{{camera_id}}/steering": [lambda x: Ask(at(x, camera_id=x.camera))],
        f"POST {here}/{{camera_id}}/presets": [lambda x: Ask(at(x, camera_id=x.camera), body={"preset": 7})],
        f"POST {here}/{{camera_id}}/presets/{{preset}}/go": [
            lambda x: Ask(at(x, camera_id=x.camera, preset=1))
        ],
        f"DELETE {here}/{{camera_id}}/presets/{{preset}}": [
            lambda x: Ask(at(x, camera_id=x.camera, preset=1))
        ],
        f"PUT {here}/{{camera_id}}/cruises/{{cruise}}": [
            lambda x: Ask(at(x, camera_id=x.camera, cruise=1), body={"presets": [1, 2]})
        ],
        f"POST {here}/{{camera_id}}/cruises/{{cruise}}/start": [
            lambda x: Ask(at(x, camera_id=x.camera, cruise=1))
        ],
        f"GET {here}/{{camera_id}}/condition": [lambda x: Ask(at(x, camera_id=x.camera))],
        f"GET {here}": [lambda x: Ask(at(x))],
        f"GET {here}/groups": [lambda x: Ask(at(x))],
        f"GET {here}/devices": [lambda x: Ask(at(x))],
        f"GET {here}/batches": [lambda x: Ask(at(x))],
        f"GET {here}/template.xlsx": [lambda x: Ask(at(x))],
        f"GET {here}/export.xlsx": [lambda x: Ask(at(x))],
        f"GET {here}/{{camera_id}}": [lambda x: Ask(at(x, camera_id=x.camera))],
        f"PUT {here}/{{camera_id}}": [
            lambda x: Ask(at(x, camera_id=x.camera), body={"remark": "望向东门"}),
            lambda x: Ask(at(x, camera_id=x.camera), body={"spaceId": x.building}),
        ],
        f"POST {here}": [lambda x: Ask(at(x), body={"iotId": x.camera_device, "name": "西门"})],
        f"POST {here}/import": [lambda x: Ask(at(x), file=file)],
        f"POST {here}/clear": [lambda x: Ask(at(x), body={"expected": 1, "ids": [x.spare_camera]})],
        f"POST {here}/batches/{{batch_id}}/undo": [lambda x: Ask(at(x, batch_id=x.camera_batch))],
    }
