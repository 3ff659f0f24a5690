"""The living processes. Each shows a sign of life once a second and looks at the others' at the same time.

A process whose sign has not changed for `DEAD_MS` by the watcher's own clock (clocks of machines differ) is dead: one of
the others takes its work over, as said by `on_gone`, and removes its row. Time in which the watcher could not read the
table does not count: after an outage of the database everybody has `DEAD_MS` again. A process that finds itself taken
over (it stood still, and its work is with others) must stop: `on_fenced`.
"""

import asyncio
import contextlib
import os
import secrets
import socket
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final, NamedTuple

from sqlalchemy import and_, bindparam, delete, or_, select, update

from linli.kernel import telemetry
from linli.kernel.clock import Clock
from linli.kernel.db import INT, Command, Database, Query, Tx
from linli.kernel.errors import Conflict, Unavailable
from linli.kernel.ids import SLOTS
from linli.kernel.processes.leases import free_all
from linli.kernel.processes.models import process_mail, processes
from linli.kernel.rounds import end_tasks, set_within

log = telemetry.logger(__name__)

BEAT_SECONDS: Final = 1.0
DEAD_MS: Final = 7_000
"""With BEAT_SECONDS: a dead process is noticed within 8 s. That leaves 2 s, because its work must go on within 10 s."""
RETAKE_MS: Final = 15_000
"""A take-over that has not ended by then is tried by another process."""
CHANNEL: Final = "processes"


class TooManyProcesses(Conflict):
    """Every slot is taken."""

    code = "process.too_many"


class Process(NamedTuple):
    name: str
    slot: int
    """Part of the numbers it makes (`kernel.ids`)."""
    kind: str
    host: str
    pid: int
    started_ms: int
    seen_ms: int
    taken_by: str
    taken_ms: int


_all = Query(select(*(processes.c[name] for name in Process._fields)).order_by(processes.c.slot), Process)
_beat = Command(
    update(processes)
    .where(
        processes.c.name == bindparam("me"),
        processes.c.slot == bindparam("mine", type_=INT),
        processes.c.taken_by == "",
    )
    .values(seen_ms=bindparam("now", type_=INT))
)
_leave = Command(
    update(processes).where(processes.c.name == bindparam("me"), processes.c.taken_by == "").values(seen_ms=0)
)
_take_over = Command(
    update(processes)
    .where(
        processes.c.name == bindparam("dead"),
        processes.c.seen_ms == bindparam("seen", type_=INT),
        or_(
            processes.c.taken_by == "",
            and_(
                processes.c.taken_by == bindparam("before"),
                processes.c.taken_ms == bindparam("then", type_=INT),
            ),
        ),
    )
    .values(taken_by=bindparam("me"), taken_ms=bindparam("now", type_=INT))
)
_remove = Command(delete(processes).where(processes.c.name == bindparam("dead")))
_drop_mail = Command(delete(process_mail).where(process_mail.c.to_process == bindparam("dead")))

type Gone = Callable[[str], Awaitable[None]]


