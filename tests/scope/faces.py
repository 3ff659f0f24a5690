"""How the routes of the face engine are called; see `routes`."""

import base64
from collections.abc import Callable
from typing import Any

from linli.vision.fake import marked
from tests.scope.desk import Ask
from tests.scope.face_rows import PICTURE


def recipes() -> dict[str, list[Callable[[Any], Ask]]]:
    here = "/communities/{community_id}/face-engine"

    def at(x: Any) -> dict[str, Any]:
        return {"community_id": x.community}

    shown = {"picture": base64.b64encode(marked(base64.b64decode(PICTURE), "alice")).decode()}
    own = {"accept": 0.7, "unsure": 0.6, "margin": 0.1}
    return {
        f"GET {here}": [lambda x: Ask(at(x))],
        f"GET {here}/to-enrol": [lambda x: Ask(at(x))],
        f"POST {here}/look": [lambda x: Ask(at(x), body=shown)],
        f"POST {here}/search": [lambda x: Ask(at(x), body=shown)],
        f"PUT {here}/thresholds": [lambda x: Ask(at(x), body=own)],
        f"DELETE {here}/thresholds": [lambda x: Ask(at(x))],
    }
