"""Why does this door not open to this person? The facts in order, the first cause, and what mends it.

Pure, so that the cloud and the box answer alike. Order: person, house, rests, credential, window, scans,
delivery, device clock, network.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from linli.rules.schedules import holds, piece_at

type Stay = Literal["living", "working", "pending", "rejected", "moved_out", "none"]
type Action = Literal[
    "", "add_person", "review", "lift", "give_key", "serve", "extend", "redeliver", "sync_clock", "check_network",
    "show_again",
]  # fmt: skip

STEPS = ("person", "house", "rest", "credential", "window", "scans", "delivery", "clock", "network")
CLOCK_TOLERANCE_MS = 120_000
"""A code on a screen is valid for some minutes. A door whose clock differs by more refuses valid codes."""
HELD = "transferred"
_UNDER_WAY = frozenset(("toBeTransferred", "transferring"))
_AWAY = frozenset(("deviceOffline", "transferTimeout"))


@dataclass(frozen=True, slots=True)
class Way:
    """One credential of the person at the door. Times are UTC ms."""

    kind: str
    starts_ms: int
    ends_ms: int
    status: str
    """Delivery status, e.g. `transferred`."""
    scans_left: int | None = None
    """None: without limit."""
    reason: str = ""
    """Why the delivery stands where it is."""
    ref: str = ""
    """Number of the delivery."""
    schedule: str = ""
    """When within the window it opens (`linli.rules.schedules`); empty: always."""
    zone: str = ""
    """Time zone of the schedule; empty: the default."""
    cut: bool = False
    """The window is only the schedule's present or next piece."""


@dataclass(frozen=True, slots=True)
class EntryFacts:
    now_ms: int
    person_known: bool
    stay: Stay
    rests: tuple[str, ...]
    """Why the person's rights rest: `denied`, `frozen`."""
    ways: tuple[Way, ...]
    ended: str = ""
    """Why the last credential at this door ended, if one did and none is left."""
    served: bool = False
    """The person is in the door's pass scope."""
    online: bool = True
    seen_ms: int | None = None
    zone: str = ""
    """The community's zone, in which times are shown; empty: the default."""
    clock_off_ms: int | None = None
    """How much the door's clock is ahead; None: not known."""
    shown_kind: str = ""
    """Kind of the one credential that is judged, all in `ways` being its own; empty: the person's best one is."""
    other_kind: str = ""
    """Kind of another credential of the person that opens the door now."""


@dataclass(frozen=True, slots=True)
class Finding:
    step: str
    code: str
    """Key of its words, e.g. `window_late`."""
    good: bool
    action: Action = ""
    facts: dict[str, Any] = field(default_factory=dict)


def explain(facts: EntryFacts) -> list[Finding]:
    """A finding for each step that can be told; the first that is not good is the cause. All good: none is known."""
    findings = [_person(facts), _house(facts), _rest(facts)]
    best = _best(facts)
    if best is None:
        findings.append(_no_credential(facts))
        findings += _other(facts)
    else:
        code = "credential_shown" if facts.shown_kind else "credential_held"
        findings.append(Finding("credential", code, True, facts={"kind": best.kind}))
        findings += _other(facts)
        findings += [*_window(best, facts.now_ms), *_scans(best), _delivery(best)]
    findings += [*_clock(facts), _network(facts)]
    return findings


def cause_of(findings: list[Finding], shown_kind: str = "") -> Finding:
    """The first finding that is not good, or the advice to try again with what was shown."""
    code = "nothing_found" if shown_kind in ("", "qr") else "opens_now"
    facts = {"kind": shown_kind} if code == "opens_now" else {}
    return next(
        (finding for finding in findings if not finding.good),
        Finding("", code, True, "show_again", facts),
    )


def opens(way: Way, now_ms: int) -> bool:
    """Whether the door has the credential and takes it now."""
    return all(finding.good for finding in (*_window(way, now_ms), *_scans(way), _delivery(way)))


def _person(facts: EntryFacts) -> Finding:
    if facts.person_known:
        return Finding("person", "person_known", True)
    return Finding("person", "person_unknown", False, "add_person")


