"""`linli soak lift-rules`: a million random passes at a box with random rules do what a naive oracle says.

The box's own part that carries out passage rules runs here on a real file, with lifts that note what they are asked.
Meanwhile rules change, the line is cut, the box restarts and its clock is set to other times. Every order and every
result must be the oracle's (`lift_oracle`), and no floor may be named that nobody has a right to with that pass.
"""

import argparse
import hashlib
import json
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, cast

import msgspec
import uvloop

from linli.edge.cloud import CloudCaller, CloudUnreachable
from linli.edge.framework import DriverFailed, ServiceUnknown
from linli.edge.runtime import deployer, desired_rows, lift_journal
from linli.edge.runtime.desired_rows import BLE, CARD, QR, Wish, Wishes
from linli.edge.runtime.lift_gateways import LiftGateways
from linli.edge.runtime.lift_notes import PassNote
from linli.edge.runtime.lift_states import SWITCH
from linli.edge.runtime.passage import Passage
from linli.edge.runtime.queue import Together
from linli.edge.store import Store
from linli.kernel.clock import ManualClock
from linli.protocols.edge_link import (
    ControlMode,
    LiftFloor,
    Linkage,
    LinkageTarget,
    PassageRule,
    PassageRules,
    credential_mark,
)
from linli.rules.lifts import AWAIT
from tests.campaigns.lift_oracle import (
    Lift,
    Order,
    Pass,
    Place,
    Result,
    Row,
    Target,
    expected,
    may_reach,
    order_of,
)

MODES: Final[tuple[ControlMode, ...]] = ("CALL_ONLY", "CALL_WITH_TARGET", "RELEASE_ONLY", "ACTIVATE_ONLY")
FLOORS: Final = ("B1", "G", "1", "2", "3A", "10", "11", "roof")
ROOMS: Final = ("", "01", "02", "101", "1002")
DOORS, LIFTS, PEOPLE = 5, 4, 12
TOGETHER: Final = 6
"""Passes at one moment."""
KEY: Final = b"a company's own"
SHOWN: Final = 20
_WAYS: Final = {"QRCODE": "qrCode", "CARD": "tradCard", "BLE": "bleCard", "face": "face"}


class _Cloud:
    """Hands out the rules of now, unless the line is cut."""

    def __init__(self) -> None:
        self.rules = PassageRules()
        self.cut = False

    async def get(self, path: str) -> bytes:
        if self.cut:
            raise CloudUnreachable(why="cut")
        have = path.partition("have=")[2]
        same = have == self.rules.version
        return msgspec.json.encode(PassageRules(unchanged=True) if same else self.rules)


class _Gateways:
    """Lifts that keep no rules of their own: the box does everything."""

    @property
    def reports(self) -> "_Gateways":
        return self

    def follow(self, linkages: Any) -> None:
        pass

    def passed(self, lift: str, content: str) -> PassNote:
        return PassNote((lift, content), 0.0)

    def in_doubt(self, linkage: Linkage, user: str, note: PassNote) -> str:
        return ""

    def is_online(self, lift: str) -> bool:
        return True

    async def acts(self, linkage: Linkage, user: str) -> str:
        return ""


async def _no_user(device: str, face: str) -> str:
    return ""


