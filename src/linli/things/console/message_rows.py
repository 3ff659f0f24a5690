"""One message of a device as pages show it, from its rows or as it happens."""

from typing import Literal

import msgspec

from linli.kernel.masking import MOST_BYTES, masked_text
from linli.things.debugging.wire import down_qos, down_topic, up_topic
from linli.things.downlink.records import GET, SET, CallRecord
from linli.things.fleet import DeviceEntry
from linli.things.inbox.messages import Message, batch_id
from linli.things.inbox.refusals import Refusal
from linli.things.queries import history
from linli.things.queries.devices import DeviceRow

SHOWN_BYTES = 16 * 1024

type Direction = Literal["up", "down"]


class MessageRow(msgspec.Struct, rename="camel", frozen=True):
    """One message. `payload` is its text as it was on the wire, cut after 16 kB, without what opens doors."""

    id: str
    iot_id: str
    at_ms: int
    direction: Direction
    kind: str
    """Of an uplink: `inbox.kind`, or `refused`; of a downlink: `call`, `set` or `get`."""
    identifier: str
    payload: str
    answer: str
    """Of a downlink: the device's reply, if it came."""
    state: str
    """Up: `handled`, `waiting`, `parked` or `refused`. Down: `sent`, `answered`, `refused`, `timed_out` or `offline`."""
    reason: str
    topic: str = ""
    """Empty where it is no longer known."""
    qos: int | None = None
    trace_id: str = ""
    """The key of its trace."""
    note: str = ""
    """Corrections of an uplink (`inbox.note`)."""


def shown(payload: bytes) -> str:
    """A payload as text, codes and secrets hidden; bytes of a device's own format show as replacement characters."""
    return masked_text(payload[:MOST_BYTES].decode("utf-8", "replace"))[:SHOWN_BYTES]


def live_row(message: Message) -> MessageRow:
    """A message that was just committed, as the list shows it."""
    device = message.device
    return MessageRow(
        id=f"up-{message.seq}",
        iot_id=device.iot_id,
        at_ms=message.received_ms,
        direction="up",
        kind=message.kind,
        identifier=message.identifier,
        payload=shown(message.payload),
        answer="",
        state="waiting" if message.wanted else "handled",
        reason="",
        topic=up_topic(device.product.product_key, device.device_name, message.kind, message.identifier),
        qos=None if message.qos < 0 else message.qos,
        trace_id=message.batch_id,
        note=message.note,
    )


def live_call(device: DeviceEntry, record: CallRecord) -> MessageRow:
    """A call on its way, or as it ended."""
    return MessageRow(
        id=f"down-{record.call_no}",
        iot_id=device.iot_id,
        at_ms=record.called_ms,
        direction="down",
        kind=kind_of_call(record.identifier),
        identifier=record.identifier,
        payload=shown(msgspec.json.encode(record.input)),
        answer=masked_text(record.output or ""),
        state=record.state,
        reason=masked_text(record.reason),
        topic=down_topic(device.product.product_key, device.device_name, record.identifier, record.call_type),
        qos=down_qos(record.call_type),
        trace_id=record.message_id,
    )


def live_refusal(device: DeviceEntry, refusal: Refusal) -> MessageRow:
    """An uplink of which nothing was kept."""
    return MessageRow(
        id=f"refused-{refusal.at_ms}-{hash(refusal.payload) & 0xFFFFFF:06x}",
        iot_id=device.iot_id,
        at_ms=refusal.at_ms,
        direction="up",
        kind="refused",
        identifier="",
        payload=shown(refusal.payload),
        answer="",
        state="refused",
        reason=masked_text(refusal.reason),
        topic=refusal.topic,
    )


def up_row(device: DeviceRow, row: history.Uplink) -> MessageRow:
    """From the inbox."""
    state = {None: "handled", "ready": "waiting"}.get(row.state, "parked")
    return MessageRow(
        id=f"up-{row.seq}",
        iot_id=device.iot_id,
        at_ms=row.received_ms,
        direction="up",
        kind=row.kind,
        identifier=row.identifier,
        payload=shown(row.payload),
        answer="",
        state=state,
        reason=masked_text(row.reason or ""),
        topic=up_topic(device.product_key, device.device_name, row.kind, row.identifier),
        trace_id=batch_id(device.device_no, row.seq),
        note=row.note,
    )


def down_row(device: DeviceRow, row: history.Downlink) -> MessageRow:
    """From the record of a call."""
    return MessageRow(
        id=f"down-{row.call_no}",
        iot_id=device.iot_id,
        at_ms=row.called_ms,
        direction="down",
        kind=kind_of_call(row.identifier),
        identifier=row.identifier,
        payload=masked_text(row.input),
        answer=masked_text(row.output or ""),
        state=row.state,
        reason=masked_text(row.reason),
        topic=down_topic(device.product_key, device.device_name, row.identifier, row.call_type),
        qos=down_qos(row.call_type),
        trace_id=str(row.call_no),
    )


def kind_of_call(identifier: str) -> str:
    return identifier if identifier in (SET, GET) else "call"
