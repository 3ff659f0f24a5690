"""PINs at keypads: their storage, too easy PINs, the lowest length, and the pauses of a keypad.

Shared by cloud, edge and doors.
"""

import hashlib
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

SHORTEST, LONGEST = 6, 10
ROUNDS: Final = 10_000
"""A PIN has too few digits to protect a stolen list for long. This makes each try take some milliseconds."""
PAUSE_MS, LONGEST_PAUSE_MS = 60_000, 3_600_000
_DOUBLED: Final = 6
FORGIVEN_MS: Final = 1_800_000
"""After which one wrong PIN is forgiven: 48 a day. A gate of 1,000 people sees fewer mistakes than that."""
WRONG_A_YEAR: Final = 365 * 86_400_000 / FORGIVEN_MS
YEARS: Final = 3
FREE_SHARE: Final = 0.99
"""The share of all PINs of a length that is allowed; the rest is too simple, and a guesser leaves it out."""


def pin_digest(pin: str, salt: str) -> str:
    """The digest of a PIN: 32 hex characters of PBKDF2-SHA256 with the community's salt."""
    return hashlib.pbkdf2_hmac("sha256", pin.encode(), salt.encode(), ROUNDS, dklen=16).hex()


def pin_problem(pin: str, holders: int = 1) -> str:
    """Why a PIN cannot be used: `digits`, `length`, `short` or `too_simple`; empty when it can.

    `short`: for so many `holders`, itself among them.
    """
    if not (pin.isascii() and pin.isdecimal()):
        return "digits"
    if not SHORTEST <= len(pin) <= LONGEST:
        return "length"
    if len(pin) < digits_needed(holders):
        return "short"
    steps = {(int(b) - int(a)) % 10 for a, b in pairwise(pin)}
    halves = pin[: len(pin) // 2] * 2 == pin
    return "too_simple" if len(steps) == 1 or halves or len(set(pin)) < 3 else ""


@dataclass(frozen=True, slots=True)
class Allowance:
    """How many wrong PINs are forgiven: `tries` at once, then one in each `forgiven_ms`."""

    tries: int
    forgiven_ms: int = FORGIVEN_MS


DOOR: Final = Allowance(5)
SPACE: Final = Allowance(20)
"""For all keypads together that take the same PINs, if one place decides for them."""


@dataclass(frozen=True, slots=True)
class Keypad:
    """Wrong PINs at one keypad, or at all of one space. Only time resets them, not a right PIN.

    `owed_until_ms` is when all of them will be forgiven. Each one beyond the allowance makes a pause, and the pauses
    double up to LONGEST_PAUSE_MS: as long as a wrong one takes to be forgiven or longer, so that no more come in the
    long run than are forgiven.
    """

    owed_until_ms: int = 0
    paused_until_ms: int = 0

    def paused(self, now_ms: int) -> bool:
        return now_ms < self.paused_until_ms

    def wrong(self, now_ms: int, allowance: Allowance = DOOR) -> int:
        """How many are not forgiven yet."""
        return -(-max(self.owed_until_ms - now_ms, 0) // allowance.forgiven_ms)

    def tried(self, opened: bool, now_ms: int, allowance: Allowance = DOOR) -> "Keypad":
        """The keypad's state after an allowed try. A right PIN changes nothing."""
        if opened:
            return self
        owed = max(self.owed_until_ms, now_ms) + allowance.forgiven_ms
        after = Keypad(owed, self.paused_until_ms)
        beyond = after.wrong(now_ms, allowance) - allowance.tries
        if beyond < 0:
            return after
        pause = min(PAUSE_MS << min(beyond, _DOUBLED), LONGEST_PAUSE_MS)
        return Keypad(owed, now_ms + pause)


def digits_needed(holders: int) -> int:
    """The length of a PIN among `holders` that the same door accepts.

    The smallest L with `10**L * FREE_SHARE >= YEARS * WRONG_A_YEAR * holders`: trying PINs day and night finds a
    holder's PIN after YEARS on average. Never under SHORTEST, never over LONGEST, which serves 188,000 holders.

        holders   18 or fewer   to 188   to 1,883   to 18,835   more
        digits              6        7          8           9     10
    """
    return next(
        (length for length in range(SHORTEST, LONGEST) if years_to_guess(length, holders) >= YEARS), LONGEST
    )


def years_to_guess(digits: int, holders: int) -> float:
    """The average time until a person who tries PINs at the allowed rate finds a PIN of one of `holders`."""
    return float(10**digits) * FREE_SHARE / (WRONG_A_YEAR * max(holders, 1))
