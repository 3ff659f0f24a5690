"""What an adapter of a camera brand is built with: a vendor writes a `Brand`, the kit speaks the event API (spec H 3.5).

The kit logs in and again after 801 or 802, fetches the cameras, serves the 19 calls, and keeps on its disk the address of
the box, its own rules and plans, and three logs: interface, devices, errors.
"""

import asyncio
import contextlib
import hmac
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, Final

import httpx
import msgspec

from linli.edge.events.journal import NAME, Journal
from linli.edge.events.server import EventServer
from linli.edge.events.service import LOG_QUERY
from linli.edge.framework.device_logs import DeviceLogs, Line
from linli.kernel.clock import Clock
from linli.kernel.http.client import Client
from linli.protocols.event_api import (
    ADAPTER,
    APP,
    CALLS,
    Code,
    Fields,
    Refused,
    arming,
    capture_plan,
    face,
    group,
    person_search,
    read_answer,
    record_search,
    sign,
    sign_text,
)
from linli.protocols.event_api.checks import event_type

AGAIN_S: Final = 5.0
FILE: Final = "adapter.json"

type Device = tuple[str, int, int | None]
"""ip, deviceType, and channel of a camera behind an NVR."""


class Brand:
    """One maker's cameras. What it cannot do it leaves out: the kit answers 808 for it. All may raise Refused."""

    manufacture = ""

    async def connect(self, devices: list[dict[str, Any]]) -> None:
        """The cameras of `getConfig`, in the place of those before."""

    async def status(self) -> list[dict[str, Any]]:
        raise Refused(Code.NO_PROTOCOL)

    async def call(self, name: str, device: Device | None, params: dict[str, Any]) -> Any:
        """`face/…` and `record/…`, with checked parameters. Returns `data`."""
        raise Refused(Code.NO_PROTOCOL)

    async def arm(self, device: Device, kind: int, week: list[dict[str, Any]]) -> None:
        """Also at each start, with the rules that the kit kept."""
        raise Refused(Code.NO_PROTOCOL)

    async def plan(self, task_id: str, plan: dict[str, Any] | None) -> None:
        """None: it is removed. Also at each start."""
        raise Refused(Code.NO_PROTOCOL)


class _Kept(msgspec.Struct):
    app: str = ""
    rules: dict[str, list[dict[str, Any]]] = {}
    plans: dict[str, dict[str, Any]] = {}


