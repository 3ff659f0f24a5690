"""The published document, the stored copy the web client is made from, and who may call what."""

from pathlib import Path

from linli.console import schema

STORED = Path(__file__).parents[2] / "web" / "console" / "src" / "api" / "openapi.json"


def test_stored_document_is_what_the_routes_say():
    again = "run: python -m linli.console.schema > web/console/src/api/openapi.json && npm run api -w console"
    assert STORED.read_text("utf-8") == schema.text(), again


def test_every_route_is_described():
    document = schema.document()
    silent = [
        f"{method} {path}"
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if not operation.get("description")
    ]
    assert silent == []
