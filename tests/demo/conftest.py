"""The demo in this process, with its devices on real sockets and nobody moving."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio

from linli.app.platform import Platform
from linli.delivery import queries as deliveries
from linli.delivery.schemas import DesiredFilter
from linli.demo import place
from linli.demo.fleet import Fleet
from linli.demo.folder import DemoFolder
from linli.demo.place import Place
from linli.demo.progress import Terminal
from linli.demo.running import Demo, ShownOnce, Wishes
from linli.domains.access.queries import keys, permissions
from linli.domains.access.service.kinds import QR
from linli.kernel.pages import PageRequest
from tests.engines import free_port

ALL = PageRequest(1, 1000)
HERE = Path(__file__).parent


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What shares a sample goes to one worker: making it takes longer than most of them."""
    for item in items:
        if item.path.parent == HERE:
            for shared in {"seeded", "first_sample"}.intersection(getattr(item, "fixturenames", ())):
                item.add_marker(pytest.mark.xdist_group(f"demo {shared}"))


class Sample:
    """A started demo with its parts at hand."""

    def __init__(self, folder: DemoFolder, demo: Demo, told: ShownOnce, site: Place) -> None:
        self.folder = folder
        self.demo = demo
        self.told = told
        self.site = site

    @property
    def platform(self) -> Platform:
        assert self.demo.platform is not None
        return self.demo.platform

    @property
    def fleet(self) -> Fleet:
        assert self.demo.fleet is not None
        return self.demo.fleet

    async def doors_settled(self) -> None:
        """Every door holds exactly what was granted, and its key."""

        async def settled() -> bool:
            return not await self._unsettled()

        try:
            await until(settled, 240, every=0.25)  # it reads all rights of all doors each time
        except TimeoutError:
            pytest.fail(f"what doors lack and should not have: {await self._unsettled()}")

    async def _unsettled(self) -> dict[str, tuple[set[str], set[str]]]:
        """Door → what it lacks and what it should not have."""
        wrong = {}
        for iot_id, door in self.fleet.doors.items():
            cards = await permissions.cards_of_door(
                self.site.tenant, self.platform.db, iot_id=iot_id, page=ALL
            )
            codes = await permissions.list_qr_permissions(
                self.site.tenant, self.platform.db, iot_id=iot_id, page=ALL
            )
            granted = {card.card_id for card in cards.data} | {code.qr_code for code in codes.data}
            assert granted
            granted |= await self._keys_of_residents(iot_id)
            held = set(door.permissions.cards) | set(door.permissions.qr)
            if granted != held or door.public_key is None:
                wrong[door.link.triple.device_name] = (granted - held, held - granted)
        return wrong

    async def _keys_of_residents(self, iot_id: str) -> set[str]:
        """Codes of residents' own, which follow the door's pass scope: they come while doors are filled."""
        grants = await deliveries.list_rows(
            self.site.tenant,
            self.platform.db,
            wanted=DesiredFilter(device=iot_id, kinds=(QR,)),
            page=ALL,
        )
        assert len(grants.data) < ALL.page_size
        codes = {row.credential for row in grants.data if row.wanted}
        persons = await keys.find_keys(
            self.site.tenant,
            self.platform.db,
            community_id=self.site.community.community_id,
            identity_ids=sorted({row.subject for row in grants.data}),
            source=keys.HOME,
        )
        return codes & {key.qr_code for key in persons.values()}


def wishes(*, life: bool = False, logins: bool = False) -> Wishes:
    return Wishes(
        host="127.0.0.1", port=free_port(), mqtt_port=free_port(), warp=30, life=life, logins=logins
    )


async def start(folder: DemoFolder, wanted: Wishes | None = None) -> Sample:
    demo = Demo(folder, wanted or wishes(), Terminal("en"))
    told = await demo.start(folder.claim())
    assert demo.platform is not None
    site = await place.find(demo.platform)
    assert site is not None
    return Sample(folder, demo, told, site)


@pytest.fixture
def folder(tmp_path: Path) -> DemoFolder:
    return DemoFolder(tmp_path / "demo")


@pytest.fixture(scope="session")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the sample was made, and which nobody runs."""
    made = tmp_path_factory.mktemp("seeded") / "demo"

    async def seed() -> None:
        first = await start(DemoFolder(made))
        await first.doors_settled()
        await first.demo.stop()

    asyncio.run(seed())
    return made


@pytest.fixture
async def sample(folder: DemoFolder, seeded: Path) -> AsyncIterator[Sample]:
    """A demo that goes on from a copy of the made sample."""
    shutil.copytree(seeded, folder.path)
    async with running(folder) as started:
        await started.doors_settled()
        yield started


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def first_sample(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Sample]:
    """A demo that made its sample. Those who look at it leave it as it is."""
    async with running(DemoFolder(tmp_path_factory.mktemp("first") / "demo")) as started:
        yield started


@asynccontextmanager
async def running(folder: DemoFolder, wanted: Wishes | None = None) -> AsyncIterator[Sample]:
    started = await start(folder, wanted)
    try:
        yield started
    finally:
        await started.demo.stop()


async def until[T](asked: Callable[[], Awaitable[T]], seconds: float = 60, *, every: float = 0.02) -> T:
    """The answer once it is true; fails when it does not become so."""
    async with asyncio.timeout(seconds):
        while not (found := await asked()):
            await asyncio.sleep(every)
    return found
