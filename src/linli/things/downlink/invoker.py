"""Calls to devices: services, synchronous or not, and property sets; each leaves a record.

A synchronous service goes where the client said it listens: `/ext/rrpc/…` or `/sys/…/rrpc/request/…` (spec clients
b.4). If the device is offline, or goes offline before its answer, the caller is told at once. No call is stored for
later: desired state serves for that.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final, NamedTuple, Protocol

import msgspec

from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.db.races import lasts
from linli.kernel.errors import BadInput, LinliError, NotFound
from linli.kernel.ids import Ids
from linli.kernel.rounds import first_of
from linli.kernel.scope import Scope
from linli.protocols.linkkit import envelope
from linli.protocols.linkkit.topics import rrpc_call, service_call
from linli.things.calls import CallLost, PendingCalls
from linli.things.downlink.answerers import Answerer, answer_here
from linli.things.downlink.records import GET, SET, CallRecord, CallState
from linli.things.errors import (
    CallCutOff,
    DeviceDisabled,
    DeviceOffline,
    DeviceRefused,
    DeviceSilent,
    bad_value,
)
from linli.things.fleet import DeviceEntry, Fleet
from linli.things.mqtt.ports import Publisher
from linli.things.queries.devices import get_device
from linli.tsl import Service, ValueOutside, ValueRefused

TIMEOUT_S: Final = 10.0
SET_REPLY_S: Final = 3.0
"""How long the reply to a property set is waited for once the device has the message: one SDK never replies (trap 10)."""
_SPELLINGS: Final = {"OperateGate": "OperatGate"}
"""Services that callers may spell otherwise: the printed one misses a letter (spec B 11, 30)."""
_SET_METHOD: Final = "thing.service.property.set"
_SET_TOPIC: Final = "property/set"
_GET_METHOD: Final = "thing.service.property.get"
_GET_TOPIC: Final = "property/get"


class Outcome(NamedTuple):
    """The result of a call: the device's data, and the id of the record."""

    data: dict[str, Any]
    message_id: str
    waited: bool = True
    """False: an asynchronous service was sent and nothing more."""


type Guard = Callable[[Scope, str, str], Awaitable[None]]
"""(who calls, iotId, service). Raises LinliError."""
type Heard = Callable[[DeviceEntry, CallRecord], None]


class Translates(Protocol):
    """How calls reach devices with a format of their own (`scripts.translation`)."""

    async def speaks_raw(self, device: DeviceEntry) -> bool: ...

    async def downlink(
        self, device: DeviceEntry, call_no: int, method: str, params: Any
    ) -> tuple[str, bytes] | None:
        """(topic, payload); None for a device that speaks the thing model. Raises LinliError."""
        ...


@contextmanager
def _named(record: CallRecord) -> Iterator[None]:
    """A failure has the id of its call, so that a page that shows it can link to the trace."""
    try:
        yield
    except LinliError as error:
        error.facts.setdefault("message_id", record.message_id)
        raise


