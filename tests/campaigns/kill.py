"""`linli soak kill`: kill -9 of the serving platform at random moments under load.

Whatever moment it dies at: what it acknowledged is there, nothing is there by half, subscribers hear of every change,
doors end with exactly what is granted, and no accepted call can be played again.
"""

import argparse
import asyncio
import json
import random
import signal
import sys
import tempfile
import time
from contextlib import AsyncExitStack, contextmanager, nullcontext
from pathlib import Path
from typing import Any

import httpx
import uvloop
from sqlalchemy import update

from linli.databus import deliveries, topics
from linli.delivery.store import free_leases
from linli.kernel import outbox
from linli.kernel.db import Command, open_database
from linli.sim.door import SimulatedDoor
from tests.campaigns.caller import REPLAYED, Caller, Signed
from tests.campaigns.checks import Checks
from tests.campaigns.ledger import Ledger
from tests.campaigns.load import Clerk, Integrator, Meter, Reader
from tests.campaigns.publisher import Publisher
from tests.campaigns.receiver import Receiver
from tests.campaigns.site import Site, make_site
from tests.campaigns.snapshot import Snapshot, snapshot
from tests.engines import PostgreSQL
from tests.real.platform import Installation

METERS, TAPS, DOORS, INTEGRATORS = 4, 2, 2, 3
KILLS = {"sqlite": 200, "postgresql": 50}
LONGEST_LOAD_SECONDS = 1.0
DIES_STARTING = 0.1
"""Share of kills that are followed by another one while the platform is still starting."""
DOOR_STAYS_AWAY = 0.3
"""Chance that a door is out of reach from one kill to the next: rights change meanwhile."""
TOLD = f"SELECT id FROM changes WHERE kind NOT IN ({', '.join(f"'{kind}'" for kind in topics.DEVICE_KINDS)})"
"""What the webhook is told: it did not ask for what becomes of devices."""
REACH_SECONDS = 30
"""How long the load may take to reach everything once, before the first kill."""
SETTLE_SECONDS = 300
"""Longer than every lease, and than it takes to push what gathered while the receiver was in its moods."""
HURRIED_SETTLE_SECONDS = 140
_AGAIN = Command(
    update(outbox.outbox).where(outbox.outbox.c.attempts > 0).values(due_ms=0),
    unscoped="all work of the installation that was tried before",
)
TOKEN = ("/solution/community/paas/token/get", "1.0.0")


