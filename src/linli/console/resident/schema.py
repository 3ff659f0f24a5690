"""The residents' OpenAPI document: `python -m linli.console.resident.schema FILE` writes it."""

import sys
from pathlib import Path
from typing import Any

from linli.console.resident.app import resident_routes
from linli.console.schema import as_text


def document() -> dict[str, Any]:
    """The document, made without a database or any other part: only signatures are read."""
    return resident_routes(0).openapi_schema.to_schema()


def text() -> str:
    """The document as it is written."""
    return as_text(document())


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(text(), "utf-8")
