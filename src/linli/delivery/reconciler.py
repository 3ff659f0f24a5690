"""The worker that drives desired rows until devices hold them. Any number may run, in one process or many."""

import asyncio
import contextlib
import secrets
from collections.abc import Coroutine, Mapping, Sequence
from functools import partial

from linli.delivery import queries
from linli.delivery.capabilities import own_words
from linli.delivery.comparing import Comparing
from linli.delivery.ports import Carriers
from linli.delivery.schemas import Parcel
from linli.delivery.service.refreshing import refresh_many
from linli.delivery.service.transitions import DUE
from linli.delivery.store import DatabaseStore
from linli.kernel import telemetry
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Tx
from linli.kernel.db.errors import DatabaseAway
from linli.kernel.disk import DiskFull
from linli.kernel.errors import LinliError, TimedOut, Unavailable
from linli.kernel.rounds import end_tasks
from linli.sync import Backoff, Carrier, Item, Outcome, Result, serve_device
from linli.things.errors import CallCutOff

log = telemetry.logger(__name__)

LEASE_MS = 60_000
CALL_LIMIT_S = 45.0
"""A carrier that takes longer is given up before its lease runs out."""
SEARCH = 200
"""Devices looked up at once."""
RECHECKS = 200
GATHER_S = 0.4
"""A kind that was just brought to a device waits this long for what comes after: each batch costs the door a download,
and changes by the thousand trickle in. The first row after a pause goes at once."""
SEARCH_SHARE = 0.2
"""Share of its time that the worker may look for devices: with tens of thousands of rows due, a look takes long."""
SHORTEST_REST_S = 0.02


def outcome_of(error: LinliError) -> Outcome:
    """The result for sent rows after an error of the device call."""
    if isinstance(
        error, DatabaseAway | DiskFull
    ):  # our own fault, not the device's: the device may have got the batch
        return Outcome(Result.REFUSED, "broken", f"{type(error).__name__}: {error}", unsure=True)
    detail = own_words(error)
    if isinstance(error, TimedOut):
        return Outcome(Result.TIMED_OUT, "timed_out", detail)
    if isinstance(error, Unavailable):
        return Outcome(Result.OFFLINE, "offline", detail, unsure=isinstance(error, CallCutOff))
    return Outcome(Result.REFUSED, "refused", detail)


