"""Reads posts of the past: messages that a device or its gateway kept while it was offline (`…/property/history/post`).

    [{"identity": {"productKey": …, "deviceName": …}, "properties": [{"Power": {"value": 1, "time": ms}}], "events": […]}]

Each identity's values become one message, each event another, all marked HISTORY. They fill the time series and the
lists of events. They replace no newer present value, start no rule about the present, and change no status. Every value
needs its time. A value too far back or ahead (design 4.9) is dropped alone and named, because its arrival time would
make it a present value.
"""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import msgspec

from linli.kernel.ids import Ids
from linli.protocols.linkkit import envelope
from linli.things.fleet import DeviceEntry
from linli.things.inbox.arrival import Arrival
from linli.things.inbox.envelopes import read_post
from linli.things.inbox.handlers import InboxHandlers
from linli.things.inbox.messages import DAY_MS, HISTORY, OLDEST_MS, Message, believable
from linli.tsl import PostedValue, Problem, ValueRefused
from linli.tsl.values import CheckedValues

_encode = msgspec.json.Encoder().encode


class Past(NamedTuple):
    """The values and events of one identity to store."""

    device_no: int
    values: list[PostedValue]
    """Each with a time."""
    events: list[tuple[str, CheckedValues]]


class PastPosts:
    """Reading of `thing/event/property/history/post`. It answers the device itself."""

    def __init__(
        self, handlers: InboxHandlers, ids: Ids, devices: Callable[[int], DeviceEntry | None]
    ) -> None:
        """`devices` finds a sub-device by its number."""
        self._handlers = handlers
        self._ids = ids
        self._devices = devices

    def history(self, arrival: Arrival) -> None:
        """Everything is refused if an identity, an identifier or a type is wrong."""
        dropped: list[Problem] = []
        try:
            post = read_post(arrival.uplink.payload)
            posts = [
                (device, read_past(device, item, arrival.now_ms, dropped, f"params[{index}]"))
                for index, item in enumerate(_items(post.params))
                for device in (self._owner(arrival, item, f"params[{index}].identity"),)
            ]
            for device, past in posts:
                for identifier, event in past.events:
                    self._handlers.require_event(device, identifier, event.values)
        except (envelope.EnvelopeError, ValueRefused) as error:
            arrival.refuse(error)
            return
        self._keep_whole(arrival, post.params)
        for device, past in posts:
            if past.values:
                self._keep_values(arrival, device, past.values)
            for identifier, event in past.events:
                self._keep_event(arrival, device, identifier, event)
        arrival.accept(post, dropped)

    def _keep_whole(self, arrival: Arrival, params: Any) -> None:
        """The post's own bytes, beside the values read from it: a post that is sent again is recognised by them."""
        now_ms, uplink = arrival.now_ms, arrival.uplink
        seq, name = self._ids.number(now_ms), uplink.topic.kind.value
        whole = Message(
            seq=seq,
            device=arrival.device,
            kind="request",
            identifier=name,
            values=params,
            time_ms=now_ms,
            received_ms=now_ms,
            payload=uplink.payload,
        )
        arrival.batch.messages.append(whole)

    def _keep_values(self, arrival: Arrival, device: DeviceEntry, values: list[PostedValue]) -> None:
        batch, now_ms = arrival.batch, arrival.now_ms
        seq, day = self._ids.number(now_ms), now_ms // DAY_MS
        taken: set[tuple[int, int]] = set()
        for rule, value, time_ms in values:
            ts = time_ms or 0
            while (rule.no, ts) in taken:  # as in a batch post: none of two at one time is lost
                ts += 1
            taken.add((rule.no, ts))
            if rule.stored == "number":
                batch.past_numbers.append((device.device_no, rule.no, ts, seq, day, value))
            else:
                text = value if type(value) is str else _encode(value).decode()
                batch.past_texts.append((device.device_no, rule.no, ts, seq, day, text))
        payload = _encode({"params": {"properties": _by_identifier(values)}})
        by_name = {value.rule.identifier: value.value for value in values}
        last_ms = max(value.time_ms or 0 for value in values)
        message = Message(
            seq=seq,
            device=device,
            kind="property",
            identifier=HISTORY,
            values=by_name,
            time_ms=last_ms,
            received_ms=now_ms,
            payload=payload,
            note=HISTORY,
        )
        self._keep(arrival, message)

    def _keep_event(
        self, arrival: Arrival, device: DeviceEntry, identifier: str, event: CheckedValues
    ) -> None:
        now_ms, ts = arrival.now_ms, event.time_ms or 0
        seq = self._ids.number(now_ms)
        payload = _encode({"params": {"value": event.values, "time": ts}})
        message = Message(
            seq=seq,
            device=device,
            kind="event",
            identifier=identifier,
            values=event.values,
            time_ms=ts,
            received_ms=now_ms,
            payload=payload,
            note=HISTORY,
        )
        self._keep(arrival, message)
        declared = device.product.compiled.event(identifier)
        kind = declared.type if declared is not None else "info"
        body = _encode(event.values).decode()
        arrival.batch.events.append((device.device_no, identifier, ts, seq, now_ms // DAY_MS, kind, body))

    def _owner(self, arrival: Arrival, item: dict[str, Any], path: str) -> DeviceEntry:
        """The device itself, or one of the sub-devices that speak through its connection. Raises ValueRefused."""
        identity = item.get("identity")
        if identity is None:
            return arrival.device
        if not isinstance(identity, dict):
            raise ValueRefused(path, "type", expected="struct")
        product_key, device_name = identity.get("productKey"), identity.get("deviceName")
        own = arrival.device
        if (product_key, device_name) == (own.product_key, own.device_name):
            return own
        device_no = arrival.uplink.session.subs.get((str(product_key), str(device_name)))
        device = None if device_no is None else self._devices(device_no)
        if device is None:
            raise ValueRefused(path, "not_sub_device")
        return device

    def _keep(self, arrival: Arrival, message: Message) -> None:
        message.wanted = self._handlers.wants_past(message)
        message.qos = arrival.uplink.qos
        arrival.batch.messages.append(message)


def read_past(device: DeviceEntry, item: Any, now_ms: int, dropped: list[Problem], path: str) -> Past:
    """Check one identity's values and events; dropped ones are added to `dropped`. Raises ValueRefused."""
    compiled = device.product.compiled
    values: list[PostedValue] = []
    for where, fields in _records(item, "properties", path):
        checked = compiled.property_post(fields)
        for value in checked.values:
            named = f"{where}.{value.rule.identifier}"
            if _in_time(value.time_ms, now_ms, named, dropped):
                values.append(value)
        dropped += [
            Problem(f"{where}.{problem.path}", problem.rule, problem.facts) for problem in checked.dropped
        ]
    events: list[tuple[str, CheckedValues]] = []
    for where, fields in _records(item, "events", path):
        for identifier, body in fields.items():
            event = compiled.event_post(identifier, body)
            if _in_time(event.time_ms, now_ms, f"{where}.{identifier}", dropped):
                events.append((identifier, event))
            dropped += [
                Problem(f"{where}.{problem.path}", problem.rule, problem.facts) for problem in event.dropped
            ]
    return Past(device.device_no, values, events)


def _in_time(time_ms: int | None, now_ms: int, path: str, dropped: list[Problem]) -> bool:
    """Raises ValueRefused when there is no time."""
    if time_ms is None:
        raise ValueRefused(f"{path}.time", "missing")
    if not believable(time_ms, now_ms)[1]:
        return True
    dropped.append(Problem(path, "history_time", {"days": OLDEST_MS // DAY_MS}))
    return False


def _items(params: Any) -> list[Any]:
    """A list of identities; a single one stands for a list of one."""
    items = params if isinstance(params, list) else [params]
    for index, item in enumerate(items):
        if not isinstance(item, dict):
            raise ValueRefused(f"params[{index}]", "type", expected="struct")
    return items


def _records(item: dict[str, Any], key: str, path: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """(path, fields) of each record of `item[key]`. Also reads the lists by identifier of a batch post."""
    records = item.get(key)
    if records is None:
        return
    if isinstance(records, dict):
        records = [
            {identifier: value}
            for identifier, ones in records.items()
            for value in (ones if isinstance(ones, list) else [ones])
        ]
    if not isinstance(records, list):
        raise ValueRefused(f"{path}.{key}", "type", expected="array")
    for index, fields in enumerate(records):
        if not isinstance(fields, dict):
            raise ValueRefused(f"{path}.{key}[{index}]", "type", expected="struct")
        yield f"{path}.{key}[{index}]", fields


def _by_identifier(values: list[PostedValue]) -> dict[str, list[dict[str, Any]]]:
    """As a batch post holds them."""
    by_identifier: dict[str, list[dict[str, Any]]] = {}
    for rule, value, time_ms in values:
        by_identifier.setdefault(rule.identifier, []).append({"value": value, "time": time_ms})
    return by_identifier
