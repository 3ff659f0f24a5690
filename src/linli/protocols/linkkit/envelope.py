"""Requests and replies inside the messages. Source: spec clients b.4, b.6, trap 14.

    request  {"id":"1","version":"1.0","params":…,"method":"thing.service.x"}
    reply    {"code":200,"data":{},"id":"1","message":"success","method":"…","version":"1.0"}

SDKs silently drop a reply if a member is missing or if the id comes back with another type. So a reply always has all
six members and repeats the id byte for byte.
"""

from typing import Any

import msgspec

SUCCESS = 200
MAX_ID = 512
"""Bytes of an id as JSON. Ids are opaque and may be as long as a topic."""

_EMPTY = msgspec.Raw(b"")
_encoder = msgspec.json.Encoder()
_ACCEPTED = b'{"code":200,"data":{},"id":'
_SUCCESS = b',"message":"success","method":'
_VERSION = b',"version":"1.0"}'


class EnvelopeError(ValueError):
    """The message is no envelope; `str()` says why."""


class Request(msgspec.Struct, gc=False):
    """A request or post of a device. Members keep their JSON bytes, so that an echo is exact."""

    id: msgspec.Raw = _EMPTY
    params: msgspec.Raw = _EMPTY
    method: msgspec.Raw = _EMPTY


class Reply(msgspec.Struct, gc=False):
    """A device's answer to a call. `id` is the digits that we sent, also when it comes back with another type."""

    id: str | int = ""
    code: int = SUCCESS
    data: msgspec.Raw = _EMPTY
    message: str = ""


_requests = msgspec.json.Decoder(Request)
_replies = msgspec.json.Decoder(Reply)


def read_request(payload: bytes) -> Request:
    """Parse an uplink. `id` is a JSON string or number, or empty when absent. Raises EnvelopeError."""
    return read_as(_requests, payload)


def read_as[R: Request](decoder: msgspec.json.Decoder[R], payload: bytes) -> R:
    """Like `read_request`, with a struct of typed `params`, so that one pass decodes them too."""
    try:
        _check_text(payload)
        request = decoder.decode(payload)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise EnvelopeError(str(error)) from None
    raw_id = request.id
    if len(raw_id) > MAX_ID or bytes(raw_id)[:1] not in _ID_STARTS:
        raise EnvelopeError(f"id must be a string or a number of at most {MAX_ID} bytes")
    return request


def _check_text(payload: bytes) -> None:
    """Raises UnicodeDecodeError. The decoder looks at no text of members that it skips or keeps as bytes."""
    if not payload.isascii():
        payload.decode()


_QUOTE = ord('"')
_ID_STARTS = (b'"', b"", *(bytes([start]) for start in b"-0123456789"))


def read_reply(payload: bytes) -> Reply:
    """Parse a device's answer to a call. Raises EnvelopeError."""
    try:
        _check_text(payload)
        return _replies.decode(payload)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise EnvelopeError(str(error)) from None


def reply(
    request: Request,
    *,
    code: int = SUCCESS,
    data: Any = None,
    message: str = "success",
    method: str = "",
) -> bytes:
    """The answer to `request`, compact JSON. `data` None becomes `{}`; msgspec.Raw is put in as it is.

    `method` stands in where the client sent none. `version` is 1.0, the only one there is.
    """
    named = bytes(request.method)
    return b'{"code":%d,"data":%s,"id":%s,"message":%s,"method":%s,"version":"1.0"}' % (
        code,
        b"{}" if data is None else _encoder.encode(data),
        bytes(request.id) or b'""',
        b'"success"' if message == "success" else _encoder.encode(message),
        named if len(named) > 2 and named[0] == _QUOTE else _encoder.encode(method),
    )


def accepted(request: Request) -> bytes | None:
    """`reply(request)`, which is what nearly every post gets; None where the client sent no method that is text."""
    named = bytes(request.method)
    if named[:1] != b'"' or len(named) <= 2:
        return None
    return b"".join((_ACCEPTED, request.id or b'""', _SUCCESS, named, _VERSION))


def request(request_id: str, method: str, params: Any) -> bytes:
    """A downlink. `request_id` is digits: one SDK drops ids of another type (b.6). `params` may be msgspec.Raw."""
    return _encoder.encode({"method": method, "id": request_id, "params": params, "version": "1.0"})
