from dataclasses import dataclass, field

import msgspec
import pytest

from linli.delivery import queries, service
from linli.delivery.comparing import Comparing
from linli.delivery.expansion import Expansion
from linli.delivery.ports import Carriers
from linli.delivery.reconciler import LEASE_MS, Reconciler
from linli.delivery.schemas import FOREVER_MS, DesiredFilter, DesiredRow, Grant
from linli.delivery.store import DatabaseStore
from linli.kernel.clock import ManualClock
from linli.kernel.db import Database
from linli.kernel.outbox import Jobs, Worker
from linli.kernel.pages import PageRequest
from linli.kernel.scope import Caller, Scope
from linli.sync import Backoff
from tests.delivery.shelf import KIND, Shelf

TENANT = "4AF52878CE8B4AC5A8F9D8CCF2902C8B"


@dataclass
class House:
    """One tenant with devices on a shelf and a worker that is run by hand."""

    db: Database
    clock: ManualClock
    shelf: Shelf = field(default_factory=Shelf)
    scope: Scope = field(default_factory=lambda: Scope(TENANT, Caller("app", "30239797"), frozenset({1, 2})))

    def __post_init__(self) -> None:
        self.carriers = Carriers()
        self.carriers.add(self.shelf)
        self.jobs = Jobs()
        Expansion(self.db, self.carriers).register(self.jobs)
        self.outbox = Worker(self.db, self.clock, self.jobs)
        self.reconciler = Reconciler(self.db, self.clock, self.carriers)
        store = DatabaseStore(self.db, self.clock, Backoff(), worker="by hand", lease_ms=LEASE_MS)
        self.comparing = Comparing(self.db, self.clock, self.carriers, store)

    def wish(self, credential: str = "A", device: str = "door-1", **changes: object) -> Grant:
        base = Grant(
            community_id=1, source="test", kind=KIND, subject="50ac", credential=credential, target=device,
            starts_ms=0, ends_ms=FOREVER_MS,
        )  # fmt: skip
        return msgspec.structs.replace(base, **changes)

    async def grant(self, wish: Grant | None = None) -> int:
        async with self.db.begin() as tx:
            return await service.grant(self.scope, tx, wish or self.wish(), now_ms=self.clock.now_ms())

    async def revoke(self, wish: Grant | None = None) -> bool:
        async with self.db.begin() as tx:
            return await service.revoke(self.scope, tx, wish or self.wish(), now_ms=self.clock.now_ms())

    async def online(self, device: str = "door-1") -> None:
        async with self.db.begin() as tx:
            await service.device_online(tx, device=device, now_ms=self.clock.now_ms())

    async def work(self) -> int:
        """Outbox, then everything due on devices."""
        await self.outbox.run_once()
        return await self.reconciler.run_once()

    async def row(self, credential: str = "A", device: str = "door-1") -> DesiredRow:
        found = await queries.find_row(self.db, device=device, kind=KIND, credential=credential)
        assert found is not None
        return found

    async def status(self, credential: str = "A", device: str = "door-1") -> str:
        return (await self.row(credential, device)).status

    async def rows(self, **wanted: object) -> list[DesiredRow]:
        page = await queries.list_rows(
            self.scope, self.db, wanted=DesiredFilter(**wanted), page=PageRequest()
        )  # type: ignore[arg-type]
        return page.data


@pytest.fixture
async def house(database: Database, clock: ManualClock) -> House:
    database.clock = clock
    return House(database, clock)
