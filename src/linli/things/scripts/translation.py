"""The way of messages through products' scripts.

    up    bytes on model/up_raw -> rawDataToProtocol -> as if the device had sent that -> its reply -> protocolToRawData
    down  a call -> protocolToRawData -> model/down_raw; its answer, on down_raw_reply or up_raw -> rawDataToProtocol

What came is kept as it came; it is acknowledged once what was made of it is committed. When a script fails nothing more
is kept of the message, the failure is noted for the device (one a minute at most), and the reply is empty.
"""

from typing import Any, Final

import msgspec
from sqlalchemy import bindparam, select

from linli.kernel import telemetry
from linli.kernel.clock import Clock
from linli.kernel.db import INT, Database, Query
from linli.kernel.db.partitions import day_of
from linli.kernel.errors import Unavailable
from linli.kernel.ids import Ids
from linli.kernel.masking import masked_bytes, masked_text
from linli.protocols.linkkit.topics import UplinkKind, UplinkTopic, sys_topic
from linli.things.downlink.records import SET
from linli.things.fleet import DeviceEntry
from linli.things.inbox.ingest import Ingest
from linli.things.inbox.request import Request
from linli.things.inbox.requests import Requests
from linli.things.models import service_calls
from linli.things.mqtt.ports import Uplink
from linli.things.scripts.errors import FailureKind, ScriptFailed, ShareSpent
from linli.things.scripts.messages import (
    SHORT_ID,
    Unusable,
    is_reply,
    plain_topic,
    read_bytes,
    read_message,
    reply_topic,
    topic_of,
)
from linli.things.scripts.models import script_failures
from linli.things.scripts.published import PublishedScripts
from linli.things.scripts.sandbox import Ran, Sandbox, Script
from linli.things.scripts.service import DOWN, TOPIC, UP

log = telemetry.logger(__name__)

NOTED_EVERY_MS: Final = 60_000
KEPT_INPUT: Final = 1024
RECENT_MS: Final = 3_600_000
"""How long after a call its answer is still found by the short id."""

_encode = msgspec.json.encode
_recent_calls = Query(
    select(service_calls.c.call_no, service_calls.c.identifier)
    .where(
        service_calls.c.device_no == bindparam("device", type_=INT),
        service_calls.c.called_ms >= bindparam("since", type_=INT),
        service_calls.c.day >= bindparam("from_day", type_=INT),
    )
    .order_by(service_calls.c.called_ms.desc())
    .limit(500)
)


