"""The API reference made from the registry: what a page shows of each method, and one OpenAPI 3.1 document.

Both come from the methods' own Structs, so they cannot say something else than the gateway does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import msgspec

from linli.kernel import i18n
from linli.kernel.errors import LinliError
from linli.openapi import answers
from linli.openapi.registry import MethodSpec, Registry
from linli.openapi.samples import curl_sample, example_of, python_sample

TITLE: Final = "Linli 邻里 open API"
_REF: Final = "#/components/schemas/{name}"
_COMMON: Final = (400, 401, 403, 429, 460, 500, 20004)
_MAX_DEPTH: Final = 6

type Schema = dict[str, Any]


class ApiEntry(msgspec.Struct, frozen=True):
    """One line of `linli apis`."""

    path: str
    version: str
    kind: str = "open-api"


class FieldDoc(msgspec.Struct, frozen=True, rename="camel"):
    """One member of `params` or `data`; `name` is the path to it: `maps[].roomId`."""

    name: str
    type: str
    required: bool
    description: str = ""


class ErrorDoc(msgspec.Struct, frozen=True, rename="camel"):
    code: int | str
    message: str
    localized: str


class MethodDoc(msgspec.Struct, frozen=True, rename="camel"):
    path: str
    version: str
    service: str
    title: str
    title_en: str
    description: str
    token: str
    legacy: bool
    rate: float | None
    request: list[FieldDoc]
    response: list[FieldDoc]
    response_type: str
    errors: list[ErrorDoc]
    curl: str
    python: str


def apis(registry: Registry) -> list[ApiEntry]:
    """Every method by path and version, for `linli apis`."""
    return sorted(
        (ApiEntry(spec.path, spec.version) for spec in registry),
        key=lambda entry: (entry.path, entry.version),
    )


def describe(registry: Registry, base_url: str, language: str = i18n.DEFAULT) -> list[MethodDoc]:
    """The whole reference, by path and version. `base_url` without a slash at the end goes into the samples."""
    schemas = _Schemas(registry)
    return [_method(spec, schemas, base_url, language) for spec in _sorted(registry)]


def openapi_document(registry: Registry, base_url: str, version: str) -> dict[str, Any]:
    """An OpenAPI 3.1 document. The versions of one path are a `oneOf`, told apart by `request.apiVer`."""
    schemas = _Schemas(registry)
    by_path: dict[str, list[MethodSpec]] = {}
    for spec in _sorted(registry):
        by_path.setdefault(spec.path, []).append(spec)
    tags = sorted({spec.service for spec in registry})
    return {
        "openapi": "3.1.0",
        "info": {"title": TITLE, "version": version, "description": _INTRODUCTION},
        "servers": [{"url": base_url}],
        "tags": [{"name": tag} for tag in tags],
        "paths": {path: {"post": _operation(specs, schemas)} for path, specs in by_path.items()},
        "components": {
            "schemas": {**schemas.components, "Failure": _FAILURE},
            "responses": {"Refused": _REFUSED},
            "securitySchemes": {
                "appSignature": {
                    "type": "apiKey",
                    "in": "header",
                    "name": "X-Ca-Signature",
                    "description": _SIGNATURE,
                }
            },
        },
        "security": [{"appSignature": []}],
    }


class _Schemas:
    """JSON schemas of every method's params and result."""

    def __init__(self, registry: Registry) -> None:
        types = [spec.params for spec in registry if spec.params is not None]
        types += [spec.result for spec in registry if spec.result is not None]
        unique = list({id(kind): kind for kind in types}.values())
        built, components = msgspec.json.schema_components(unique, ref_template=_REF)
        self._by_type = {id(kind): schema for kind, schema in zip(unique, built, strict=True)}
        self.components: dict[str, Schema] = dict(components)

    def of(self, kind: Any) -> Schema:
        return self._by_type[id(kind)]

    def resolved(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        """Follow a reference; take the one alternative of an optional member."""
        while True:
            if "$ref" in schema:
                schema = self.components[schema["$ref"].rpartition("/")[2]]
            elif options := [o for o in schema.get("anyOf", ()) if o.get("type") != "null"]:
                if len(options) != 1:
                    return schema
                schema = options[0]
            else:
                return schema

    def fields(
        self, schema: Mapping[str, Any], prefix: str = "", seen: tuple[int, ...] = ()
    ) -> Iterator[FieldDoc]:
        """The members of an object or of a list of objects, depth first."""
        schema = self.resolved(schema)
        if schema.get("type") == "array" and "items" in schema:
            yield from self.fields(schema["items"], f"{prefix}[]", seen)
            return
        if id(schema) in seen or len(seen) > _MAX_DEPTH:
            return
        required = schema.get("required", ())
        for name, member in schema.get("properties", {}).items():
            place = f"{prefix}.{name}" if prefix else name
            inner = self.resolved(member)
            text = member.get("description") or inner.get("description", "")
            yield FieldDoc(place, self.type_of(member), name in required, text)
            yield from self.fields(member, place, (*seen, id(schema)))

    def type_of(self, schema: Mapping[str, Any]) -> str:
        schema = self.resolved(schema)
        if "enum" in schema:
            return " | ".join(str(value) for value in schema["enum"])
        kind = schema.get("type")
        if kind == "array":
            return f"{self.type_of(schema['items'])}[]" if "items" in schema else "array"
        if "anyOf" in schema:
            return " | ".join(self.type_of(option) for option in schema["anyOf"])
        return str(kind or "any")


def _sorted(registry: Iterable[MethodSpec]) -> list[MethodSpec]:
    return sorted(registry, key=lambda spec: spec.key)


def _method(spec: MethodSpec, schemas: _Schemas, base_url: str, language: str) -> MethodDoc:
    params = {} if spec.params is None else schemas.of(spec.params)
    result = {} if spec.result is None else schemas.of(spec.result)
    example = {} if spec.params is None else example_of(params, schemas.resolved)
    return MethodDoc(
        path=spec.path,
        version=spec.version,
        service=spec.service,
        title=spec.title,
        title_en=spec.title_en,
        description=spec.description,
        token=spec.token,
        legacy=spec.legacy,
        rate=spec.rate,
        request=list(schemas.fields(params)),
        response=list(schemas.fields(result)),
        response_type=schemas.type_of(result) if spec.result is not None else "",
        errors=_errors(spec, language),
        curl=curl_sample(spec, example, base_url),
        python=python_sample(spec, example, base_url),
    )


def _errors(spec: MethodSpec, language: str) -> list[ErrorDoc]:
    """What the method itself raises, then what every method may answer."""
    own = [_raised(kind, language) for kind in spec.raises if issubclass(kind, LinliError)]
    common = [answers.plain(code, language) for code in _COMMON if code != 401 or spec.token != "none"]
    return [ErrorDoc(f.code, f.message, f.localized) for f in (*own, *common)]


def _raised(kind: type[LinliError], language: str) -> answers.Failure:
    error = kind.__new__(kind)
    LinliError.__init__(error)  # without facts: places in the text stay as `{name}`
    if kind.api_code is None:
        said = answers.code_of(error)
        text = f"{answers.MESSAGES[said].rstrip('.')}. {error.text('en')}"
        return answers.Failure(said, text, error.text(language))
    return answers.Failure(kind.api_code, error.text("en"), error.text(language))


def _operation(specs: list[MethodSpec], schemas: _Schemas) -> dict[str, Any]:
    newest = specs[-1]
    requests = [_request(spec, schemas) for spec in specs]
    replies = [_reply(spec, schemas) for spec in specs]
    return {
        "operationId": newest.path.strip("/").replace("/", "_").replace("-", "_"),
        "tags": [newest.service],
        "summary": f"{newest.title} / {newest.title_en}",
        "description": newest.description,
        "requestBody": {"required": True, "content": {"application/json": {"schema": _one_of(requests)}}},
        "responses": {
            "200": {
                "description": "Answered: success or a failure told by `code`.",
                "content": {
                    "application/json": {
                        "schema": {"anyOf": [*replies, {"$ref": "#/components/schemas/Failure"}]}
                    }
                },
            },
            "400": {"$ref": "#/components/responses/Refused"},
            "403": {"$ref": "#/components/responses/Refused"},
        },
        "deprecated": all(spec.legacy for spec in specs),
    }


def _one_of(schemas: list[Schema]) -> Schema:
    return schemas[0] if len(schemas) == 1 else {"oneOf": schemas}


def _request(spec: MethodSpec, schemas: _Schemas) -> Schema:
    request: Schema = {
        "type": "object",
        "properties": {
            "apiVer": {"const": spec.version},
            "language": {"enum": list(i18n.LANGUAGES)},
            "locale": {"type": "string"},
            "iotToken": {"type": "string"},
        },
        "required": ["apiVer"],
    }
    if spec.token != "none":
        request["properties"]["cloudToken"] = {"type": "string", "description": "Token of the community."}
        if spec.token == "required":
            request["required"].append("cloudToken")
    envelope: Schema = {
        "title": f"{spec.title_en} {spec.version}",
        "type": "object",
        "properties": {
            "id": {"type": "string", "description": "Echoed in the answer."},
            "version": {"const": "1.0"},
            "request": request,
        },
        "required": ["request"],
    }
    if spec.params is not None:
        envelope["properties"]["params"] = schemas.of(spec.params)
        envelope["required"].append("params")
    return envelope


def _reply(spec: MethodSpec, schemas: _Schemas) -> Schema:
    properties: Schema = {
        "id": {"type": "string"},
        "code": {"const": 200},
        "message": {"const": "success"},
        "localizedMsg": {"type": "null"},
    }
    if spec.result is not None:
        properties["data"] = schemas.of(spec.result)
    return {
        "title": f"{spec.title_en} {spec.version}",
        "type": "object",
        "properties": properties,
        "required": list(properties),
    }


_FAILURE: Final[Schema] = {
    "type": "object",
    "properties": {
        "id": {"type": "string"},
        "code": {
            "type": ["integer", "string"],
            "description": "; ".join(f"{code}: {message}" for code, message in answers.MESSAGES.items()),
        },
        "message": {"type": "string"},
        "localizedMsg": {"type": ["string", "null"]},
        "returnType": {"type": "string"},
    },
    "required": ["id", "code", "message", "localizedMsg"],
}
_REFUSED: Final[Schema] = {
    "description": "Refused before the signature counted; no body.",
    "headers": {
        "X-Ca-Error-Code": {"schema": {"type": "string"}},
        "X-Ca-Error-Message": {"schema": {"type": "string"}},
        "X-Ca-Request-Id": {"schema": {"type": "string"}},
    },
}
_SIGNATURE: Final = (
    "Base64 of HMAC-SHA256(appSecret, string to sign): method, Accept, Content-MD5, Content-Type, Date, each header "
    "named in X-Ca-Signature-Headers as name:value, and the path with its sorted query, joined by line feeds."
)
_INTRODUCTION: Final = (
    "Every call is a signed POST with an envelope. The method is chosen by path and `request.apiVer`; the versions of "
    "one path are alternatives of its request body. Community methods take the community's `cloudToken`."
)
