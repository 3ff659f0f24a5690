"""Print the console's OpenAPI document: `python -m linli.console.schema > web/console/src/api/openapi.json`."""

import json
import sys
from dataclasses import fields
from typing import Any, cast

from linli.console.app import SERVICES, console_app
from linli.console.parts import Parts
from linli.kernel.settings import Settings


def absent_parts() -> Parts:
    """Parts of nothing: enough to read signatures."""
    absent = cast(Any, None)
    given = {f.name: absent for f in fields(Parts) if f.name not in ("settings", "hub", "services")}
    return Parts(**given, settings=Settings(), services=dict.fromkeys(SERVICES))


def document() -> dict[str, Any]:
    """The document, made without a database or any other part: only signatures are read."""
    return console_app(absent_parts()).openapi_schema.to_schema()


def as_text(document: dict[str, Any]) -> str:
    """A document as it is stored: sorted, so that only a change of the routes changes it."""
    return json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def text() -> str:
    """The console's document as it is stored."""
    return as_text(document())


if __name__ == "__main__":
    sys.stdout.write(text())
