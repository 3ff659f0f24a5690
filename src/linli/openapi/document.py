"""The OpenAPI 3.1 file of the open API: every method, and every answer that it may give, by its code."""

from __future__ import annotations

from collections import defaultdict
from typing import Any, Final

import msgspec

from linli.kernel.errors import LinliError
from linli.openapi import answers, reference
from linli.openapi.registry import MethodSpec, Registry

_REFUSALS: Final = {
    "400": ("The request cannot be read", ("A400IK", "A400MA", "I400HD", "I400I5", "I400MH", "I400NC")),
    "403": ("The signature does not count", ("A403EP", "A403IS", "S403NU", "S403TE")),
    "405": ("Neither POST nor GET", ("I405UM",)),
    "413": ("The body is too large", ("I413RL",)),
    "503": ("The platform is busy", ("X503BZ",)),
}
"""HTTP status -> what it means, and the values of `X-Ca-Error-Code`. Such an answer has no body."""
_ID: Final = {"type": ["string", "number", "boolean"], "description": "As the caller sent it"}


def document(registry: Registry, *, title: str, version: str, server: str) -> dict[str, Any]:
    """The file. A path is one POST; its versions are alternatives (`oneOf`) told apart by apiVer."""
    kinds = [kind for spec in registry for kind in (spec.params, spec.result) if kind is not None]
    schemas, components = msgspec.json.schema_components(kinds, ref_template="#/components/schemas/{name}")
    by_kind = dict(zip(map(id, kinds), schemas, strict=True))
    paths: dict[str, list[MethodSpec]] = defaultdict(list)
    for spec in registry:
        paths[spec.path].append(spec)
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": version},
        "servers": [{"url": server}],
        "tags": [{"name": service} for service in registry.services()],
        "paths": {path: {"post": _operation(specs, by_kind)} for path, specs in sorted(paths.items())},
        "components": {
            "schemas": components,
            "responses": {f"refused{status}": _refusal(*refusal) for status, refusal in _REFUSALS.items()},
            "securitySchemes": {
                "signature": {"type": "apiKey", "in": "header", "name": "x-ca-signature"},
            },
        },
        "security": [{"signature": []}],
    }


def _operation(specs: list[MethodSpec], by_kind: dict[int, Any]) -> dict[str, Any]:
    newest = specs[-1]
    requests = [_request_schema(spec, by_kind) for spec in specs]
    replies = _distinct([_success_schema(spec, by_kind) for spec in specs])
    refused = {status: {"$ref": f"#/components/responses/refused{status}"} for status in _REFUSALS}
    failures = [_failure_schema(specs)]
    if any(issubclass(kind, LinliError) and kind.code_of_another for spec in specs for kind in spec.raises):
        failures.append(_foreign_failure_schema())
    return {
        "operationId": newest.path.strip("/").replace("/", "_").replace("-", "_"),
        "summary": f"{newest.title} / {newest.title_en}",
        "description": "\n\n".join(filter(None, (newest.description_zh, newest.description))),
        "tags": [newest.service],
        "requestBody": {"required": True, "content": _json(_either("oneOf", requests))},
        "responses": {
            "200": {
                "description": "`code` 200, or a failure",
                "headers": {"X-Ca-Request-Id": {"required": True, "schema": {"type": "string"}}},
                "content": _json(_either("anyOf", [*replies, *failures])),
            },
            **refused,
        },
    }


def _json(schema: dict[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}


def _either(how: str, schemas: list[dict[str, Any]]) -> dict[str, Any]:
    return schemas[0] if len(schemas) == 1 else {how: schemas}


def _distinct(schemas: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Versions that answer alike are told once."""
    return [schema for place, schema in enumerate(schemas) if schema not in schemas[:place]]


def _request_schema(spec: MethodSpec, by_kind: dict[int, Any]) -> dict[str, Any]:
    request: dict[str, Any] = {
        "apiVer": {"const": spec.version},
        "language": {"type": "string", "description": "Of `localizedMsg`: zh-CN or en"},
    }
    needed = ["apiVer"]
    if spec.token != "none":
        request["cloudToken"] = {"type": "string"}
        needed += ["cloudToken"] if spec.token == "required" else []
    params = by_kind[id(spec.params)] if spec.params is not None else {"type": "object"}
    return {
        "title": spec.version,
        "type": "object",
        "required": ["request", *(["params"] if spec.params is not None else [])],
        "properties": {
            "id": {"type": "string", "maxLength": 64},
            "version": {"type": "string"},
            "request": {"type": "object", "required": needed, "properties": request},
            "params": params,
        },
    }


def _success_schema(spec: MethodSpec, by_kind: dict[int, Any]) -> dict[str, Any]:
    properties: dict[str, Any] = {
        "id": _ID,
        "code": {"const": answers.OK},
        "message": {"const": spec.message},
        "localizedMsg": {"type": "null"},
    }
    if spec.result is not None:
        properties["data"] = by_kind[id(spec.result)]
        if spec.beside:
            properties[spec.beside] = by_kind[id(spec.result)]
    return {
        "title": "success",
        "type": "object",
        "required": list(properties),
        "properties": properties,
        "additionalProperties": False,
    }


def _failure_schema(specs: list[MethodSpec]) -> dict[str, Any]:
    """A failure of a code that one of the versions documents."""
    codes = {code for spec in specs for code in reference.codes_of(spec)}
    return {
        "title": "failure",
        "type": "object",
        "required": ["id", "code", "message", "localizedMsg"],
        "properties": {
            "id": _ID,
            "code": {"enum": sorted(codes, key=str)},
            "message": {"type": "string"},
            "localizedMsg": {"type": "string", "description": "In the language of the request"},
            "returnType": {"enum": sorted(set(answers.RETURN_TYPES.values()))},
        },
        "additionalProperties": False,
    }


def _foreign_failure_schema() -> dict[str, Any]:
    """A failure with a code of the application's that answers the call, passed on as it is."""
    return {
        "title": "failure of the provider",
        "type": "object",
        "required": ["id", "code", "message", "localizedMsg"],
        "properties": {
            "id": _ID,
            "code": {"type": ["integer", "string"], "not": {"enum": [0, answers.OK, "0", str(answers.OK)]}},
            "message": {"type": "string"},
            "localizedMsg": {"type": "string"},
        },
        "additionalProperties": False,
    }


def _refusal(meaning: str, codes: tuple[str, ...]) -> dict[str, Any]:
    return {
        "description": f"{meaning}; no body",
        "headers": {
            "X-Ca-Request-Id": {"required": True, "schema": {"type": "string"}},
            "X-Ca-Error-Code": {"required": True, "schema": {"enum": list(codes)}},
            "X-Ca-Error-Message": {"required": True, "schema": {"type": "string"}},
        },
    }
