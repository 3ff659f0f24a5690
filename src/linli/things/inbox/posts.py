"""Reads posts of properties and events into a batch.

An undeclared identifier or a wrong type refuses the message in its reply and stores nothing; a value outside its limits
is dropped alone and named in the reply (design 4.12).
"""

from typing import Any, Final

import msgspec

from linli.kernel.ids import Ids
from linli.protocols.linkkit import envelope
from linli.things.fleet import DeviceEntry
from linli.things.inbox.arrival import Arrival
from linli.things.inbox.envelopes import Post, read_post
from linli.things.inbox.handlers import InboxHandlers
from linli.things.inbox.messages import DAY_MS, Message, believable
from linli.tsl import PostedValue, Problem, ValueRefused
from linli.tsl.values import CheckedValues

BATCH: Final = "batch"
"""`identifier` of the message that holds the values of a batch post."""

_encode = msgspec.json.Encoder().encode


class Posts:
    """Readings of `thing/event/…/post`. Each answers the device itself."""

    def __init__(self, handlers: InboxHandlers, ids: Ids) -> None:
        self._handlers = handlers
        self._ids = ids

    def properties(self, arrival: Arrival) -> None:
        """`{"Temperature": 21.5, "LightSwitch": {"value": 1, "time": ms}}`."""
        model = arrival.device.product.compiled
        try:
            post = read_post(arrival.uplink.payload)
            numbers = model.plain_numbers(post.params)
            if numbers is not None:
                self._keep_numbers(arrival, numbers, post.params)
                arrival.accept(post)
                return
            checked = model.property_post(post.params)
        except (envelope.EnvelopeError, ValueRefused) as error:
            arrival.refuse(error)
            return
        self._keep_values(arrival, "", checked.values, checked.dropped)
        arrival.accept(post, checked.dropped)

    def event(self, arrival: Arrival) -> None:
        """`{"value": {…}, "time": ms}`, or the outputs without a wrapping."""
        identifier = arrival.uplink.topic.identifier
        try:
            post = read_post(arrival.uplink.payload)
            checked = arrival.device.product.compiled.event_post(identifier, post.params)
            self._handlers.require_event(arrival.device, identifier, post.params)
        except (envelope.EnvelopeError, ValueRefused) as error:
            arrival.refuse(error)
            return
        self._keep_event(arrival, identifier, checked, arrival.uplink.payload)
        arrival.accept(post, checked.dropped)

    def batch(self, arrival: Arrival) -> None:
        """`{"properties": {"Power": [{"value": 1, "time": ms}, …]}, "events": {"alarm": [{"value": {…}, "time": ms}]}}`.

        All values become one message, each event one of its own.
        """
        try:
            post = read_post(arrival.uplink.payload)
            values, events, dropped = read_batch(arrival.device, post)
            for identifier, event in events:
                self._handlers.require_event(arrival.device, identifier, event.values)
        except (envelope.EnvelopeError, ValueRefused) as error:
            arrival.refuse(error)
            return
        if values or dropped or not events:
            self._keep_values(arrival, BATCH, values, dropped)
        for identifier, event in events:
            body = {"params": {"value": event.values, "time": event.time_ms}}
            self._keep_event(arrival, identifier, event, _encode(body))
            dropped += event.dropped
        arrival.accept(post, dropped)

    def _keep_numbers(self, arrival: Arrival, numbers: list[int], values: dict[str, Any]) -> None:
        """`_keep_values` for plain numbers without a time of their own."""
        batch, device, now_ms = arrival.batch, arrival.device, arrival.now_ms
        device_no, day, seq = device.device_no, now_ms // DAY_MS, self._ids.number(now_ms)
        for no, value in zip(numbers, values.values(), strict=True):
            batch.numbers.append((device_no, no, now_ms, seq, day, value))
        uplink = arrival.uplink
        message = Message(
            seq=seq,
            device=device,
            kind="property",
            identifier="",
            values=values,
            time_ms=now_ms,
            received_ms=now_ms,
            payload=uplink.payload,
            qos=uplink.qos,
        )
        message.wanted = self._handlers.wants(message)
        batch.messages.append(message)

    def _keep_values(
        self, arrival: Arrival, identifier: str, values: list[PostedValue], dropped: list[Problem]
    ) -> None:
        """One row for the message, one for each value."""
        batch, device, now_ms = arrival.batch, arrival.device, arrival.now_ms
        device_no, day, seq = device.device_no, now_ms // DAY_MS, self._ids.number(now_ms)
        note = "dropped" if dropped else ""
        time_ms = now_ms
        by_name = {}
        taken: set[tuple[int, int]] | None = set() if identifier else None
        for rule, value, own_ms in values:
            ts = now_ms
            if own_ms is not None:
                ts, unbelievable = believable(own_ms, now_ms)
                note = "time" if unbelievable else note
                time_ms = ts
            by_name[rule.identifier] = value
            if taken is not None:
                # Two values of one property at one time: the later one is put a millisecond on, so that none is lost.
                while (rule.no, ts) in taken:
                    ts += 1
                taken.add((rule.no, ts))
            if rule.stored == "number":
                batch.numbers.append((device_no, rule.no, ts, seq, day, value))
            else:
                text = value if type(value) is str else _encode(value).decode()
                batch.texts.append((device_no, rule.no, ts, seq, day, text))
        payload = arrival.uplink.payload
        message = Message(
            seq=seq,
            device=device,
            kind="property",
            identifier=identifier,
            values=by_name,
            time_ms=time_ms,
            received_ms=now_ms,
            payload=payload,
            note=note,
        )
        message.qos = arrival.uplink.qos
        message.wanted = self._handlers.wants(message)
        batch.messages.append(message)

    def _keep_event(self, arrival: Arrival, identifier: str, checked: CheckedValues, payload: bytes) -> None:
        device, now_ms = arrival.device, arrival.now_ms
        ts, unbelievable = believable(checked.time_ms, now_ms)
        note = "time" if unbelievable else "dropped" if checked.dropped else ""
        seq, day = self._ids.number(now_ms), now_ms // DAY_MS
        message = Message(
            seq=seq,
            device=device,
            kind="event",
            identifier=identifier,
            values=checked.values,
            time_ms=ts,
            received_ms=now_ms,
            payload=payload,
            note=note,
        )
        message.qos = arrival.uplink.qos
        message.wanted = self._handlers.wants(message)
        arrival.batch.messages.append(message)
        event = device.product.compiled.event(identifier)
        kind = event.type if event is not None else "info"
        body = _encode(checked.values).decode()
        arrival.batch.events.append((device.device_no, identifier, ts, seq, day, kind, body))


def read_batch(
    device: DeviceEntry, post: Post
) -> tuple[list[PostedValue], list[tuple[str, CheckedValues]], list[Problem]]:
    """Values, events and dropped values of a batch post. Raises ValueRefused."""
    compiled = device.product.compiled
    values: list[PostedValue] = []
    dropped: list[Problem] = []
    for identifier, items in _lists(post.params, "properties").items():
        for item in items:
            checked = compiled.property_post({identifier: item})
            values += checked.values
            dropped += checked.dropped
    events = [
        (identifier, compiled.event_post(identifier, item))
        for identifier, items in _lists(post.params, "events").items()
        for item in items
    ]
    return values, events, dropped


def _lists(params: Any, key: str) -> dict[str, list[Any]]:
    """`params[key]` as lists of items by identifier; a single item stands for a list of one."""
    if not isinstance(params, dict):
        raise ValueRefused("params", "type", expected="struct")
    lists = params.get(key, {})
    if not isinstance(lists, dict):
        raise ValueRefused(key, "type", expected="struct")
    return {name: items if isinstance(items, list) else [items] for name, items in lists.items()}
