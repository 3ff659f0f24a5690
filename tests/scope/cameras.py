"""How the routes of cameras are called; see `routes`."""

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

    return {
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
