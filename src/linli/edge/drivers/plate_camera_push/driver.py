"""The driver of 车牌相机 HTTP 推送协议: one port that all cameras of the box come to.

    POST /plate       AlarmInfoPlate, JSON: a reading; the answer opens the barrier and feeds the display
    POST /heartbeat   a form with the serial number, again and again (comet): the answer brings what else is to be done

Cameras have no password in this protocol: a serial number that is not deployed is refused, and so is another address
than the form's, where it has one.
"""

import asyncio
import base64
import binascii
from collections.abc import Coroutine, Mapping, MutableMapping
from typing import Any, Final

from linli.edge.drivers.plate_camera_push import mapping
from linli.edge.drivers.plate_camera_push.config import Config, Device
from linli.edge.drivers.plate_camera_push.lane import Lane
from linli.edge.drivers.plate_camera_push.mapping import BadPush, Push
from linli.edge.framework import (
    BaseDriver,
    ConfigBad,
    DeviceOffline,
    DeviceUnknown,
    DriverContext,
    ParamsBad,
    ServiceUnknown,
)
from linli.edge.framework.pushes import LIMITS, Refused, answer, read_body
from linli.edge.parking.passes import Outcome, Sighting
from linli.edge.parking.ports import OPERATE_GATE, Lanes
from linli.edge.parking.refusals import ParkingRefused
from linli.kernel.http import HttpServer, Receive, Send
from linli.rules.parking_entry import PARK_RECORD_V2, Standing

FORM_BYTES: Final = 16 * 1024
TOLD_SECONDS: Final = 4.0
"""Within which a camera asks for what is to be done, or counts as not reached."""
SERIAL_BYTES: Final = 1024
LOOK_SECONDS: Final = 1.0
_COMMANDS: Final = ("close", "open", "keepOpen")
"""In the order of `OperatType`."""
_OTHER_GATE: Final = "OperatGate"
"""As the open API of the source spells it, with `OperatType` 0 to 2."""
_PLATES: Final = ("/plate", "/devicemanagement/php/plateresult.php")
_LIVES: Final = ("/heartbeat", "/devicemanagement/php/receivedeviceinfo.php")
"""With the paths that cameras have from the factory."""


