"""One process of Linli: its parts in the order of the house plan, started from the ground up, stopped from above."""

import asyncio
from typing import cast

from linli.app import rooms
from linli.app.files import PREFIX as FILES
from linli.app.files import Files
from linli.app.http import Health, Router, metrics_app
from linli.console.app import PREFIX as CONSOLE
from linli.console.app import console_app
from linli.console.pages import Pages
from linli.console.parts import Parts
from linli.domains.communities.service.token_targets import CommunityTargets
from linli.domains.communities.service.uploads import UploadPlace
from linli.domains.communities.uploads_http import UploadForm
from linli.kernel import telemetry
from linli.kernel.clock import Clock, SystemClock
from linli.kernel.db import Database, partitions
from linli.kernel.disk import DiskGuard
from linli.kernel.http import ASGIApp, HttpServer
from linli.kernel.ids import Ids
from linli.kernel.objects import ObjectStore
from linli.kernel.outbox import Jobs, Worker
from linli.kernel.secrets import Secrets
from linli.kernel.settings import Settings
from linli.openapi.assembly import OpenApi
from linli.openapi.tokens import TokenTargets

log = telemetry.logger(__name__)


class Platform:
    """Everything that one process runs. `open`, then `start`; `stop` leaves nothing acknowledged undone."""

    def __init__(self, settings: Settings, db: Database, clock: Clock) -> None:
        self.settings = settings
        self.db = db
        self.clock = clock
        self.ids = Ids()
        self.secrets = Secrets.from_file(settings.data_path / "master.key")
        self.objects = ObjectStore(
            settings.data_path / "objects", self.secrets.derived("signed urls"), settings.public_url, clock
        )
        self.disk = DiskGuard(settings.data_path, settings.disk.reserve_mb * 1024 * 1024, clock)
        db.guard = self.objects.guard = self.disk
        self.uploads = UploadPlace(self.objects, self.secrets.derived("upload tickets"))
        self.jobs = Jobs()
        self.worker = Worker(db, clock, self.jobs)
        self.openapi = OpenApi(
            rooms.registry(),
            db=db,
            clock=clock,
            ids=self.ids,
            secrets=self.secrets,
            settings=settings,
            services={
                TokenTargets: CommunityTargets(),
                ObjectStore: self.objects,
                UploadPlace: self.uploads,
                Settings: settings,
                Secrets: self.secrets,
            },
        )
        self.http: HttpServer

    @staticmethod
    async def open(settings: Settings, clock: Clock | None = None) -> "Platform":
        """Open the database (it must be migrated) and put the parts together."""
        clock = clock or SystemClock()
        settings.data_path.mkdir(parents=True, exist_ok=True)
        db = await Database.open(settings.database, clock=clock)
        await partitions.make_ahead(db, clock.now_ms())
        return Platform(settings, db, clock)

    async def start(self) -> None:
        await self.openapi.start()
        await self.worker.start()
        health = Health(self.faults)
        parts = Parts(self.db, self.clock, self.ids, self.secrets, self.objects, self.settings)
        gateway = self.openapi.gateway
        upload = UploadForm(self.uploads, self.clock)
        router = Router(
            gateway=gateway,
            gateway_paths=gateway.paths,
            prefixes={
                "/healthz": health.healthz,
                "/readyz": health.readyz,
                "/metrics": metrics_app(telemetry.render, allowed=frozenset({"127.0.0.1", "::1"})),
                FILES: Files(self.objects),
                CONSOLE: cast(ASGIApp, console_app(parts)),
                "/oss": upload,
            },
            pages=Pages(),
        )
        http = self.settings.http
        self.http = HttpServer(router, host=http.host, port=http.port)
        await self.http.start()

    async def stop(self) -> None:
        await self.http.stop()
        await self.worker.stop()
        await self.openapi.stop()
        await self.db.close()

    async def faults(self) -> dict[str, str]:
        """What keeps this process from serving: part → reason. Empty when it is ready."""
        found = {}
        if not await self.db.healthy():
            found["database"] = "cannot be read"
        if self.disk.full():
            found["disk"] = "almost full: writes are refused"
        return found


async def forever() -> None:
    await asyncio.Event().wait()
