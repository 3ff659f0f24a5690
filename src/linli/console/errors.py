"""The console's table from failures to HTTP, and the shape of all error answers."""

import re
import uuid
from typing import Any, Final, cast

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException, InternalServerException, ValidationException
from litestar.params import ParameterKwarg
from litestar.types import ExceptionHandlersMap, Scope

from linli.domains.accounts.notes import REASON
from linli.kernel import errors, i18n, input_errors, telemetry
from linli.kernel.db.errors import Unstorable
from linli.kernel.i18n import language_of

log = telemetry.logger(__name__)

type AnyRequest = Request[Any, Any, Any]


class Problem(msgspec.Struct, rename="camel", frozen=True):
    """A refusal: a stable code, words in the caller's language, the field at fault, and the request's number."""

    code: str
    message: str
    field: str | None
    request_id: str
    facts: dict[str, Any] = {}
    """Facts for a page beyond the text, e.g. `seconds` to wait."""


STATUS: Final[dict[type[errors.LinliError], int]] = {
    errors.BadInput: 400,
    errors.Unauthorized: 401,
    errors.Forbidden: 403,
    errors.NotFound: 404,
    errors.Conflict: 409,
    errors.TooLarge: 413,
    errors.TooMany: 429,
    errors.TimedOut: 504,
    errors.Unavailable: 503,
}
_HTTP_CODES: Final = {
    400: "bad_input",
    401: "unauthorized",
    403: "forbidden",
    404: "console.no_route",
    405: "console.no_route",
    413: "too_large",
    415: "console.no_route",
    429: "too_many",
}
_ABSENT: Final = re.compile(r"Missing required \S+ parameter '(?P<name>[^']+)'")
_TYPES: Final = {
    "int": "type_int",
    "float": "type_float",
    "bool": "type_bool",
    "str": "type_str",
    "array": "type_array",
    "object": "type_object",
}
"""Types by msgspec's names, and the rule that people read."""
_FACTS_SHOWN: Final[tuple[str, ...]] = ("seconds", "limit", "rows")


def status_of(kind: type[errors.LinliError]) -> int:
    """The most specific entry of the table; an unlisted rule is a conflict with what is."""
    return next((STATUS[base] for base in kind.__mro__ if base in STATUS), 409)


def request_id_in(scope: Scope) -> str:
    """The number of this request, made when first asked for."""
    state = scope.setdefault("state", {})
    return cast(str, state.setdefault("request_id", str(uuid.uuid4())))


def _answer(
    request: AnyRequest,
    status: int,
    code: str,
    message: str,
    field: str | None = None,
    facts: dict[str, Any] | None = None,
) -> Response[Problem]:
    request.scope.setdefault("state", {})[REASON] = code
    problem = Problem(code, message, field, request_id_in(request.scope), facts or {})
    return Response(problem, status_code=status, media_type="application/json")


def on_linli_error(request: AnyRequest, error: errors.LinliError) -> Response[Problem]:
    facts = {name: error.facts[name] for name in _FACTS_SHOWN if name in error.facts}
    return _answer(
        request, status_of(type(error)), error.code, error.text(language_of(request)), error.field, facts
    )


def on_unstorable(request: AnyRequest, error: Unstorable) -> Response[Problem]:
    """A value of the caller's that no column takes."""
    named = {**request.path_params, **request.query_params}
    refusal = input_errors.of_unstorable(error, error.inputs, named, whole="body")
    return on_linli_error(request, refusal)


def on_validation(request: AnyRequest, error: ValidationException) -> Response[Problem]:
    """Input of a wrong type or missing: the first fault, by its field's wire name and its rule."""
    return on_linli_error(request, _bad_input(request, error))


def _bad_input(request: AnyRequest, error: ValidationException) -> errors.BadInput:
    faults = error.extra if isinstance(error.extra, list) else []
    fault = next((f for f in faults if isinstance(f, dict)), None)
    if fault is None:
        if absent := _ABSENT.match(error.detail):
            return errors.BadInput(field=absent["name"], rule="required")
        return input_errors.of_words(error.detail, "", whole="body")
    key = str(fault.get("key") or "")
    if fault.get("source") == "body" or key in ("", "data"):
        key = "" if key == "data" else key.removeprefix("data.")
    else:
        key = _wire_name(request, key)
    bad_input = input_errors.of_words(str(fault.get("message") or error.detail), key, whole="body")
    if bad_input.facts["rule"] == "type":
        kind = _TYPES.get(str(bad_input.facts["expected"]).partition(" ")[0])
        if kind is not None:
            return errors.BadInput(field=str(bad_input.field), rule=kind)
    return bad_input


def _wire_name(request: AnyRequest, name: str) -> str:
    """The wire name of a parameter that a route's function, or its provider, calls `name`."""
    handler = request.route_handler
    providers = handler.resolve_dependencies().values()
    first, dot, rest = name.partition(".")
    for signature in (handler.parsed_fn_signature, *(provider.parsed_fn_signature for provider in providers)):
        field = signature.parameters.get(first)
        if field is not None and isinstance(field.kwarg_definition, ParameterKwarg):
            kwarg_definition = field.kwarg_definition
            return (
                (
                    kwarg_definition.name
                    or kwarg_definition.query
                    or kwarg_definition.header
                    or kwarg_definition.cookie
                    or first
                )
                + dot
                + rest
            )
    return name


def on_unreadable(request: AnyRequest, error: Exception) -> Response[Problem]:
    """A body nested deeper than the decoder goes, or with text that is no UTF-8."""
    rule = "too_deep" if isinstance(error, RecursionError) else "utf8"
    return on_linli_error(request, errors.BadInput(field="body", rule=rule))


_IN_BODY: Final = re.compile(r"(?P<said>.*) - at `\$\.data\.?(?P<path>[^`]*)`$", re.DOTALL)


def on_internal(request: AnyRequest, error: InternalServerException) -> Response[Problem]:
    """Litestar blames a dependency for a fault of the body's field of the same name (`ids`): it is the caller's."""
    cause = error.__cause__
    match = _IN_BODY.match(str(cause)) if isinstance(cause, msgspec.ValidationError) else None
    if match is None:
        return on_http_exception(request, error)
    fault = {"message": match["said"], "key": match["path"], "source": "body"}
    return on_validation(request, ValidationException(detail=match["said"], extra=[fault]))


def on_http_exception(request: AnyRequest, error: HTTPException) -> Response[Problem]:
    code = _HTTP_CODES.get(error.status_code, "failed")
    if error.status_code >= 500:
        log.error("console route failed: %s %s", request.method, request.url.path, exc_info=error)
    message = i18n.text(f"error.{code}", language_of(request), field="body", rule=error.detail)
    return _answer(request, error.status_code, code, message)


def on_fault(request: AnyRequest, error: Exception) -> Response[Problem]:
    log.error(
        "console route failed: %s %s (%s)",
        request.method,
        request.url.path,
        request_id_in(request.scope),
        exc_info=error,
    )
    return _answer(request, 500, "failed", i18n.text("error.failed", language_of(request)))


HANDLERS: Final[ExceptionHandlersMap] = {
    errors.LinliError: on_linli_error,
    Unstorable: on_unstorable,
    ValidationException: on_validation,
    InternalServerException: on_internal,
    HTTPException: on_http_exception,
    RecursionError: on_unreadable,
    UnicodeDecodeError: on_unreadable,
    Exception: on_fault,
}
