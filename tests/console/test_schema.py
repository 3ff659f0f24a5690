"""The published documents: every route says what it does, and what it refuses with."""

from collections.abc import Iterator
from typing import Any

import pytest

from linli.console import schema
from linli.console.resident import schema as resident_schema

DOCUMENTS = {"console and staff": schema.document, "residents": resident_schema.document}
PROBLEM = {"$ref": "#/components/schemas/Problem"}


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield f"{method} {path}", operation


@pytest.fixture(params=DOCUMENTS)
def document(request: pytest.FixtureRequest) -> dict[str, Any]:
    return DOCUMENTS[request.param]()


def test_every_route_is_described(document: dict[str, Any]) -> None:
    assert [name for name, operation in operations(document) if not operation.get("description")] == []


def test_every_refusal_is_the_problem_that_is_sent(document: dict[str, Any]) -> None:
    wrong = [
        f"{name}: {status}"
        for name, operation in operations(document)
        for status, response in operation["responses"].items()
        if not status.startswith(("2", "3"))
        if response["content"] != {"application/json": {"schema": PROBLEM}}
    ]
    assert wrong == []
    assert [
        name for name, one in operations(document) if not {"400", "default"} <= one["responses"].keys()
    ] == []
    properties = document["components"]["schemas"]["Problem"]["properties"]
    assert properties.keys() == {"code", "message", "field", "requestId", "facts"}