class Adapter:
    """`folder`: where it keeps things. `app`: `http://{box}:5080`, kept for the next start; empty: the kept one."""

    def __init__(
        self, brand: Brand, folder: Path, clock: Clock, *, ip: str, port: int = 0, mac: str = "", app: str = ""
    ) -> None:  # fmt: skip
        self.brand = brand
        self._folder = folder
        self._clock = clock
        self._ip, self._mac = ip, mac or "00:00:00:00:00:00"
        self._logs = DeviceLogs(clock, folder / "logs")
        self.journal = Journal(self._logs)
        folder.mkdir(parents=True, exist_ok=True)
        self._kept = self._read()
        if app:
            self._kept.app = app.rstrip("/")
        self._server = EventServer(
            {**{name: self._guarded(name) for name in CALLS}, LOG_QUERY: self._guarded(LOG_QUERY)},
            host=ip,
            port=port,
            journal=self.journal,
            prefix=ADAPTER,
        )
        self.token = ""
        self.devices: list[dict[str, Any]] = []
        self._client = Client(trust_env=False, timeout=10.0)
        self._again = asyncio.Event()
        self._pull = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self.ready = asyncio.Event()
        """Set while it is logged in and has its cameras."""

    # life

    async def start(self) -> None:
        await self._server.start()
        self._save()
        for key, week in self._kept.rules.items():
            device, kind = _read_key(key)
            await self._quietly(self.brand.arm(device, kind, week))
        for task_id, plan in self._kept.plans.items():
            await self._quietly(self.brand.plan(task_id, plan))
        self._again.set()
        self._tasks = [
            asyncio.create_task(self._stay_logged_in(), name="adapter-session"),
            asyncio.create_task(self._follow(), name="adapter-config"),
        ]

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.stop()
        await self._client.aclose()

    @property
    def port(self) -> int:
        return self._server.port

    @property
    def app(self) -> str:
        return self._kept.app

    def lines(self, kind: str, *, level: str = "", begin_ms: int = 0, end_ms: int = 0) -> list[Line]:
        """A log's lines, oldest first; `level`: this one alone."""
        lines = self._logs.of(NAME, kind).kept()
        return [
            line
            for line in lines
            if line.at_ms >= begin_ms and (not end_ms or line.at_ms <= end_ms) and level in ("", line.level)
        ]

    # reports

    async def report_alarm(self, event: Mapping[str, Any]) -> None:
        """One target. Raises Refused, httpx.HTTPError."""
        await self._tell("reportAlarmEvent", event)

    async def report_capture(self, capture: Mapping[str, Any]) -> None:
        await self._tell("capture/report", capture)

    async def _tell(self, name: str, params: Mapping[str, Any]) -> Any:
        """Logs in once more where the box no longer knows the token."""
        try:
            return await self._ask(name, {"token": self.token, **params})
        except Refused as refusal:
            if refusal.code not in (Code.LOGIN_FAILED, Code.NOT_LOGGED_IN):
                raise
        await self._log_in()
        return await self._ask(name, {"token": self.token, **params})

    async def _ask(self, name: str, body: Mapping[str, Any]) -> Any:
        response = await self._client.post(f"{self._kept.app}{APP}{name}", json=dict(body))
        return read_answer(response.content)

    # the session

    async def _log_in(self) -> None:
        now = self._clock.now_ms() // 1000
        text = sign_text(time=now, mac=self._mac, ip=self._ip, manufacture=self.brand.manufacture)
        data = await self._ask(
            "appAuthentication",
            {
                "ip": self._ip,
                "mac": self._mac,
                "time": now,
                "manufacture": self.brand.manufacture,
                "signMethod": "SHA256",
                "sign": sign(text, "SHA256"),
                "alarmAdapterPort": self.port,
            },
        )
        self.token = Fields(data if isinstance(data, dict) else {}).text("token", most=128)
        self.journal.interface.info("logged in", app=self._kept.app)
        self._pull.set()

    async def _stay_logged_in(self) -> None:
        while True:
            await self._again.wait()
            self._again.clear()
            try:
                await self._log_in()
            except (Refused, httpx.HTTPError) as error:
                self.journal.errors.now_and_then(
                    "the log-in failed", why=f"{type(error).__name__}: {error}"[:200]
                )
                await self._clock.sleep(AGAIN_S)
                self._again.set()

    async def _follow(self) -> None:
        while True:
            await self._pull.wait()
            self._pull.clear()
            try:
                data = await self._tell("deviceManage/getConfig", {"manufacture": self.brand.manufacture})
                self.devices = [row for row in data or [] if isinstance(row, dict)]
                await self.brand.connect(self.devices)
            except (Refused, httpx.HTTPError) as error:
                self.journal.errors.now_and_then("no cameras were fetched", why=str(error)[:200])
                await self._clock.sleep(AGAIN_S)
                self._pull.set()
                continue
            self.journal.interface.info("cameras were fetched", cameras=len(self.devices))
            self.ready.set()

    # the calls of the box

    def _guarded(self, name: str) -> Callable[[Fields, str], Awaitable[Any]]:
        async def serve(fields: Fields, peer: str) -> Any:
            token = fields.text("token", most=128, needed=False)
            if not self.token or not token:
                self._again.set()
                raise Refused(Code.NOT_LOGGED_IN)
            if not hmac.compare_digest(token, self.token):
                self._again.set()
                raise Refused(Code.LOGIN_FAILED)
            self.journal.interface.info("called", call=name)
            return await self._serve(name, fields)

        return serve

    async def _serve(self, name: str, fields: Fields) -> Any:
        match name:
            case "deviceManage/configChange":
                self._pull.set()
                return None
            case "deviceManage/getStatus":
                return await self.brand.status()
            case "alarmDeploy/setRule":
                return await self._set_rule(fields)
            case "alarmDeploy/getRule":
                return self._kept.rules.get(_key(self._device(fields), event_type(fields)), [])
            case "capture/setTask" | "capture/getTask" | "capture/deleteTask":
                return await self._plans(name, fields)
            case _ if name == LOG_QUERY:
                return self._queried(fields)
            case _:
                return await self._brand(name, fields)

    async def _brand(self, name: str, fields: Fields) -> Any:
        device = None if name.startswith("record/") else self._device(fields)
        return await self.brand.call(name, device, _READERS[name](fields))

    def _device(self, fields: Fields) -> Device:
        """Raises Refused (807): not among the cameras of the configuration."""
        ip, kind = fields.text("ip", most=253), fields.one_of("deviceType", among=(1, 2, 3))
        channel = fields.whole("channel", low=0, high=65_535) if kind == 3 else None
        device = ip, kind, channel
        if device not in {(row["ip"], row["deviceType"], row.get("channel")) for row in self.devices}:
            raise Refused(Code.NO_DEVICE)
        return device

    async def _set_rule(self, fields: Fields) -> None:
        device, kind, week = self._device(fields), event_type(fields), arming(fields)
        await self.brand.arm(device, kind, week)
        self._kept.rules[_key(device, kind)] = week
        self._save()
        self.journal.interface.info("a rule was set", device=device[0], kind=kind, days=len(week))

    async def _plans(self, name: str, fields: Fields) -> Any:
        task_id = fields.text("taskId", most=64)
        if name == "capture/getTask":
            return self._kept.plans.get(task_id, {})
        if name == "capture/deleteTask":
            await self.brand.plan(task_id, None)
            self._kept.plans.pop(task_id, None)
        else:
            plan = capture_plan(fields)
            devices = [self._device(each) for each in fields.objects("deviceList", most=512)]
            rows = [_place(device) for device in devices]
            kept = {"deviceList": rows, **{name: value for name, value in plan.items() if name != "taskId"}}
            await self.brand.plan(task_id, kept)
            self._kept.plans[task_id] = kept
        self._save()
        return None

    def _queried(self, fields: Fields) -> Any:
        kind = fields.text("kind", most=16)
        if kind not in ("interface", "devices", "errors"):
            raise fields.refuse("kind")
        lines = self.lines(
            kind,
            level=fields.text("level", most=8, needed=False),
            begin_ms=fields.whole("begin", low=0, high=1 << 50, default=0),
            end_ms=fields.whole("end", low=0, high=1 << 50, default=0),
        )
        return [
            {"at": line.at_ms, "level": line.level, "text": line.text, "facts": line.facts}
            for line in lines[-500:]
        ]

    # what is kept

    def _read(self) -> _Kept:
        with contextlib.suppress(OSError, msgspec.MsgspecError):
            return msgspec.json.decode((self._folder / FILE).read_bytes(), type=_Kept)
        return _Kept()

    def _save(self) -> None:
        part = self._folder / f"{FILE}.part"
        part.write_bytes(msgspec.json.encode(self._kept))
        part.replace(self._folder / FILE)

    async def _quietly(self, work: Awaitable[None]) -> None:
        try:
            await work
        except Refused as refusal:
            self.journal.errors.error("what was kept does not hold", why=refusal.message)


