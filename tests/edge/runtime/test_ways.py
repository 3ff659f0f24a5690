"""The box counts ways at its readers by itself, over a restart too, with passes counted elsewhere (ADR 0100)."""

from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from linli.edge.runtime import ways as way_rows
from linli.edge.runtime.desired_rows import QR, Wish, Wishes
from linli.edge.runtime.doorkeeper import BoxDoorkeeper, QrRight
from linli.edge.runtime.pictures import Pictures
from linli.edge.runtime.queue import Queue
from linli.edge.runtime.tables import STEPS
from linli.edge.runtime.ways import WayPass
from linli.edge.store import Store
from linli.kernel.clock import ManualClock
from linli.kernel.ids import Ids
from linli.rules import PassCode
from linli.rules.ways import WAY_MS

CODE = "C0DE" * 8
POINTS = {"gate": "0", "unit": "7", "car": "7"}


class SiteBox:
    """A box's file and doorkeeper; each reader is a machine of its own."""

    def __init__(self, folder: Path, clock: ManualClock) -> None:
        self.clock = clock
        self.store = Store(folder / "box.db", STEPS, clock)
        self.told: list[WayPass] = []

    async def start(self) -> "SiteBox":
        await self.store.start()
        queue = Queue(self.store, self.clock)
        self.keeper = BoxDoorkeeper(
            self.store,
            Pictures(Path("pictures"), self.store, self.clock, Ids()),
            queue,
            self.clock,
            siblings=lambda device: (device,),
            line_up=lambda: False,
            in_car=lambda device: device == "car",
        )
        self.keeper.on_way = self.told.append
        return self

    async def allow(self, uses: int, *readers: str) -> None:
        now = self.clock.now_ms()
        for reader in readers:
            right = QrRight(now, now + 10 * WAY_MS, uses, person="p1", way="visit:1", point=POINTS[reader])
            content = msgspec.json.encode(right).decode()
            await Wishes(self.store, self.clock).put(reader, [Wish(QR, CODE, content)])

    async def scan(self, reader: str) -> tuple[PassCode, str]:
        owner = await self.keeper.check_qr(reader, CODE)
        assert owner is not None
        return owner.decision.code, owner.way


@pytest.fixture
async def box(tmp_path: Path, clock: ManualClock) -> AsyncIterator[SiteBox]:
    box = await SiteBox(tmp_path, clock).start()
    yield box
    await box.store.stop()


OPEN, USED_UP = PassCode.SUCCESS, PassCode.QR_USED_UP


async def test_a_way_is_one_use_over_the_boxs_readers(box: SiteBox, clock: ManualClock) -> None:
    await box.allow(1, "gate", "unit", "car")
    said = [await box.scan(reader) for reader in ("gate", "unit", "car")]
    assert said == [(OPEN, "new"), (OPEN, "on"), (OPEN, "on")]
    assert [passed.point for passed in box.told] == ["0", "7", "lift:7"]
    assert await box.scan("gate") == (USED_UP, "used_up")
    await clock.advance(2 * WAY_MS)
    assert await box.scan("unit") == (USED_UP, "used_up")
    assert await box.scan("car") == (OPEN, "down")
    assert len(box.told) == 3
    await clock.advance(10 * WAY_MS)
    assert (await box.scan("car"))[0] == PassCode.QR_EXPIRED


async def test_it_is_kept_over_a_restart(box: SiteBox, tmp_path: Path, clock: ManualClock) -> None:
    await box.allow(1, "gate", "unit")
    assert (await box.scan("gate"))[1] == "new"
    await box.store.stop()
    again = await SiteBox(tmp_path, clock).start()
    assert await again.scan("gate") == (USED_UP, "used_up")
    assert await again.scan("unit") == (OPEN, "on")
    await again.store.stop()
    await box.store.start()


async def test_what_another_box_told_counts_as_its_own(box: SiteBox, clock: ManualClock) -> None:
    await box.allow(1, "gate", "unit")
    now = clock.now_ms()
    told = WayPass("visit:1", now - 60_000, "0", now + WAY_MS)
    for fresh in (True, False):  # twice is once
        assert await box.store.write(lambda c: way_rows.keep(c, told, now_ms=now)) is fresh
    assert await box.scan("gate") == (USED_UP, "used_up")
    assert await box.scan("unit") == (OPEN, "on")
