"""A subscription's event stream, signed, resumed after the last message that was handled.

for message in events(linli, subscription_id):                  # for ever; `stop` ends it
    handle(message)
"""

from __future__ import annotations

import asyncio
import random
import threading
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any, NamedTuple

import httpx
import msgspec

from linli_sdk.client import Linli
from linli_sdk.client_async import AsyncLinli
from linli_sdk.errors import ConnectionFailed, GatewayRefused
from linli_sdk.messages import Message
from linli_sdk.signing import signed_headers

SILENCE_S = 35.0
"""The platform sends a line every 15 s: after this long without one the connection is dead."""
MOST_PAUSE_S = 30.0


class StreamClosed(ConnectionFailed):
    """The platform ended the stream for good: the subscription was stopped or removed, or its key disabled."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Frame(NamedTuple):
    id: str
    event: str
    data: str


class FrameReader:
    """Lines of `text/event-stream` to frames."""

    def __init__(self) -> None:
        self._id, self._event, self._data = "", "", list[str]()

    def line(self, text: str) -> Frame | None:
        """A frame when an empty line completes one."""
        if text:
            name, _, value = text.partition(":")
            value = value[1:] if value.startswith(" ") else value
            if name == "id":
                self._id = value
            elif name == "event":
                self._event = value
            elif name == "data":
                self._data.append(value)
            return None
        if not self._data:
            self._event = ""
            return None
        frame = Frame(self._id, self._event or "message", "\n".join(self._data))
        self._event, self._data = "", []
        return frame


def events(
    client: Linli,
    subscription_id: int,
    *,
    after: str | None = None,
    manual_ack: bool = False,
    stop: threading.Event | None = None,
) -> Iterator[Message]:
    """Every message, over any number of connections. Raises StreamClosed, GatewayRefused.

    `after`: id of the last message handled in an earlier run. A message counts as handled when the next one is asked
    for. `manual_ack`: the subscription's own place stays until `client.subscriptions.confirm` is called.
    """
    place = _Place(after, manual_ack)
    path = f"/subscriptions/{subscription_id}/events"
    while stop is None or not stop.is_set():
        try:
            with client.http.stream(
                "GET", client.options.url + place.target(path), headers=place.headers(client, path),
                timeout=httpx.Timeout(10.0, read=SILENCE_S),
            ) as answer:  # fmt: skip
                if answer.status_code != 200:
                    answer.read()
                    _refused(answer)
                reader = FrameReader()
                for line in answer.iter_lines():
                    place.alive()
                    frame = reader.line(line)
                    if frame is not None and (message := place.take(frame)) is not None:
                        yield message
                        place.handled(message)
                    if stop is not None and stop.is_set():
                        return
        except (httpx.TransportError, _Again):
            pass
        if stop is not None:
            stop.wait(place.pause())
        else:
            time.sleep(place.pause())


async def async_events(
    client: AsyncLinli, subscription_id: int, *, after: str | None = None, manual_ack: bool = False
) -> AsyncIterator[Message]:
    """`events` on asyncio; cancel the task that reads to stop."""
    place = _Place(after, manual_ack)
    path = f"/subscriptions/{subscription_id}/events"
    while True:
        try:
            async with client.http.stream(
                "GET", client.options.url + place.target(path), headers=place.headers(client, path),
                timeout=httpx.Timeout(10.0, read=SILENCE_S),
            ) as answer:  # fmt: skip
                if answer.status_code != 200:
                    await answer.aread()
                    _refused(answer)
                reader = FrameReader()
                async for line in answer.aiter_lines():
                    place.alive()
                    frame = reader.line(line)
                    if frame is not None and (message := place.take(frame)) is not None:
                        yield message
                        place.handled(message)
        except (httpx.TransportError, _Again):
            pass
        await asyncio.sleep(place.pause())


class _Again(Exception):
    """The stream ended and may be opened again."""


class _Place:
    """Where a consumer stands, and how long it waits before it comes back."""

    def __init__(self, after: str | None, manual_ack: bool) -> None:
        self._after = after
        self._manual = manual_ack
        self._failures = 0

    def target(self, path: str) -> str:
        return f"{path}?ack=manual" if self._manual else path

    def headers(self, client: Linli | AsyncLinli, path: str) -> dict[str, str]:
        options = client.options
        headers = signed_headers(
            options.app_key, options.app_secret, "GET", self.target(path), accept="text/event-stream"
        )
        if self._after is not None:
            headers["last-event-id"] = self._after
        return headers

    def alive(self) -> None:
        self._failures = 0

    def take(self, frame: Frame) -> Message | None:
        """Raises StreamClosed, _Again."""
        if frame.event == "closed":
            reason = _reason(frame.data)
            if reason == "restart":
                raise _Again
            raise StreamClosed(reason)
        if frame.event != "message":
            return None
        body: dict[str, Any] = msgspec.json.decode(frame.data)
        return Message(body.get("topic", ""), body.get("payload"), frame.id, int(body.get("time") or 0))

    def handled(self, message: Message) -> None:
        self._after = message.id or self._after

    def pause(self) -> float:
        """Seconds: longer with each failure in a row, up to MOST_PAUSE_S, never the same for all clients."""
        longest: float = min(MOST_PAUSE_S, 0.5 * 2.0 ** min(self._failures, 10))
        self._failures += 1
        return longest * random.uniform(0.5, 1.0)


def _reason(data: str) -> str:
    try:
        body = msgspec.json.decode(data)
    except msgspec.DecodeError:
        return data
    return str(body.get("reason", data)) if isinstance(body, dict) else str(body)


def _refused(answer: httpx.Response) -> None:
    """Raises _Again where waiting helps, GatewayRefused elsewhere."""
    if answer.status_code == 429 or answer.status_code >= 500:
        raise _Again
    headers = answer.headers
    raise GatewayRefused(
        answer.status_code,
        headers.get("x-ca-error-code", ""),
        headers.get("x-ca-error-message", "") or answer.text[:200],
        headers.get("x-ca-request-id", ""),
    )
