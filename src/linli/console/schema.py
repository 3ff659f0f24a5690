"""The console's OpenAPI document: `python -m linli.console.schema FILE` writes it, as `./linli check` does."""

import json
import sys
from pathlib import Path
from typing import Any

from linli.console.app import console_routes


def document() -> dict[str, Any]:
    """The document, made without a database or any other part: only signatures are read."""
    return console_routes(0).openapi_schema.to_schema()


def as_text(document: dict[str, Any]) -> str:
    """A document as it is written: sorted, so that only a change of the routes changes it."""
    return json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def text() -> str:
    """The console's document as it is written."""
    return as_text(document())


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(text(), "utf-8")
