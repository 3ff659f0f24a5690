"""The sample's cameras with a picture: a recorder with four of them registers by GB/T 28181; one is
recorded, two stand at lanes, one sends nothing, and one is covered with a cloth."""

import asyncio
import secrets
from datetime import datetime
from functools import partial
from typing import Any, Final
from zoneinfo import ZoneInfo

from linli.app.platform import Platform
from linli.demo import devices, lanes, scene
from linli.demo.place import Place
from linli.domains.security.queries import happened as captures
from linli.domains.security.service import plans as capture_plans
from linli.domains.video.queries import cameras
from linli.domains.video.queries import gb28181 as queries
from linli.domains.video.queries import health as health_queries
from linli.domains.video.queries import recording as recording_queries
from linli.domains.video.queries import views as view_queries
from linli.domains.video.service import gb28181 as service
from linli.domains.video.service import recording, views
from linli.domains.video.service.recording import PlanForm
from linli.kernel import telemetry
from linli.kernel.db import Tx
from linli.kernel.errors import LinliError
from linli.kernel.rounds import end_tasks
from linli.kernel.scope import Scope
from linli.protocols.event_api.checks import WEEKDAYS
from linli.sim import gb28181 as sim
from linli.things.queries.devices import find_devices

log = telemetry.logger(__name__)

RECORDER: Final = "34020000001180000001"
NAME: Final = "监控室录像机"
CAMERAS: Final = (
    ("34020000001320000001", "南门岗亭", True),
    ("34020000001320000002", "儿童乐园西侧", True),
    ("34020000001320000003", "西门岗亭", False),
    ("34020000001320000004", "地下车库坡道", False),
)
"""Code, name, whether it turns."""
_SILENT: Final = "34020000001320000004"
"""It agrees to send and sends nothing: its page says why there is no picture."""
_COVERED: Final = CAMERAS[1][0]
"""A cloth hangs over it once the platform knows how it looks: Camera health says so."""
_AT_LANES: Final = {"lane-south-out": CAMERAS[0][0], "lane-west-out": CAMERAS[2][0]}
"""Lane cameras send pictures of plates only; a live picture of their lanes is another camera's."""
_BEAT_S: Final = 60.0
_BEATS_OF_LOGIN: Final = 30  # a log-in holds for an hour
_ZONE: Final = ZoneInfo("Asia/Shanghai")
_PLAN: Final = PlanForm(mode="plan", hours="", sub=False, days=2, most_mb=500)
_LOOK_S, _LOOKS = 0.5, 60
_ROUND: Final[dict[str, Any]] = {
    "taskId": "早晚巡查",
    "startDate": "2026-01-01",
    "endDate": "2036-12-31",
    "captureWeekDay": [{"weekDay": day, "captureTime": ["08:00", "20:00"]} for day in WEEKDAYS],
    "status": 1,
}
"""A plan that takes pictures; of the silent camera it has none, and says why."""


