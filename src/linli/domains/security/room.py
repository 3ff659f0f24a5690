"""Smart security put together: what the composing function registers and starts."""

from typing import Any

from linli.domains.boxes.front.app import EdgeFront
from linli.domains.faces.service.pictures import Fetcher
from linli.domains.security.box_reports import BoxReports
from linli.domains.security.handlers import cameras_changed, device_deleted, device_moved
from linli.domains.security.ports import Reach
from linli.domains.security.service import camera_alarms, keeping
from linli.domains.security.service.box_calls import MODEL, Asks, BoxCalls
from linli.domains.security.service.keeper import Keeper
from linli.domains.security.service.platform_side import PlatformSide
from linli.domains.security.service.provider import SecurityProvider
from linli.domains.security.service.search import CaptureSearch
from linli.domains.security.service.sightings import Sightings
from linli.domains.security.service.snapshots import HttpSnapshots, Photographer
from linli.domains.video.events import CameraAlarmed, CamerasChanged
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Tx
from linli.kernel.handlers import Handlers
from linli.kernel.ids import Ids
from linli.kernel.objects import ObjectStore
from linli.kernel.outbox import Jobs
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets
from linli.things.events import DeviceDeleted, DeviceMoved
from linli.vision.engine import Engine


class SecurityRoom:
    """`register` before anything starts; `start` once workers run."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        ids: Ids,
        secrets: Secrets,
        objects: ObjectStore,
        *,
        engine: Engine,
        asks: Asks,
        reach: Reach,
        process: str,
    ) -> None:
        self._db = db
        self._clock = clock
        self.objects = objects
        self.secrets = secrets
        self.calls = BoxCalls(db, asks, objects, ids)
        self.platform = PlatformSide(db, clock, ids, objects, engine)
        self.keeper = Keeper(db, clock, objects, self.calls, self.platform)
        self.search = CaptureSearch(db, objects, self.calls, engine)
        self.sightings = Sightings(self.search, self.calls, objects, ids)
        self.provider = SecurityProvider(
            db,
            clock,
            objects,
            keeper=self.keeper,
            calls=self.calls,
            search=self.search,
            fetcher=Fetcher(objects, allow_private=reach.fetch_private),
            upload_private=reach.put_private,
        )
        snapshots = HttpSnapshots(secrets, allow_private=reach.fetch_private)
        self.photographer = Photographer(db, clock, ids, objects, snapshots, live=reach.live, process=process)
        self._reports = BoxReports(db, clock, secrets, objects)

    def register(self, jobs: Jobs, front: EdgeFront) -> None:
        self.keeper.register(jobs)
        self.platform.register(jobs)
        self._reports.register(front)
        self._db.handlers.inline(CameraAlarmed, self._camera_alarmed)

    async def _camera_alarmed(self, tx: Tx, event: CameraAlarmed) -> None:
        await camera_alarms.take(tx, event, objects=self.objects, now_ms=self._clock.now_ms())

    async def serve(self, scope: Scope, method: str, params: dict[str, Any]) -> Any:
        """For the service bus, where no application serves the model."""
        return await self.provider(scope, method, params)

    async def tidy(self) -> int:
        return await keeping.tidy(self._db, self.objects, now_ms=self._clock.now_ms())

    async def start(self) -> None:
        await self.photographer.start()

    async def stop(self) -> None:
        await self.photographer.stop()


def register(handlers: Handlers[Tx]) -> None:
    """Handlers of other rooms' events."""
    handlers.inline(CamerasChanged, cameras_changed)
    handlers.inline(DeviceMoved, device_moved)
    handlers.inline(DeviceDeleted, device_deleted)


__all__ = ["MODEL", "SecurityRoom", "register"]
