"""Print the residents' OpenAPI document.

`python -m linli.console.resident.schema > web/resident/src/api/openapi.json`
"""

import sys
from typing import Any

from linli.console.resident.app import resident_routes
from linli.console.schema import as_text


def document() -> dict[str, Any]:
    """The document, made without a database or any other part: only signatures are read."""
    return resident_routes(0).openapi_schema.to_schema()


def text() -> str:
    """The document as it is stored."""
    return as_text(document())


if __name__ == "__main__":
    sys.stdout.write(text())
