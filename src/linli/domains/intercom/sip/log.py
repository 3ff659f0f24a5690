"""What the calls of a process write down: the first ring before it is heard, the rest in order behind it."""

import asyncio
import functools
from collections.abc import Awaitable, Callable
from typing import Final

from linli.calls.rows import Account, CallStep
from linli.delivery.ports import Invoker
from linli.domains.intercom.rows import CallRow, DoorLook, DoorNumber
from linli.domains.intercom.service import calls, looks
from linli.domains.intercom.service.boxes import note_ref, ref_of
from linli.domains.intercom.service.ladder import keep_step
from linli.domains.intercom.service.openings import Openings
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Tx
from linli.kernel.ids import Ids
from linli.kernel.rounds import end_tasks
from linli.kernel.telemetry import logger

log = logger(__name__)
_AT_ONCE: Final = 100
"""Steps in one unit."""
_AGAIN_S: Final = 1.0
_DRAIN_S: Final = 5.0
type _Step = Callable[[Tx], Awaitable[None]]


class CallLog:
    """`process`: whose calls these are, so that a process after it can end what it left. `invoker`: opens doors."""

    def __init__(
        self, db: Database, clock: Clock, ids: Ids, *, process: str, invoker: Invoker | None = None
    ) -> None:
        self.openings = Openings(db, clock, ids, invoker)
        self._db = db
        self._clock = clock
        self._ids = ids
        self.process = process
        self._steps: asyncio.Queue[_Step] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """First end what an earlier process of this name left."""
        count = await calls.end_left(self._db, self.process, now_ms=self._clock.now_ms())
        if count:
            log.warning("%d calls were under way when the process ended", count)
        self._task = asyncio.create_task(self._loop(), name="intercom calls")

    async def stop(self) -> None:
        """Write what is left, if the database is there."""
        if self._task is not None:
            try:
                async with asyncio.timeout(_DRAIN_S):
                    await self._steps.join()
            except TimeoutError:
                log.warning("the ends of some calls were not written; the next start writes them")
            await end_tasks(self._task)

    async def begin(self, caller: Account, target: str, target_type: int, ref: str = "") -> CallRow:
        """A call is about to ring. Not worth a wait for the disk: a kill of the process takes nothing.

        `ref`: its id at the box that it comes from.
        """
        now_ms = self._clock.now_ms()
        call_id = self._ids.number(now_ms)

        async def work(tx: Tx) -> CallRow:
            row = await calls.begin(
                tx,
                call_id=call_id,
                caller=caller,
                target=target,
                target_type=target_type,
                process=self.process,
                now_ms=now_ms,
            )
            if ref:
                name = ref_of(caller.number, ref)
                await note_ref(tx, tenant_id=caller.tenant_id, ref=name, call_id=call_id)
            return row

        return await self._db.run(work, durable=False)

    def tried(self, step: CallStep) -> None:
        """Whom a call to a home tries, or what became of it."""
        self._later(functools.partial(keep_step, step=step))

    def answered(self, call_id: int, number: str) -> None:
        self._later(
            functools.partial(calls.answer, call_id=call_id, number=number, now_ms=self._clock.now_ms())
        )

    def rings_again(self, call_id: int, house_id: int | None) -> None:
        """`house_id`: the home that it is for from now on; None: as before."""
        self._later(functools.partial(calls.ring_again, call_id=call_id, house_id=house_id))

    def opened(self, call_id: int) -> None:
        self._later(functools.partial(calls.opened, call_id=call_id, now_ms=self._clock.now_ms()))

    def ended(self, call_id: int, outcome: str) -> None:
        self._later(
            functools.partial(calls.end, call_id=call_id, outcome=outcome, now_ms=self._clock.now_ms())
        )

    async def look_began(self, door: DoorNumber, viewer: str) -> int:
        """A member of staff is about to see what a door's camera sees; the look's id."""
        now_ms = self._clock.now_ms()
        look = DoorLook(
            id=self._ids.number(now_ms),
            tenant_id=door.tenant_id,
            community_id=door.community_id,
            iot_id=door.iot_id,
            viewer=viewer,
            process=self.process,
            began_ms=now_ms,
            talked_ms=0,
            ended_ms=0,
        )
        await self._db.run(lambda tx: looks.begin_look(tx, look), durable=False)
        return look.id

    def look_talked(self, look_id: int) -> None:
        self._later(functools.partial(looks.talk_in_look, look_id=look_id, now_ms=self._clock.now_ms()))

    def look_ended(self, look_id: int) -> None:
        self._later(functools.partial(looks.end_look, look_id=look_id, now_ms=self._clock.now_ms()))

    def _later(self, step: _Step) -> None:
        self._steps.put_nowait(step)

    async def _loop(self) -> None:
        while True:
            steps = [await self._steps.get()]
            while not self._steps.empty() and len(steps) < _AT_ONCE:
                steps.append(self._steps.get_nowait())
            await self._write(steps)
            for _ in steps:
                self._steps.task_done()

    async def _write(self, steps: list[_Step]) -> None:
        """Together; if that fails, each by itself, so that one that cannot be written holds up no other."""

        async def work(tx: Tx) -> None:
            for step in steps:
                await step(tx)

        while True:
            try:
                await self._db.run(work, durable=False)
                return
            except Exception:
                log.exception("%d steps of calls were not written", len(steps))
            if len(steps) > 1:
                for step in steps:
                    await self._write([step])
                return
            if await self._db.healthy():
                return  # it is this one that cannot be written
            await self._clock.sleep(_AGAIN_S)
