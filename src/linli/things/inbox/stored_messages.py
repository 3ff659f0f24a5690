"""Messages read back from their rows: for handlers after a restart, for the console's message log."""

from typing import Any

import msgspec

from linli.protocols.linkkit import envelope
from linli.things.fleet import DeviceEntry
from linli.things.inbox.envelopes import read_post
from linli.things.inbox.messages import HISTORY, Message, believable
from linli.things.inbox.posts import BATCH, read_batch
from linli.things.inbox.receiver import reply_values
from linli.things.models import MessageKind
from linli.tsl import ValueRefused


class NoLongerReadable(Exception):
    """A stored message does not fit the thing model as it is now."""


def revive(
    device: DeviceEntry,
    *,
    seq: int,
    kind: MessageKind,
    identifier: str,
    received_ms: int,
    note: str,
    payload: bytes,
) -> Message:
    """The message as it was when it came. Raises NoLongerReadable."""
    try:
        values, own_ms, call_no = _values(device, kind, identifier, payload)
    except (ValueRefused, ValueError, KeyError, TypeError, AttributeError) as error:
        raise NoLongerReadable(f"{type(error).__name__}: {error}") from error
    time_ms, _ = believable(own_ms, received_ms)
    return Message(
        seq=seq,
        device=device,
        kind=kind,
        identifier=identifier,
        values=values,
        time_ms=time_ms,
        received_ms=received_ms,
        payload=payload,
        note=note,
        call_no=call_no,
        wanted=True,
    )


def _values(
    device: DeviceEntry, kind: MessageKind, identifier: str, payload: bytes
) -> tuple[Any, int | None, int]:
    """(values, the device's own time, the call answered)."""
    compiled = device.product.compiled
    match kind:
        case "property" if identifier in (BATCH, HISTORY):
            values, _, _ = read_batch(device, read_post(payload))
        case "property":
            values = compiled.property_post(read_post(payload).params).values
        case "event":
            event = compiled.event_post(identifier, read_post(payload).params)
            return event.values, event.time_ms, 0
        case "service_reply":
            reply = reply_values(envelope.read_reply(payload))
            return reply, None, int(reply["id"])
        case "status":
            return msgspec.json.decode(payload), None, 0
        case "info":
            items = read_post(payload).params
            return {item["attrKey"]: item.get("attrValue") for item in items}, None, 0
        case _:
            return payload, None, 0
    times = [value.time_ms for value in values if value.time_ms is not None]
    return {value.rule.identifier: value.value for value in values}, times[-1] if times else None, 0
