"""The terminals' OpenAPI document: `python -m linli.console.terminal.schema FILE` writes it."""

import sys
from pathlib import Path
from typing import Any

from linli.console.schema import as_text
from linli.console.terminal.app import terminal_routes


def document() -> dict[str, Any]:
    """The document, made without a database or any other part: only signatures are read."""
    return terminal_routes(0).openapi_schema.to_schema()


def text() -> str:
    """The document as it is written."""
    return as_text(document())


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(text(), "utf-8")
