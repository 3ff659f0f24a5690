"""Why did a door refuse a credential at that time? Judged by what the door said and by what was so then.

Pure, as `linli.rules.entry`, which says how it is now.
"""

from dataclasses import dataclass

from linli.rules.codes import PassCode
from linli.rules.entry import Finding
from linli.rules.schedules import holds

_EARLY = frozenset(
    (PassCode.QR_NOT_EFFECTIVE, PassCode.CARD_NOT_EFFECTIVE, PassCode.BLE_CARD_NOT_EFFECTIVE)
) | {PassCode.FACE_NOT_EFFECTIVE}
_LATE = frozenset(
    (PassCode.QR_EXPIRED, PassCode.CARD_EXPIRED, PassCode.BLE_CARD_EXPIRED, PassCode.FACE_EXPIRED)
)
_UNREAD = {
    PassCode.FACE_LIBRARY_EMPTY: "pass_no_faces",
    PassCode.FACE_FEATURE_FAILED: "pass_face_unclear",
    PassCode.FACE_BELOW_THRESHOLD: "pass_face_unlike",
    PassCode.FACE_TIMED_OUT: "pass_face_slow",
}
"""The door saw no face that it could judge: nothing about the person's rights."""


@dataclass(frozen=True, slots=True)
class Window:
    """The credential's right at the door as it stood at the pass. Times are UTC ms."""

    given_ms: int
    starts_ms: int
    ends_ms: int
    ended_ms: int | None = None
    """When it had been taken away by then; None: it had not."""
    end_reason: str = ""
    wanted: bool = True
    """The door was to have it."""
    has_it: bool = True
    """The door had confirmed it."""
    schedule: str = ""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A refused pass. `at_ms` is UTC."""

    at_ms: int
    kind: str
    """qr, card, ble, pin or face."""
    code: int
    """As the door said it (`linli.rules.codes`)."""
    owned: bool
    """The platform knows whose it was."""
    window: Window | None
    """None: it never was for this door."""
    hold: str = ""
    """Why the person's rights rested then: `denied`, `frozen`; empty: they did not."""
    zone: str = ""


def explain_refusal(refusal: Refusal) -> Finding:
    """The one reason of a refused pass; facts may have `at_ms`, `schedule` and `end`."""
    code = PassCode.of(refusal.code)
    if code in _UNREAD:
        return _because(_UNREAD[code])
    if refusal.hold or code is PassCode.FACE_BLACKLISTED:
        return _because("pass_frozen" if refusal.hold == "frozen" else "pass_denied")
    if code is PassCode.QR_USED_UP:
        return _because("pass_used_up")
    if code in _EARLY or code in _LATE:
        return _outside(refusal, early=code in _EARLY)
    return _unknown(refusal)


def _because(code: str, **facts: object) -> Finding:
    return Finding("pass", code, False, facts=facts)


def _outside(refusal: Refusal, *, early: bool) -> Finding:
    """The door said that it was not valid at that time."""
    window, at_ms = refusal.window, refusal.at_ms
    if window is None:
        return _because("pass_early" if early else "pass_late")
    inside = window.starts_ms <= at_ms <= window.ends_ms
    if inside and window.schedule and not holds(window.schedule, at_ms, refusal.zone):
        return _because("pass_off_hours", schedule=window.schedule)
    if early:
        if at_ms < window.starts_ms:
            return _because("pass_early_until", at_ms=window.starts_ms)
        return _because("pass_clock_slow", at_ms=window.starts_ms)
    if at_ms > window.ends_ms:
        return _because("pass_late_since", at_ms=window.ends_ms)
    return _because("pass_picture_old" if refusal.kind == "qr" else "pass_clock_fast", at_ms=window.ends_ms)


def _unknown(refusal: Refusal) -> Finding:
    """The door did not know it, or gave no reason, as for every PIN."""
    window, at_ms = refusal.window, refusal.at_ms
    if window is None:
        return _because("pass_elsewhere" if refusal.owned else f"pass_nobodys_{refusal.kind}")
    if window.given_ms > at_ms:
        return _because("pass_not_given", at_ms=window.given_ms)
    if window.ended_ms is not None:
        return _because("pass_ended", at_ms=window.ended_ms, end=window.end_reason)
    if at_ms < window.starts_ms or at_ms > window.ends_ms:
        return _outside(refusal, early=at_ms < window.starts_ms)
    if window.schedule and not holds(window.schedule, at_ms, refusal.zone):
        return _because("pass_off_hours", schedule=window.schedule)
    if not window.wanted:
        return _because("pass_elsewhere")
    return _because("pass_refused_held" if window.has_it else "pass_undelivered")
