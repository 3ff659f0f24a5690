"""Smart security of one box: what the component starts and stops, and what the cloud asks of it."""

import asyncio
import contextlib
import ipaddress
import sqlite3
from collections.abc import Mapping
from functools import partial
from typing import Any, Final, Protocol
from urllib.parse import urlsplit

import msgspec

from linli.edge.cloud import CloudRefused, CloudUnreachable
from linli.edge.events import cameras as camera_forms
from linli.edge.events import tables
from linli.edge.events.cameras import Cameras
from linli.edge.events.client import AdapterClient
from linli.edge.events.journal import Journal
from linli.edge.events.reports import ReportQueue
from linli.edge.events.server import EventServer
from linli.edge.events.service import SecurityService
from linli.edge.events.sessions import Sessions
from linli.edge.framework.device_logs import DeviceLogs
from linli.edge.store import Store
from linli.kernel.clock import Clock
from linli.kernel.ids import Ids
from linli.kernel.telemetry import logger
from linli.protocols.edge_link import (
    CAMERAS_MOST,
    SECURITY_CONFIG,
    SECURITY_STATE,
    AdapterState,
    CameraState,
    Refresh,
    SecurityConfig,
    SecurityReport,
    SecurityState,
)
from linli.protocols.event_api import (
    MANUFACTURES,
    PORT,
    Code,
    Fields,
    PictureFile,
    Refused,
    alarm_event,
    capture_report,
)

log = logger(__name__)

STATUS_S: Final = 60.0
"""Between two questions for the state of cameras (the source gives no period)."""
FIRST_STATUS_S: Final = 0.5
LONG_ANSWER: Final = 64 * 1024
"""An answer longer than this goes by HTTP."""
PARAMS_MOST: Final = 4 * 1024 * 1024


class CloudLine(Protocol):
    """`edge.cloud.CloudCaller`."""

    base_url: str

    async def get(self, path: str) -> bytes: ...

    async def post(self, path: str, body: Any, **headers: str) -> bytes: ...

    async def fetch(self, url: str, *, limit: int = ...) -> bytes: ...

    async def put(self, url: str, content: bytes, *, at: str = "") -> None: ...


class _Request(msgspec.Struct, rename="camel"):
    params_url: str = ""
    """Where long parameters are fetched."""
    answer_url: str = ""
    """Where a long answer is put."""


class _Envelope(msgspec.Struct):
    id: str | int = ""
    request: _Request = msgspec.field(default_factory=_Request)
    params: dict[str, Any] = {}


