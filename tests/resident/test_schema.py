"""The residents' published document, and the stored copy their web client is made from."""

from pathlib import Path

from linli.console.resident import schema

STORED = Path(__file__).parents[2] / "web" / "resident" / "src" / "api" / "openapi.json"


def test_stored_document_is_what_the_routes_say():
    again = (
        "run: python -m linli.console.resident.schema > web/resident/src/api/openapi.json"
        " && npm run api -w resident"
    )
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