class Invoker:
    """One per process."""

    def __init__(
        self,
        db: Database,
        fleet: Fleet,
        calls: PendingCalls,
        publisher: Publisher,
        translation: Translates,
        ids: Ids,
        clock: Clock,
    ) -> None:
        self._db = db
        self._fleet = fleet
        self._calls = calls
        self._ids = ids
        self._clock = clock
        self._publisher = publisher
        self._translation = translation
        self.guards: list[Guard] = []
        """Asked before each call of a service; one that raises keeps it from the device."""
        self.answerers: list[Answerer] = []
        self.heard: list[Heard] = []
        """Called with each call as it goes out, and again when it has ended here. Must not block."""

    async def invoke(
        self,
        scope: Scope,
        iot_id: str,
        identifier: str,
        args: Mapping[str, Any],
        *,
        timeout_s: float = TIMEOUT_S,
    ) -> dict[str, Any]:
        """Call a service, wait for the device's answer and return its `data`; an asynchronous one is waited for too.

        Raises NotFound, BadInput, DeviceOffline, DeviceSilent, DeviceRefused.
        """
        return (await self.call(scope, iot_id, identifier, args, timeout_s=timeout_s, wait=True)).data

    async def call(
        self,
        scope: Scope,
        iot_id: str,
        identifier: str,
        args: Mapping[str, Any],
        *,
        timeout_s: float = TIMEOUT_S,
        wait: bool = False,
    ) -> Outcome:
        """As `invoke`, but an asynchronous service is only sent, unless `wait`; its answer completes the record."""
        device = await self._device(scope, iot_id)
        for answerer in self.answerers:
            if await answerer.takes(device, identifier):
                record = self._record(scope, device, identifier, "sync", dict(args))
                with _named(record):
                    data = await answer_here(answerer, scope, device, record, self._save_ended)
                return Outcome(data, record.message_id)
        service, checked = self._checked(device, identifier, args)
        for guard in self.guards:
            await guard(scope, iot_id, service.identifier)
        sync = service.call_type == "sync"
        record = self._record(scope, device, service.identifier, "sync" if sync else "async", checked)
        with _named(record):
            if sync and not await self._translation.speaks_raw(device):
                return await self._call_sync(device, service, record, timeout_s)
            topic = service_call(device.product_key, device.device_name, service.identifier)
            if not wait and not sync:
                await self._send_async(device, topic, service.method, record)
                return Outcome({}, record.message_id, waited=False)
            return await self._call_async(device, topic, service.method, record, timeout_s)

    async def set_properties(
        self, scope: Scope, iot_id: str, values: Mapping[str, Any], *, timeout_s: float = TIMEOUT_S
    ) -> Outcome:
        """Set properties and wait until the device has them: it replied, or took the message and stayed quiet.

        Raises NotFound, BadInput, DeviceOffline, DeviceSilent, DeviceRefused.
        """
        device = await self._device(scope, iot_id)
        record = self._record(scope, device, SET, "async", self._checked_set(device, values))
        topic = service_call(device.product_key, device.device_name, _SET_TOPIC)
        with _named(record):
            return await self._call_async(
                device, topic, _SET_METHOD, record, timeout_s, silence_is_consent=True
            )

    async def send_properties(self, scope: Scope, iot_id: str, values: Mapping[str, Any]) -> str:
        """Set properties without waiting; the message id. Raises NotFound, BadInput, DeviceOffline."""
        device = await self._device(scope, iot_id)
        record = self._record(scope, device, SET, "async", self._checked_set(device, values))
        topic = service_call(device.product_key, device.device_name, _SET_TOPIC)
        await self._send_async(device, topic, _SET_METHOD, record)
        return record.message_id

    async def get_properties(
        self, scope: Scope, iot_id: str, identifiers: Sequence[str], *, timeout_s: float = TIMEOUT_S
    ) -> Outcome:
        """Ask the device for values (`thing.service.property.get`, spec clients b.4) and wait for its answer.

        Raises NotFound, BadInput, DeviceOffline, DeviceSilent, DeviceRefused.
        """
        device = await self._device(scope, iot_id)
        properties = device.product.compiled.model.property_by_id
        if not identifiers:
            raise BadInput(field="identifiers", rule="required")
        for place, identifier in enumerate(identifiers):
            if identifier not in properties:
                raise BadInput(field=f"identifiers[{place}]", rule="tsl.unknown_identifier")
        record = self._record(scope, device, GET, "async", list(identifiers))
        topic = service_call(device.product_key, device.device_name, _GET_TOPIC)
        with _named(record):
            return await self._call_async(device, topic, _GET_METHOD, record, timeout_s)

    # what a call asks for

    async def _device(self, scope: Scope, iot_id: str) -> DeviceEntry:
        row = await get_device(scope, self._db, iot_id=iot_id)
        device = await self._fleet.find_no(row.device_no)
        if device is None:
            raise NotFound(what="device", id=iot_id)
        if not row.enabled:
            raise DeviceDisabled(id=iot_id)
        return device

    @staticmethod
    def _checked(
        device: DeviceEntry, identifier: str, args: Mapping[str, Any]
    ) -> tuple[Service, dict[str, Any]]:
        compiled = device.product.compiled
        service = compiled.service(identifier) or compiled.service(_SPELLINGS.get(identifier, ""))
        if service is None:
            raise BadInput(field="identifier", rule="tsl.unknown_identifier")
        try:
            return service, compiled.service_input(service.identifier, dict(args))
        except (ValueRefused, ValueOutside) as error:
            raise bad_value(error, "args") from error

    @staticmethod
    def _checked_set(device: DeviceEntry, values: Mapping[str, Any]) -> dict[str, Any]:
        if not values:
            raise BadInput(field="items", rule="required")
        try:
            return device.product.compiled.property_set(dict(values))
        except (ValueRefused, ValueOutside) as error:
            raise bad_value(error, "items") from error

    def _record(
        self, scope: Scope, device: DeviceEntry, identifier: str, call_type: str, args: Any
    ) -> CallRecord:
        lasts()
        return CallRecord.of(scope, self._ids.number(), device.device_no, identifier, call_type, args)

    # how it is done

    async def _call_sync(
        self, device: DeviceEntry, service: Service, record: CallRecord, timeout_s: float
    ) -> Outcome:
        key = device.device_no, record.message_id
        topic = rrpc_call(
            device.rrpc_style, record.message_id, device.product_key, device.device_name, service.identifier
        )
        waiting = self._calls.expect_response(*key)
        try:
            call = envelope.request(record.message_id, service.method, record.input)
            if not self._publish(device, topic, call, qos=0):
                raise await self._offline(device, record)
            self._tell(device, record)
            payload = await self._within(timeout_s, waiting)
        except CallLost:
            record.state, record.answered_ms = "offline", self._clock.now_ms()
            await self._save_ended(device, record)
            raise CallCutOff(id=device.iot_id) from None
        finally:
            self._calls.forget(*key)
        record.answered_ms = self._clock.now_ms()
        if payload is None:
            record.state = "timed_out"
            await self._save_ended(device, record)
            raise DeviceSilent(id=device.iot_id, seconds=round(timeout_s))
        record.output = payload.decode("utf-8", "replace").replace("\0", "")
        try:
            data = _data_of(envelope.read_reply(payload))
        except (envelope.EnvelopeError, msgspec.MsgspecError) as error:
            record.state, record.reason = "refused", str(error)
            await self._save_ended(device, record)
            raise DeviceRefused(answer=0, message=str(error)) from error
        except DeviceRefused as refused:
            record.state, record.reason = "refused", str(refused)
            await self._save_ended(device, record)
            raise
        record.state = "answered"
        await self._save_ended(device, record)
        return Outcome(data, record.message_id)

    async def _call_async(
        self,
        device: DeviceEntry,
        topic: str,
        method: str,
        record: CallRecord,
        timeout_s: float,
        *,
        silence_is_consent: bool = False,
    ) -> Outcome:
        """The reply completes the record on its way through the inbox; here its caller learns of it."""
        key = device.device_no, record.message_id
        waiting = self._calls.expect_reply(*key)
        taken: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        try:
            await self._send_async(device, topic, method, record, taken)
            if silence_is_consent:
                await first_of(self._clock, timeout_s, taken, waiting)
                reply = await self._within(min(timeout_s, SET_REPLY_S) if taken.done() else 0, waiting)
                if reply is None and taken.done():
                    return Outcome({}, record.message_id)
            else:
                reply = await self._within(timeout_s, waiting)
        except CallLost:
            if silence_is_consent and taken.done():
                return Outcome({}, record.message_id)  # it had the message before it went
            await self._end(device, record, "offline")
            raise CallCutOff(id=device.iot_id) from None
        finally:
            self._calls.forget(*key)
        if reply is None:
            await self._end(device, record, "timed_out")
            raise DeviceSilent(id=device.iot_id, seconds=round(timeout_s))
        return Outcome(_data_of(reply), record.message_id)

    async def _send_async(
        self,
        device: DeviceEntry,
        topic: str,
        method: str,
        record: CallRecord,
        taken: "asyncio.Future[bool] | None" = None,
    ) -> None:
        """The record first, so that an answer finds it."""
        if not self._reachable(device):
            raise await self._offline(device, record)
        topic, payload = await self._translated(device, topic, method, record)
        await record.save(self._db)
        self._tell(device, record)

        def acknowledged(arrived: bool) -> None:
            if taken is not None and not taken.done() and arrived:
                taken.set_result(True)

        if not self._publish(device, topic, payload, qos=1, on_ack=acknowledged):
            await self._end(device, record, "offline")
            raise DeviceOffline(id=device.iot_id)

    async def _offline(self, device: DeviceEntry, record: CallRecord) -> DeviceOffline:
        record.state, record.answered_ms = "offline", record.called_ms
        await self._save_ended(device, record)
        return DeviceOffline(id=device.iot_id)

    async def _save_ended(self, device: DeviceEntry, record: CallRecord) -> None:
        await record.save_ended(self._db)
        self._tell(device, record)

    async def _end(self, device: DeviceEntry, record: CallRecord, state: CallState) -> None:
        now_ms = self._clock.now_ms()
        await record.end(self._db, state, "", now_ms)
        record.state, record.answered_ms = state, now_ms
        self._tell(device, record)

    def _tell(self, device: DeviceEntry, record: CallRecord) -> None:
        for listener in self.heard:
            listener(device, record)

    async def _translated(
        self, device: DeviceEntry, topic: str, method: str, record: CallRecord
    ) -> tuple[str, bytes]:
        """Where and as what the call goes out; a product's script may have it otherwise. Raises LinliError."""
        try:
            raw = await self._translation.downlink(device, record.call_no, method, record.input)
        except LinliError as failed:
            record.state, record.reason, record.answered_ms = "refused", str(failed), record.called_ms
            await self._save_ended(device, record)
            raise
        return raw or (topic, envelope.request(record.message_id, method, record.input))

    def _reachable(self, device: DeviceEntry) -> bool:
        return self._publisher.is_connected(device.product_key, device.device_name)

    def _publish(
        self,
        device: DeviceEntry,
        topic: str,
        payload: bytes,
        *,
        qos: int,
        on_ack: Any = None,
    ) -> bool:
        return self._publisher.publish(
            device.product_key, device.device_name, topic, payload, qos=qos, on_ack=on_ack
        )

    async def _within[T](self, seconds: float, wanted: "asyncio.Future[T]") -> T | None:
        """The result of `wanted`, or None when the time is over."""
        await first_of(self._clock, seconds, wanted)
        return wanted.result() if wanted.done() else None


def _data_of(reply: envelope.Reply) -> dict[str, Any]:
    """The device's data. Raises DeviceRefused for a code other than 200, MsgspecError for broken data."""
    if reply.code != envelope.SUCCESS:
        raise DeviceRefused(answer=reply.code, message=reply.message)
    data = msgspec.json.decode(reply.data) if bytes(reply.data) else None
    return data if isinstance(data, dict) else {}