class Campaign:
    """One installation, its load, and the kills."""

    def __init__(self, folder: Path, database: str, *, kills: int, seed: int, hurry: bool) -> None:
        self._kills = kills
        self._hurry = hurry
        """For the small run in the tests: shorter load between kills, and at the end nothing waits for minutes."""
        self._chance = random.Random(seed)
        self.installation = Installation(
            folder / "data", database, more={"LINLI_WEBHOOKS_TIMEOUT_SECONDS": "2"}
        )
        self.ledger = Ledger()
        self.replayed = self.tried_again = self.imported = 0
        self.starts: list[float] = []
        self.settled_seconds = 0.0

    async def run(self) -> dict[str, Any]:
        began = time.monotonic()
        async with AsyncExitStack() as parts:
            self._hook = await parts.enter_async_context(Receiver(random.Random(self._chance.random())))
            self._site = await make_site(
                self.installation, meters=METERS, doors=DOORS, taps=TAPS, hook=self._hook.url
            )
            self._hook.secret = self._site.hook_secret
            self._checks = Checks(self.ledger)
            async with snapshot(self._site.database_url) as held:
                self._old = {number for (number,) in await held.rows(TOLD)}
            parts.callback(self.installation.stop)
            await self._start()
            self._client = await parts.enter_async_context(
                httpx.AsyncClient(base_url=self.installation.url, trust_env=False, timeout=10)
            )
            self._load = await self._begin_load(parts)
            await self._reach_everything()
            for _ in range(self._kills):
                await self._trouble()
                if self._checks.lost or self._checks.half:
                    break
            else:
                await self._end()
        return {
            "kills": self._kills,
            "seconds": round(time.monotonic() - began, 1),
            "acknowledged": self.ledger.counts(),
            "imported": self.imported,
            "told": len(self._hook.received),
            "told_again": sum(self._hook.received.values()) - len(self._hook.received),
            "replays_refused": self.replayed,
            "unanswered_tried_again": self.tried_again,
            "slowest_start_seconds": round(max(self.starts), 2),
            "settled_seconds": round(self.settled_seconds, 1),
            "refused": self.ledger.refused,
            "lost": self._checks.lost,
            "half": self._checks.half,
        }

    # the load

    async def _begin_load(self, parts: AsyncExitStack) -> list[asyncio.Task[None]]:
        site, ledger = self._site, self.ledger
        caller = Caller(self._client, site.app_key, site.secret)
        answer = await caller.ok(*TOKEN, {"communityId": site.community_id})
        caller.cloud_token = answer["cloudToken"]
        self._doors = {site.iot_ids[name]: self._door(site, name) for name in _names("door", DOORS)}
        for door in self._doors.values():
            await door.start()
            parts.push_async_callback(door.stop)
        self._devices = []
        tasks = []
        for name in _names("meter", METERS):
            device = Publisher(site.triples[name], self.installation.mqtt_port, on_ack=ledger.posts.add)
            tasks.append(Meter(device, 0.01).run())
            self._devices.append(device)
        for name in _names("tap", TAPS):
            device = Publisher(
                site.triples[name],
                self.installation.mqtt_port,
                on_ack=lambda payload: ledger.events.add(json.loads(payload)["params"]["content"]),
            )
            tasks.append(Reader(device, 0.03).run())
            self._devices.append(device)
        for device in self._devices:
            device.start()
            parts.push_async_callback(device.stop)
        self._integrators = [
            Integrator(name, site, caller, ledger, self._own_chance(), 0.02, list(self._doors))
            for name in "甲乙丙丁"[:INTEGRATORS]
        ]
        tasks += [integrator.run() for integrator in self._integrators]
        console = await parts.enter_async_context(
            httpx.AsyncClient(
                base_url=self.installation.url, trust_env=False, headers={"x-linli-request": "1"}
            )
        )
        clerk = Clerk(site, console, ledger, 0.1)
        await clerk.sign_in()
        tasks.append(clerk.run())
        running = [asyncio.create_task(task) for task in tasks]
        parts.push_async_callback(_cancel, running)
        return running

    def _door(self, site: Site, name: str) -> SimulatedDoor:
        return SimulatedDoor(site.triples[name], "127.0.0.1", self.installation.mqtt_port)

    def _own_chance(self) -> random.Random:
        return random.Random(self._chance.random())

    async def _reach_everything(self) -> None:
        """The first kill waits until the load has written something of each kind, however slow the machine is."""
        deadline = time.monotonic() + REACH_SECONDS
        while min(self.ledger.counts().values()) < 2 and time.monotonic() < deadline:
            self._look_at_load()
            await asyncio.sleep(0.05)

    # the kills

    async def _start(self) -> None:
        began = time.monotonic()
        await asyncio.to_thread(self.installation.start)
        self.starts.append(time.monotonic() - began)

    async def _trouble(self) -> None:
        """One kill under load, and what must hold after it."""
        self._look_at_load()
        writes = list(self.ledger.writes)[-10:]
        self.installation.kill()
        while self._chance.random() < DIES_STARTING:
            self.installation.spawn()
            await asyncio.sleep(self._chance.uniform(0, max(self.starts)))
            self.installation.kill()
        await self._start()
        await self._reach_doors()
        load_seconds = self._chance.uniform(0.05, LONGEST_LOAD_SECONDS * (0.6 if self._hurry else 1))
        await asyncio.gather(self._check(), self._replay(writes), asyncio.sleep(load_seconds))

    def _look_at_load(self) -> None:
        """Raises what ended one of the load's workers, if any."""
        for task in self._load:
            if task.done():
                task.result()

    async def _reach_doors(self, *, all_of_them: bool = False) -> None:
        """Doors reconnect at once, as after a power cut, instead of by their back-off; now and then one stays away."""
        for door in self._doors.values():
            if not all_of_them and self._chance.random() < DOOR_STAYS_AWAY:
                door.link.cut()
                continue
            door.link.mend()
            if not door.link.online:
                await door.stop()
                await door.start()

    async def _check(self) -> None:
        told = self.ledger.copy()
        async with snapshot(self._site.database_url) as held:
            await self._checks.run(held, told)

    async def _replay(self, writes: list[Signed]) -> None:
        caller = self._integrators[0].caller
        for request in writes:
            answer = await caller.send(request)
            self.replayed += 1
            if answer.refusal != REPLAYED:
                self._checks.lost.append(f"nonce of {request.path}: played again, it was answered {answer}")
        while self.ledger.unanswered:
            name, request = self.ledger.unanswered.popleft()
            self.tried_again += 1
            if wrong := await self._integrators[0].replay(name, request):
                self._checks.half.append(wrong)

    # the end

    async def _end(self) -> None:
        """Let everything settle, then look at all of it once more."""
        await _cancel(self._load)
        self._hook.calm = True
        if self._hurry:
            await self._end_waits()
        await self._reach_doors(all_of_them=True)
        waits: list[str] = []
        began = time.monotonic()
        while time.monotonic() < began + (HURRIED_SETTLE_SECONDS if self._hurry else SETTLE_SECONDS):
            async with snapshot(self._site.database_url) as held:
                waits = await self._unsettled(held)
            if not waits:
                break
            await asyncio.sleep(0.2)
        self.settled_seconds = time.monotonic() - began
        self._checks.lost += waits
        await self._check()
        async with snapshot(self._site.database_url) as held:
            ((self.imported,),) = await held.rows("SELECT count(*) FROM imports WHERE state = 'done'")
        if self._hook.forged:
            self._checks.half.append(f"{self._hook.forged} pushes with a wrong signature")
        self.installation.stop()
        process = self.installation.process
        if process is None or process.returncode not in (0, -signal.SIGTERM):
            self._checks.half.append(f"it did not stop in order: {process and process.returncode}")

    async def _end_waits(self) -> None:
        """What an operator may do who knows that no other process runs: end the leases of the dead, and try again now
        what the webhook refused (a fourth refusal in a row waits for a minute, a fifth for five), and work that failed
        while the platform went down."""
        self.installation.kill()
        db = await open_database(self._site.database_url)
        await outbox.free_leases(db)
        await free_leases(db, time.time_ns() // 1_000_000)
        async with db.begin() as tx:
            await _AGAIN.run(tx)
            await deliveries.try_all_again(self._site.owner, tx, subscription_id=self._site.hook_id)
        await db.close()
        await self._start()

    async def _unsettled(self, held: Snapshot) -> list[str]:
        """What has not come to rest yet, in words; at the end of all patience it is lost."""
        waits = [
            f"{device.backlog} messages of {device.triple.device_name} have no PUBACK"
            for device in self._devices
            if device.backlog
        ]
        changes = {number for (number,) in await held.rows(TOLD)} - self._old
        if unheard := sorted(changes - self._hook.received.keys()):
            waits.append(f"{len(unheard)} changes were not pushed: {unheard[:10]}")
        if invented := sorted(self._hook.received.keys() - changes):
            waits.append(f"{len(invented)} pushes tell of what was not committed: {invented[:10]}")
        rows = await held.rows("SELECT iot_id, qr_code, ends_ms FROM access_qr_permissions WHERE live = 1")
        for iot_id, door in self._doors.items():
            granted = {code: ends // 1000 for at, code, ends in rows if at == iot_id}
            holds = {code: right.ends_ms // 1000 for code, right in door.permissions.qr.items()}
            if granted != holds:
                wrong = sorted(code for code, _ in granted.items() ^ holds.items())
                waits.append(f"door {iot_id} holds other rights than were granted: {wrong[:10]}")
        for what, sql in {
            "messages wait for their handlers": "SELECT count(*) FROM inbox_work WHERE state = 'ready'",
            "imports wait": "SELECT count(*) FROM imports WHERE state = 'waiting'",
        }.items():
            ((number,),) = await held.rows(sql)
            if number:
                waits.append(f"{number} {what}")
        return waits


def _names(kind: str, count: int) -> list[str]:
    return [f"{kind}-{number}" for number in range(count)]


async def _cancel(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


@contextmanager
def database_of(engine: str) -> Any:
    """The address to give to the platform: a durable PostgreSQL cluster of its own, or empty for SQLite."""
    with PostgreSQL.running(durable=True) if engine == "postgresql" else nullcontext() as cluster:
        if cluster is not None:
            cluster.run_sql("CREATE DATABASE linli")
        yield cluster.url("linli") if cluster is not None else ""


def run(engine: str, *, kills: int, seed: int, hurry: bool = False) -> dict[str, Any]:
    """One campaign in a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="linli-kill-") as folder, database_of(engine) as database:
        campaign = Campaign(Path(folder), database, kills=kills, seed=seed, hurry=hurry)
        found = uvloop.run(campaign.run())
    return {"engine": engine, "seed": seed, **found}


def main() -> int:
    parser = argparse.ArgumentParser(prog="linli soak kill", description=__doc__)
    parser.add_argument("--kills", type=int, help="how often; 200 on SQLite and 50 on PostgreSQL")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--engine", choices=sorted(KILLS), action="append")
    parser.add_argument("--json", action="store_true")
    words = parser.parse_args()
    done = []
    for engine in words.engine or list(KILLS):
        if engine == "postgresql" and (reason := PostgreSQL.missing()):
            print(reason, file=sys.stderr)
            continue
        done.append(run(engine, kills=words.kills or KILLS[engine], seed=words.seed))
    lost = [what for one in done for what in one["lost"]]
    half = [what for one in done for what in one["half"]]
    told = {
        "name": "kill",
        "kills": sum(one["kills"] for one in done),
        "seconds": sum(one["seconds"] for one in done),
        "acknowledged": {what: sum(one["acknowledged"][what] for one in done) for what in Ledger().counts()},
        "lost": lost,
        "half": half,
        "runs": done,
    }
    print(json.dumps(told, ensure_ascii=False, indent=None if words.json else 2))
    return 1 if lost or half else 0


if __name__ == "__main__":
    sys.exit(main())