class PlateCameraDriver(BaseDriver):
    def __init__(self, context: DriverContext[Config, Device]) -> None:
        """Raises ConfigBad for two devices with one serial number."""
        self._context = context
        self._log = context.log("")
        self._parking: Lanes | None = context.services.get(Lanes)  # type: ignore[assignment]
        self._lanes = {
            device.name: Lane(device.name, device.custom, context.log(device.name))
            for device in context.devices
        }
        self._by_serial: dict[str, Lane] = {}
        for lane in self._lanes.values():
            other = self._by_serial.setdefault(lane.form.serial_number, lane)
            if other is not lane:
                raise ConfigBad(field=lane.name, rule=f"{other.name} has this serialNumber already")
        config = context.config
        self._server = HttpServer(self, host=config.host or "0.0.0.0", port=config.port, limits=LIMITS)

    async def start(self) -> None:
        await self._server.start()
        self._context.spawn(self._look(), "plate-cameras")

    async def stop(self) -> None:
        await self._server.stop(grace_seconds=1.0)

    @property
    def port(self) -> int:
        return self._server.port

    # what cameras send

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        peer = str(scope["client"][0]) if scope["client"] else ""
        done: asyncio.Future[None] | None = None
        try:
            if scope["method"] != "POST":
                raise Refused(405, "POST only")
            if scope["path"] in _PLATES:
                body = await self._plate(await read_body(scope, receive), peer)
            elif scope["path"] in _LIVES:
                form = await read_body(scope, receive, FORM_BYTES)
                body, done = await _unless_gone(self._life(form, peer), receive)
            else:
                raise Refused(404, "no such path")
            await answer(send, 200, body)
            if done is not None and not done.done():
                done.set_result(None)
        except (Refused, BadPush) as refused:
            status = refused.status if isinstance(refused, Refused) else 400
            self._log.now_and_then("a call was refused", peer=peer, status=status, why=str(refused))
            await answer(send, status, b'{"error":"refused"}')
        except ConnectionError:
            return  # the camera went away

    def _lane_of(self, serial: str, peer: str) -> Lane:
        """Raises Refused."""
        lane = self._by_serial.get(serial)
        if lane is None:
            raise Refused(403, f"the serial number {serial[:64]} is not deployed on this box")
        if lane.form.ip and lane.form.ip != peer:
            raise Refused(403, f"{lane.name} calls from another address than its form's")
        return lane

    async def _alive(self, lane: Lane, peer: str) -> None:
        lane.seen_ms = self._context.clock.now_ms()
        if not lane.online:
            lane.online = True
            lane.log.info("registered, online", serialno=lane.form.serial_number, peer=peer)
            await self._context.things.online(lane.name)

    async def _plate(self, body: bytes, peer: str) -> bytes:
        """Raises Refused, BadPush, ParkingRefused."""
        push = mapping.read_push(body)
        lane = self._lane_of(push.serial, peer)
        await self._alive(lane, peer)
        picture = self._picture(lane, push)
        outcome = await self._outcome(lane, push, picture)
        if not outcome.again:
            await self._report(lane, push, outcome, picture)
        if self._parking is not None:
            await self._parking.picture_stored(picture)
        lane.log.info(
            "plate event", plateid=push.plate_id, plate=mapping.masked(push.plate), opens=outcome.open,
            reason=outcome.reason, again=outcome.again, offline=push.offline,
        )  # fmt: skip
        words = _words(outcome).encode("gbk", "replace") if lane.form.display != "none" else b""
        return mapping.answer(
            opens=outcome.open and not push.offline,
            text=b"" if push.offline else words,
            channel=lane.form.display_channel,
            plate_id=push.plate_id,
            more=push.offline,
            qr=outcome.pay_url.encode() if lane.form.display == "gbk_qr" and not push.offline else b"",
        )

    def _picture(self, lane: Lane, push: Push) -> str:
        """Where it will be kept. A car is not kept waiting for a picture that cannot be read."""
        if not push.picture or self._parking is None:
            return push.picture_path
        try:
            picture = mapping.read_picture(push.picture)
        except BadPush as bad:
            lane.log.warning("a picture is refused", plateid=push.plate_id, why=str(bad))
            return ""
        return self._parking.begin_picture(lane.name, picture)

    async def _outcome(self, lane: Lane, push: Push, picture: str) -> Outcome:
        if self._parking is None:
            return Outcome(open=False, reason="no_parking")
        if not push.coming or (push.offline and not push.opened):
            return Outcome(open=False, reason="no_pass")
        sighting = Sighting(
            plate=push.plate,
            picture=picture,
            source=push.source,
            plate_color=push.plate_color,
            plate_type=push.plate_type,
            vehicle_color=push.car_color,
            vehicle_type=push.car_type,
            passed=push.offline,
            at_ms=push.at_s * 1000 if push.offline else 0,
        )
        try:
            return await self._parking.seen(lane.name, sighting)
        except ParkingRefused as refused:
            lane.log.warning("nobody decides about this lane", why=str(refused))
            return Outcome(open=False, reason="no_parking")

    async def _report(self, lane: Lane, push: Push, outcome: Outcome, picture: str) -> None:
        kind = PARK_RECORD_V2.get(Standing(outcome.standing), 1) if outcome.standing else 4
        await self._context.things.event(
            lane.name,
            "IntelligentAlarm",
            {
                "plateNumber": push.plate,
                "openType": 0,
                "typePermission": kind,
                "plateRecognitionReliability": push.confidence / 100,
                "carImageKey": picture,
            },
        )

    async def _life(self, body: bytes, peer: str) -> "tuple[bytes, asyncio.Future[None] | None]":
        """Raises Refused, BadPush."""
        lane = self._lane_of(mapping.read_registration(body), peer)
        await self._alive(lane, peer)
        values, done = await lane.next_order(self._context.config.comet_seconds)
        lane.seen_ms = self._context.clock.now_ms()
        if not values:
            return mapping.answer(), None
        extra = {name: value for name, value in values.items() if name != "info"}
        return mapping.answer(opens=values.get("info") == "ok", extra=extra), done

    async def _look(self) -> None:
        """Cameras that have not been heard of are offline."""
        while True:
            await self._context.clock.sleep(LOOK_SECONDS)
            now = self._context.clock.now_ms()
            for lane in self._lanes.values():
                if lane.online and now - lane.seen_ms > self._context.config.silent_seconds * 1000:
                    lane.online = False
                    lane.log.warning("no sign of life, offline")
                    await self._context.things.offline(lane.name, "silent")

    # what is asked of cameras

    async def call(self, device: str, service: str, params: Mapping[str, Any]) -> Mapping[str, Any]:
        lane = self._lanes.get(device)
        if lane is None:
            raise DeviceUnknown(device)
        values = _order(lane.form, service, params)
        if not lane.online:
            raise DeviceOffline(device=device, why="silent")
        try:
            async with asyncio.timeout(TOLD_SECONDS):
                await lane.order(values)
        except (TimeoutError, asyncio.QueueFull):
            lane.log.warning("a service call was not fetched", service=service)
            raise DeviceOffline(device=device, why="it does not ask (comet)") from None
        lane.log.info(
            "service call done", service=service, **{k: v for k, v in params.items() if k == "command"}
        )
        return {}