def _key(device: Device, kind: int) -> str:
    ip, device_type, channel = device
    return f"{ip}|{device_type}|{'' if channel is None else channel}|{kind}"


def _read_key(key: str) -> tuple[Device, int]:
    ip, device_type, channel, kind = key.split("|")
    return (ip, int(device_type), int(channel) if channel else None), int(kind)


def _place(device: Device) -> dict[str, Any]:
    ip, device_type, channel = device
    place: dict[str, Any] = {"ip": ip, "deviceType": device_type}
    return place if channel is None else {**place, "channel": channel}


def _one_group(fields: Fields) -> dict[str, Any]:
    return {"groupId": fields.text("groupId", most=63)}


def _one_face(fields: Fields) -> dict[str, Any]:
    return {**_one_group(fields), "faceId": fields.text("faceId", most=63)}


def _search(whole: bool) -> Callable[[Fields], dict[str, Any]]:
    def read(fields: Fields) -> dict[str, Any]:
        picture, asked = record_search(fields, whole=whole)
        return {"picture": picture, **asked}

    return read


_READERS: Final[dict[str, Callable[[Fields], dict[str, Any]]]] = {
    "face/createGroup": group,
    "face/removeGroup": _one_group,
    "face/modifyGroup": lambda fields: group(fields, existing=True),
    "face/getGroupDetail": _one_group,
    "face/getAllGroups": lambda fields: {},
    "face/create": face,
    "face/remove": _one_face,
    "face/modify": lambda fields: face(fields, existing=True),
    "face/search": person_search,
    "record/get": _search(False),
    "record/getAll": _search(True),
    "record/scenePicUpload": lambda fields: {"scenePicId": fields.text("scenePicId", most=256)},
}