class Trial:
    def __init__(self, folder: Path, seed: int) -> None:
        self.random = random.Random(seed)
        self.clock = ManualClock()
        steps = (*deployer.STEPS, *desired_rows.STEPS, *lift_journal.STEPS)
        self.store = Store(folder / "box.db", steps, self.clock)
        self.wishes = Wishes(self.store, self.clock)
        self.cloud = _Cloud()
        self.lifts = {f"lift-{number}": self._lift() for number in range(LIFTS)}
        self.held: list[Row] = []
        self.wanted: list[Row] = []
        self.faces: dict[str, str] = {}
        self.held_faces: dict[str, str] = {}
        self.credentials: dict[tuple[str, str, str], str] = {}
        """Person by door, kind and value; empty: the door does not know whose it is."""
        self.asked: list[Order] = []
        self.told: list[Result] = []
        self.done: Counter[str] = Counter()
        self.wrong: list[str] = []

    async def run(self, count: int) -> None:
        await self.store.start()
        try:
            self._wake()
            await self.passage.start()
            await self._furnish()
            while self.done["passes"] < count and len(self.wrong) < SHOWN:
                await self._something()
            await self.passage.stop()
        finally:
            await self.store.stop()

    def _wake(self) -> None:
        self.passage = Passage(
            self.store, cast(CloudCaller, self.cloud), self, self.clock, report=self._report,
            siblings=lambda device: (device,), is_registered=lambda device: True,
            gateways=cast(LiftGateways, _Gateways()), face_user=_no_user,
        )  # fmt: skip

    # what the box's parts ask

    async def call(self, device: str, service: str, params: Mapping[str, Any]) -> Mapping[str, Any]:
        lift = self.lifts[device]
        if service == "QueryElevatorInfo":
            rows = [{"Floor": floor} for floor in lift.rooms]
            for floor, rooms in lift.rooms.items():
                rows += [{"Floor": floor, "RoomNumber": room} for room in rooms]
            return {"FloorRoomInfo": rows}
        if service == AWAIT:
            raise ServiceUnknown(service)
        self.asked.append(order_of(device, service, dict(params)))
        if lift.refuses == "raises":
            raise DriverFailed(device_code=99, why="out of order")
        return {"code": 99 if lift.refuses else 0, "message": lift.refuses}

    async def _report(
        self, device: str, name: str, values: Mapping[str, Any], at_ms: int | None = None
    ) -> None:
        listed = values.get("targetFloorRoomList", [])
        places = tuple((one["floor"], one.get("roomNumber", "")) for one in listed)
        code = 99 if values["code"] else 0
        if isinstance(values, Together):
            await self.store.write(values.also)
        self.told.append(Result(values["ruleId"], values.get("userId", ""), code, places))

    # what happens

    async def _something(self) -> None:
        chance = self.random.random()
        if chance < 0.9:
            await self._pass()
        elif chance < 0.93:
            await self._change_rules()
        elif chance < 0.95:
            await self._clock()
        elif chance < 0.97:
            await self._restart()
        elif chance < 0.98:
            self.cloud.cut = not self.cloud.cut
            await self._fetch()
        elif chance < 0.99:
            await self._give()
        else:
            await self._switch()

    async def _pass(self) -> None:
        """Some at one moment; the orders of one rule in their order, those of several in any."""
        now = self.clock.now_ms()
        orders: Counter[Order] = Counter()
        results: Counter[Result] = Counter()
        rights: set[str] = set()
        self.asked, self.told = [], []
        for _ in range(self.random.randint(1, TOGETHER)):
            made, content = self._made()
            wanted, told = expected(self.held, self.lifts, made, now)
            orders.update(wanted)
            results.update(told)
            rights |= may_reach(self.held, self.lifts, made, now)
            way = _WAYS[content]
            values = {"code": 0, "type": way, "content": made.value}
            if self.random.random() < 0.02:  # no pass: nothing may follow
                self.passage.on_report("property", made.door, "passEvent", values, now)
                orders.subtract(wanted)
                results.subtract(told)
            else:
                if (follow_up := self.passage.follow(made.door, "passEvent", values)) is not None:
                    await self.store.write(follow_up.keep)
                    follow_up.begin()
            refused = {**values, "code": self.random.randint(1, 9)}
            assert self.passage.follow(made.door, "passEvent", refused) is None
            self.done["passes"] += 1
        await self.passage.passes.settled()
        self.done["orders"] += len(self.asked)
        if Counter(self.asked) != +orders or Counter(self.told) != +results:
            self.wrong.append(
                f"pass {self.done['passes']}: lifts got {sorted(self.asked)} for {sorted((+orders).elements())}, "
                f"told {sorted(self.told)} for {sorted((+results).elements())}"
            )
        named = {floor for order in self.asked for floor, _ in order.places}
        if not named <= rights:
            self.wrong.append(f"pass {self.done['passes']}: no right to {sorted(named - rights)}")

    def _made(self) -> tuple[Pass, str]:
        door = f"door-{self.random.randrange(DOORS)}"
        if self.random.random() < 0.2:
            face = f"face-{self.random.randrange(PEOPLE + 2)}"
            return Pass(door, "face", face, self.held_faces.get(face, "")), "face"
        kind = self.random.choice(("QRCODE", "CARD", "BLE"))
        value = f"{kind[:1]}{self.random.randrange(PEOPLE + 2)}"
        person = self.credentials.get((door, kind, value), "")
        return Pass(door, "CARD" if kind == "BLE" else kind, value, person), kind

    async def _clock(self) -> None:
        self.done["clock steps"] += 1
        step = self.random.choice((1, 1_000, 60_000, 3_600_000, 86_400_000))
        if self.random.random() < 0.5:
            self.clock.jump(self.random.choice((-step, step)))
        else:
            await self.clock.advance(step)

    async def _restart(self) -> None:
        """In an orderly way, or not."""
        self.done["restarts"] += 1
        if self.random.random() < 0.5:
            await self.passage.stop()
        self._wake()
        await self.passage.start()
        await self._fetch()

    async def _switch(self) -> None:
        name = self.random.choice(sorted(self.lifts))
        lift = self.lifts[name]
        lift.refuses = self.random.choice(("", "", "busy", "raises"))
        lift.off = self.random.random() < 0.3
        content = json.dumps({"Availability": "disable" if lift.off else "enable"})
        await self.wishes.put(name, [Wish(SWITCH, SWITCH, content)])

    async def _give(self) -> None:
        """A credential comes to a door, or goes."""
        door, number = f"door-{self.random.randrange(DOORS)}", self.random.randrange(PEOPLE)
        kind = self.random.choice(("QRCODE", "CARD", "BLE"))
        await self._put(door, kind, number, gone=self.random.random() < 0.4)

    async def _put(self, door: str, kind: str, number: int, *, gone: bool = False) -> None:
        value = f"{kind[:1]}{number}"
        stored = {"QRCODE": QR, "CARD": CARD, "BLE": BLE}[kind]
        field = "person" if kind == "QRCODE" else "userId"
        content = "" if gone else json.dumps({field: f"person-{number}"})
        await self.wishes.put(door, [Wish(stored, value, content)])
        self.credentials[door, kind, value] = "" if gone else f"person-{number}"

    async def _furnish(self) -> None:
        for door in range(DOORS):
            for number in range(PEOPLE):
                for kind in ("QRCODE", "CARD", "BLE"):
                    if self.random.random() < 0.7:
                        await self._put(f"door-{door}", kind, number)
        await self._change_rules()

    # rules

    async def _change_rules(self) -> None:
        self.done["changes of rules"] += 1
        self.wanted = [self._row(number) for number in range(self.random.randint(1, 8))]
        people = range(PEOPLE)
        self.faces = {f"face-{number}": f"person-{number}" for number in people if self.random.random() < 0.8}
        version = hashlib.sha256(repr((self.wanted, self.faces)).encode()).hexdigest()[:32]
        self.cloud.rules = PassageRules(
            version=version,
            rules=[_rule(row) for row in self.wanted if not row.mode],
            linkages=[_linkage(row) for row in self.wanted if row.mode],
            faces=self.faces,
            mark_key=KEY.hex(),
        )
        await self._fetch()

    async def _fetch(self) -> None:
        """What the box is to have from now on; with the line cut it has what it had."""
        await self.passage.refresh()
        if not self.cloud.cut:
            self.held, self.held_faces = self.wanted, self.faces

    def _lift(self) -> Lift:
        rooms = {
            floor: [room for room in ROOMS[1:] if self.random.random() < 0.3]
            if self.random.random() < 0.5 else []
            for floor in FLOORS
        }  # fmt: skip
        return Lift(rooms)

    def _row(self, number: int) -> Row:
        pick = self.random.choice
        mode = pick((*MODES, ""))
        row = Row(
            f"rule-{number}", f"door-{self.random.randrange(DOORS)}", pick(sorted(self.lifts)), pick(("", "X")),
            ("", "") if mode in ("RELEASE_ONLY", "ACTIVATE_ONLY") else (pick(FLOORS), pick(("", "01"))), mode,
        )  # fmt: skip
        if not mode:
            row.release = self.random.random() < 0.8
            row.homes = {
                f"person-{one}": [(pick((*FLOORS, "")), pick(("101", "1002", "301")))]
                for one in range(PEOPLE)
            }
            return row
        seen: set[tuple[str, str]] = set()
        for _ in range(self.random.randint(0, 10)):
            kind, one = pick(("PERSON", "IDENTITY", "QRCODE", "CARD")), self.random.randrange(PEOPLE)
            value = (
                f"person-{one}"
                if kind in ("PERSON", "IDENTITY")
                else f"{pick('CB' if kind == 'CARD' else 'Q')}{one}"
            )
            if (kind, value) in seen:
                continue
            seen.add((kind, value))
            most = 1 if mode == "ACTIVATE_ONLY" else 3
            places = tuple((pick(FLOORS), pick(ROOMS[:3])) for _ in range(self.random.randint(1, most)))
            ends = pick((0, 0, self.clock.now_ms() + pick((-1, 0, 1, 1_000, 60_000, 3_600_000))))
            row.targets.append(Target(kind, value, places, ends))
        return row


