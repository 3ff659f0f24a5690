"""A community whose faces are looked at by the stand-in for the models."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from linli.domains.faces.service.enrolment import Enroller
from linli.domains.faces.service.search import FaceSearch
from linli.kernel.clock import ManualClock
from linli.kernel.db import Database
from linli.kernel.ids import Ids
from linli.kernel.objects import ObjectStore
from linli.kernel.outbox import Jobs, Worker
from linli.kernel.scope import Caller, Scope
from linli.kernel.secrets import Secrets
from linli.kernel.settings import Settings
from linli.sync import Backoff
from linli.vision.engine.local import LocalEngine
from linli.vision.fake import FakePipeline, marked
from tests.domains.access.platform import AccessPlatform
from tests.domains.faces.home import ANNA, BORIS, TSL, Home
from tests.openapi import sample_methods
from tests.openapi.house import Targets

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


@pytest.fixture
async def home(database: Database, clock: ManualClock, ids: Ids, tmp_path: Path) -> AsyncIterator[Home]:
    database.clock = clock
    platform = AccessPlatform(
        database, clock, ids, Secrets.random(), Settings(), Targets(), sample_methods, folder=tmp_path / "files",
        backoff=Backoff(first_ms=1000, factor=1),
    )  # fmt: skip
    await platform.start()
    try:
        partner = await platform.new_partner("物业", communities=(1,))
        await platform.new_community(partner, 1)
        product_key = await platform.new_product(partner, TSL)
        home = Home(platform, partner, product_key, await partner.token(1))
        for identity_id, name in ((ANNA, "安娜"), (BORIS, "鲍里斯")):
            await home.ok("/entrance/paas/user/modify", "1.0.0", identityId=identity_id, name=name)
        yield home
    finally:
        await platform.stop()
