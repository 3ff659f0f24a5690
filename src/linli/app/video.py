"""The cameras of a process: off unless the settings say so, and then nothing of them is even loaded."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from linli.app.condition import Condition
from linli.domains.video.cascade.room import UpperRoom
from linli.domains.video.events import CameraAlarmed
from linli.domains.video.health.room import HealthRoom
from linli.domains.video.live.desk import VideoDesk
from linli.domains.video.live.pictures import Thumbnails, snapshot
from linli.domains.video.live.steering import GbSteering
from linli.domains.video.recorder.room import Recordings
from linli.kernel.callers import Callers
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Tx
from linli.kernel.http import ASGIApp, Upgrade
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets
from linli.kernel.settings import Settings

if TYPE_CHECKING:
    from linli.domains.video.gb28181.front import GbFront
    from linli.domains.video.live.rtmp import RtmpPort
    from linli.domains.video.live.web import VideoPlayers
    from linli.media.cameras.pump import Pump


class VideoPort:
    def __init__(
        self,
        settings: Settings,
        db: Database,
        clock: Clock,
        secrets: Secrets,
        ids: Ids,
        callers: Callers,
        condition: Condition,
        *,
        process: str,
    ) -> None:
        self._settings = settings
        self._db = db
        self._clock = clock
        self._secrets = secrets
        self._ids = ids
        self._condition = condition
        self.desk = VideoDesk(db, clock, settings.video)
        self.steering = GbSteering(self.desk, db, clock)
        self.thumbnails = Thumbnails()
        self.recordings = Recordings()
        self.health = HealthRoom()
        self.uppers = UpperRoom()
        self._front: GbFront | None = None
        self._pump: Pump | None = None
        self._rtmp: RtmpPort | None = None
        self._players: VideoPlayers | None = None
        self._process = process
        if settings.gb28181.enabled:
            db.handlers.inline(CameraAlarmed, self._alarmed)
            from linli.domains.video.live import web

            self._players = web.VideoPlayers(
                self.desk, self.thumbnails, clock, callers, films=self.recordings.serve
            )

    async def _alarmed(self, tx: Tx, event: CameraAlarmed) -> None:
        """Upper platforms hear of alarms that are kept."""
        tx.after_commit(partial(self.uppers.alarmed, event))

    async def picture(self, scope: Scope, iot_id: str) -> bytes:
        """A JPEG of now from a camera's stream, its masks not filled. Raises NotFound, Unavailable."""
        return await snapshot(self.desk, await self.desk.camera(scope, self._db, iot_id))

    def prefixes(self) -> dict[str, ASGIApp]:
        if self._players is None:
            return {}
        from linli.domains.video.live.web import PREFIXES

        return dict.fromkeys(PREFIXES, self._players)

    def upgrades(self) -> dict[str, Upgrade]:
        if self._players is None:
            return {}
        from linli.domains.video.live.talk_web import talk_upgrades

        return {**self._players.upgrades(), **talk_upgrades(self.desk, self._clock)}

    async def start(self) -> None:
        """Raises OSError when a port is taken."""
        if not self._settings.gb28181.enabled:
            return
        from linli.domains.video.gb28181.front import GbFront
        from linli.media.cameras.pump import Pump

        gb, video = self._settings.gb28181, self._settings.video
        self._front = GbFront(gb, self._db, self._clock, self._secrets, self._ids, self.desk.doctor)
        await self._front.start()
        self._pump = Pump(gb.host, video.first_port, video.last_port, memory_mb=video.memory_mb)
        self.desk.open(self._front, self._pump)
        self.desk.looks.start()
        if video.rtmp_port:
            from linli.domains.video.live.rtmp import RtmpPort

            self._rtmp = RtmpPort(self.desk, self._clock)
            self.desk.rtmp_port = await self._rtmp.start(gb.host, video.rtmp_port)
        self._condition.cameras_notice = self._front.notice
        await self._start_recorder()
        self._start_looker()
        from linli.domains.video.cascade.keeper import Cascade

        cascade = Cascade(self.desk, self._db, self._clock, self._secrets, self._pump, process=self._process)
        self.uppers.open(cascade)
        cascade.start()

    def _start_looker(self) -> None:
        from linli.domains.video.health.looker import HealthLooker

        video = self._settings.video
        looker = HealthLooker(
            self.desk,
            self._db,
            self._clock,
            self._ids,
            each_s=video.health_minutes * 60,
            share=video.health_cpu_percent / 100,
        )
        self.health.open(looker)
        if video.health_minutes:
            looker.start()

    async def _start_recorder(self) -> None:
        from linli.domains.video.recorder.films import Films
        from linli.domains.video.recorder.keeper import Recorder
        from linli.domains.video.recorder.ledger import MB, Ledger

        video = self._settings.video
        folder = Path(video.recordings_folder or self._settings.data_path / "recordings")
        ledger = Ledger(
            self._db,
            self._clock,
            folder,
            most_bytes=video.recordings_mb * MB,
            reserve_bytes=video.recordings_reserve_mb * MB,
        )
        recorder = Recorder(
            desk=self.desk,
            db=self._db,
            clock=self._clock,
            ids=self._ids,
            ledger=ledger,
            process=self._process,
        )
        self.recordings.open(recorder, Films(self._db, self._clock, ledger))
        self._condition.recordings_notice = recorder.notice
        await recorder.start()

    async def stop(self) -> None:
        """In any state."""
        await self.uppers.stop()
        await self.health.stop()
        if self.recordings.recorder is not None:
            await self.recordings.recorder.stop()
        await self.steering.stop()
        if self.desk.on:
            await self.desk.talks.stop()
        self.desk.close()
        if self._rtmp is not None:
            self._rtmp.stop()
        if self._players is not None:
            await self._players.stop()
        await self.desk.looks.stop()
        if self._front is not None:
            await self._front.stop()
        if self._pump is not None:
            await self._pump.stop()
