"""A community whose faces are looked at by the stand-in for the models."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from linli.domains.faces.service.enrolment import Enroller
from linli.domains.faces.service.search import FaceSearch
from linli.kernel.clock import ManualClock
from linli.kernel.db import Database
from linli.kernel.objects import ObjectStore
from linli.kernel.outbox import Jobs, Worker
from linli.kernel.scope import Caller, Scope
from linli.vision.engine.local import LocalEngine
from linli.vision.fake import FakePipeline, marked

JPEG = b"\xff\xd8\xff"


class Models(FakePipeline):
    """The stand-in, as another model when told so."""

    model_id = "fake000000000000"


@dataclass
class Faces:
    db: Database
    objects: ObjectStore
    scope: Scope
    models: Models
    engine: LocalEngine
    search: FaceSearch
    enroller: Enroller
    worker: Worker

    async def picture(self, who: str, *reasons: str) -> str:
        """The key of a picture of somebody."""
        key = f"tenant/household_face/{'-'.join((who.strip('-') or 'nobody', *reasons))}.jpg"
        await self.objects.put(key, marked(JPEG, who, *reasons))
        return key


@pytest.fixture
async def faces(database: Database, clock: ManualClock, tmp_path: Path) -> Faces:
    database.clock = clock
    objects = ObjectStore(tmp_path / "objects", b"s" * 32, "http://127.0.0.1:1", clock)
    models = Models()
    engine = LocalEngine(models)
    enroller = Enroller(database, objects, engine)
    jobs = Jobs()
    enroller.register(jobs)
    worker = Worker(database, clock, jobs)
    scope = Scope("tenant", Caller("app", "key"), frozenset({1504, 1505}))
    return Faces(database, objects, scope, models, engine, FaceSearch(database, engine), enroller, worker)
