"""What generated services stand on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol, TypeVar

from linli_sdk.methods import Method, Model

R = TypeVar("R")


class Caller(Protocol):
    def call(self, method: Method[R], params: Model | Mapping[str, Any] | None = None) -> R: ...


class AsyncCaller(Protocol):
    async def call(self, method: Method[R], params: Model | Mapping[str, Any] | None = None) -> R: ...


class Service:
    """The methods of one service, synchronous."""

    def __init__(self, caller: Caller) -> None:
        self._call = caller.call


class AsyncService:
    """The methods of one service as coroutines."""

    def __init__(self, caller: AsyncCaller) -> None:
        self._call = caller.call
