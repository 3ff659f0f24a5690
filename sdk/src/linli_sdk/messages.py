"""A message of a subscription, the same whichever way it came."""

from __future__ import annotations

from typing import Any, NamedTuple

import msgspec


class Message(NamedTuple):
    """Delivered at least once: the same message can come again, so handle it idempotently."""

    topic: str
    payload: Any
    """The decoded JSON."""
    id: str
    """The same in every delivery of one message; empty over MQTT, which has none."""
    time_ms: int
    """When it was told (event stream) or sent (webhook); 0 where the way does not say."""
    attempt: int = 1

    @property
    def kind(self) -> str:
        """The last word of the topic, or for devices the one that says what it is: `property`, `event`, `change`…"""
        levels = self.topic.split("/")
        return levels[7] if len(levels) > 7 and levels[4] == "thing" else levels[-1]


def decoded(body: bytes | str) -> Any:
    """JSON, or the bytes as text when it is none."""
    try:
        return msgspec.json.decode(body)
    except msgspec.DecodeError:
        return body.decode("utf-8", "replace") if isinstance(body, bytes) else body
