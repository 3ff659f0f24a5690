"""The checks of one credential at one door, in the order that decides which code is reported.

QR codes (spec A 4.3, spec E 5.4): unreadable or not held 103, the picture's own time past 102, before the
window 101, after it 102, scans used up 104. Cards (spec E 5.3): not held 203, before 201, after 202.
Both ends of a window belong to it. Outside its schedule a right is not effective, as before its window.
"""

from dataclasses import dataclass
from typing import Protocol

from linli.rules.codes import PassCode
from linli.rules.schedules import holds

UNLIMITED = -1


class Right(Protocol):
    """A door's entry for one credential: a window in UTC ms, both ends inclusive."""

    @property
    def starts_ms(self) -> int: ...
    @property
    def ends_ms(self) -> int: ...
    @property
    def schedule(self) -> str:
        """When within the window it holds (`linli.rules.schedules`); empty: always."""
        ...

    @property
    def zone(self) -> str:
        """The time zone of the schedule; empty: the default."""
        ...


class ScanRight(Right, Protocol):
    """A right that may also be used up."""

    @property
    def max_scans(self) -> int:
        """-1 means without limit."""
        ...


@dataclass(frozen=True, slots=True)
class Decision:
    code: PassCode
    remaining: int | None = None
    """Scans left after this decision (UNLIMITED for no limit); None where scans are not counted."""
    words: str = ""
    """Words in place of the code's own, where the code says too little."""

    @property
    def opens(self) -> bool:
        return self.code is PassCode.SUCCESS

    @property
    def message(self) -> str:
        return self.words or self.code.message


def check_qr(
    right: ScanRight | None, *, used: int, now_ms: int, picture_expires_s: int | None = None
) -> Decision:
    """Decide a scanned QR code.

    `right` is None when the text could not be decrypted or the door does not hold its code. `used` counts the
    passes so far in the right's own scope (this door, or all doors together). `picture_expires_s` is the epoch
    second inside an encrypted code, None for a plain one; it is still good during that second.
    """
    if picture_expires_s is not None and picture_expires_s < now_ms // 1000:
        return Decision(PassCode.QR_EXPIRED)
    if right is None:
        return Decision(PassCode.QR_UNKNOWN)
    left = UNLIMITED if right.max_scans == UNLIMITED else max(right.max_scans - used, 0)
    if now_ms < right.starts_ms:
        return Decision(PassCode.QR_NOT_EFFECTIVE, left)
    if now_ms > right.ends_ms:
        return Decision(PassCode.QR_EXPIRED, left)
    if not holds(right.schedule, now_ms, right.zone):
        return Decision(PassCode.QR_NOT_EFFECTIVE, left)
    if left == 0:
        return Decision(PassCode.QR_USED_UP, 0)
    return Decision(PassCode.SUCCESS, left if left == UNLIMITED else left - 1)


def check_card(right: Right | None, *, now_ms: int) -> Decision:
    """Decide a swiped card. `right` is None when the door does not hold its number."""
    return _check(right, now_ms, PassCode.CARD_UNKNOWN, PassCode.CARD_NOT_EFFECTIVE, PassCode.CARD_EXPIRED)


def check_ble_card(right: Right | None, *, now_ms: int) -> Decision:
    """Decide a Bluetooth card. `right` is None when the door does not hold its number."""
    return _check(
        right, now_ms, PassCode.BLE_CARD_UNKNOWN, PassCode.BLE_CARD_NOT_EFFECTIVE, PassCode.BLE_CARD_EXPIRED
    )


def check_pin(right: Right | None, *, now_ms: int) -> Decision:
    """Decide a PIN. The specification has no codes for passwords, so refusals are 10000 with words of their own."""
    decision = _check(
        right, now_ms, PassCode.CARD_UNKNOWN, PassCode.CARD_NOT_EFFECTIVE, PassCode.CARD_EXPIRED
    )
    if decision.opens:
        return decision
    return Decision(PassCode.UNKNOWN_ERROR, words=_PIN_SAID[decision.code])


_PIN_SAID = {
    PassCode.CARD_UNKNOWN: "Password does not exist",
    PassCode.CARD_NOT_EFFECTIVE: "Password does not take effect",
    PassCode.CARD_EXPIRED: "Password has expired",
}


def _check(right: Right | None, now_ms: int, unknown: PassCode, early: PassCode, late: PassCode) -> Decision:
    if right is None:
        return Decision(unknown)
    if now_ms < right.starts_ms:
        return Decision(early)
    if now_ms > right.ends_ms:
        return Decision(late)
    if not holds(right.schedule, now_ms, right.zone):
        return Decision(early)
    return Decision(PassCode.SUCCESS)
