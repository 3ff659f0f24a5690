"""The front that holds each device: rows, and a copy in each process's memory, updated by signals.

A claim is made in the database, in one row a device. The row's number rises with each claim. So the highest number is
right, in whatever order the signals arrive. Claims and releases of one moment share one transaction and one signal.
"""

import asyncio
from collections.abc import Callable, Iterable
from typing import Final, NamedTuple

from sqlalchemy import bindparam, case, select, update
from sqlalchemy.dialects import postgresql

from linli.kernel import telemetry
from linli.kernel.db import INT, Command, Database, Query, Tx
from linli.kernel.errors import Unavailable
from linli.kernel.signals import MOST_BYTES
from linli.things.routing.models import device_fronts

log = telemetry.logger(__name__)

AWAY: Final = 0
KEPT: Final = 1
"""Away, but its session waits at the front."""
CONNECTED: Final = 2

CHANNEL: Final = "devices"
MOST_AT_ONCE: Final = 500
_PAGE: Final = 5000
_RETRY_SECONDS: Final = 0.5


class Holder(NamedTuple):
    """The front of a device, and the kind of its connection. 16 bytes a number: a hundred thousand devices fit."""

    front: str
    state: int
    claim: int
    style: str = "sys"


class Claimed(NamedTuple):
    claim: int
    before_front: str
    """Empty: no front ever held it."""
    before_state: int


type News = Callable[[int, Holder | None, Holder], None]
"""Called with (device number, holder before, holder now) when another process reports a change."""

# The PostgreSQL clause compiles for SQLite too: the two engines share its syntax.
_insert = postgresql.insert(device_fronts).values(
    device_no=bindparam("no", type_=INT),
    front=bindparam("me"),
    state=CONNECTED,
    claim=1,
    style=bindparam("called"),
    before_front="",
    before_state=AWAY,
)
_claim = Query(
    _insert.on_conflict_do_update(
        index_elements=["device_no"],
        set_={
            "before_front": device_fronts.c.front,
            "before_state": device_fronts.c.state,
            "front": _insert.excluded.front,
            "state": CONNECTED,
            "claim": device_fronts.c.claim + 1,
            "style": _insert.excluded.style,
        },
    ).returning(device_fronts.c.claim, device_fronts.c.before_front, device_fronts.c.before_state),
    Claimed,
)
_leave = Command(
    update(device_fronts)
    .where(
        device_fronts.c.device_no == bindparam("no", type_=INT),
        device_fronts.c.front == bindparam("me"),
        device_fronts.c.claim == bindparam("mine", type_=INT),
    )
    .values(state=bindparam("to", type_=INT))
)
_inherit = Query(
    update(device_fronts)
    .where(device_fronts.c.front == bindparam("gone"))
    .values(
        front=bindparam("me"),
        state=case((device_fronts.c.state == AWAY, AWAY), else_=KEPT),
        claim=device_fronts.c.claim + 1,
    )
    .returning(device_fronts.c.device_no, device_fronts.c.state, device_fronts.c.claim, device_fronts.c.style)
)
_page = Query(
    select(
        device_fronts.c.device_no,
        device_fronts.c.front,
        device_fronts.c.state,
        device_fronts.c.claim,
        device_fronts.c.style,
    )
    .where(device_fronts.c.device_no > bindparam("after", type_=INT))
    .order_by(device_fronts.c.device_no)
    .limit(_PAGE)
)
_fronts = Query(select(device_fronts.c.front).distinct())


class _Farewell(NamedTuple):
    claim: int
    state: int