class LiveCameras:
    """`start`, then `stop`, in any state."""

    def __init__(self, platform: Platform, site: Place, *, host: str) -> None:
        self._platform = platform
        self._site = site
        self._host = host
        self.recorder: sim.Camera | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._cloth = False
        self._new = False

    def _is_covered(self, code: str) -> bool:
        return self._cloth and code == _COVERED

    async def start(self, *, new: bool) -> None:
        """Register. A recorder that people removed stays away: only a `new` sample gets one. Raises OSError,
        LinliError."""
        platform, self._new = self._platform, new
        password = secrets.token_urlsafe(12)
        if not await platform.db.run(partial(self._admit, password, new)):
            return
        channels = [
            sim.Channel(
                code,
                name,
                steers=steers,
                pictures=partial(
                    scene.seen, _now, shade=40 + 50 * number, covered=partial(self._is_covered, code)
                ),
                rate=10,
                faults=sim.Faults(silent=True) if code == _SILENT else None,
            )
            for number, (code, name, steers) in enumerate(CAMERAS)
        ]
        server = (self._host, platform.video.desk.front.port)
        self.recorder = sim.Camera(RECORDER, password, channels, server=server)
        status = await self.recorder.start()
        if status != 200:
            log.warning("demo: the recorder is not let in: %d", status)
            return
        self._tasks = [
            asyncio.create_task(self._prepare(), name="demo recording plan"),
            asyncio.create_task(self._live(self.recorder), name="demo recorder"),
        ]

    async def stop(self) -> None:
        await end_tasks(*self._tasks)
        if self.recorder is not None:
            await self.recorder.stop()

    async def _admit(self, password: str, new: bool, tx: Tx) -> bool:
        """Whether the recorder may register, with this password, which nobody else has."""
        platform, site = self._platform, self._site
        now_ms = platform.clock.now_ms()
        there = await queries.device_named(tx, RECORDER)
        if there is not None:
            await service.change_device(
                site.tenant, tx, there, name=None, password=password, way=None, subscribes=None,
                secrets=platform.secrets, now_ms=now_ms,
            )  # fmt: skip
            return True
        if not new:
            return False
        form = service.NewDevice(gb_id=RECORDER, name=NAME, password=password, way="udp")
        await service.add_device(
            site.tenant, tx, community_id=site.community.community_id, new=form, ids=platform.ids,
            secrets=platform.secrets, now_ms=now_ms,
        )  # fmt: skip
        return True

    async def _live(self, recorder: sim.Camera) -> None:
        """Keepalives, and a new log-in before the last one is over; who is not let in any more stays away."""
        beats = 0
        while True:
            await asyncio.sleep(_BEAT_S)
            beats += 1
            try:
                if (beats % _BEATS_OF_LOGIN == 0 or await recorder.keep_alive() != 200) and (
                    status := await recorder.register()
                ) != 200:
                    log.warning("demo: the recorder is not let in any more: %d", status)
                    return
            except TimeoutError:
                log.warning("demo: nobody answers the recorder")

    async def _prepare(self) -> None:
        """Once its cameras are in the community: what is recorded, and which show lanes."""
        platform, tenant = self._platform, self._site.tenant
        for _ in range(_LOOKS):
            device = await queries.device_named(platform.db, RECORDER)
            rows = await queries.channels(tenant, platform.db, device.device_id) if device else []
            channels = {row.channel: row.iot_id for row in rows if row.iot_id}
            if CAMERAS[0][0] in channels:
                break
            await asyncio.sleep(_LOOK_S)
        else:
            return
        try:
            await platform.db.run(partial(self._plan, channels[CAMERAS[0][0]]))
            await platform.db.run(partial(self._look_at_lanes, channels))
            await self._hang_cloth(channels.get(_COVERED, ""))
            await self._take_pictures([channels[code] for code, _, _ in CAMERAS if code in channels])
        except LinliError as error:
            log.warning("demo: the cameras are not prepared: %s", error)

    async def _hang_cloth(self, iot_id: str) -> None:
        """Three looks, of which the last two see it; one that people switched off is left alone. Raises LinliError."""
        platform, tenant = self._platform, self._site.tenant
        before = await health_queries.health_of(tenant, platform.db, iot_id)
        if not iot_id or (before is not None and before.off):
            return
        camera = await platform.video.desk.camera(tenant, platform.db, iot_id)
        self._cloth = bool(await health_queries.views_of(tenant, platform.db, iot_id))
        for _ in range(3):
            await platform.video.health.looker.look(camera)
            self._cloth = True

    async def _take_pictures(self, iot_ids: list[str]) -> None:
        """A round twice a day, and one now; of a new sample alone. Raises LinliError."""
        platform = self._platform
        scope = Scope.system(self._site.tenant.tenant, "security")
        if not self._new or await captures.plan_named(scope, platform.db, _ROUND["taskId"]) is not None:
            return
        cameras = await find_devices(scope, platform.db, iot_ids=iot_ids)
        save = partial(
            capture_plans.save, scope, facts=_ROUND, devices=cameras, now_ms=platform.clock.now_ms()
        )
        plan = await captures.plan(scope, platform.db, await platform.db.run(save))
        if plan is not None:
            platform.security.photographer.begin(scope, plan)

    async def _plan(self, iot_id: str, tx: Tx) -> None:
        """Unless somebody said otherwise before."""
        tenant, now_ms = self._site.tenant, self._platform.clock.now_ms()
        if await recording_queries.plan_of(tenant, tx, iot_id) is None:
            number = self._site.community.community_id
            await recording.set_plan(
                tenant, tx, community_id=number, iot_id=iot_id, form=_PLAN, now_ms=now_ms
            )

    async def _look_at_lanes(self, channels: dict[str, str], tx: Tx) -> None:
        """Lanes that no camera shows."""
        tenant, number = self._site.tenant, self._site.community.community_id
        there = await cameras.of_devices(tenant, tx, number, list(channels.values()))
        for lane in await devices.rows_of(tx, self._site, lanes.CAMERA, list(_AT_LANES)):
            camera = there.get(channels.get(_AT_LANES[lane.device_name], ""))
            if camera is not None and not await view_queries.camera_of(tenant, tx, lane.iot_id):
                await views.set_view(
                    tenant, tx, community_id=number, iot_id=lane.iot_id, camera_id=camera.camera_id,
                    now_ms=self._platform.clock.now_ms(),
                )  # fmt: skip


def _now() -> datetime:
    return datetime.now(_ZONE)
