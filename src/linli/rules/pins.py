"""PINs at keypads: how one is stored, which are too easy, and when a keypad pauses. Shared by cloud, edge and doors."""

import hashlib
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

SHORTEST, LONGEST = 6, 8
ROUNDS: Final = 10_000
"""A PIN has too few digits to withstand a thief of the list for long; this makes each try cost some milliseconds."""
TRIES, PAUSE_MS, LONGEST_PAUSE_MS = 5, 60_000, 900_000


def pin_digest(pin: str, salt: str) -> str:
    """What stands for a PIN: 32 hex characters of PBKDF2-SHA256 with the community's salt."""
    return hashlib.pbkdf2_hmac("sha256", pin.encode(), salt.encode(), ROUNDS, dklen=16).hex()


def pin_problem(pin: str) -> str:
    """Why a PIN cannot be used: `digits`, `length` or `too_simple`; empty when it can."""
    if not (pin.isascii() and pin.isdecimal()):
        return "digits"
    if not SHORTEST <= len(pin) <= LONGEST:
        return "length"
    steps = {(int(b) - int(a)) % 10 for a, b in pairwise(pin)}
    halves = pin[: len(pin) // 2] * 2 == pin
    return "too_simple" if len(steps) == 1 or halves or len(set(pin)) < 3 else ""


@dataclass(frozen=True, slots=True)
class Keypad:
    """Wrong PINs in a row at one keypad. After five it pauses a minute, then two, four, at most fifteen."""

    wrong: int = 0
    paused_until_ms: int = 0

    def paused(self, now_ms: int) -> bool:
        return now_ms < self.paused_until_ms

    def tried(self, opened: bool, now_ms: int) -> "Keypad":
        """What the keypad is after a try that it let happen."""
        if opened:
            return Keypad()
        wrong = self.wrong + 1
        if wrong % TRIES:
            return Keypad(wrong, self.paused_until_ms)
        pause = min(PAUSE_MS << (wrong // TRIES - 1), LONGEST_PAUSE_MS)
        return Keypad(wrong, now_ms + pause)