class Presence:
    """One process's view. `me` is its name."""

    def __init__(self, db: Database, me: str) -> None:
        self._db = db
        self._me = me
        self.news: list[News] = []
        """The listener for other processes' changes."""
        self._holders: dict[int, Holder] = {}
        self._names: dict[str, str] = {me: me}
        """Names of fronts, each once in memory."""
        self._claims: dict[int, tuple[str, list[asyncio.Future[Claimed]]]] = {}
        self._farewells: dict[int, _Farewell] = {}
        self._writer: asyncio.Task[None] | None = None
        self._stop_listening: Callable[[], None] | None = None
        self._reloading: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Follow the others, then load what there is."""
        self._stop_listening = self._db.signals.listen(
            CHANNEL, self._heard, missed=self._missed, others_only=True
        )
        await self._db.signals.ready()
        await self._load()

    async def stop(self) -> None:
        """Write what waits."""
        if self._stop_listening is not None:
            self._stop_listening()
        if self._reloading is not None:
            self._reloading.cancel()
        if self._writer is not None:
            await asyncio.wait({self._writer}, timeout=5)

    def get(self, device_no: int) -> Holder | None:
        return self._holders.get(device_no)

    async def claim(self, device_no: int, style: str) -> Claimed:
        """Make this process the one that holds a device. Raises Unavailable."""
        future: asyncio.Future[Claimed] = asyncio.get_running_loop().create_future()
        waiting = self._claims.get(device_no)
        self._claims[device_no] = (style, [*(waiting[1] if waiting else ()), future])
        self._write_soon()
        return await future

    def leave(self, device_no: int, claim: int, state: int) -> None:
        """The connection of a claim ended; nothing happens where a later claim holds."""
        holder = self._holders.get(device_no)
        if holder is None or holder.front != self._me or holder.claim != claim or holder.state == state:
            return
        self._holders[device_no] = holder._replace(state=state)
        self._farewells[device_no] = _Farewell(claim, state)
        self._write_soon()

    async def inherit(self, gone: str) -> dict[int, Holder]:
        """Take over what a dead front held or kept: nothing of it is connected any more."""

        async def inherit(tx: Tx) -> dict[int, Holder]:
            rows = await _inherit.all(tx, gone=gone, me=self._me)
            taken = {no: Holder(self._me, state, claim, style) for no, state, claim, style in rows}
            tx.after_commit(lambda: self._tell(taken))
            return taken

        taken = await self._db.run(inherit)
        self._holders |= taken
        return taken

    async def fronts(self) -> set[str]:
        """Every name that stands in the table."""
        return {name for (name,) in await _fronts.all(self._db)}

    # rows

    def _write_soon(self) -> None:
        if self._writer is None:
            self._writer = asyncio.get_running_loop().create_task(self._write_all(), name="presence")

    async def _write_all(self) -> None:
        await asyncio.sleep(0)  # what comes in the same turn goes along
        try:
            while self._claims or self._farewells:
                await self._write()
        finally:
            self._writer = None

    async def _write(self) -> None:
        numbers = sorted(self._claims.keys() | self._farewells.keys())[:MOST_AT_ONCE]
        claims = {no: self._claims.pop(no) for no in numbers if no in self._claims}
        farewells = {no: self._farewells.pop(no) for no in numbers if no in self._farewells}

        async def write(tx: Tx) -> dict[int, Claimed]:
            done: dict[int, Claimed] = {}
            # In the order of their numbers, as every process does: no two wait for each other.
            for no in numbers:
                if (farewell := farewells.get(no)) is not None:
                    await _leave.run(tx, no=no, me=self._me, mine=farewell.claim, to=farewell.state)
                if no in claims:
                    done[no] = await self._claim(tx, no, claims[no][0])
            return done

        try:
            done = await self._db.run(write)
        except Exception as error:  # noqa: BLE001 - any database error: nobody got the device
            log.warning("which front holds %d devices cannot be written: %s", len(numbers), error)
            for _, futures in claims.values():
                for future in futures:
                    if not future.done():
                        future.set_exception(Unavailable())
            self._farewells = farewells | self._farewells
            await asyncio.sleep(_RETRY_SECONDS)
            return
        holders = {}
        for no, farewell in farewells.items():
            holder = self._holders.get(no)
            if no not in done and holder is not None and holder.claim == farewell.claim:
                holders[no] = holder
        for no, claimed in done.items():
            holders[no] = self._holders[no] = Holder(self._me, CONNECTED, claimed.claim, claims[no][0])
        self._tell(holders)
        for no, claimed in done.items():
            for future in claims[no][1]:
                if not future.done():
                    future.set_result(claimed)

    async def _claim(self, tx: Tx, no: int, style: str) -> Claimed:
        claimed = await _claim.one(tx, no=no, me=self._me, called=style)
        assert claimed is not None
        return claimed

    async def _load(self) -> None:
        after = 0
        while page := await _page.all(self._db, after=after):
            for no, front, state, claim, style in page:
                self._learn(no, Holder(self._name(front), state, claim, style))
            after = page[-1][0]

    # news

    def _tell(self, holders: dict[int, Holder]) -> None:
        """`front state no:claim:style …`, as many in a signal as fit."""
        groups: dict[tuple[str, int], list[str]] = {}
        for no, holder in holders.items():
            groups.setdefault((holder.front, holder.state), []).append(f"{no}:{holder.claim}:{holder.style}")
        for (front, state), items in groups.items():
            head = f"{front} {state}"
            for text in _in_parts(items, MOST_BYTES - len(head.encode()) - 1):
                self._db.signals.publish(CHANNEL, f"{head} {text}")

    def _heard(self, payload: str) -> None:
        front, state, *items = payload.split(" ")
        name = self._name(front)
        for item in items:
            no, claim, style = item.split(":")
            self._learn(int(no), Holder(name, int(state), int(claim), style))

    def _learn(self, no: int, holder: Holder) -> None:
        before = self._holders.get(no)
        if before is not None and (
            holder.claim < before.claim or (holder.claim == before.claim and holder.front != before.front)
        ):
            return
        if holder.front == self._me and before is not None:
            return  # what this process did itself, it knows best
        self._holders[no] = holder
        for listener in self.news:
            listener(no, before, holder)

    def _missed(self) -> None:
        if self._reloading is None or self._reloading.done():
            self._reloading = asyncio.get_running_loop().create_task(self._load_again(), name="presence-load")

    async def _load_again(self) -> None:
        while True:
            try:
                await self._load()
            except Exception as error:  # noqa: BLE001 - the database is away again
                log.warning("which front holds which device cannot be read: %s", error)
                await asyncio.sleep(_RETRY_SECONDS)
            else:
                return

    def _name(self, front: str) -> str:
        return self._names.setdefault(front, front)


def _in_parts(items: Iterable[str], most: int) -> Iterable[str]:
    part: list[str] = []
    size = 0
    for item in items:
        if part and size + len(item) + 1 > most:
            yield " ".join(part)
            part, size = [], 0
        part.append(item)
        size += len(item) + 1
    if part:
        yield " ".join(part)
