"""The endpoint that upload tickets lead to: one multipart form, answered as OSS does. Spec B §4.3.

Mounted at `/oss` (`service.uploads.UPLOAD_PATH`), which ends the host that tickets tell.
"""

import io
from collections.abc import MutableMapping
from http import HTTPStatus
from typing import Any, Final
from xml.sax.saxutils import escape

from multipart import MultipartError, MultipartParser, parse_options_header

from linli.domains.communities import post_policy
from linli.domains.communities.service.uploads import UploadPlace
from linli.kernel.clock import Clock
from linli.kernel.errors import BadInput, LinliError, TooLarge
from linli.kernel.http import Receive, Send

FORM_BYTES: Final = 3 * 1024 * 1024
"""Most bytes of a whole form: the largest file and its fields."""
_FIELD_BYTES: Final = 64 * 1024


class UploadForm:
    """An ASGI application that takes the forms and nothing else."""

    def __init__(self, place: UploadPlace, clock: Clock) -> None:
        self._place = place
        self._clock = clock

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        if scope["method"] == "OPTIONS":
            await _answer(send, HTTPStatus.NO_CONTENT, b"")
            return
        if scope["method"] != "POST":
            await _answer(send, HTTPStatus.METHOD_NOT_ALLOWED, b"")
            return
        try:
            form, content = _parse(scope["headers"], await _body(receive))
            etag = await self._take(form, content)
        except TooLarge as error:
            await _refuse(send, HTTPStatus.BAD_REQUEST, "EntityTooLarge", error)
        except BadInput as error:
            await _refuse(send, HTTPStatus.BAD_REQUEST, "InvalidArgument", error)
        except LinliError as error:
            await _refuse(send, HTTPStatus.FORBIDDEN, "AccessDenied", error)
        else:
            status = form.get("success_action_status", "")
            code = HTTPStatus(int(status)) if status in ("200", "201") else HTTPStatus.NO_CONTENT
            await _answer(send, code, b"", etag)

    async def _take(self, form: dict[str, str], content: bytes) -> str:
        limit = post_policy.check(form, now_ms=self._clock.now_ms(), secret=self._place.secret)
        post_policy.check_size(len(content), limit)
        stored = await self._place.store.put(post_policy.stored_key(form["key"]), content)
        return stored.etag


async def _body(receive: Receive) -> bytes:
    parts = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise BadInput(field="file", rule="required")
        parts += message.get("body", b"")
        if len(parts) > FORM_BYTES:
            raise TooLarge(limit=f"{FORM_BYTES // 1024} KiB")
        if not message.get("more_body"):
            return bytes(parts)


def _parse(headers: list[tuple[bytes, bytes]], body: bytes) -> tuple[dict[str, str], bytes]:
    """(text fields, file content). `${filename}` in the key stands for the file's own name. Raises BadInput."""
    kind, options = parse_options_header(dict(headers).get(b"content-type", b"").decode("latin-1"))
    if kind != "multipart/form-data" or not options.get("boundary"):
        raise BadInput(field="content-type", rule="one_of", allowed="multipart/form-data")
    fields: dict[str, str] = {}
    content: bytes | None = None
    try:
        parser = MultipartParser(
            io.BytesIO(body),
            options["boundary"],
            part_limit=32,
            partsize_limit=FORM_BYTES,
            memory_limit=FORM_BYTES,
        )
        for part in parser:
            if part.name == "file":
                content = part.raw
                fields["key"] = fields.get("key", "").replace("${filename}", part.filename or "")
            elif content is None:  # fields after the file do not count
                fields[part.name] = part.raw[:_FIELD_BYTES].decode("utf-8")
    except (MultipartError, UnicodeDecodeError):
        raise BadInput(field="body", rule="form") from None
    if content is None:
        raise BadInput(field="file", rule="required")
    return fields, content


async def _refuse(send: Send, status: HTTPStatus, code: str, error: LinliError) -> None:
    document = f"<Error><Code>{code}</Code><Message>{escape(error.text('en'))}</Message></Error>"
    await _answer(send, status, f'<?xml version="1.0" encoding="UTF-8"?>\n{document}'.encode())


async def _answer(send: Send, status: HTTPStatus, body: bytes, etag: str = "") -> None:
    headers = [
        (b"content-length", str(len(body)).encode()),
        # Browsers upload straight from pages of other hosts; the ticket is what gives the right.
        (b"access-control-allow-origin", b"*"),
        (b"access-control-allow-methods", b"POST"),
    ]
    if body:
        headers.append((b"content-type", b"application/xml"))
    if etag:
        headers.append((b"etag", f'"{etag.upper()}"'.encode()))
    await send({"type": "http.response.start", "status": int(status), "headers": headers})
    await send({"type": "http.response.body", "body": body})
