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
    """What its trace is found by."""
    note: str = ""
    """Of an uplink: what was set right (`inbox.note`)."""


def shown(payload: bytes) -> str:
    """A payload as text, codes and secrets hidden; bytes of a device's own format show as replacement characters."""
    return masked_text(payload[:MOST_BYTES].decode("utf-8", "replace"))[:SHOWN_BYTES]


def live_row(message: Message) -> MessageRow:
    """A message that was just committed, as the list shows it."""
    device = message.device
    return MessageRow(
        f"up-{message.seq}",
        device.iot_id,
        message.received_ms,
        "up",
        message.kind,
        message.identifier,
        shown(message.payload),
        "",
        "waiting" if message.wanted else "handled",
        "",
        topic=up_topic(device.product.product_key, device.device_name, message.kind, message.identifier),
        qos=None if message.qos < 0 else message.qos,
        trace_id=message.batch_id,
        note=message.note,
    )


def live_call(device: DeviceEntry, record: CallRecord) -> MessageRow:
    """A call on its way, or as it ended."""
    return MessageRow(
        f"down-{record.call_no}",
        device.iot_id,
        record.called_ms,
        "down",
        kind_of_call(record.identifier),
        record.identifier,
        shown(msgspec.json.encode(record.input)),
        masked_text(record.output or ""),
        record.state,
        masked_text(record.reason),
        topic=down_topic(device.product.product_key, device.device_name, record.identifier, record.call_type),
        qos=down_qos(record.call_type),
        trace_id=record.message_id,
    )


def live_refusal(device: DeviceEntry, refusal: Refusal) -> MessageRow:
    """An uplink of which nothing was kept."""
    return MessageRow(
        f"refused-{refusal.at_ms}-{hash(refusal.payload) & 0xFFFFFF:06x}", device.iot_id, refusal.at_ms, "up",
        "refused", "", shown(refusal.payload), "", "refused", masked_text(refusal.reason), topic=refusal.topic,
    )  # fmt: skip


def up_row(device: DeviceRow, row: history.Uplink) -> MessageRow:
    """From the inbox."""
    state = {None: "handled", "ready": "waiting"}.get(row.state, "parked")
    return MessageRow(
        f"up-{row.seq}",
        device.iot_id,
        row.received_ms,
        "up",
        row.kind,
        row.identifier,
        shown(row.payload),
        "",
        state,
        masked_text(row.reason or ""),
        topic=up_topic(device.product_key, device.device_name, row.kind, row.identifier),
        trace_id=batch_id(device.device_no, row.seq),
        note=row.note,
    )


def down_row(device: DeviceRow, row: history.Downlink) -> MessageRow:
    """From the record of a call."""
    return MessageRow(
        f"down-{row.call_no}",
        device.iot_id,
        row.called_ms,
        "down",
        kind_of_call(row.identifier),
        row.identifier,
        masked_text(row.input),
        masked_text(row.output or ""),
        row.state,
        masked_text(row.reason),
        topic=down_topic(device.product_key, device.device_name, row.identifier, row.call_type),
        qos=down_qos(row.call_type),
        trace_id=str(row.call_no),
    )


def kind_of_call(identifier: str) -> str:
    return identifier if identifier in (SET, GET) else "call"
