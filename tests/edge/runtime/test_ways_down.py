"""In a lift's car a code whose way up is over frees the exits, and the host's floor no more (ADR 0100)."""

from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any, cast

import msgspec
import pytest

from linli.edge.cloud import CloudCaller
from linli.edge.framework import ServiceUnknown
from linli.edge.runtime import deployer, desired_rows, lift_journal
from linli.edge.runtime.lift_gateways import LiftGateways
from linli.edge.runtime.lift_notes import PassNote
from linli.edge.runtime.passage import Passage
from linli.edge.runtime.queue import Together
from linli.edge.store import Store
from linli.kernel.clock import ManualClock
from linli.protocols.edge_link import (
    LiftFloor,
    LiftOrders,
    Linkage,
    LinkageTarget,
    PassageRules,
    credential_mark,
)
from linli.rules.lifts import AWAIT

KEY = b"a company's own"
CODE = "C0DE" * 8


class Cloud:
    rules = PassageRules()

    async def get(self, path: str) -> bytes:
        have = path.partition("have=")[2]
        same = have == self.rules.version
        return msgspec.json.encode(PassageRules(unchanged=True) if same else self.rules)


class NoRulesOfTheirOwn:
    @property
    def reports(self) -> "NoRulesOfTheirOwn":
        return self

    def follow(self, linkages: Any) -> None:
        return

    def passed(self, lift: str, content: str) -> PassNote:
        return PassNote((lift, content), 0.0)

    def in_doubt(self, linkage: Linkage, user: str, note: PassNote) -> str:
        return ""

    def is_online(self, lift: str) -> bool:
        return True

    async def acts(self, linkage: Linkage, user: str) -> str:
        return ""


class Car:
    """A box with one lift, whose car has a reader that a linkage of an application serves."""

    def __init__(self, folder: Path, clock: ManualClock) -> None:
        steps = (*deployer.STEPS, *desired_rows.STEPS, *lift_journal.STEPS)
        self.store, self.cloud = Store(folder / "box.db", steps, clock), Cloud()
        self.freed: list[list[str]] = []
        self.results: list[Mapping[str, Any]] = []

        async def no_user(_device: str, _face: str) -> str:
            return ""

        self.passage = Passage(
            self.store, cast(CloudCaller, self.cloud), self, clock, report=self._report,
            siblings=lambda device: (device,), is_registered=lambda _device: True,
            gateways=cast(LiftGateways, NoRulesOfTheirOwn()), face_user=no_user,
        )  # fmt: skip

    async def call(self, _device: str, service: str, params: Mapping[str, Any]) -> Mapping[str, Any]:
        if service == AWAIT:
            raise ServiceUnknown(service)
        if service == "QueryElevatorInfo":
            return {"FloorRoomInfo": [{"Floor": "1"}, {"Floor": "12"}]}
        self.freed.append([place["floor"] for place in params["floorRoomList"]])
        return {"code": 0, "message": ""}

    async def _report(
        self, _device: str, _name: str, values: Mapping[str, Any], _at_ms: int | None = None
    ) -> None:
        if isinstance(values, Together):
            await self.store.write(values.also)
        self.results.append(values)

    async def furnish(self, exits: list[str]) -> None:
        linkage = Linkage(
            id="in-car", door="car", lift="lift", mode="RELEASE_ONLY",
            credentials={credential_mark(KEY, "QRCODE", CODE): LinkageTarget(floors=[LiftFloor(floor="12")])},
        )  # fmt: skip
        self.cloud.rules = PassageRules(
            version=f"{len(exits)}" * 32,
            linkages=[linkage],
            mark_key=KEY.hex(),
            lifts={"lift": LiftOrders(exits=exits)},
        )
        await self.passage.refresh()

    async def scan(self, way: str) -> None:
        info = msgspec.json.encode({"way": way, "point": "lift:7"}).decode()  # as the door drivers tell it
        values = {"code": 0, "type": "qrCode", "content": CODE, "extInfo": info}
        follow_up = self.passage.follow("car", "passEvent", values)
        assert follow_up is not None
        await self.store.write(follow_up.keep)
        follow_up.begin()
        await self.passage.passes.settled()


@pytest.fixture
async def car(tmp_path: Path, clock: ManualClock) -> AsyncIterator[Car]:
    car = Car(tmp_path, clock)
    await car.store.start()
    await car.passage.start()
    yield car
    await car.passage.stop()
    await car.store.stop()


async def test_up_while_the_way_lasts_and_down_alone_behind_it(car: Car) -> None:
    await car.furnish(["1"])
    for way in ("on", "again", "", "down"):
        await car.scan(way)
    assert car.freed == [["12"], ["12"], ["12"], ["1"]]
    assert [result["code"] for result in car.results] == [0] * 4


async def test_where_no_exit_is_known_nothing_is_freed(car: Car) -> None:
    await car.furnish([])
    await car.scan("down")
    assert (car.freed, car.results) == ([], [])
