"""Print the console's OpenAPI document: `python -m linli.console.schema > web/console/src/api/openapi.json`."""

import json
import sys
from dataclasses import fields
from typing import Any, cast

from linli.console.app import SERVICES, console_app
from linli.console.parts import Parts
from linli.kernel.settings import Settings


def document() -> dict[str, Any]:
    """The document, made without a database or any other part: only signatures are read."""
    absent = cast(Any, None)
    given = {f.name: absent for f in fields(Parts) if f.name not in ("settings", "hub", "services")}
    parts = Parts(**given, settings=Settings(), services=dict.fromkeys(SERVICES))
    return console_app(parts).openapi_schema.to_schema()


def text() -> str:
    """The document as it is stored: sorted, so that only a change of the routes changes it."""
    return json.dumps(document(), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


if __name__ == "__main__":
    sys.stdout.write(text())
