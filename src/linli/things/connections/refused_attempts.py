"""Refused attempts to connect or to register, with their reasons, for people to see.

Strangers can make them happen as often as they like, so they are noted within bounds. Where a known device is named, its
own people see them; where only a product is known, the people of the product; the rest is for the operator.
"""

import contextlib
from typing import Final, Literal, NamedTuple

import msgspec

from linli.kernel import telemetry
from linli.kernel.clock import Clock
from linli.kernel.errors import Unavailable
from linli.things.fleet import Fleet
from linli.things.inbox.ingest import Ingest
from linli.things.mqtt.principals import Refused

CONNECT_REFUSED: Final = "connect refused"
DEVICE_EVERY_MS: Final = 10_000
"""Between two notes of one device's refusals for one reason."""
STRANGER_EVERY_MS: Final = 60_000
"""Between two notes of one address, names and reason where no device is known."""
MOST_A_MINUTE: Final = 10
"""Notes of what no device is known for: of all products together, and again of all the rest."""
MOST_KEPT: Final = 10_000
"""Of the times of earlier notes."""
_SHOWN_NAME: Final = 64
"""Characters."""

_dropped = telemetry.counter("refused_attempts_dropped", "Refused attempts that were too many to be noted")

Step = Literal["CONNECT", "REGISTER", "PRE-AUTH", "TLS"]
"""The request; it is in the field that has the topic of other refused messages."""


class Attempt(NamedTuple):
    """One try to come in, as it says of itself."""

    step: Step
    peer: str
    """Remote address, `host:port`."""
    security: str
    """As of a connection (`mqtt.wire`); empty: none came about."""
    product_key: str = ""
    device_name: str = ""
    user: str = ""
    """The user name of what names no device."""


class RefusedAttempts:
    """One per process."""

    def __init__(self, fleet: Fleet, ingest: Ingest, clock: Clock) -> None:
        self._fleet = fleet
        self._ingest = ingest
        self._clock = clock
        self._last: dict[tuple[object, ...], int] = {}
        """(whose, reason, …) -> when it was last noted."""
        self._minute = 0
        self._noted = {"product": 0, "nobody": 0}
        """In this minute."""

    async def note(self, attempt: Attempt, refused: Refused) -> None:
        """Note it where it is not one of too many."""
        reason = refused.noted or refused.reason
        if refused.device_no:
            if self._due((refused.device_no, reason), DEVICE_EVERY_MS):
                self._write(refused.device_no, attempt, reason)
            return
        if not self._due(_stranger(attempt, reason), STRANGER_EVERY_MS):
            return
        product = None
        if attempt.product_key:
            with contextlib.suppress(Unavailable):
                product = await self._fleet.find_product(attempt.product_key)
        if self._room("product" if product else "nobody"):
            self._write(-product.product_no if product else 0, attempt, reason)

    def note_handshake(self, peer: str, reason: str) -> None:
        """A TLS handshake came to nothing."""
        self.note_stranger(Attempt("TLS", peer, ""), f"TLS handshake failed: {reason}")

    def note_stranger(self, attempt: Attempt, reason: str) -> None:
        """Log an attempt of an unknown client."""
        if self._due(_stranger(attempt, reason), STRANGER_EVERY_MS) and self._room("nobody"):
            self._write(0, attempt, reason)

    def _due(self, key: tuple[object, ...], every_ms: int) -> bool:
        now_ms = self._clock.now_ms()
        if now_ms - self._last.get(key, -every_ms) < every_ms:
            return False
        if len(self._last) >= MOST_KEPT:
            self._last.clear()
        self._last[key] = now_ms
        return True

    def _room(self, kind: Literal["product", "nobody"]) -> bool:
        minute = self._clock.now_ms() // 60_000
        if minute != self._minute:
            self._minute, self._noted = minute, dict.fromkeys(self._noted, 0)
        if self._noted[kind] >= MOST_A_MINUTE:
            _dropped.inc()
            return False
        self._noted[kind] += 1
        return True

    def _write(self, owner: int, attempt: Attempt, reason: str) -> None:
        facts = {"peer": attempt.peer, "connection": attempt.security}
        if owner <= 0:
            names = {
                "productKey": attempt.product_key, "deviceName": attempt.device_name, "user": attempt.user,
            }  # fmt: skip
            facts |= {key: name[:_SHOWN_NAME] for key, name in names.items() if name}
        if not reason.startswith(CONNECT_REFUSED):
            reason = f"{CONNECT_REFUSED}: {reason}"
        self._ingest.refuse_topic(owner, attempt.step, msgspec.json.encode(facts), reason)


def _stranger(attempt: Attempt, reason: str) -> tuple[object, ...]:
    host = attempt.peer.rpartition(":")[0]
    return host, reason, attempt.product_key[:_SHOWN_NAME], attempt.device_name[:_SHOWN_NAME]
