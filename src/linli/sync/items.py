"""One desired row and its transitions.

`wanted` and `reported` are content hashes: ABSENT means "nothing is held", UNKNOWN that the device may hold the old,
the new, or nothing (a call timed out). Every change of the desired row raises `generation`. A result of an older
generation still says what is on the device, but settles nothing. Sending twice is harmless, so a process killed between
the device's confirmation and our commit simply sends again.
"""

from dataclasses import dataclass, replace
from enum import Enum

from linli.sync.backoff import Backoff
from linli.sync.states import SETTLED, State

ABSENT = ""
UNKNOWN = "?"


class Result(Enum):
    DONE = "done"
    OFFLINE = "offline"
    TIMED_OUT = "timed_out"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of sending one row to a device."""

    result: Result
    reason: str = ""
    """Stable reason code, e.g. `delivery.offline`; its words are in the room's strings. Empty when done."""
    detail: str = ""
    """The text of the device or the network, for a person; may be empty."""
    unsure: bool = False
    """The device went offline while the row was being sent, and may have stored it."""


@dataclass(frozen=True, slots=True)
class Item:
    device: str
    kind: str
    credential: str
    generation: int
    wanted: str
    reported: str
    state: State
    failures: int
    """Failed tries since the last change, success or manual retry."""
    next_try_ms: int | None
    """UTC ms; None when nothing is to be done."""
    reason: str = ""
    detail: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        return self.device, self.kind, self.credential

    @property
    def deleting(self) -> bool:
        return self.wanted == ABSENT


def new_item(device: str, kind: str, credential: str) -> Item:
    """A row that the platform never sent: the device holds nothing by this name as far as we know."""
    return Item(
        device=device,
        kind=kind,
        credential=credential,
        generation=0,
        wanted=ABSENT,
        reported=ABSENT,
        state=State.REMOVED,
        failures=0,
        next_try_ms=None,
    )


def want(item: Item, wanted: str, *, now_ms: int) -> Item:
    """The row with other content wanted; the same row when nothing changes."""
    if wanted == item.wanted:
        return item
    changed = replace(item, generation=item.generation + 1, wanted=wanted, failures=0, reason="", detail="")
    if item.state is State.SENDING:
        # The device is at work on the old generation: what it will hold is not known before its result.
        return replace(changed, next_try_ms=item.next_try_ms)
    return _pending(changed, now_ms)


def _pending(item: Item, now_ms: int) -> Item:
    if item.wanted == item.reported:
        state = State.REMOVED if item.deleting else State.HELD
        return replace(item, state=state, failures=0, next_try_ms=None, reason="", detail="")
    return replace(item, state=State.WAITING, next_try_ms=now_ms)


def start(item: Item, *, lease_until_ms: int) -> Item:
    """Hand the row to a device. It is due again when the lease ends without a result.

    A row that is sending already lost its process: the device may have taken it, and nobody was left to note it.
    """
    reported = UNKNOWN if item.state is State.SENDING else item.reported
    return replace(
        item, state=State.SENDING, reported=reported, next_try_ms=lease_until_ms, reason="", detail=""
    )


def settle(
    item: Item, outcome: Outcome, *, sent: Item, backoff: Backoff, now_ms: int, spread: float = 0.5
) -> Item:
    """The row after a result. `item` is the row as it is now, `sent` as it was when it went out."""
    if outcome.result is Result.DONE:
        return _pending(replace(item, reported=sent.wanted, failures=0), now_ms)
    if outcome.result is Result.TIMED_OUT or outcome.unsure:
        item = replace(item, reported=UNKNOWN)
    item = replace(item, reason=outcome.reason, detail=outcome.detail)
    if outcome.result is Result.OFFLINE:
        return replace(item, state=State.OFFLINE, next_try_ms=now_ms + backoff.offline_ms)
    if item.generation != sent.generation:
        return replace(_pending(item, now_ms), failures=0)
    failures = item.failures + 1
    if backoff.gives_up(failures):
        return replace(item, state=State.NEEDS_PERSON, failures=failures, next_try_ms=None)
    state = State.TIMED_OUT if outcome.result is Result.TIMED_OUT else State.FAILED
    return replace(
        item, state=state, failures=failures, next_try_ms=now_ms + backoff.wait_ms(failures, spread)
    )


def wake(item: Item, *, now_ms: int) -> Item:
    """The device came online: waiting and failed rows are tried at once.

    Failures still count, so a device that keeps dropping off does not hide a row that it cannot take.
    """
    if item.state in (State.OFFLINE, State.TIMED_OUT, State.FAILED):
        return replace(item, state=State.WAITING, next_try_ms=now_ms)
    return item


def retry(item: Item, *, now_ms: int) -> Item:
    """A person asks for another try, with all its retries, also of a row that needed one."""
    if item.state in SETTLED or item.state is State.SENDING:
        return item
    return replace(item, state=State.WAITING, failures=0, next_try_ms=now_ms)


def resend(item: Item, *, now_ms: int) -> Item:
    """Send again although the device once confirmed: it may have lost what it held (power-up, factory reset)."""
    if item.state is State.SENDING:
        return item
    again = replace(item, generation=item.generation + 1, reported=UNKNOWN, failures=0)
    return _pending(again, now_ms)


def report(item: Item, reported: str, *, now_ms: int) -> Item:
    """Take what a device read back: `reported` is its content hash or ABSENT.

    A row that was thought settled and differs is due at once. One that still waits for its next try, or for a
    person, goes on waiting: reading back is no reason to send what the device just refused.
    """
    if item.state is State.SENDING or reported == item.reported:
        return item
    updated = replace(item, reported=reported)
    return _pending(updated, now_ms) if item.state in SETTLED or reported == item.wanted else updated