def _house(facts: EntryFacts) -> Finding:
    if facts.stay in ("living", "working"):
        return Finding("house", f"house_{facts.stay}", True)
    action: Action = "review" if facts.stay in ("pending", "rejected") else "add_person"
    # Somebody who neither lives nor works here, such as a visitor, may well have a credential: then that is no cause.
    good = bool(facts.ways) and facts.stay in ("none", "moved_out")
    return Finding("house", f"house_{facts.stay}", good, "" if good else action)


def _rest(facts: EntryFacts) -> Finding:
    if not facts.rests:
        return Finding("rest", "rest_none", True)
    return Finding("rest", f"rest_{facts.rests[0]}", False, "lift")


def _other(facts: EntryFacts) -> Iterator[Finding]:
    if facts.other_kind and not facts.rests:
        yield Finding("credential", "credential_other", True, facts={"kind": facts.other_kind})


def _no_credential(facts: EntryFacts) -> Finding:
    if facts.ended:
        return Finding("credential", f"ended_{facts.ended}", False, "give_key")
    if facts.shown_kind:
        return Finding("credential", "credential_not_here", False, "give_key", {"kind": facts.shown_kind})
    if facts.served:
        return Finding("credential", "credential_none", False, "give_key")
    return Finding("credential", "credential_elsewhere", False, "serve")


def _best(facts: EntryFacts) -> Way | None:
    """The credential that is nearest to opening the door; faults of others do not matter."""

    def faults(way: Way) -> int:
        wrong = [*_window(way, facts.now_ms), *_scans(way), _delivery(way)]
        return sum(not finding.good for finding in wrong)

    return min(facts.ways, key=lambda way: (faults(way), -way.ends_ms), default=None)


def _window(way: Way, now_ms: int) -> Iterator[Finding]:
    if (
        way.schedule
        and (way.cut or way.starts_ms <= now_ms <= way.ends_ms)
        and not holds(way.schedule, now_ms, way.zone)
    ):
        piece = piece_at(way.schedule, now_ms, way.zone)
        at_ms = piece.starts_ms if piece else None
        yield Finding(
            "window", "window_off_hours", False, "extend", {"at_ms": at_ms, "schedule": way.schedule}
        )
    elif now_ms < way.starts_ms:
        yield Finding("window", "window_early", False, "extend", {"at_ms": way.starts_ms})
    elif now_ms > way.ends_ms:
        yield Finding("window", "window_late", False, "extend", {"at_ms": way.ends_ms})
    else:
        yield Finding("window", "window_open", True)


def _scans(way: Way) -> Iterator[Finding]:
    if way.scans_left is not None:
        good = way.scans_left > 0
        code = "scans_left" if good else "scans_used_up"
        yield Finding("scans", code, good, "" if good else "extend", {"count": way.scans_left})


def _delivery(way: Way) -> Finding:
    if way.status == HELD:
        return Finding("delivery", "delivery_held", True)
    if way.status in _UNDER_WAY:
        return Finding("delivery", "delivery_under_way", False, "redeliver", {"ref": way.ref})
    code = "delivery_away" if way.status in _AWAY else "delivery_failed"
    return Finding("delivery", code, False, "redeliver", {"ref": way.ref, "reason": way.reason})


def _clock(facts: EntryFacts) -> Iterator[Finding]:
    if facts.clock_off_ms is not None:
        good = abs(facts.clock_off_ms) <= CLOCK_TOLERANCE_MS
        minutes = round(abs(facts.clock_off_ms) / 60_000)
        code = "clock_right" if good else "clock_fast" if facts.clock_off_ms > 0 else "clock_slow"
        yield Finding("clock", code, good, "" if good else "sync_clock", {"minutes": minutes})


def _network(facts: EntryFacts) -> Finding:
    if facts.online:
        return Finding("network", "network_online", True)
    # A door that has the right also opens offline. It only misses changes, and cannot be opened remotely.
    waits = any(way.status == HELD for way in facts.ways)
    return Finding("network", "network_offline", waits, "check_network", {"at_ms": facts.seen_ms})
