"""The certification bench of adapters: it is the box, and asks an adapter all that a box would (spec H 3.5)."""

import asyncio
import base64
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec

from linli.edge.events import tables
from linli.edge.events.journal import Journal
from linli.edge.events.reports import ReportQueue
from linli.edge.events.room import EventRoom
from linli.edge.framework.device_logs import DeviceLogs
from linli.edge.services.web import Call, limits_for
from linli.edge.store import Store
from linli.kernel.clock import SystemClock
from linli.kernel.http import HttpServer
from linli.kernel.ids import Ids
from linli.kernel.rounds import end_tasks
from linli.protocols.edge_link import (
    SECURITY_CONFIG,
    SECURITY_PICTURES,
    SECURITY_REPORTS,
    SecurityCamera,
    SecurityConfig,
    SecurityPicture,
    SecurityReport,
)
from linli.protocols.event_api import Code, Refused

WAIT_S: Final = 30.0
KIND: Final = 2
WEEK: Final = [{"weekDay": "MONDAY", "timeSlot": [{"time": "00:00-23:59", "interval": 600}]}]


class Outcome(NamedTuple):
    case: str
    passed: bool
    why: str = ""


class Mismatch(Exception):
    """What an adapter did in another way than the source says."""


class _Cloud:
    """Where the bench keeps what a box would tell the platform."""

    def __init__(self, cameras: list[SecurityCamera]) -> None:
        self.cameras = cameras
        self.reports: list[SecurityReport] = []
        self.fetched = 0
        self.base_url = "http://bench.invalid"
        self.scenes: list[bytes] = []

    async def get(self, path: str) -> bytes:
        if path != SECURITY_CONFIG:
            raise Mismatch(path)
        return msgspec.json.encode(SecurityConfig(cameras=self.cameras))

    async def post(self, path: str, body: Any, **headers: str) -> bytes:
        if path == SECURITY_PICTURES:
            return msgspec.json.encode(SecurityPicture(key="kept"))
        if path == SECURITY_REPORTS:
            self.reports.append(body)
        return b"{}"

    async def fetch(self, url: str, *, limit: int = 0) -> bytes:
        raise Mismatch(url)

    async def put(self, url: str, content: bytes, *, at: str = "") -> None:
        self.scenes.append(content)


