"""The sample's cameras with a picture: a recorder with four of them registers by GB/T 28181; one is
recorded, and one sends nothing."""

import asyncio
import secrets
from datetime import datetime
from functools import partial
from typing import Final
from zoneinfo import ZoneInfo

from linli.app.platform import Platform
from linli.demo import scene
from linli.demo.place import Place
from linli.domains.video.queries import gb28181 as queries
from linli.domains.video.queries import recording as recording_queries
from linli.domains.video.service import gb28181 as service
from linli.domains.video.service import recording
from linli.domains.video.service.recording import PlanForm
from linli.kernel import telemetry
from linli.kernel.db import Tx
from linli.kernel.errors import LinliError
from linli.sim import gb28181 as sim

log = telemetry.logger(__name__)

RECORDER: Final = "34020000001180000001"
NAME: Final = "监控室录像机"
CAMERAS: Final = (
    ("34020000001320000001", "南门岗亭", True),
    ("34020000001320000002", "儿童乐园西侧", True),
    ("34020000001320000003", "3幢消防通道", False),
    ("34020000001320000004", "地下车库坡道", False),
)
"""Code, name, whether it turns."""
_SILENT: Final = "34020000001320000004"
"""It agrees to send and sends nothing: its page says why there is no picture."""
_ZONE: Final = ZoneInfo("Asia/Shanghai")
_PLAN: Final = PlanForm(mode="plan", hours="", sub=False, days=2, most_mb=500)
_LOOK_S, _LOOKS = 0.5, 60


class LiveCameras:
    """`start`, then `stop`, in any state."""

    def __init__(self, platform: Platform, site: Place, *, host: str) -> None:
        self._platform = platform
        self._site = site
        self._host = host
        self.recorder: sim.Camera | None = None
        self._planning: asyncio.Task[None] | None = None

    async def start(self, *, new: bool) -> None:
        """Register. A recorder that people removed stays away: only a `new` sample gets one. Raises OSError,
        LinliError."""
        platform = self._platform
        password = secrets.token_urlsafe(12)
        if not await platform.db.run(partial(self._admit, password, new)):
            return
        channels = [
            sim.Channel(
                code,
                name,
                steers=steers,
                pictures=partial(scene.seen, _now, shade=40 + 50 * number),
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
        self._planning = asyncio.create_task(self._plan(), name="demo recording plan")

    async def stop(self) -> None:
        if self._planning is not None:
            self._planning.cancel()
            await asyncio.gather(self._planning, return_exceptions=True)
        if self.recorder is not None:
            await self.recorder.stop()

    async def _admit(self, password: str, new: bool, tx: Tx) -> bool:
        """Whether the recorder may register, with this password, which nobody else has."""
        platform, site = self._platform, self._site
        now_ms = platform.clock.now_ms()
        there = await queries.device_named(tx, RECORDER)
        if there is not None:
            await service.change_device(
                site.tenant, tx, there, name=None, password=password, way=None, secrets=platform.secrets, now_ms=now_ms
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

    async def _plan(self) -> None:
        """The first camera is recorded, unless somebody said otherwise before."""
        platform, tenant = self._platform, self._site.tenant
        for _ in range(_LOOKS):
            device = await queries.device_named(platform.db, RECORDER)
            rows = await queries.channels(tenant, platform.db, device.device_id) if device else []
            iot_id = next((row.iot_id for row in rows if row.channel == CAMERAS[0][0]), "")
            if iot_id:
                break
            await asyncio.sleep(_LOOK_S)
        else:
            return
        if await recording_queries.plan_of(tenant, platform.db, iot_id) is not None:
            return
        number, now_ms = self._site.community.community_id, platform.clock.now_ms()
        try:
            await platform.db.run(
                lambda tx: recording.set_plan(
                    tenant, tx, community_id=number, iot_id=iot_id, form=_PLAN, now_ms=now_ms
                )
            )
        except LinliError as error:
            log.warning("demo: no recording plan: %s", error)


def _now() -> datetime:
    return datetime.now(_ZONE)
