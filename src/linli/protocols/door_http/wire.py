"""Bodies of requests and answers, both directions. JSON, and multipart forms for the two calls that carry a photo."""

from typing import Final

import msgspec

from linli.protocols.door_http.codes import Code, Refused
from linli.protocols.door_http.interfaces import PHOTO_BYTES, VERSIONS, Ask, Interface
from linli.protocols.door_http.messages.base import Answer, Versioned
from linli.protocols.forms import FormError, read_form, write_form

JSON_TYPE: Final = "application/json"
_FORM_EXTRA: Final = 16 * 1024
"""Room for the form beside its photo."""
_FORM_BYTES: Final = PHOTO_BYTES + _FORM_EXTRA
BODY_BYTES: Final = 2 * 1024 * 1024
"""Of a JSON request: fifty faces of 1024 numbers fit."""


def body_limit(interface: Interface) -> int:
    return _FORM_BYTES if interface.form else BODY_BYTES


def read_request(interface: Interface, content_type: str, body: bytes) -> Ask:
    """Raises Refused (5) naming the field and the rule."""
    if len(body) > body_limit(interface):
        raise Refused(Code.BAD_PARAMETER, f"body has more than {body_limit(interface)} bytes")
    try:
        message: Ask
        if interface.form:
            message = msgspec.convert(read_form(content_type, body, most=_FORM_BYTES), interface.ask)
        else:
            message = msgspec.json.decode(body, type=interface.ask)
    except FormError as error:
        raise Refused(Code.BAD_PARAMETER, str(error)) from None
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise Refused(Code.BAD_PARAMETER, _named(error)) from None
    if isinstance(message, Versioned) and message.version not in VERSIONS:
        raise Refused(Code.BAD_PARAMETER, f"version must be one of {', '.join(VERSIONS)}")
    return message


def write_request(interface: Interface, message: Ask) -> tuple[str, bytes]:
    """(Content-Type, body)."""
    if interface.form:
        return write_form(msgspec.to_builtins(message, builtin_types=(bytes,)))
    return JSON_TYPE, msgspec.json.encode(message)


class BadAnswer(ValueError):
    """The peer's answer is none of this protocol."""


def read_answer(interface: Interface, body: bytes) -> Answer:
    """A refusal comes back as a plain Answer with its code. Raises BadAnswer."""
    try:
        plain = msgspec.json.decode(body, type=Answer)
        if plain.code != Code.SUCCESS or interface.answer is Answer:
            return plain
        return msgspec.json.decode(body, type=interface.answer)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise BadAnswer(_named(error)) from None


def write_answer(answer: Answer) -> bytes:
    return msgspec.json.encode(answer)


def refusal(refused: Refused) -> Answer:
    return Answer(code=refused.code, message=refused.message)


def _named(error: Exception) -> str:
    """`$.rules[0].delaySeconds: Expected …` instead of the library's order."""
    rule, separator, place = str(error).partition(" - at `")
    return f"{place.rstrip('`').removeprefix('$.')}: {rule}" if separator else rule