def _places(places: tuple[Place, ...] | list[Place]) -> list[LiftFloor]:
    return [LiftFloor(floor=floor, room=room) for floor, room in places]


def _rule(row: Row) -> PassageRule:
    homes = {person: _places(places) for person, places in row.homes.items()} if row.release else {}
    return PassageRule(
        id=row.number, door=row.door, lift=row.lift, elevator=row.car, start_floor=row.start[0],
        start_room=row.start[1], release=row.release, persons=homes,
    )  # fmt: skip


def _linkage(row: Row) -> Linkage:
    by_person, by_mark = {}, {}
    for target in row.targets:
        wanted = LinkageTarget(floors=_places(target.places), expires_ms=target.expires_ms)
        if target.kind == "PERSON":
            by_person[target.value] = wanted
        else:
            by_mark[credential_mark(KEY, target.kind, target.value)] = wanted
    return Linkage(
        id=row.number, door=row.door, lift=row.lift, mode=cast(ControlMode, row.mode), elevator=row.car,
        start_floor=row.start[0], start_room=row.start[1], persons=by_person, credentials=by_mark,
    )  # fmt: skip


async def campaign(folder: Path, *, passes: int, seed: int) -> dict[str, Any]:
    began = time.monotonic()
    trial = Trial(folder, seed)
    await trial.run(passes)
    seconds = round(time.monotonic() - began, 1)
    return {"seed": seed, "seconds": seconds, **trial.done, "wrong": trial.wrong}


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="linli soak lift-rules", description=__doc__)
    parser.add_argument("--passes", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    parser.add_argument("--json", action="store_true")
    wanted = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        found = uvloop.run(campaign(Path(folder), passes=wanted.passes, seed=wanted.seed))
    if wanted.json:
        print(json.dumps(found, ensure_ascii=False))
    else:
        for name, value in found.items():
            print(f"{name:>18}  {value}")
    return 1 if found["wrong"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
