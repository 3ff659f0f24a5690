"""One process of several, as far as things are concerned, in the test's own process."""

from collections.abc import Awaitable, Callable

from linli.kernel.clock import ManualClock
from linli.kernel.db import Database, open_database
from linli.kernel.ids import Ids
from linli.kernel.processes import Processes
from linli.kernel.secrets import Secrets
from linli.things.mqtt.stored_sessions import DatabaseSessionStore
from linli.things.mqtt.stored_wills import NoKeptWills
from tests.things.device import Platform


class Front(Platform):
    """One process as far as things are concerned."""

    db: Database
    processes: Processes

    @classmethod
    async def open(cls, url: str, name: str, clock: ManualClock, secrets: Secrets) -> "Front":
        db = await open_database(url, clock=clock)
        processes = Processes(db, clock, name=name)
        ids = Ids(now_ms=clock.now_ms)
        front = cls.on(db, clock, ids, secrets, processes=processes, sessions=DatabaseSessionStore(db, clock))
        assert isinstance(front, Front)
        front.db, front.processes, front.ids = db, processes, ids
        return front

    async def start(self) -> "Front":
        await self.processes.enter()
        self.ids.take_slot(self.processes.slot)
        await super().start()
        self.processes.watch()
        return self

    async def stop(self) -> None:
        if self._server is not None:
            await super().stop()
            await self.processes.stop()
            await self.db.close()

    async def die(self) -> None:
        """As by kill -9: sockets close, and nothing more is said or written."""
        things, self._server = self.things, None
        things.front._wills._kept = NoKeptWills()
        for task in (self.processes._task, things.ingest._task, things.front._sweeper):
            assert task is not None
            task.cancel()
        things.switchboard.clients.others = None
        for connection in list(things.front.traffic.connections):
            connection._transport.abort()
        await things.dispatcher.stop()
        await things.fleet.stop()
        assert things.routing is not None
        await things.routing.presence.stop()
        things.routing._tasks.clear()
        await things.routing.mail.stop()
        await self.db.close()


type Open = Callable[[str], Awaitable[Front]]
