"""The driver of 海康 ISAPI 报警推送协议: alarms come to one port, barriers are moved by the camera.

POST /isapi                                        an alarm: multipart with `anpr.xml` and pictures, or XML alone
PUT  {camera}/ISAPI/Parking/channels/{n}/barrierGate   Digest; open, close, lock (held open)
"""

import asyncio
from collections.abc import Mapping, MutableMapping
from typing import Any, Final

import httpx

from linli.edge.drivers.hikvision_isapi import mapping
from linli.edge.drivers.hikvision_isapi.config import Config, Device
from linli.edge.drivers.hikvision_isapi.mapping import BadPush, Push
from linli.edge.framework import (
    BaseDriver,
    ConfigBad,
    DeviceOffline,
    DeviceRefused,
    DeviceUnknown,
    DriverContext,
    ParamsBad,
    ServiceUnknown,
)
from linli.edge.framework.device_logs import DeviceLog
from linli.edge.framework.digest import DigestCheck
from linli.edge.framework.pushes import LIMITS, Refused, answer, read_body
from linli.edge.parking.passes import Outcome, Sighting
from linli.edge.parking.ports import OPERATE_GATE, Lanes
from linli.edge.parking.refusals import ParkingRefused
from linli.kernel.http import HttpServer, Receive, Send
from linli.kernel.http.client import Client
from linli.rules.parking_entry import PARK_RECORD_V2, Standing

PATH: Final = "/isapi"
CALL_SECONDS: Final = 4.0
LOOK_SECONDS: Final = 1.0
_MODES: Final = {"open": "open", "close": "close", "keepOpen": "lock"}


class Lane:
    """One camera as the box knows it."""

    def __init__(self, name: str, form: Device, log: DeviceLog) -> None:
        self.name, self.form, self.log = name, form, log
        self.online = False
        self.seen_ms = 0


