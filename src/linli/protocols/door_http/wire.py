"""Bodies of requests and answers, both directions. JSON, and multipart forms for the two calls that carry a photo."""

import io
from typing import Any, Final

import msgspec
from multipart import MultipartError, MultipartParser, parse_options_header

from linli.protocols.door_http.codes import Code, Refused
from linli.protocols.door_http.interfaces import PHOTO_BYTES, VERSIONS, Ask, Interface
from linli.protocols.door_http.messages.base import Answer, Versioned

JSON_TYPE: Final = "application/json"
_FIELD_BYTES: Final = 4096
_FORM_EXTRA: Final = 16 * 1024
"""What a form may have beside its photo."""
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
            message = msgspec.convert(_read_form(content_type, body), interface.ask)
        else:
            message = msgspec.json.decode(body, type=interface.ask)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise Refused(Code.BAD_PARAMETER, _named(error)) from None
    if isinstance(message, Versioned) and message.version not in VERSIONS:
        raise Refused(Code.BAD_PARAMETER, f"version must be one of {', '.join(VERSIONS)}")
    return message


def write_request(interface: Interface, message: Ask) -> tuple[str, bytes]:
    """(Content-Type, body)."""
    if interface.form:
        return _write_form(msgspec.to_builtins(message, builtin_types=(bytes,)))
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
    rule, found, place = str(error).partition(" - at `")
    return f"{place.rstrip('`').removeprefix('$.')}: {rule}" if found else rule


def _read_form(content_type: str, body: bytes) -> dict[str, Any]:
    kind, options = parse_options_header(content_type)
    boundary = options.get("boundary", "")
    if kind != "multipart/form-data" or not boundary:
        raise Refused(Code.BAD_PARAMETER, "Content-Type must be multipart/form-data")
    form: dict[str, Any] = {}
    try:
        parser = MultipartParser(
            io.BytesIO(body), boundary, content_length=len(body), part_limit=16, header_limit=8,
            memory_limit=_FORM_BYTES, disk_limit=0,
        )  # fmt: skip
        for part in parser:
            if part.name == "photo":
                form["photo"] = part.raw
            elif part.size > _FIELD_BYTES:
                raise Refused(Code.BAD_PARAMETER, f"{part.name}: more than {_FIELD_BYTES} bytes")
            else:
                form[part.name] = part.value
    except (MultipartError, UnicodeDecodeError, LookupError) as error:
        raise Refused(Code.BAD_PARAMETER, f"form: {error}") from None
    return form


_BOUNDARY = "----linli-door-form-7d1f0a6c4b"


def _write_form(fields: dict[str, Any]) -> tuple[str, bytes]:
    """Fixed boundary: a photo that held this very line is refused rather than sent wrong."""
    parts = []
    for name, value in fields.items():
        if isinstance(value, bytes):
            if _BOUNDARY.encode() in value:
                raise ValueError("the photo holds the form's boundary")
            head = f'Content-Disposition: form-data; name="{name}"; filename="photo.jpg"\r\nContent-Type: image/jpeg'
            parts.append(head.encode() + b"\r\n\r\n" + value)
        else:
            parts.append(f'Content-Disposition: form-data; name="{name}"\r\n\r\n{value}'.encode())
    line = f"--{_BOUNDARY}".encode()
    body = b"".join(line + b"\r\n" + part + b"\r\n" for part in parts) + line + b"--\r\n"
    return f"multipart/form-data; boundary={_BOUNDARY}", body
