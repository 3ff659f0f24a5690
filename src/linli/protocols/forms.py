"""multipart/form-data bodies with one photo in them, both directions. Pure: the whole body is in memory and bounded."""

import io
from collections.abc import Mapping
from typing import Any, Final

from multipart import MultipartError, MultipartParser, parse_options_header

FIELD_BYTES: Final = 4096
"""Of a text field."""
_BOUNDARY = "----linli-door-form-7d1f0a6c4b"


class FormError(ValueError):
    """The body is no such form; the text names the field where there is one."""


def read_form(content_type: str, body: bytes, *, file: str = "photo", most: int) -> dict[str, Any]:
    """Text fields, and the bytes of the part `file`. `most`: bytes of the whole. Raises FormError."""
    kind, options = parse_options_header(content_type)
    boundary = options.get("boundary", "")
    if kind != "multipart/form-data" or not boundary:
        raise FormError("Content-Type must be multipart/form-data")
    form: dict[str, Any] = {}
    try:
        parser = MultipartParser(
            io.BytesIO(body),
            boundary,
            content_length=len(body),
            part_limit=16,
            header_limit=8,
            spool_limit=most,
            memory_limit=most,
            disk_limit=0,
        )
        for part in parser:
            if part.name == file:
                form[file] = part.raw
            elif part.size > FIELD_BYTES:
                raise FormError(f"{part.name}: more than {FIELD_BYTES} bytes")
            else:
                form[part.name] = part.value
    except (MultipartError, UnicodeDecodeError, LookupError) as error:
        raise FormError(f"form: {error}") from None
    return form


def write_form(fields: Mapping[str, Any]) -> tuple[str, bytes]:
    """(Content-Type, body); a field of bytes is sent as a file.

    The boundary is fixed: a photo that held this very line is refused rather than sent wrong.
    """
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