class Translation:
    """One per process."""

    def __init__(
        self,
        db: Database,
        scripts: PublishedScripts,
        sandbox: Sandbox,
        ingest: Ingest,
        ids: Ids,
        clock: Clock,
    ) -> None:
        self._db = db
        self._scripts = scripts
        self._sandbox = sandbox
        self._ingest = ingest
        self._ids = ids
        self._clock = clock
        self._noted: dict[int, int] = {}
        """When a failure was last noted, by device."""

    def register(self, requests: Requests) -> None:
        requests.outside(UplinkKind.MODEL_UP_RAW, self.on_raw)
        requests.outside(UplinkKind.MODEL_DOWN_RAW_REPLY, self.on_raw)
        requests.outside(UplinkKind.USER_RAW, self.on_topic)

    async def on_raw(self, request: Request) -> bytes | None:
        """Bytes on `up_raw` or `down_raw_reply`; the reply in the device's format. Raises Unavailable."""
        device = request.device
        script = await self._scripts.of(device.product.product_no)
        if script is None:
            return b""
        try:
            message = await self._read(script, request)
            uplink = await self._as_uplink(request, message)
        except (ScriptFailed, Unusable) as failed:
            await self._note(device, UP, failed, request.payload)
            return b""
        reply = await self._ingest.settle_made(uplink, device)
        if not reply:
            return None
        return await self._reply_of(script, device, reply)

    async def on_topic(self, request: Request) -> None:
        """Bytes on a free topic become JSON on it; without a script they stay as they are. Raises Unavailable."""
        device, topic = request.device, request.uplink.topic
        script = await self._scripts.for_topics(device.product.product_no)
        payload = request.payload
        if script is not None:
            try:
                ran = await self._call_script(device, script, TOPIC, payload, topic.text, list(payload))
                if not isinstance(ran.value, dict | list):
                    raise Unusable("must return an object")
                payload = _encode(ran.value)
            except (ScriptFailed, Unusable) as failed:
                await self._note(device, TOPIC, failed, payload)
                return
        await self._ingest.settle_made(_again(request.uplink, plain_topic(topic), payload), device)

    async def speaks_raw(self, device: DeviceEntry) -> bool:
        """Whether calls reach the device in a format of its own. Raises Unavailable."""
        return await self._scripts.of(device.product.product_no) is not None

    async def downlink(
        self, device: DeviceEntry, call_no: int, method: str, params: Any
    ) -> tuple[str, bytes] | None:
        """(topic, payload) of a call; None for a device that speaks the thing model. Raises ScriptFailed, Unavailable."""
        script = await self._scripts.of(device.product.product_no)
        if script is None:
            return None
        call = {"method": method, "id": str(call_no % SHORT_ID), "params": params, "version": "1.0"}
        try:
            payload = read_bytes((await self._call_script(device, script, DOWN, _encode(call), call)).value)
        except (ScriptFailed, Unusable) as failed:
            await self._note(device, DOWN, failed, _encode(call))
            if isinstance(failed, ScriptFailed):
                raise
            raise ScriptFailed(DOWN, str(failed), "error") from failed
        return sys_topic(device.product_key, device.device_name, "thing/model/down_raw"), payload

    # up

    async def _read(self, script: Script, request: Request) -> dict[str, Any]:
        ran = await self._call_script(request.device, script, UP, request.payload, list(request.payload))
        return read_message(ran.value)

    async def _as_uplink(self, request: Request, message: dict[str, Any]) -> Uplink:
        """The message as the device would have sent it. Raises Unusable, Unavailable."""
        device = request.device
        if is_reply(message):
            call_no, identifier = await self._call(device, message["id"])
            message["id"] = str(call_no)
            topic = reply_topic(device.product_key, device.device_name, identifier)
        else:
            topic = topic_of(message, device.product_key, device.device_name)
        return _again(request.uplink, topic, _encode(message))

    async def _call(self, device: DeviceEntry, short_id: str) -> tuple[int, str]:
        """(number, identifier on the wire) of the call that an answer belongs to. Raises Unusable."""
        since = self._clock.now_ms() - RECENT_MS
        for call_no, identifier in await _recent_calls.all(
            self._db, device=device.device_no, since=since, from_day=day_of(since)
        ):
            if short_id in (str(call_no % SHORT_ID), str(call_no)):
                return call_no, "property/set" if identifier == SET else identifier
        raise Unusable(f"{short_id[:40]!r} is the id of no call of the last hour")

    async def _reply_of(self, script: Script, device: DeviceEntry, reply: bytes) -> bytes:
        """Our reply in the device's format; empty when the script has none for it."""
        try:
            ran = await self._call_script(device, script, DOWN, reply, msgspec.json.decode(reply))
            return b"" if ran.value is None else read_bytes(ran.value)
        except (ScriptFailed, Unusable) as failed:
            await self._note(device, DOWN, failed, reply)
            return b""

    async def _call_script(
        self, device: DeviceEntry, script: Script, function: str, given: bytes, *args: Any
    ) -> Ran:
        """Raises ScriptFailed, SandboxBusy."""
        try:
            return await self._sandbox.call(script, function, *args)
        except ShareSpent as spent:
            await self._note(device, function, ScriptFailed(function, str(spent), "busy"), given)
            raise

    # failures

    async def _note(
        self, device: DeviceEntry, function: str, failed: ScriptFailed | Unusable, given: bytes
    ) -> None:
        now_ms = self._clock.now_ms()
        if now_ms - self._noted.get(device.device_no, -NOTED_EVERY_MS) < NOTED_EVERY_MS:
            return
        self._noted[device.device_no] = now_ms
        kind: FailureKind = failed.kind if isinstance(failed, ScriptFailed) else "error"
        reason = failed.reason if isinstance(failed, ScriptFailed) else str(failed)
        row = {
            "device_no": device.device_no,
            "seq": self._ids.number(now_ms),
            "day": day_of(now_ms),
            "at_ms": now_ms,
            "function": function,
            "kind": kind,
            "reason": masked_text(reason[:500].replace("\0", "")),
            "input": masked_bytes(given[:KEPT_INPUT]),
        }
        try:
            await self._db.run(lambda tx: tx.insert(script_failures, row))
        except Unavailable:
            log.warning("script: a failure over a message of %s is not noted", device.iot_id)


def _again(uplink: Uplink, topic: UplinkTopic, payload: bytes) -> Uplink:
    """The same uplink with other content. Never acknowledged itself: the one that came is."""
    return Uplink(
        uplink.session, uplink.connection, topic, uplink.device_no, payload, 0, 0, uplink.dup, settled=True
    )