class HikvisionDriver(BaseDriver):
    def __init__(self, context: DriverContext[Config, Device]) -> None:
        """Raises ConfigBad for two devices with one MAC address."""
        self._context = context
        self._log = context.log("")
        self._parking: Lanes | None = context.services.get(Lanes)  # type: ignore[assignment]
        self._lanes = {
            each.name: Lane(each.name, each.custom, context.log(each.name)) for each in context.devices
        }
        self._by_mac: dict[str, Lane] = {}
        for lane in self._lanes.values():
            other = self._by_mac.setdefault(lane.form.mac, lane)
            if other is not lane:
                raise ConfigBad(field=lane.name, rule=f"{other.name} has this macAddress already")
        self._digest = DigestCheck()
        config = context.config
        self._server = HttpServer(self, host=config.host or "0.0.0.0", port=config.port, limits=LIMITS)
        # No proxy from the environment: cameras are neighbours.
        self._client = Client(trust_env=False, follow_redirects=False, timeout=CALL_SECONDS)

    async def start(self) -> None:
        await self._server.start()
        self._context.spawn(self._look(), "hikvision-cameras")

    async def stop(self) -> None:
        await self._server.stop(grace_seconds=1.0)
        await self._client.aclose()

    @property
    def port(self) -> int:
        return self._server.port

    # what cameras push

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        peer = str(scope["client"][0]) if scope["client"] else ""
        try:
            if scope["method"] != "POST" or scope["path"] != PATH:
                raise Refused(404, "no such path")
            headers = dict(scope["headers"])
            push = mapping.read(headers.get(b"content-type", b""), await read_body(scope, receive))
            lane = self._lane_of(push, peer)
            if not self._may(lane, headers.get(b"authorization", b"").decode("latin-1"), peer):
                await answer(send, 401, b"", WWW_Authenticate=self._digest.challenge())
                return
            await self._alive(lane, peer)
            if push.kind == mapping.ANPR:
                await self._reading(lane, push)
            await answer(send, 200, b"")
        except (Refused, BadPush) as refused:
            status = refused.status if isinstance(refused, Refused) else 400
            self._log.now_and_then("a call was refused", peer=peer, status=status, why=str(refused))
            await answer(send, status, b"")
        except ConnectionError:
            return  # the camera went away

    def _lane_of(self, push: Push, peer: str) -> Lane:
        """Raises Refused."""
        lane = self._by_mac.get(push.mac)
        if lane is None:
            raise Refused(403, f"the MAC address {push.mac[:32]} is not deployed on this box")
        if lane.form.ip != peer:
            raise Refused(403, f"{lane.name} calls from another address than its form's")
        return lane

    def _may(self, lane: Lane, header: str, peer: str) -> bool:
        """Pushes of cameras that can are checked by Digest."""
        form = lane.form
        if not form.push_digest or self._digest.is_right(header, "POST", PATH, form.username, form.password):
            return True
        if header:
            lane.log.now_and_then("a push had a wrong digest", peer=peer)
        return False

    async def _alive(self, lane: Lane, peer: str) -> None:
        lane.seen_ms = self._context.clock.now_ms()
        if not lane.online:
            lane.online = True
            lane.log.info("registered, online", mac=lane.form.mac, peer=peer)
            await self._context.things.online(lane.name)

    async def _reading(self, lane: Lane, push: Push) -> None:
        picture = ""
        if push.picture and self._parking is not None:
            try:
                picture = self._parking.begin_picture(lane.name, mapping.check_picture(push.picture))
            except BadPush as bad:
                lane.log.warning("a picture is refused", why=str(bad))
        outcome = Outcome(open=False, reason="no_parking")
        if self._parking is not None:
            sighting = Sighting(
                plate=push.plate, picture=picture, source=push.source, plate_color=push.plate_color,
                vehicle_color=push.car_color,
            )  # fmt: skip
            try:
                outcome = await self._parking.seen(lane.name, sighting)
            except ParkingRefused as refused:
                lane.log.warning("nobody decides about this lane", why=str(refused))
        if not outcome.again:
            kind = PARK_RECORD_V2.get(Standing(outcome.standing), 1) if outcome.standing else 4
            event = {
                "plateNumber": push.plate, "openType": 0, "typePermission": kind,
                "plateRecognitionReliability": push.confidence / 100, "carImageKey": picture,
            }  # fmt: skip
            await self._context.things.event(lane.name, "IntelligentAlarm", event)
        if self._parking is not None:
            await self._parking.picture_stored(picture)
        lane.log.info(
            "plate event", plate=mapping.masked(push.plate), opens=outcome.open, reason=outcome.reason,
            again=outcome.again,
        )  # fmt: skip
        if outcome.open and not outcome.again:
            self._context.spawn(self._open(lane), f"hikvision-open-{lane.name}")

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

    async def _open(self, lane: Lane) -> None:
        try:
            await self._move(lane, "open")
        except (DeviceOffline, DeviceRefused) as error:
            lane.log.error("the barrier does not open", why=str(error))

    async def _move(self, lane: Lane, command: str) -> None:
        """Raises DeviceOffline, DeviceRefused."""
        form = lane.form
        url = f"http://{form.ip}:{form.http_port}/ISAPI/Parking/channels/{form.channel}/barrierGate"
        auth = httpx.DigestAuth(form.username, form.password)
        try:
            async with asyncio.timeout(CALL_SECONDS):
                reply = await self._client.put(url, content=mapping.barrier_gate(_MODES[command]), auth=auth)
        except (httpx.HTTPError, TimeoutError) as error:
            raise DeviceOffline(device=lane.name, why=type(error).__name__) from None
        if not reply.is_success:
            raise DeviceRefused(device=lane.name, device_code=reply.status_code, why=reply.reason_phrase)

    async def call(self, device: str, service: str, params: Mapping[str, Any]) -> Mapping[str, Any]:
        lane = self._lanes.get(device)
        if lane is None:
            raise DeviceUnknown(device)
        if service != OPERATE_GATE:
            raise ServiceUnknown(service)
        command = params.get("command")
        if command not in _MODES:
            raise ParamsBad(field="command", rule=f"one of {', '.join(_MODES)}")
        await self._move(lane, command)
        lane.log.info("service call done", service=service, command=command)
        return {}


def create(context: DriverContext[Config, Device]) -> HikvisionDriver:
    return HikvisionDriver(context)
