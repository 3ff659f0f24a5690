"""Identifiers in the shapes that the clients' own checks expect (spec B, 2.2)."""

import random
import secrets
import string
import time
import uuid
from collections.abc import Callable

_ALNUM = string.ascii_letters + string.digits
_LOWER = string.ascii_lowercase + string.digits
_UPPER = string.ascii_uppercase + string.digits
_HEX = "0123456789abcdef"

# 2026-01-01T00:00:00Z; 41 bits of milliseconds after it reach to 2095.
_NUMBER_EPOCH_MS = 1_767_225_600_000

SLOTS = 64
"""How many processes may make numbers at one time (`kernel.processes`)."""
_SLOT_BITS = 6


class Ids:
    """Maker of every identifier. Pass a seeded `random.Random` for repeatable tests."""

    def __init__(self, rng: random.Random | None = None, now_ms: Callable[[], int] | None = None) -> None:
        self._rng = rng or secrets.SystemRandom()
        self._now_ms = now_ms or (lambda: time.time_ns() // 1_000_000)
        self._last = 0
        self._slot = 0
        self._shift = 0

    def take_slot(self, slot: int) -> None:
        """Let the last bits of every number be `slot`, which no other process has: numbers are then unique among all."""
        self._slot = slot
        self._shift = _SLOT_BITS
        self._last = self._last >> _SLOT_BITS << _SLOT_BITS | slot

    def token(self, length: int, alphabet: str = _ALNUM) -> str:
        return "".join(self._rng.choices(alphabet, k=length))

    def hex(self, length: int) -> str:
        return self.token(length, _HEX)

    def number(self, now_ms: int | None = None) -> int:
        """A time-ordered number under 2**53 (safe in JavaScript), unique in this process; among several, by their slots.

        41 bits of milliseconds and 12 of a counter that starts at random each millisecond; of these, where there are
        several processes, the last 6 are the process's slot. A caller that makes many at once gives the time: reading
        the clock costs more than all the rest.
        """
        base = ((self._now_ms() if now_ms is None else now_ms) - _NUMBER_EPOCH_MS) << 12
        last = self._last
        if base <= last:
            self._last = number = last + (1 << self._shift)
        elif self._shift:
            self._last = number = base | self._rng.getrandbits(4) << _SLOT_BITS | self._slot
        else:
            self._last = number = base | self._rng.getrandbits(10)
        return number

    @staticmethod
    def slot_of(number: int) -> int:
        """The slot of the process that made a number, where processes have slots."""
        return number & SLOTS - 1

    @staticmethod
    def number_ms(number: int) -> int:
        """The time (epoch ms, UTC) that a number of `number()` was made at."""
        return (number >> 12) + _NUMBER_EPOCH_MS

    @staticmethod
    def number_at(ms: int) -> int:
        """The least number that `number()` can make at a time (epoch ms, UTC): bounds a search by time."""
        return max(ms - _NUMBER_EPOCH_MS, 0) << 12

    def app_key(self) -> str:
        return "2" + self.token(7, string.digits)

    def app_secret(self) -> str:
        return self.hex(32)

    def cloud_token(self) -> str:
        return self.hex(32)

    def scope_id(self) -> str:
        """16 characters beginning `a124`: the projectId of a community or of an integrator's project."""
        return "a124" + self.token(12)

    def product_key(self) -> str:
        return "a1" + self.token(9)

    def product_secret(self) -> str:
        return self.token(16)

    def device_name(self) -> str:
        return self.token(20, _LOWER)

    def device_secret(self) -> str:
        return self.hex(32)

    def iot_id(self) -> str:
        return self.token(20) + "000000"

    def identity_id(self) -> str:
        return "50" + self.hex(38)

    def face_id(self) -> str:
        return "50" + self.hex(38)

    def user_group_id(self) -> str:
        return self.token(32)

    def tenant_id(self) -> str:
        return self.token(32, "0123456789ABCDEF")

    def poi_id(self) -> str:
        return "L" + self.token(9, _UPPER)

    def qr_code(self, length: int = 16) -> str:
        return self.token(length, _UPPER)

    def upload_id(self) -> str:
        return self.hex(32)

    def request_id(self) -> str:
        return str(uuid.UUID(int=self._rng.getrandbits(128), version=4))
