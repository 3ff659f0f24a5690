"""The receiving side of a webhook: is it genuine, fresh and new? For any web framework.

receiver = WebhookReceiver(secret)
message = receiver.receive(request.headers, body)      # raises NotGenuine: answer 401
if message is not None:                                # None: a repeat, answer 200 all the same
    handle(message)
    receiver.done(message)
"""

from __future__ import annotations

import hashlib
import hmac
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Protocol

from linli_sdk.errors import LinliError
from linli_sdk.messages import Message, decoded

MAX_AGE_S = 300
REMEMBERED = 10_000


class NotGenuine(LinliError):
    """The request was not made by the platform with this secret, or is too old."""


class Seen(Protocol):
    """Ids of messages that were handled. With several receivers keep them where all can see them."""

    def has(self, message_id: str) -> bool: ...

    def add(self, message_id: str) -> None: ...


class RecentIds:
    """The last `most` ids, in this process."""

    def __init__(self, most: int = REMEMBERED) -> None:
        self._most = most
        self._ids: OrderedDict[str, None] = OrderedDict()

    def has(self, message_id: str) -> bool:
        return message_id in self._ids

    def add(self, message_id: str) -> None:
        self._ids[message_id] = None
        self._ids.move_to_end(message_id)
        while len(self._ids) > self._most:
            self._ids.popitem(last=False)


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """What `X-Linli-Signature` must be."""
    return "sha256=" + hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()


class WebhookReceiver:
    """Checks and tells apart. A message counts as handled once `done` was called, so that a crash loses nothing."""

    def __init__(
        self,
        secret: str,
        *,
        max_age_s: float = MAX_AGE_S,
        seen: Seen | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._secret = secret
        self._max_age_s = max_age_s
        self._seen = seen or RecentIds()
        self._now = now

    def receive(self, headers: Mapping[str, str], body: bytes) -> Message | None:
        """The message, or None for one that was handled before. Raises NotGenuine."""
        named = {name.lower(): value for name, value in headers.items()}
        timestamp = named.get("x-linli-timestamp", "")
        if not timestamp.isdecimal() or len(timestamp) > 15:
            raise NotGenuine("X-Linli-Timestamp is missing")
        wanted = signature(self._secret, timestamp, body)
        if not hmac.compare_digest(wanted.encode(), named.get("x-linli-signature", "").encode()):
            raise NotGenuine("X-Linli-Signature does not fit")
        if abs(self._now() - int(timestamp) / 1000) > self._max_age_s:
            raise NotGenuine("X-Linli-Timestamp is too old, or a clock is wrong")
        message_id = named.get("x-linli-message-id", "")
        if message_id and self._seen.has(message_id):
            return None
        attempt = named.get("x-linli-attempt", "1")
        return Message(
            topic=named.get("x-linli-topic", ""),
            payload=decoded(body),
            id=message_id,
            time_ms=int(timestamp),
            attempt=int(attempt) if attempt.isdecimal() else 1,
        )

    def done(self, message: Message) -> None:
        """Repeats of it are told apart from now on."""
        if message.id:
            self._seen.add(message.id)
