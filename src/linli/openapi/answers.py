"""The bytes of an answer: the envelope that follows an accepted signature (spec H 8.2), always HTTP 200.

    {"id": <as sent>, "code": 200, "message": "success", "localizedMsg": null, "data": ...}

A failure has another code, a message in English and `localizedMsg` in the language of the request; some carry
`returnType`, which the vendor's clients print.
"""

from __future__ import annotations

from functools import lru_cache

import msgspec

from linli.kernel import i18n
from linli.kernel.errors import (
    BadInput,
    Conflict,
    Forbidden,
    LinliError,
    NotFound,
    TooLarge,
    TooMany,
    Unauthorized,
    Unavailable,
)

OK = 200
WRONG_TYPE = 400
UNAUTHORIZED = 401
FORBIDDEN = 403
TOO_MANY = 429
BAD_PARAMETER = 460
SYSTEM_ERROR = 500
NO_ROUTE = 20003
BACKEND_ERROR = 20004

MESSAGES = {
    WRONG_TYPE: "failed to build result",
    UNAUTHORIZED: "request auth error.",
    FORBIDDEN: "request forbidden.",
    TOO_MANY: "too many requests.",
    BAD_PARAMETER: "request parameter error.",
    SYSTEM_ERROR: "System Error",
    NO_ROUTE: "gateway.not found backend router",
    BACKEND_ERROR: "gateway.backend service error",
}
"""`message` of each code, as the vendor spells it; details of a parameter follow it."""
RETURN_TYPES = {WRONG_TYPE: "LUCENCY", TOO_MANY: "IoT_PROTOCOL", SYSTEM_ERROR: "IoT_PROTOCOL"}

SUCCESS = "success"
SUCCESS_TAIL = b',"code":200,"message":"success","localizedMsg":null'
_encode = msgspec.json.Encoder().encode


class Failure(msgspec.Struct, frozen=True):
    """One failure, ready for the envelope. `reason` goes to the request log only."""

    code: int | str
    message: str
    localized: str
    return_type: str | None = None
    reason: str = ""


def success(call_id: bytes, data: bytes | None, *, beside: str = "", message: str = SUCCESS) -> bytes:
    """`call_id` is the JSON of the id as the caller sent it, `data` JSON or None for an envelope without data.

    `beside`: a name that the data stands under at the top level too.
    """
    tail = SUCCESS_TAIL
    if message != SUCCESS:
        tail = b',"code":200,"message":' + _encode(message) + b',"localizedMsg":null'
    if data is None:
        return b'{"id":' + call_id + tail + b"}"
    if beside:
        return b'{"id":' + call_id + tail + b',"data":' + data + b',"' + beside.encode() + b'":' + data + b"}"
    return b'{"id":' + call_id + tail + b',"data":' + data + b"}"


def failed(call_id: bytes, failure: Failure) -> bytes:
    body = {"code": failure.code, "message": failure.message, "localizedMsg": failure.localized}
    if failure.return_type is not None:
        body["returnType"] = failure.return_type
    return b'{"id":' + call_id + b"," + _encode(body)[1:]


@lru_cache(maxsize=256)
def plain(code: int, language: str) -> Failure:
    """The failure of a code without details."""
    return Failure(code, MESSAGES[code], i18n.text(f"openapi.code.{code}", language), RETURN_TYPES.get(code))


def detailed(code: int, error: LinliError, language: str, *, detail: str = "") -> Failure:
    """The failure of a code, with a detail added to its message."""
    base = plain(code, language)
    reason = detail or error.text("en")
    return Failure(
        code,
        f"{base.message.rstrip('.')}. {reason}",
        i18n.text("openapi.detail", language, message=base.localized, detail=error.text(language)),
        base.return_type,
        reason,
    )


def code_of(error: LinliError) -> int:
    """The body code of an error without a code of its own. A foreign row and an absent one are both 403."""
    match error:
        case BadInput(facts={"rule": "type"}):
            return WRONG_TYPE
        case BadInput() | Conflict() | TooLarge():
            return BAD_PARAMETER
        case Forbidden() | NotFound():
            return FORBIDDEN
        case Unauthorized():
            return UNAUTHORIZED
        case TooMany():
            return TOO_MANY
        case Unavailable():
            return BACKEND_ERROR
        case _:
            return SYSTEM_ERROR


def of_error(error: LinliError, language: str) -> Failure:
    """The answer to an expected failure."""
    if error.api_code is not None:
        return_type = RETURN_TYPES.get(error.api_code) if error.api_code == SYSTEM_ERROR else None
        return Failure(error.api_code, error.text("en"), error.text(language), return_type, error.code)
    code = code_of(error)
    if code in (WRONG_TYPE, BAD_PARAMETER):
        blank = isinstance(error, BadInput) and error.facts.get("rule") in ("blank", "required")
        return detailed(code, error, language, detail=f"{error.field} is blank!" if blank else "")
    return msgspec.structs.replace(plain(code, language), reason=error.text("en"))