class AdapterBench:
    """`port` is where the adapter logs in, 5080 by default; `picture` a face that its cameras can take."""

    def __init__(
        self, cameras: list[SecurityCamera], picture: bytes, *, host: str, port: int, wait_s: float = WAIT_S
    ) -> None:
        self._cloud = _Cloud(cameras)
        self._camera = cameras[0]
        self._picture = picture
        self._host, self._port, self._wait_s = host, port, wait_s
        self._room: EventRoom | None = None
        self._pictures: HttpServer | None = None
        self._group = ""
        self._face = ""

    @property
    def port(self) -> int:
        return self._room.port if self._room is not None else 0

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Raises OSError when a port is taken."""
        with tempfile.TemporaryDirectory() as folder:
            clock, ids = SystemClock(), Ids()
            store = Store(Path(folder) / "bench.db", tables.STEPS, clock)
            await store.start()
            logs = DeviceLogs(clock)
            reports = ReportQueue(store, self._cloud, Journal(logs))
            room = EventRoom(store, self._cloud, reports, clock, ids, logs, host=self._host, port=self._port)
            limits = limits_for(body_bytes=1024)
            pictures = HttpServer(Call.app(self._show), host=self._host, port=0, limits=limits)
            await reports.start()
            sending = asyncio.create_task(reports.run(), name="bench-reports")
            await room.start({})
            await pictures.start()
            self._room, self._pictures = room, pictures
            try:
                yield
            finally:
                await room.stop()
                await end_tasks(sending)
                await pictures.stop(grace_seconds=0.5)
                await store.stop()

    async def run(self, *, alarms: bool = False) -> list[Outcome]:
        """All cases in order; what comes after a failed log-in is not tried. `alarms`: wait for an alarm and a capture,
        which somebody causes."""
        cases: list[tuple[str, Callable[[], Awaitable[None]]]] = [
            ("log_in", self._logs_in),
            ("status", self._status),
            ("unknown_device", self._unknown_device),
            ("bad_field", self._bad_field),
            ("library", self._library),
            ("face", self._faces),
            ("library_removed", self._library_removed),
            ("arming", self._arming),
            ("disarming", self._disarming),
            ("plan", self._plan),
            ("record_window", self._record_window),
            ("records", self._records),
            # late: while an adapter logs in anew it refuses the token that it had
            ("no_token", self._no_token),
            ("wrong_token", self._wrong_token),
            ("logs_in_again", self._logs_in_again),
        ]
        if alarms:
            cases.append(("reports", self._reports))
        outcomes = []
        for name, case in cases:
            outcome = await _tried(name, case)
            outcomes.append(outcome)
            if name == "log_in" and not outcome.passed:
                break
        return outcomes

    # cases

    async def _logs_in(self) -> None:
        await self._until(lambda: bool(self._events.sessions.all))

    async def _status(self) -> None:
        rows = await self._ask("deviceManage/getStatus", device=False)
        if not isinstance(rows, list) or not rows:
            raise Mismatch("getStatus names no camera of getConfig")
        for row in rows:
            if row.get("status") not in (0, 1):
                raise Mismatch(f"status {row.get('status')!r} is neither 0 nor 1")

    async def _no_token(self) -> None:
        await self._refused(Code.NOT_LOGGED_IN, "deviceManage/getStatus", token="")

    async def _wrong_token(self) -> None:
        await self._refused(Code.LOGIN_FAILED, "deviceManage/getStatus", token="0" * 40)

    async def _unknown_device(self) -> None:
        await self._refused(Code.NO_DEVICE, "face/getAllGroups", ip="203.0.113.9", deviceType=2)

    async def _bad_field(self) -> None:
        await self._refused(Code.BAD_FIELD, "face/createGroup", groupName="n" * 64)

    async def _library(self) -> None:
        data = await self._ask("face/createGroup", groupName="linli bench", groupType=1)
        self._group = str(data["groupId"])
        await self._ask("face/modifyGroup", groupId=self._group, groupName="linli bench 2")
        detail = await self._ask("face/getGroupDetail", groupId=self._group)
        if detail.get("groupName") != "linli bench 2" or detail.get("groupFaceNum") != 0:
            raise Mismatch(f"getGroupDetail answers {detail}")
        listed = await self._ask("face/getAllGroups")
        rows = listed.get("groups") if isinstance(listed, dict) else listed
        if self._group not in {str(row.get("groupId")) for row in rows or []}:
            raise Mismatch("getAllGroups does not name the new library")

    async def _faces(self) -> None:
        assert self._pictures is not None
        url = f"http://{self._host}:{self._pictures.port}/face.jpg"
        data = await self._ask("face/create", groupId=self._group, facePicUrl=url, name="bench")
        self._face = str(data["faceId"])
        if len(self._face) > 31:
            raise Mismatch("faceId has more than 31 characters")
        await self._ask("face/modify", groupId=self._group, faceId=self._face, name="bench 2")
        result = await self._ask("face/search", groupId=self._group, name="bench 2", pageNo=1, pageSize=10)
        if [str(row.get("faceId")) for row in result["faces"]] != [self._face]:
            raise Mismatch("face/search does not find the face by its new name")
        if not base64.b64decode(result["faces"][0]["facePicBase64"]):
            raise Mismatch("face/search brings no picture")
        await self._ask("face/remove", groupId=self._group, faceId=self._face)
        if (await self._ask("face/search", groupId=self._group))["faces"]:
            raise Mismatch("the removed face is still found")

    async def _library_removed(self) -> None:
        await self._ask("face/removeGroup", groupId=self._group)
        await self._refused(Code.BAD_FIELD, "face/getGroupDetail", groupId=self._group)

    async def _arming(self) -> None:
        await self._ask("alarmDeploy/setRule", eventType=KIND, alarmRule=WEEK)
        week = await self._ask("alarmDeploy/getRule", eventType=KIND)
        if week != WEEK:
            raise Mismatch(f"getRule answers {week}")

    async def _disarming(self) -> None:
        await self._ask("alarmDeploy/setRule", eventType=KIND, alarmRule=[])
        if await self._ask("alarmDeploy/getRule", eventType=KIND):
            raise Mismatch("an empty rule does not disarm")

    async def _plan(self) -> None:
        day = [{"weekDay": "MONDAY", "captureTime": ["10:00", "12:00"]}]
        plan = {"startDate": "2010-01-01", "endDate": "2010-04-01", "captureWeekDay": day, "status": 1}
        place = self._place()
        await self._ask("capture/setTask", device=False, taskId="bench", deviceList=[place], **plan)
        reply = await self._ask("capture/getTask", device=False, taskId="bench")
        if reply.get("captureWeekDay") != day or reply.get("deviceList") != [place]:
            raise Mismatch(f"getTask answers {reply}")
        await self._ask("capture/deleteTask", device=False, taskId="bench")

    async def _record_window(self) -> None:
        asked = {**self._search(), "endTime": self._search()["startTime"] + 86_401}
        await self._refused(Code.BAD_FIELD, "record/get", **asked)

    async def _records(self) -> None:
        data = await self._ask("record/get", device=False, **self._search())
        if not isinstance(data, dict) or not isinstance(data.get("recordList"), list):
            raise Mismatch("record/get has no recordList")
        if not isinstance(data.get("totalSize"), int):
            raise Mismatch("record/get has no totalSize")

    async def _logs_in_again(self) -> None:
        """Somebody calls with a wrong token: the adapter logs in anew (spec H 4.2)."""
        before = self._events.sessions.all[0].token
        await self._refused(Code.LOGIN_FAILED, "deviceManage/getStatus", token="1" * 40)
        await self._until(lambda: self._events.sessions.all[0].token != before)

    async def _reports(self) -> None:
        await self._until(lambda: {report.kind for report in self._cloud.reports} == {"alarm", "capture"})

    # what cases use

    async def _until(self, met: Callable[[], bool]) -> None:
        """Raises TimeoutError."""
        async with asyncio.timeout(self._wait_s):
            while True:
                if met():
                    return
                await asyncio.sleep(0.05)

    @property
    def _events(self) -> EventRoom:
        assert self._room is not None
        return self._room

    def _place(self) -> dict[str, Any]:
        camera = self._camera
        place: dict[str, Any] = {"ip": camera.ip, "deviceType": camera.device_type}
        return {**place, "channel": camera.channel} if camera.device_type == 3 else place

    def _search(self) -> dict[str, Any]:
        return {
            "picBase64": base64.b64encode(self._picture).decode(),
            "picType": "JPG",
            "recordLimit": 10,
            "startTime": 1_631_794_685,
            "endTime": 1_631_798_285,
            "minSimilarity": 0.55,
            "maxSimilarity": 0.65,
            "pageNo": 1,
            "pageSize": 10,
        }

    async def _ask(self, call: str, /, *, device: bool = True, **params: Any) -> Any:
        adapter = self._events.sessions.of(self._camera.manufacture)
        place = self._place() if device else {}
        return await self._events.client.ask(adapter, call, {**place, **params})

    async def _refused(self, code: Code, call: str, /, **params: Any) -> None:
        try:
            await self._ask(call, **params)
        except Refused as refusal:
            if refusal.code != code:
                raise Mismatch(f"answers {refusal.code}, not {int(code)}") from None
        else:
            raise Mismatch(f"answers 200, not {int(code)}")

    async def _show(self, call: Call) -> None:
        await call.answer(200, self._picture, "image/jpeg")


async def _tried(name: str, case: Callable[[], Awaitable[None]]) -> Outcome:
    try:
        await case()
    except Mismatch as error:
        return Outcome(name, False, str(error))
    except Refused as refusal:
        return Outcome(name, False, f"answers {refusal.code} {refusal.message}")
    except TimeoutError:
        return Outcome(name, False, "nothing came in time")
    except Exception as error:  # noqa: BLE001  (an answer of any shape is the adapter's fault)
        return Outcome(name, False, f"{type(error).__name__}: {error}")
    return Outcome(name, True)
