"""Reads each kind of uplink into a batch: the rows, and the answer to the device. Every uplink is acknowledged."""

import functools
from collections.abc import Callable
from typing import Any, Final

import msgspec

from linli.kernel import telemetry
from linli.kernel.clock import Clock
from linli.kernel.ids import Ids
from linli.kernel.masking import masked_text
from linli.protocols.linkkit import envelope
from linli.protocols.linkkit.topics import UplinkKind
from linli.things.calls import PendingCalls, call_number
from linli.things.fleet import DeviceEntry
from linli.things.inbox.arrival import Arrival
from linli.things.inbox.batch import Batch
from linli.things.inbox.envelopes import BAD_PARAMS, NOT_STORED, UNSUPPORTED, Post, read_post
from linli.things.inbox.handlers import InboxHandlers
from linli.things.inbox.messages import Message
from linli.things.inbox.past import PastPosts
from linli.things.inbox.posts import Posts
from linli.things.inbox.request import Request
from linli.things.inbox.requests import Requests
from linli.things.models import MessageKind
from linli.things.mqtt.ports import Uplink
from linli.tsl import ValueRefused

log = telemetry.logger(__name__)

_MAX_REASON: Final = 500
_MOST_DIGITS: Final = 14
"""Of a time in ms that can be one."""
_KEPT_AS: Final[dict[UplinkKind, MessageKind]] = {
    UplinkKind.MODEL_UP_RAW: "raw",
    UplinkKind.MODEL_DOWN_RAW_REPLY: "raw",
    UplinkKind.USER_RAW: "raw",
    UplinkKind.LOG_POST: "log",
}
"""Requests that the inbox holds under a kind of their own."""

_encode = msgspec.json.Encoder().encode

type Reading = Callable[[Arrival], None]


