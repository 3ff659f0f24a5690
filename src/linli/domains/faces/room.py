"""The face engine's part of this room put together: what the composing function registers."""

from linli.domains.faces.service.enrolment import Enroller
from linli.domains.faces.service.search import FaceSearch
from linli.kernel.db import Database
from linli.kernel.objects import ObjectStore
from linli.kernel.outbox import Jobs
from linli.vision.engine import Engine


class FaceEngineRoom:
    """`register` before anything starts; `start` once workers run."""

    def __init__(self, db: Database, objects: ObjectStore, engine: Engine) -> None:
        self.engine = engine
        self.search = FaceSearch(db, engine)
        self.enroller = Enroller(db, objects, engine)

    def register(self, jobs: Jobs) -> None:
        self.enroller.register(jobs)

    async def start(self) -> None:
        await self.enroller.start()