class Processes:
    """This process among the others. SQLite has one process: it is alone, and nothing is written."""

    def __init__(self, db: Database, clock: Clock, *, name: str = "", kind: str = "serve") -> None:
        self._db = db
        self._clock = clock
        self.shared = db.signals.reaches_others
        """Whether there can be others."""
        self.name = f"{name or socket.gethostname()}-{secrets.token_hex(4)}" if self.shared else "main"
        """Different from the id of an earlier process of this name, so that its work is taken over like any other's."""
        self.slot = 0
        self.on_fenced: Callable[[], None] = _nothing
        self._kind = kind
        self._gone: list[Gone] = []
        self._by_name: dict[str, Process] = {}
        self._changed_ms: dict[str, tuple[int, int]] = {}
        """By name: (the sign of life last seen, when it was first seen by this process's clock)."""
        self._read_ms = 0
        """When the table was last read."""
        self._watching = False
        self._look = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._taking: dict[str, asyncio.Task[None]] = {}
        self._stop_listening: Callable[[], None] = _nothing

    def on_gone(self, take_over: Gone) -> None:
        """`await take_over(name)` runs once a process is dead or has left, in the one process that takes its work.

        It runs again, here or elsewhere, when it raised or did not end: it must be able to begin again.
        """
        self._gone.append(take_over)

    async def enter(self) -> None:
        """Enter the table and show signs of life from now on. Raises TooManyProcesses, Unavailable."""
        if not self.shared:
            return
        self._stop_listening = self._db.signals.listen(
            CHANNEL, lambda _: self._look.set(), missed=self._look.set, others_only=True
        )
        await self._db.signals.ready()
        await self._enter()
        await self._read()
        self._task = asyncio.create_task(self._loop(), name="processes")
        log.info("process %s has slot %d", self.name, self.slot)

    def watch(self) -> None:
        """From now on take the work of the dead over: this process is ready to do it."""
        self._watching = True
        self._look.set()

    async def stop(self) -> None:
        """Leave in order: the others take over at once what is left."""
        if self._task is None:
            return
        self._stop_listening()
        await end_tasks(self._task, *self._taking.values())
        with contextlib.suppress(Unavailable):

            async def work(tx: Tx) -> None:
                await _leave.run(tx, me=self.name)
                self._db.signals.publish_after(tx, CHANNEL, self.name)

            await self._db.run(work)

    def alive(self, name: str) -> bool:
        """Whether a process is there as far as this one knows; a dead one counts until it is noticed."""
        process = self._by_name.get(name)
        return name == self.name or (process is not None and process.seen_ms > 0 and not process.taken_by)

    def in_slot(self, slot: int) -> str | None:
        """The name of the living process that makes numbers with `slot`."""
        name = next((process.name for process in self._by_name.values() if process.slot == slot), None)
        return name if name is not None and self.alive(name) else None

    def names(self) -> set[str]:
        """Every name in the table, the dead that are not taken over yet too."""
        return {self.name, *self._by_name}

    def others(self) -> list[Process]:
        """The other living ones."""
        return [
            process
            for process in self._by_name.values()
            if process.name != self.name and self.alive(process.name)
        ]

    async def _enter(self) -> None:
        now = self._clock.now_ms()
        while True:
            rows = await _all.all(self._db)
            free = next((slot for slot in range(SLOTS) if all(row.slot != slot for row in rows)), None)
            if free is None:
                raise TooManyProcesses(most=SLOTS)
            row = Process(
                name=self.name,
                slot=free,
                kind=self._kind,
                host=socket.gethostname(),
                pid=os.getpid(),
                started_ms=now,
                seen_ms=now,
                taken_by="",
                taken_ms=0,
            )
            # Two that start at once may want one slot: only one gets it.
            await self._db.run(partial(_enter, row))
            if any(
                process.name == self.name and process.slot == free for process in await _all.all(self._db)
            ):
                self.slot = free
                self._db.signals.publish(CHANNEL, self.name)  # the others look at once who came
                return

    async def _loop(self) -> None:
        while True:
            await set_within(self._clock, BEAT_SECONDS, self._look)
            self._look.clear()
            try:
                if not await self._turn():
                    return
            except Exception as error:  # noqa: BLE001 - a database that is away; it comes back
                log.warning("processes: no sign of life: %s", error)

    async def _turn(self) -> bool:
        """Write this process's sign of life, check the other processes, and take over from dead ones. False: fenced."""
        lives = await self._db.run(
            lambda tx: _beat.run(tx, me=self.name, mine=self.slot, now=self._clock.now_ms()), durable=False
        )
        if not lives:
            log.error("process %s was taken for dead: its work is with others, so it stops", self.name)
            self.on_fenced()
            return False
        await self._read()
        for row in list(self._by_name.values()) if self._watching else ():
            if row.name != self.name and row.name not in self._taking and self._dead(row):
                task = asyncio.create_task(self._take(row), name=f"take-over-{row.name}")
                self._taking[row.name] = task
                task.add_done_callback(lambda _, name=row.name: self._taking.pop(name, None))  # type: ignore[misc]
        return True

    async def _read(self) -> None:
        rows = await _all.all(self._db)
        now = self._clock.now_ms()
        away = now - self._read_ms > DEAD_MS
        self._read_ms = now
        self._by_name = {row.name: row for row in rows}
        before = {} if away else self._changed_ms
        self._changed_ms = {}
        for row in rows:
            earlier = before.get(row.name)
            same = earlier is not None and earlier[0] == row.seen_ms
            self._changed_ms[row.name] = earlier if same and earlier is not None else (row.seen_ms, now)

    def _dead(self, row: Process) -> bool:
        now = self._clock.now_ms()
        if row.taken_by:
            return now - row.taken_ms > RETAKE_MS
        return row.seen_ms == 0 or now - self._changed_ms[row.name][1] >= DEAD_MS

    async def _take(self, row: Process) -> None:
        """Take over the work of a process that has ended, if no other does."""
        now = self._clock.now_ms()
        try:
            taken = await self._db.run(
                lambda tx: _take_over.run(
                    tx,
                    dead=row.name,
                    seen=row.seen_ms,
                    before=row.taken_by,
                    then=row.taken_ms,
                    me=self.name,
                    now=now,
                )
            )
            if not taken:
                return
            log.warning("process %s is gone: taking its work over", row.name)
            await free_all(self._db, row.name)
            for take_over in self._gone:
                await take_over(row.name)

            async def work(tx: Tx) -> None:
                await _drop_mail.run(tx, dead=row.name)
                await _remove.run(tx, dead=row.name)
                self._db.signals.publish_after(tx, CHANNEL, row.name)

            await self._db.run(work)
        except Exception:
            log.exception("the work of process %s could not be taken over; it is tried again", row.name)
        else:
            self._by_name.pop(row.name, None)


def _nothing() -> None:
    """Stands in until there is something to do."""


async def _enter(row: Process, tx: Tx) -> None:
    await tx.upsert(processes, [row._asdict()], keys=("slot",))
