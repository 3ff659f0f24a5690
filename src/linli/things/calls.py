"""Calls under way: which answer belongs to which caller."""

import asyncio
from collections.abc import Callable

from linli.protocols.linkkit import envelope

type Elsewhere = Callable[[int, str, bytes | envelope.Reply], None]
"""(device number, message id, the response's bytes or the reply)."""


class CallLost(Exception):
    """The device went away while its answer was waited for."""


class PendingCalls:
    """Futures by (device number, message id). A reply from another device than the one asked fits nothing.

    An asynchronous call whose answer nobody waits for is known by its number alone, so that its record can be
    completed after a restart too.
    """

    def __init__(self, elsewhere: Elsewhere | None = None) -> None:
        """`elsewhere` gets the answers that nobody here waits for; None: there is no other process."""
        self._waiting: dict[tuple[int, str], asyncio.Future[bytes]] = {}
        self._replies: dict[tuple[int, str], asyncio.Future[envelope.Reply]] = {}
        self._elsewhere = elsewhere

    def __len__(self) -> int:
        return len(self._waiting) + len(self._replies)

    def expect_response(self, device_no: int, message_id: str) -> "asyncio.Future[bytes]":
        """The answer to a synchronous call, as bytes. Cancel it, or `forget`, when the time is over."""
        future: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._waiting[device_no, message_id] = future
        return future

    def expect_reply(self, device_no: int, message_id: str) -> "asyncio.Future[envelope.Reply]":
        """The answer to an asynchronous call."""
        future: asyncio.Future[envelope.Reply] = asyncio.get_running_loop().create_future()
        self._replies[device_no, message_id] = future
        return future

    def lost(self, device_no: int) -> None:
        """The device went offline: callers that wait for it get `CallLost`."""
        for waiting in (self._waiting, self._replies):
            for key in [key for key in waiting if key[0] == device_no]:
                future = waiting.pop(key)
                if not future.done():
                    future.set_exception(CallLost())
                    future.exception()  # its caller may have given up meanwhile: that is no error to log

    def forget(self, device_no: int, message_id: str) -> None:
        self._waiting.pop((device_no, message_id), None)
        self._replies.pop((device_no, message_id), None)

    def responded(self, device_no: int, message_id: str, payload: bytes, *, forward: bool = True) -> None:
        """`forward` False: it came from another process."""
        future = self._waiting.pop((device_no, message_id), None)
        if future is not None and not future.done():
            future.set_result(payload)
        elif future is None and forward and self._elsewhere is not None:
            self._elsewhere(device_no, message_id, payload)

    def answered(
        self, device_no: int, message_id: str, reply: envelope.Reply, *, forward: bool = True
    ) -> None:
        """Notify the waiting caller. To be called after the answer is on disk, so that the record is complete."""
        future = self._replies.pop((device_no, message_id), None)
        if future is not None and not future.done():
            future.set_result(reply)
        elif future is None and forward and self._elsewhere is not None:
            self._elsewhere(device_no, message_id, reply)


def call_number(message_id: str) -> int | None:
    """The number of the call that a message id names, or None if it is none of ours."""
    if message_id.isascii() and message_id.isdigit() and len(message_id) <= 16:
        return int(message_id)
    return None
