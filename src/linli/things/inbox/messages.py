"""A message of the inbox: one message of one device, as handlers and subscribers of committed messages see it."""

import struct
from collections.abc import Iterator, Sequence
from typing import Any, Final

import msgspec

from linli.things.fleet import DeviceEntry
from linli.things.models import MessageKind

DAY_MS: Final = 86_400_000
OLDEST_MS: Final = 40 * DAY_MS
NEWEST_MS: Final = DAY_MS
"""A device's time further back or ahead than this is not believed (design 4.9)."""
HISTORY: Final = "history"
"""`inbox.note` of a message that a device reports afterwards."""


class Message(msgspec.Struct, gc=False):
    """One stored message. `seq` rises in time and is unique for its device."""

    seq: int
    device: DeviceEntry
    kind: MessageKind
    identifier: str
    """Event, service, `online`/`offline`, or topic tail; empty for property posts."""
    values: Any
    """Checked values by identifier (property, event, reply data), or bytes (user, raw)."""
    time_ms: int
    """When it happened: the device's time where it is believable, else arrival."""
    received_ms: int
    payload: bytes
    """As it came."""
    note: str = ""
    """As `inbox.note`."""
    call_no: int = 0
    """Of a service reply: the call it answers (`service_calls.call_no`)."""
    qos: int = -1
    """At which it came; -1: nobody sent it, or that is no longer known."""
    wanted: bool = False
    """A domain handler is registered for it."""

    @property
    def history(self) -> bool:
        """It is about the past (`thing/event/property/history/post`): handlers that act on the present ignore it."""
        return self.note == HISTORY

    @property
    def batch_id(self) -> str:
        """32 hex digits that all values of one post share on the wire (`batchId`)."""
        return batch_id(self.device.device_no, self.seq)


def batch_id(device_no: int, seq: int) -> str:
    """The `batchId` of a message: derived, so that nothing is stored for it."""
    return f"{device_no:016x}{seq:016x}"


def batch_ids(device_no: int, numbers: Sequence[int]) -> Iterator[str]:
    """`batch_id` of many messages of one device, in a third of the time of formatting each."""
    if not numbers:
        return iter(())
    digits = struct.pack(f">{len(numbers)}q", *numbers).hex("-", 8)
    return map(f"{device_no:016x}".__add__, digits.split("-"))


def believable(time_ms: int | None, now_ms: int) -> tuple[int, bool]:
    """(the time to keep, whether the device's time was set aside for arrival)."""
    if time_ms is None:
        return now_ms, False
    if now_ms - OLDEST_MS <= time_ms <= now_ms + NEWEST_MS:
        return time_ms, False
    return now_ms, True