class EventRoom:
    """`host`, `port`: where adapters call in. `reports` is the box's. Nothing is open before `start`."""

    def __init__(
        self, store: Store, cloud: CloudLine, reports: ReportQueue, clock: Clock, ids: Ids, logs: DeviceLogs, *,
        host: str, port: int = PORT,
    ) -> None:  # fmt: skip
        self._store = store
        self._cloud = cloud
        self._clock = clock
        self._ids = ids
        self.journal = Journal(logs)
        self.sessions = Sessions(store, clock, ids, self.journal, self._adapter_changed)
        self.client = AdapterClient(self.journal)
        self.service = SecurityService(self.sessions, self.client, self._upload)
        self.reports = reports
        self._host, self._port = host, port
        self._server: EventServer | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._news = asyncio.Event()
        self._look = asyncio.Event()
        self._states: dict[tuple[str, str], CameraState] = {}
        self._told: SecurityState | None = None
        self._config = SecurityConfig()

    # life

    async def start(self, params: Mapping[str, Any]) -> None:
        """Raises OSError when the port is taken."""
        await self.sessions.start()
        kept = await self._store.read(tables.config)
        if kept is not None:
            with contextlib.suppress(msgspec.MsgspecError):
                self._take(msgspec.json.decode(kept, type=SecurityConfig))
        server = EventServer(
            {
                "appAuthentication": self._log_in,
                "deviceManage/getConfig": self._get_config,
                "reportAlarmEvent": self._alarm,
                "capture/report": self._capture,
            },
            host=self._host,
            port=self._port,
            journal=self.journal,
        )
        await server.start()
        self._server = server
        for name, work in (("config", self._follow), ("status", self._watch)):
            self._tasks.append(asyncio.create_task(work(), name=f"events-{name}"))
        self._news.set()

    async def stop(self) -> None:
        server, self._server = self._server, None
        if server is not None:
            await server.stop()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()
        await self.client.close()

    @property
    def port(self) -> int:
        """0: it does not run."""
        return self._server.port if self._server is not None else 0

    async def refresh(self, wanted: Refresh) -> dict[str, Any]:
        self._news.set()
        return {}

    # configuration from the cloud

    def _take(self, config: SecurityConfig) -> bool:
        """Whether it is another one."""
        changed = config != self._config
        self._config = config
        self.service.cameras = Cameras(config.cameras)
        self.sessions.confirm(config.confirmed)
        return changed

    async def _follow(self) -> None:
        while True:
            self._news.clear()
            try:
                content = await self._cloud.get(SECURITY_CONFIG)
                config = msgspec.json.decode(content, type=SecurityConfig)
            except (CloudUnreachable, CloudRefused, msgspec.MsgspecError) as error:
                log.info("the configuration of smart security is not fetched: %s", error)
            else:
                if self._take(config):
                    await self._store.write(partial(_keep, content=content))
                    await self._tell_adapters()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(300):
                    await self._news.wait()

    async def _tell_adapters(self) -> None:
        """They pull the configuration themselves."""
        for adapter in self.sessions.all:
            with contextlib.suppress(Refused):
                await self.client.ask(adapter, "deviceManage/configChange", {})
        self._look.set()

    # the four calls of adapters

    async def _log_in(self, fields: Fields, peer: str) -> Any:
        return {"token": await self.sessions.log_in(fields, peer)}

    async def _get_config(self, fields: Fields, peer: str) -> Any:
        adapter = self.sessions.proved(fields, peer)
        manufacture = fields.text("manufacture", most=16)
        if manufacture not in MANUFACTURES or manufacture != adapter.manufacture:
            raise Refused(Code.BAD_MANUFACTURE)
        cameras = self.service.cameras.of(manufacture)
        self.journal.interface.info("an adapter fetched its cameras", brand=manufacture, cameras=len(cameras))
        return [camera_forms.listed(camera) for camera in cameras]

    async def _alarm(self, fields: Fields, peer: str) -> None:
        adapter = self.sessions.proved(fields, peer)
        camera = self.service.cameras.at(fields, adapter.manufacture)
        event = alarm_event(fields)
        report = SecurityReport(
            id=self._ids.request_id(),
            kind="alarm",
            product_key=camera.product_key,
            device_name=camera.device_name,
            at_s=event.time_s,
            event_id=event.event_id,
            event_type=event.event_type,
            status=event.status,
            confidence=event.confidence,
            corners=list(event.corners or ()),
            details=event.details,
            ext_info=event.ext_info,
        )
        await self.reports.keep(
            report,
            scene=event.scene.content if event.scene else None,
            target=event.target.content if event.target else None,
            library_face=event.library_face.content if event.library_face else None,
        )
        self.journal.interface.info(
            "an alarm came", brand=adapter.manufacture, device=camera.device_name, kind=event.event_type
        )

    async def _capture(self, fields: Fields, peer: str) -> None:
        adapter = self.sessions.proved(fields, peer)
        camera = self.service.cameras.at(fields, adapter.manufacture)
        capture = capture_report(fields)
        report = SecurityReport(
            id=self._ids.request_id(),
            kind="capture",
            product_key=camera.product_key,
            device_name=camera.device_name,
            at_s=capture.time_s,
            task_id=capture.task_id,
        )
        await self.reports.keep(report, scene=capture.picture.content)
        self.journal.interface.info("a capture came", brand=adapter.manufacture, device=camera.device_name)

    # the cloud's calls

    async def answer(self, method: str, envelope: bytes) -> bytes:
        """The envelope of the answer; a long one is put where the cloud wants it."""
        asked = _Envelope()
        try:
            try:
                asked = msgspec.json.decode(envelope, type=_Envelope)
                params = asked.params
                if asked.request.params_url:
                    content = await self._cloud.fetch(asked.request.params_url, limit=PARAMS_MOST)
                    params = msgspec.json.decode(content, type=dict[str, Any])
            except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
                raise Refused(Code.BAD_JSON) from None
            serve = self.service.methods.get(method)
            if serve is None or self._server is None:
                raise Refused(Code.NO_PROTOCOL)
            data = await serve(Fields(params))
            answer = {"id": str(asked.id), "code": 200, "message": "success", "data": data}
        except Refused as refusal:
            answer = {
                "id": str(asked.id),
                "code": refusal.code,
                "message": refusal.message,
                "localizedMsg": refusal.localized or refusal.message,
            }
        except (CloudUnreachable, CloudRefused) as error:
            self.journal.errors.now_and_then(
                "the cloud was not reached in a call", call=method, why=str(error)
            )
            answer = {"id": str(asked.id), "code": int(Code.NOT_REACHED), "message": "abnormal communication"}
        body = msgspec.json.encode(answer)
        if len(body) <= LONG_ANSWER or not asked.request.answer_url:
            return body
        try:
            await self._cloud.put(asked.request.answer_url, body)
        except (CloudUnreachable, CloudRefused) as error:
            self.journal.errors.now_and_then("an answer was not put", call=method, why=str(error))
            short = {"id": str(asked.id), "code": int(Code.NOT_REACHED), "message": "abnormal communication"}
            return msgspec.json.encode(short)
        return msgspec.json.encode({"id": str(asked.id), "code": 200, "message": "success", "put": True})

    async def _upload(self, url: str, picture: PictureFile) -> None:
        """To the cloud's own addresses, or to public ones: never into the site's network. Raises Refused."""
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise Refused(Code.BAD_FIELD, "uploadUrl")
        at = ""
        if not url.startswith(self._cloud.base_url + "/"):
            at = await _public_address(parts.hostname)
            if not at:
                raise Refused(Code.BAD_FIELD, "uploadUrl")
        try:
            await self._cloud.put(url, picture.content, at=at)
        except (CloudUnreachable, CloudRefused) as error:
            self.journal.errors.now_and_then("a scene was not uploaded", why=str(error))
            raise Refused(Code.NOT_REACHED) from None

    # how adapters and cameras are

    def _adapter_changed(self, manufacture: str) -> None:
        self._look.set()

    async def _watch(self) -> None:
        wait_s = FIRST_STATUS_S
        while True:
            self._look.clear()
            answers = [await self._ask_status(adapter) for adapter in self.sessions.all]
            await self._tell_cloud()
            # An adapter that has just logged in may not have its token or its cameras yet: it is asked again soon.
            wait_s = STATUS_S if all(answers) else min(wait_s * 2, STATUS_S)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait_s):
                    await self._look.wait()
                wait_s = FIRST_STATUS_S

    async def _ask_status(self, adapter: tables.AdapterRow) -> bool:
        """Whether it told of all cameras that it has."""
        if not self.sessions.is_settled(adapter):
            return False
        try:
            rows = await self.client.ask(adapter, "deviceManage/getStatus", {})
        except Refused:
            return False
        answered = set()
        for row in rows[:CAMERAS_MOST] if isinstance(rows, list) else []:
            try:
                fields = Fields(row if isinstance(row, dict) else {})
                camera = self.service.cameras.at(fields, adapter.manufacture)
                ok = fields.one_of("status", among=(0, 1)) == 1
                why = fields.text("unnormalInfo", most=200, needed=False)
            except Refused:
                continue
            state = CameraState(
                product_key=camera.product_key, device_name=camera.device_name, ok=ok, why="" if ok else why
            )
            key = camera.product_key, camera.device_name
            before = self._states.get(key)
            if before is None or before.ok != ok:
                say = self.journal.devices.info if ok else self.journal.devices.warning
                say("a camera works" if ok else "a camera does not work", device=camera.device_name, why=why)
            self._states[key] = state
            answered.add(key)
        cameras = self.service.cameras.of(adapter.manufacture)
        return answered >= {(each.product_key, each.device_name) for each in cameras}

    async def _tell_cloud(self) -> None:
        existing = {(each.product_key, each.device_name) for each in self.service.cameras.all}
        self._states = {key: state for key, state in self._states.items() if key in existing}
        state = SecurityState(
            adapters=[
                AdapterState(
                    manufacture=row.manufacture,
                    ip=row.ip,
                    port=row.port,
                    since_ms=row.since_ms,
                    reached=row.manufacture not in self.client.unreached,
                    stranger=self.sessions.strangers.get(row.manufacture, ""),
                )
                for row in self.sessions.all
            ],
            cameras=list(self._states.values()),
        )
        if state == self._told:
            return
        try:
            await self._cloud.post(SECURITY_STATE, state)
        except (CloudUnreachable, CloudRefused) as error:
            log.info("the state of adapters is not told: %s", error)
        else:
            self._told = state


def _keep(connection: sqlite3.Connection, *, content: bytes) -> None:
    connection.execute("INSERT OR REPLACE INTO event_config VALUES ('config', ?)", (content,))


async def _public_address(host: str) -> str:
    """An address of a name whose addresses are all public ones; empty otherwise.

    The caller connects to this one: a name that means another address a moment later leads nowhere else.
    """
    loop = asyncio.get_running_loop()
    try:
        result = await loop.getaddrinfo(host, None)
    except OSError:
        return ""
    addresses = [ipaddress.ip_address(str(row[4][0]).partition("%")[0]) for row in result]
    return str(addresses[0]) if addresses and all(address.is_global for address in addresses) else ""