class Receiver:
    """Turns uplinks into rows. Works in memory alone: it neither waits nor writes."""

    def __init__(
        self,
        handlers: InboxHandlers,
        requests: Requests,
        calls: PendingCalls,
        ids: Ids,
        clock: Clock,
        *,
        devices: Callable[[int], DeviceEntry | None] = lambda device_no: None,
    ) -> None:
        """`devices` finds a device by its number: a gateway's sub-device that a post tells of."""
        self._handlers = handlers
        self._requests = requests
        self._calls = calls
        self._ids = ids
        self._clock = clock
        posts, past = Posts(handlers, ids), PastPosts(handlers, ids, devices)
        self._readings: dict[UplinkKind, Reading] = {
            UplinkKind.PROPERTY_POST: posts.properties,
            UplinkKind.PROPERTY_BATCH_POST: posts.batch,
            UplinkKind.PROPERTY_HISTORY_POST: past.history,
            UplinkKind.EVENT_POST: posts.event,
            UplinkKind.SERVICE_REPLY: self._service_reply,
            UplinkKind.RRPC_RESPONSE: self._rrpc_response,
            UplinkKind.INFO_UPDATE: self._info_update,
            UplinkKind.INFO_DELETE: self._info_delete,
            UplinkKind.NTP_REQUEST: self._ntp_request,
            UplinkKind.USER: self._user,
        }

    def receive(self, batch: Batch, uplink: Uplink, device: DeviceEntry, now_ms: int) -> None:
        """Read one uplink into `batch`, its reply included."""
        device.last_seen_ms = now_ms
        arrival = Arrival(batch, uplink, device, now_ms)
        reading = self._readings.get(uplink.topic.kind)
        if reading is None:
            self._request(arrival)
            return
        batch.uplinks.append(uplink)
        try:
            reading(arrival)
        except Exception:
            # Closing the connection instead would bring the same message back for ever.
            log.exception("inbox: %s of %s cannot be read", uplink.topic.text, device.iot_id)
            arrival.refuse(RuntimeError("the message could not be read"), NOT_STORED)

    def not_stored(self, batch: Batch, uplink: Uplink, device: DeviceEntry, now_ms: int) -> None:
        """Tell the device that its message cannot be kept, whatever it does."""
        batch.uplinks.append(uplink)
        arrival = Arrival(batch, uplink, device, now_ms)
        arrival.refuse(RuntimeError("the message could not be stored"), NOT_STORED)

    def status(self, batch: Batch, device: DeviceEntry, *, online: bool, front: str, now_ms: int) -> None:
        """Note that a device's connection came or went."""
        identifier = "online" if online else "offline"
        if online:
            device.last_seen_ms = now_ms
        values = {"status": identifier, "time": now_ms}
        self._keep(batch, device, "status", identifier, values, now_ms, _encode(values))
        batch.statuses.append((device.device_no, online, now_ms, front, device.last_seen_ms))
        if not online:
            # After its last messages: the answer for a waiting caller may be among them.
            batch.after.append(functools.partial(self._calls.lost, device.device_no))

    # answers to calls

    def _service_reply(self, arrival: Arrival) -> None:
        device, payload = arrival.device, arrival.uplink.payload
        try:
            reply = envelope.read_reply(payload)
            values = reply_values(reply)
        except (envelope.EnvelopeError, msgspec.MsgspecError, RecursionError):
            return
        message_id = str(reply.id)
        call_no = call_number(message_id)
        if call_no is None:
            return
        arrival.batch.after.append(
            functools.partial(self._calls.answered, device.device_no, message_id, reply)
        )
        arrival.batch.answer(
            call_no,
            device.device_no,
            state="answered" if reply.code == envelope.SUCCESS else "refused",
            output=masked_text(payload.decode()),
            reason=masked_text(reply.message[:_MAX_REASON].replace("\0", "")),
            at=arrival.now_ms,
        )
        identifier = arrival.uplink.topic.identifier
        message = self._keep(
            arrival.batch, device, "service_reply", identifier, values, arrival.now_ms, payload
        )
        message.call_no, message.qos = call_no, arrival.uplink.qos

    def _rrpc_response(self, arrival: Arrival) -> None:
        topic = arrival.uplink.topic
        self._calls.responded(arrival.device.device_no, topic.message_id, arrival.uplink.payload)

    # device information

    def _info_update(self, arrival: Arrival) -> None:
        """`[{"attrKey": …, "attrValue": …}]` become tags of the device."""
        self._info(arrival, removes=False)

    def _info_delete(self, arrival: Arrival) -> None:
        self._info(arrival, removes=True)

    def _info(self, arrival: Arrival, *, removes: bool) -> None:
        device, payload = arrival.device, arrival.uplink.payload
        try:
            post = read_post(payload)
            tags = _attributes(post.params, removes=removes)
        except (envelope.EnvelopeError, ValueRefused) as error:
            arrival.refuse(error)
            return
        identifier = "delete" if removes else "update"
        message = self._keep(arrival.batch, device, "info", identifier, tags, arrival.now_ms, payload)
        message.qos = arrival.uplink.qos
        arrival.batch.tags |= {(device.device_no, key): value for key, value in tags.items()}
        arrival.accept(post, [])

    # the rest

    def _request(self, arrival: Arrival) -> None:
        """A request that runs in a transaction of its own; it is kept in the inbox like every message."""
        batch, uplink, topic = arrival.batch, arrival.uplink, arrival.uplink.topic
        wrapped = self._requests.reads_envelope(topic.kind)
        post = Post()
        try:
            if wrapped is None:
                raise NotImplementedError("not supported")
            if wrapped:
                post = read_post(uplink.payload)
        except (envelope.EnvelopeError, NotImplementedError) as error:
            batch.uplinks.append(uplink)
            arrival.refuse(error, UNSUPPORTED if wrapped is None else BAD_PARAMS)
            return
        kind = _KEPT_AS.get(topic.kind, "request")
        identifier = topic.kind.value if kind == "request" else topic.identifier
        values = uplink.payload if kind == "raw" else post.params
        message = self._keep(batch, arrival.device, kind, identifier, values, arrival.now_ms, uplink.payload)
        message.qos = uplink.qos
        batch.requests.append(Request(uplink, arrival.device, post, arrival.now_ms))

    def _ntp_request(self, arrival: Arrival) -> None:
        """Answered at once: a reply that waited for a commit would measure the commit. All members are strings."""
        try:
            asked = msgspec.json.decode(arrival.uplink.payload, type=_NtpRequest, strict=False)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            asked = _NtpRequest()
        times = {
            "deviceSendTime": str(asked.device_send_time),
            "serverRecvTime": str(arrival.now_ms),
            "serverSendTime": str(self._clock.now_ms()),
        }
        arrival.uplink.reply(_encode(times))
        sent = str(asked.device_send_time)
        if sent.isascii() and sent.isdigit() and len(sent) <= _MOST_DIGITS:
            arrival.batch.clocks[arrival.device.device_no] = (int(sent) - arrival.now_ms, arrival.now_ms)

    def _user(self, arrival: Arrival) -> None:
        self._bytes(arrival, "user", arrival.uplink.topic.identifier)

    def _bytes(self, arrival: Arrival, kind: MessageKind, identifier: str) -> None:
        payload = arrival.uplink.payload
        message = self._keep(
            arrival.batch, arrival.device, kind, identifier, payload, arrival.now_ms, payload
        )
        message.qos = arrival.uplink.qos

    def _keep(
        self,
        batch: Batch,
        device: DeviceEntry,
        kind: MessageKind,
        identifier: str,
        values: Any,
        now_ms: int,
        payload: bytes,
    ) -> Message:
        message = Message(
            seq=self._ids.number(now_ms),
            device=device,
            kind=kind,
            identifier=identifier,
            values=values,
            time_ms=now_ms,
            received_ms=now_ms,
            payload=payload,
        )
        message.wanted = self._handlers.wants(message)
        batch.messages.append(message)
        return message


class _NtpRequest(msgspec.Struct, rename="camel"):
    device_send_time: str | int = ""


def reply_values(reply: envelope.Reply) -> dict[str, Any]:
    """The handlers' part of a device's answer. Raises MsgspecError."""
    data = msgspec.json.decode(reply.data) if bytes(reply.data) else {}
    return {"id": str(reply.id), "code": reply.code, "data": data, "message": reply.message}


def _attributes(params: Any, *, removes: bool) -> dict[str, str | None]:
    """Tags by key from the device's list; None for one to remove."""
    if not isinstance(params, list):
        raise ValueRefused("params", "type", expected="array")
    tags: dict[str, str | None] = {}
    for index, item in enumerate(params):
        key = item.get("attrKey") if isinstance(item, dict) else None
        if not isinstance(key, str) or not 1 <= len(key) <= 64 or "\0" in key:
            raise ValueRefused(f"params[{index}].attrKey", "type", expected="text")
        value = None if removes else item.get("attrValue")
        if not removes and (not isinstance(value, str) or len(value) > 1024 or "\0" in value):
            raise ValueRefused(f"params[{index}].attrValue", "type", expected="text")
        tags[key] = value
    return tags