class Reconciler:
    """Finds devices with due rows, at most one delivery in flight for each, and `parallel` at once."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        carriers: Carriers,
        *,
        backoff: Backoff | None = None,
        parallel: int = 16,
        poll_seconds: float = 1.0,
        process: str = "",
    ) -> None:
        """`process`: the name under which its leases are freed when it dies (`kernel.processes`)."""
        self._db = db
        self._clock = clock
        self._carriers = carriers
        self._poll = poll_seconds
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._in_flight: dict[str, asyncio.Task[None]] = {}
        self._gathering: dict[tuple[str, str], float] = {}
        """(device, kinds) → until when what is due there waits for more. Loop time."""
        self._slots = asyncio.Semaphore(parallel)
        self._store = DatabaseStore(
            db,
            clock,
            backoff or Backoff(),
            worker=process or f"worker:{secrets.token_hex(6)}",
            lease_ms=LEASE_MS,
        )
        self._comparing = Comparing(db, clock, carriers, self._store)

    async def start(self) -> None:
        self._db.wakers.listen(DUE, self._wake)
        self._task = asyncio.create_task(self._loop(), name="delivery")

    async def stop(self) -> None:
        """Take no new device and wait up to 10 s for those in flight; the rest is sent again when leases end."""
        self._db.wakers.unlisten(DUE, self._wake)
        await end_tasks(self._task)
        running = set(self._in_flight.values())
        if running:
            await asyncio.wait(running, timeout=10)
        for task in running:
            task.cancel()

    async def run_once(self) -> int:
        """Serve everything that is due now; how many rows were sent. For tests and command-line tools."""
        sent = 0
        await self._recheck()
        for device, tenant_id in await self._comparing.due(SEARCH):
            await self._comparing.compare_quietly(device, tenant_id)
        while due := await self._due():
            served = 0
            for device, carrier in due:
                served += await self._serve(device, carrier)
            sent += served
            if not served:
                break
        return sent

    async def _loop(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            self._wake.clear()
            began = loop.time()
            try:
                await self._recheck()
                asked = [(d, t) for d, t in await self._comparing.due(SEARCH) if d not in self._in_flight]
                due = [(d, c) for d, c in await self._due() if d not in self._in_flight]
            except Exception:
                log.exception("delivery: the database cannot be read")
                asked, due = [], []
            for device, tenant_id in asked:
                await self._slots.acquire()
                work = self._comparing.compare_quietly(device, tenant_id)
                self._in_flight[device] = asyncio.create_task(self._run(device, work))
            rest = (loop.time() - began) * (1 / SEARCH_SHARE - 1)
            for device, carrier in due:
                if device not in self._in_flight and not self._gathers(device, carrier):
                    await self._slots.acquire()
                    work = self._serve_all(device, carrier)
                    self._in_flight[device] = asyncio.create_task(self._run(device, work))
            await asyncio.sleep(max(rest, SHORTEST_REST_S))
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._patience()):
                    await self._wake.wait()

    def _gathers(self, device: str, carrier: Carrier[Parcel]) -> bool:
        """Whether what is due on a device waits for more."""
        until = self._gathering.get((device, carrier.kinds[0]))
        return until is not None and asyncio.get_running_loop().time() < until

    def _patience(self) -> float:
        """Seconds until the next look, unless somebody wakes the worker."""
        now = asyncio.get_running_loop().time()
        self._gathering = {key: until for key, until in self._gathering.items() if until > now}
        return min([self._poll, *(until - now for until in self._gathering.values())])

    async def _run(self, device: str, work: Coroutine[None, None, None]) -> None:
        try:
            await work
        except Exception:
            log.exception("delivery: a round with %s failed", device)
        finally:
            del self._in_flight[device]
            self._slots.release()
            self._wake.set()

    async def _serve_all(self, device: str, carrier: Carrier[Parcel]) -> None:
        """Batch after batch while they are full; then more has time to gather."""
        sent = carrier.most
        while sent >= carrier.most:
            sent = await self._serve(device, carrier)
        if sent:
            until = asyncio.get_running_loop().time() + GATHER_S
            self._gathering[device, carrier.kinds[0]] = until

    async def _serve(self, device: str, carrier: Carrier[Parcel]) -> int:
        return await serve_device(self._store, _Guarded(carrier), device, _no_answer)

    async def _due(self) -> list[tuple[str, Carrier[Parcel]]]:
        """Devices with due rows, each with the carrier of its longest waiting kind."""
        rows = await queries.due_devices.all(
            self._db, now=self._clock.now_ms(), kinds=self._carriers.kinds, limit=SEARCH
        )
        due: dict[str, Carrier[Parcel]] = {}
        for device, kind in rows:
            carrier = self._carriers.of(kind)
            if carrier is not None:
                due.setdefault(device, carrier)
        return list(due.items())

    async def _recheck(self) -> None:
        """Refresh rows whose grants began or ended by time alone."""
        while True:
            now = self._clock.now_ms()
            rows = await queries.due_rechecks.all(self._db, now=now, limit=RECHECKS)
            if not rows:
                return
            some: dict[tuple[str, str], list[str]] = {}
            for device, kind, credential in rows:
                some.setdefault((device, kind), []).append(credential)
            await self._db.run(partial(_refresh, sorted(some.items()), now_ms=now))


async def _refresh(rows: list[tuple[tuple[str, str], list[str]]], tx: Tx, *, now_ms: int) -> None:
    """Bring rows in line, by (device, kind) in the order in which they are locked."""
    for (device, kind), credentials in rows:
        await refresh_many(
            tx, device=device, kind=kind, credentials=credentials, caller="system:clock", now_ms=now_ms
        )


class _Guarded:
    """A carrier whose failures are outcomes: one broken device, driver or network never stops the worker."""

    def __init__(self, carrier: Carrier[Parcel]) -> None:
        self._carrier = carrier
        self.kinds = carrier.kinds
        self.most = carrier.most

    async def carry(self, device: str, batch: Sequence[Parcel]) -> Mapping[tuple[str, str], Outcome]:
        try:
            async with asyncio.timeout(CALL_LIMIT_S):
                return await self._carrier.carry(device, batch)
        except LinliError as error:
            outcome = outcome_of(error)
        except TimeoutError:
            outcome = Outcome(Result.TIMED_OUT, "timed_out")
        except Exception as error:  # the edge of a driver: any exception becomes the rows' reason
            log.exception("delivery: the carrier to %s failed", device)
            outcome = Outcome(Result.REFUSED, "broken", f"{type(error).__name__}: {error}")
        return {(parcel.item.kind, parcel.item.credential): outcome for parcel in batch}


def _no_answer(item: Item) -> Outcome:
    return Outcome(Result.TIMED_OUT, "no_answer")
