"""One method of the open API, and what a call of it looks like on the wire. No I/O: both clients share it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any, Generic, Literal, TypeVar

import msgspec

from linli_sdk.errors import GatewayRefused, api_error

R = TypeVar("R")
TokenMode = Literal["required", "optional", "none"]


class Model(msgspec.Struct, omit_defaults=True):
    """A parameter or result of the open API. Python names inside, the contract's names on the wire; None is left out."""


class Method(Generic[R]):
    """The contract of one (path, version)."""

    __slots__ = ("_decoder", "path", "reads", "result", "token", "version")

    def __init__(
        self, path: str, version: str, *, token: TokenMode, result: Any = None, reads: bool = False
    ) -> None:
        self.path = path
        self.version = version
        self.token: TokenMode = token
        """Whether a call carries the cloudToken of a community."""
        self.result = result
        """Type of `data`; None: the envelope alone."""
        self.reads = reads
        """Changes nothing, so that it may be sent again after a broken connection."""
        self._decoder: msgspec.json.Decoder[Any] | None = None

    def __repr__(self) -> str:
        return f"{self.path} {self.version}"

    def decode(self, data: msgspec.Raw) -> Any:
        if self.result is None:
            return None
        if self._decoder is None:
            self._decoder = msgspec.json.Decoder(self.result, strict=False)
        return self._decoder.decode(data)


class _Answer(msgspec.Struct):
    code: Any = 200
    message: str = ""
    localizedMsg: str | None = None  # the wire name
    data: msgspec.Raw = msgspec.Raw(b"null")


_read = msgspec.json.Decoder(_Answer).decode


def new_id() -> str:
    """An `id` for the envelope: it stays the same when a call is repeated."""
    return uuid.uuid4().hex


def envelope(
    method: Method[Any],
    params: Model | Mapping[str, Any] | None,
    *,
    call_id: str,
    cloud_token: str | None,
    language: str,
) -> bytes:
    request = {"apiVer": method.version, "language": language}
    if cloud_token:
        request["cloudToken"] = cloud_token
    return msgspec.json.encode(
        {"id": call_id, "version": "1.0", "request": request, "params": {} if params is None else params}
    )


def read_answer(method: Method[R], status: int, headers: Mapping[str, str], body: bytes) -> R:
    """The typed `data`. Raises GatewayRefused, ApiError."""
    request_id = headers.get("x-ca-request-id", "")
    if status != 200:
        raise GatewayRefused(
            status,
            headers.get("x-ca-error-code", ""),
            headers.get("x-ca-error-message", "") or body[:200].decode("utf-8", "replace"),
            request_id,
        )
    try:
        answer = _read(body)
    except msgspec.DecodeError as error:
        raise GatewayRefused(status, "", f"not an answer of the open API: {error}", request_id) from error
    if answer.code != 200:
        raise api_error(answer.code, answer.message, answer.localizedMsg, request_id, method.path)
    data: R = method.decode(answer.data) if bytes(answer.data) != b"null" else None  # type: ignore[assignment]
    return data
