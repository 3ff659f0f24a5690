"""Input of a wrong type is refused by its wire name, in the caller's words, wherever such a parameter is taken."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from linli.console.app import console_routes
from linli.console.resident.app import resident_routes
from tests.console.conftest import Browser

pytestmark = pytest.mark.engines("sqlite")
TYPED = {"integer", "boolean", "number"}
WORDS = {"en": ("must be a whole number", "must be true or false", "must be a number")}


def typed_parameters(document: dict[str, Any]) -> Iterator[tuple[str, str, str, dict[str, str]]]:
    """(method, path, parameter, what else must be given) of every query parameter that is no text."""
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            asked = [one for one in operation.get("parameters", ()) if one["in"] == "query"]
            needed = {
                one["name"]: "1" * int(one["schema"].get("minLength", 1))
                for one in asked
                if one.get("required")
            }
            for parameter in asked:
                said = parameter["schema"]
                kinds = {
                    str(one.get("type")) for one in (said, *said.get("oneOf", ()), *said.get("anyOf", ()))
                }
                if kinds & TYPED:
                    yield method, path, parameter["name"], needed


def required_of(document: dict[str, Any], method: str, path: str) -> list[str]:
    """Fields of the body that must be given; the first of them is told before any parameter."""
    content = document["paths"][path][method].get("requestBody", {}).get("content", {})
    schema = content.get("application/json", {}).get("schema", {})
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return list(schema.get("required", ()))


def filled(path: str) -> str:
    parts = path.split("/")
    return "/".join("1" if part.startswith("{") else part for part in parts)


async def test_every_typed_parameter(administrator: Browser) -> None:
    document = console_routes(1 << 20).openapi_schema.to_schema()
    asked, refused = 0, 0
    for method, path, name, needed in typed_parameters(document):
        place = filled(path).removeprefix("/api/console")
        answer = await administrator.request(
            method, place, params={**needed, name: "x"}, json={} if method != "get" else None
        )
        asked += 1
        assert answer.status_code in (400, 403, 404), (path, name, answer.text)
        body = answer.json()
        assert "Expected" not in body["message"], (path, name, body)
        absent = {"body", *required_of(document, method, path)}
        if answer.status_code == 400 and body["field"] is not None and body["field"] not in absent:
            assert body["field"] == name, (path, body)
            assert any(words in body["message"] for words in WORDS["en"]), body
            refused += 1
    assert refused > 0.8 * asked > 40, (refused, asked)


async def test_the_callers_language(administrator: Browser) -> None:
    def told(answer: httpx.Response) -> tuple[int, str, str]:
        return answer.status_code, answer.json()["field"], answer.json()["message"]

    path = "/communities/1/houses?parentId=x"
    assert told(await administrator.get(path)) == (400, "parentId", "parentId: must be a whole number")
    chinese = {"accept-language": "zh-CN"}
    assert told(await administrator.get(path, headers=chinese)) == (400, "parentId", "parentId：必须是整数")
    assert told(await administrator.get("/communities/1/houses?pageNo=x", headers=chinese))[1:] == (
        "pageNo",
        "pageNo：必须是整数",
    )
    body = await administrator.post("/companies/1/erase", json={"name": 5}, headers=chinese)
    assert told(body) == (400, "name", "name：必须是文本")
    body = await administrator.post("/communities/1/user-groups", json={}, headers=chinese)
    assert (told(body)[1], "Object" in told(body)[2]) == ("name", False)


def test_residents_have_the_same_table() -> None:
    from linli.console import errors

    handlers = resident_routes(1 << 20).exception_handlers
    assert handlers.items() >= errors.HANDLERS.items()


def body_fields(document: dict[str, Any]) -> Iterator[tuple[str, str, str, Any]]:
    """(method, path, field, a value of a wrong type) of every field of every JSON body."""
    schemas = document["components"]["schemas"]
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
            schema = content.get("schema", {})
            schema = schemas[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
            for name, said in schema.get("properties", {}).items():
                kinds = set[str]()
                for one in (said, *said.get("oneOf", ())):
                    of_one = one.get("type", "object")
                    kinds.update(of_one if isinstance(of_one, list) else [of_one])
                if said:  # some fields take anything
                    yield method, path, name, "x" if kinds & {"object", "array"} else {"x": 1}


async def test_every_field_of_every_body(administrator: Browser) -> None:
    # A field that is called like one of the framework's dependencies (`ids`) once answered 500.
    document = console_routes(1 << 20).openapi_schema.to_schema()
    asked = 0
    for method, path, name, value in body_fields(document):
        if path.endswith(("/session", "/session/password")):
            continue
        place = filled(path).removeprefix("/api/console")
        answer = await administrator.request(method, place, json={name: value})
        assert answer.status_code < 500, (method, path, name, answer.text)
        asked += 1
    assert asked > 200
    answer = await administrator.post("/communities/1/cameras/clear", json={"expected": 1, "ids": "x"})
    assert (answer.status_code, answer.json()["field"]) == (400, "ids")
    assert answer.json()["message"] == "ids: must be a list"
