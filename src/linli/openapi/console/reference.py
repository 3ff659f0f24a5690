"""The interactive API reference."""

import json
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.entry import Filter, Routes
from linli.kernel.errors import BadInput, Forbidden, NotFound
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets
from linli.kernel.settings import Settings
from linli.openapi import reference, samples, trial
from linli.openapi.assembly import OpenApi
from linli.openapi.document import document
from linli.openapi.reference import ErrorCode, Field
from linli.openapi.registry import MethodSpec, TokenMode


class MethodSummary(msgspec.Struct, rename="camel", frozen=True):
    path: str
    version: str
    service: str
    title: str
    token: TokenMode
    legacy: bool


class MethodDetail(MethodSummary, rename="camel", frozen=True):
    """One method with everything a caller needs."""

    description: str
    request: list[Field]
    response: list[Field]
    """Members of `data`."""
    errors: list[ErrorCode]
    request_example: str
    """JSON of `params`."""
    response_example: str
    curl: str
    python: str
    java: str
    node: str


class CodeAsked(msgspec.Struct, rename="camel", frozen=True):
    path: str
    version: str
    params: Annotated[str, msgspec.Meta(description="JSON text.")] = "{}"
    app_key: Annotated[str, msgspec.Meta(max_length=32, pattern=r"^[0-9A-Za-z]*$")] = ""
    community_id: int | None = None


class Code(msgspec.Struct, frozen=True):
    """Programs that make one call with the parameters as they stand."""

    curl: str
    python: str
    java: str
    node: str


class TryRequest(msgspec.Struct, rename="camel"):
    """A call to make as one of the tenant's keys; the server signs it."""

    app_key: str
    path: str
    version: str
    params: Annotated[str, msgspec.Meta(description="JSON text.")] = "{}"
    community_id: int | None = None


class TryAnswer(msgspec.Struct, rename="camel", frozen=True):
    status: int
    body: str
    request_id: str
    took_ms: int


def _summary(spec: MethodSpec, language: str) -> dict[str, Any]:
    return {
        "path": spec.path,
        "version": spec.version,
        "service": spec.service,
        "title": spec.title_en if language == "en" else spec.title,
        "token": spec.token,
        "legacy": spec.legacy,
    }


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)


def _object(text: str) -> dict[str, Any]:
    """Raises BadInput."""
    try:
        params = json.loads(text or "{}")
    except ValueError as error:
        raise BadInput(field="params", rule="type", expected="JSON") from error
    if not isinstance(params, dict):
        raise BadInput(field="params", rule="type", expected="object")
    return params


reference_routes = Routes("/reference", tags=("integrations",))


@reference_routes.get(right="integrations.manage")
async def list_methods(scope: Scope, openapi: OpenApi) -> list[MethodSummary]:
    """Every method of the open API, by path and version."""
    specs = sorted(openapi.registry, key=lambda spec: (spec.service, spec.path, spec.version))
    return [MethodSummary(**_summary(spec, scope.language)) for spec in specs]


class MethodChoice(Filter, frozen=True):
    """The described method, and its reader."""

    path: str
    version: str
    app_key: Annotated[str, Meta(max_length=32, pattern=r"^[0-9A-Za-z]*$")] = ""


@reference_routes.get("/method", right="integrations.manage", raises=(NotFound,))
async def method(scope: Scope, openapi: OpenApi, settings: Settings, which: MethodChoice) -> MethodDetail:
    """One method: its fields, errors, and code that calls it, with `appKey` filled in if it is told."""
    spec = openapi.registry.get(which.path, which.version)
    if spec is None:
        raise NotFound(what="method", id=f"{which.path} {which.version}")
    server, key = settings.public_url, which.app_key or samples.PLACEHOLDER
    return MethodDetail(
        **_summary(spec, scope.language),
        description=spec.described(scope.language),
        request=reference.fields_of(spec.params, scope.language),
        response=reference.fields_of(spec.result, scope.language),
        errors=reference.errors_of(spec, scope.language),
        request_example=_json(reference.envelope_example(spec)["params"]),
        response_example=_json(reference.answer_example(spec)),
        curl=samples.curl(spec, server, app_key=key),
        python=samples.python(spec, server, app_key=key),
        java=samples.java(spec, server, app_key=key),
        node=samples.node(spec, server, app_key=key),
    )


@reference_routes.get("/openapi.json", right="integrations.manage", name="document")
async def show_document(openapi: OpenApi, settings: Settings) -> dict[str, Any]:
    """The OpenAPI 3.1 file of the open API."""
    return document(openapi.registry, title="Linli open API", version="1", server=settings.public_url)


@reference_routes.post("/code", right="integrations.manage", status=200, raises=(NotFound,))
async def code(data: CodeAsked, openapi: OpenApi, settings: Settings) -> Code:
    """Code that makes this very call; secret and cloudToken come from the environment of who runs it."""
    spec = openapi.registry.get(data.path, data.version)
    if spec is None:
        raise NotFound(what="method", id=f"{data.path} {data.version}")
    params, server = _object(data.params), settings.public_url
    key = data.app_key or samples.PLACEHOLDER
    return Code(
        curl=samples.curl(spec, server, app_key=key, params=params, community_id=data.community_id),
        python=samples.python(spec, server, app_key=key, params=params, community_id=data.community_id),
        java=samples.java(spec, server, app_key=key, params=params),
        node=samples.node(spec, server, app_key=key, params=params),
    )


@reference_routes.post("/try", right="integrations.manage", status=200, raises=(NotFound,))
async def try_method(
    data: TryRequest, scope: Scope, openapi: OpenApi, db: Database, ids: Ids, clock: Clock, secrets: Secrets
) -> TryAnswer:
    """Make a real call through the gateway as one of the tenant's keys."""
    spec = openapi.registry.get(data.path, data.version)
    if spec is None:
        raise NotFound(what="method", id=f"{data.path} {data.version}")
    params = _object(data.params)
    if spec.token == "required" and data.community_id is None:
        raise BadInput(field="communityId", rule="required")
    if scope.communities is not None:
        raise Forbidden()
    caller = await trial.borrow_key(scope, db, secrets, app_key=data.app_key)
    token = None
    if data.community_id is not None:
        token = await trial.lend_token(caller, db, openapi.tokens, community_id=data.community_id)
    began = clock.now_ms()
    answer = await trial.call(
        openapi.gateway,
        caller,
        spec,
        params,
        token=token,
        ids=ids,
        now_ms=began,
        language=scope.language,
    )
    return TryAnswer(answer.status, answer.body, answer.request_id, clock.now_ms() - began)