def _order(form: Device, service: str, params: Mapping[str, Any]) -> dict[str, Any]:
    """What the camera is told. Raises ServiceUnknown, ParamsBad."""
    if service in (OPERATE_GATE, _OTHER_GATE):
        command = params.get("command")
        kind = params.get("OperatType")
        if command is None and isinstance(kind, int) and 0 <= kind < len(_COMMANDS):
            command = _COMMANDS[kind]
        if command not in _COMMANDS:
            raise ParamsBad(field="command", rule=f"one of {', '.join(_COMMANDS)}")
        if command == "open" and form.gate_output == 0:
            return {"info": "ok"}
        value = {"open": 2, "keepOpen": 1, "close": 0}[command]
        return {"ivs_ioctrl": {"io": form.gate_output, "value": value, "delay": 500}}
    if service == "TriggerRecognition":
        return {"manualTrigger": "ok"}
    if service == "NoticeBroadcast":
        text = params.get("text")
        if not isinstance(text, str) or not 0 < len(text) <= 64:
            raise ParamsBad(field="text", rule="1 to 64 characters")
        voice = base64.b64encode(text.encode("gbk", "replace")).decode()
        return {"playserver_json_request": {"type": "ps_voice_play", "voice": voice, "voice_volume": 100,
                                            "voice_interval": 0, "voice_male": 1}}  # fmt: skip
    if service == "SerialSend":
        return {"serialData": [mapping.serial_data(_channel(form, params), _data(params))]}
    raise ServiceUnknown(service)


def _channel(form: Device, params: Mapping[str, Any]) -> int:
    channel = params.get("channel", form.display_channel)
    if channel not in (0, 1):
        raise ParamsBad(field="channel", rule="0 or 1")
    return int(channel)


def _data(params: Mapping[str, Any]) -> bytes:
    """Bytes for the display, base64. Raises ParamsBad."""
    try:
        data = base64.b64decode(str(params.get("data", "")), validate=True)
    except (binascii.Error, ValueError):
        raise ParamsBad(field="data", rule="base64") from None
    if not 0 < len(data) <= SERIAL_BYTES:
        raise ParamsBad(field="data", rule=f"1 to {SERIAL_BYTES} bytes")
    return data


def _words(outcome: Outcome) -> str:
    """Two lines for the display."""
    if outcome.reason == "fee_due":
        return f"{outcome.plate} 请缴费{outcome.fen / 100:g}元"
    return f"{outcome.plate} {'请通行' if outcome.open else '请联系岗亭'}".strip()


async def _unless_gone[T](work: Coroutine[Any, Any, T], receive: Receive) -> T:
    """Raises ConnectionError when the camera hangs up while it waits: nothing may be taken as told to it then."""
    working, hearing = asyncio.ensure_future(work), asyncio.ensure_future(receive())
    try:
        await asyncio.wait((working, hearing), return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise ConnectionError
        return working.result()
    finally:
        working.cancel()
        hearing.cancel()


def create(context: DriverContext[Config, Device]) -> PlateCameraDriver:
    return PlateCameraDriver(context)
