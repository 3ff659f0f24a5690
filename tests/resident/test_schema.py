"""The residents' published document: every route says what it does."""

from linli.console.resident import schema


def test_every_route_is_described():
    document = schema.document()
    silent = [
        f"{method} {path}"
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if not operation.get("description")
    ]
    assert silent == []
