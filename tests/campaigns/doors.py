"""`linli soak doors`: what a whole estate should hold on its doors, while pass scopes change, people move out and doors
are away; then chaos on the way to the doors.

QR codes and cards of 20,000 people on 200 doors, faces of 2,000 of them on 20, over the real protocol. After each change
every door is compared set by set with what follows from who lives where; nothing may be delivered to a door that had
confirmed it already, and progress must show. Platform and doors share one process here, so memory is an upper bound.
"""

import argparse
import asyncio
import json
import random
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import uvloop

from linli.delivery import queries as deliveries
from linli.delivery import service
from linli.delivery.schemas import DesiredFilter
from linli.domains.access import carriers
from linli.domains.access.service import cards
from linli.domains.faces import carriers as face_carriers
from linli.kernel.pages import PageRequest
from linli.sim.link import NONE, Mischief
from linli.sync import Backoff
from tests.campaigns.door_estate import Estate
from tests.campaigns.kill import database_of


class Campaign(Estate):
    async def run(self, chaos_seconds: float) -> dict[str, Any]:
        started = time.monotonic()
        await self.prepare()
        try:
            await self._first()
            await self._scope_change()
            await self._move_out()
            await self._away()
            if chaos_seconds:
                await self._chaos(chaos_seconds)
        finally:
            await self.close()
        return {
            "people": self.people_count,
            "doors": len(self.doors),
            "face_doors": len(self.gates),
            "faces": self.face_count,
            "phases": self.phases,
            "memory_mb": round(max(self.memory.samples)),
            "seconds": round(time.monotonic() - started, 1),
            "wrong": self.wrong,
        }

    def _first_buildings(self) -> int:
        """How many buildings hold the people who get faces."""
        a_building = max(1, self.people_count // len(self.buildings))
        return min(max(2, round(self.face_count / a_building)), len(self.buildings) - 2)

    async def _first(self) -> None:
        began, first = self.mark(), self._first_buildings()
        units = [iot_id for iot_id in self.doors if iot_id not in self.gates]
        for number, iot_id in enumerate(units):
            await self.serve(iot_id, {number})
            await self.give_cards(iot_id, list(self.buildings[number].people))
        for gate in self.gates:
            await self.serve(gate, set(range(first)))
        people = [who for building in self.buildings[:first] for who in building.people]
        for who in people[: self.face_count]:
            await self.give_face(who)
        await self.settle("first delivery", began)

    async def _scope_change(self) -> None:
        began, first = self.mark(), self._first_buildings()
        for gate in self.gates:
            await self.serve(gate, set(range(1, first + 1)))
        await self.settle("pass scopes changed", began)

    async def _move_out(self) -> None:
        began = self.mark()
        for number in range(1, len(self.buildings), 5):
            await self.move_out(number)
        await self.settle("mass move-out", began)

    async def _away(self) -> None:
        away = self.random.sample(sorted(self.doors), max(1, len(self.doors) * 3 // 10))
        for iot_id in away:
            self.doors[iot_id].link.cut()
        for number in range(2, len(self.buildings), 10):
            await self.move_out(number)
        for gate in self.gates:
            await self.serve(gate, self.served[gate] - {3})
        await asyncio.sleep(2)
        began = self.mark()
        for iot_id in away:
            self.doors[iot_id].link.mend()
        await asyncio.gather(*(self.doors[iot_id].link.wait_online(60) for iot_id in away))
        await self.settle("30% of the doors back", began)

    async def _chaos(self, seconds: float) -> None:
        """Calls are lost, doubled and late, doors drop off, the platform restarts; rights change all the while."""
        slow = carriers.CALL_TIMEOUT_S, face_carriers.CALL_TIMEOUT_S, face_carriers.QUERY_TIMEOUT_S
        carriers.CALL_TIMEOUT_S = face_carriers.CALL_TIMEOUT_S = face_carriers.QUERY_TIMEOUT_S = 1.0
        self.backoff = Backoff(first_ms=300, factor=1.5, longest_ms=2_000)
        await self._restart()
        for door in self.doors.values():
            door.link.mischief = self._fate
        ends, restart_every, turn = time.monotonic() + seconds, max(6.0, seconds / 5), time.monotonic()
        people = [who for building in self.buildings for who in building.people]
        while time.monotonic() < ends:
            iot_id = self.random.choice(sorted(self.doors))
            match self.random.randrange(4):
                case 0:
                    some = self.random.sample(people, min(5, len(people)))
                    await self.give_cards(iot_id, some)
                case 1 if self.cards[iot_id]:
                    await self._take_card(iot_id, self.random.choice(sorted(self.cards[iot_id])), people)
                case 2 if self.served[iot_id]:
                    choice = self.random.sample(range(len(self.buildings)), 2)
                    await self.serve(iot_id, set(choice))
                case _:
                    self.doors[iot_id].link.cut()
                    asyncio.get_running_loop().call_later(
                        self.random.uniform(0.1, 2), self.doors[iot_id].link.mend
                    )
            if time.monotonic() - turn > restart_every:
                turn = time.monotonic()
                await self._restart()
            await asyncio.sleep(self.random.uniform(0, 0.1))
        began = self.mark()
        for door in self.doors.values():
            door.link.mischief = None
            door.link.mend()
        await asyncio.gather(*(door.link.wait_online(60) for door in self.doors.values()))
        await self._help()
        carriers.CALL_TIMEOUT_S, face_carriers.CALL_TIMEOUT_S, face_carriers.QUERY_TIMEOUT_S = slow
        await self.settle("chaos", began, doubles=True)

    def _fate(self, method: str) -> Mischief:
        chance = self.random.random()
        if chance < 0.6:
            return NONE
        late = self.random.uniform(0, 1.5)
        return self.random.choice(
            (Mischief(lost=True), Mischief(silent=True), Mischief(twice=True), Mischief(delay_s=late))
        )

    async def _take_card(self, iot_id: str, card: str, people: list[str]) -> None:
        who = next((one for one in people if f"card-{one[-12:]}" == card), None)
        if who is None:
            return
        async with self.platform.db.begin() as tx:
            await cards.withdraw_cards(self.owner, tx, rows=[(iot_id, card, who)], now_ms=self.now())
        self.cards[iot_id].discard(card)

    async def _restart(self) -> None:
        await self.platform.stop()
        self.platform = await self._open()
        await self.platform.start()

    async def _help(self) -> None:
        """What needs a person gets one: every row that gave up is tried again, as on the board."""
        await asyncio.sleep(2)
        wanted = DesiredFilter(statuses=("needManual",))
        found = await deliveries.list_rows(
            self.owner, self.platform.db, wanted=wanted, page=PageRequest(1, 100_000)
        )
        async with self.platform.db.begin() as tx:
            await service.retry(self.owner, tx, row_ids=[row.id for row in found.data], now_ms=self.now())


def run(
    engine: str = "sqlite", *, scale: float = 1.0, chaos_seconds: float = 600, seed: int = 1
) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="linli-doors-") as folder, database_of(engine) as database:
        estate = Campaign(Path(folder), database, scale=scale, seed=seed)
        return {"engine": engine, "seed": seed, **uvloop.run(estate.run(chaos_seconds))}


def main() -> int:
    parser = argparse.ArgumentParser(prog="linli soak doors", description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0, help="1: 20,000 people on 200 doors")
    parser.add_argument("--chaos-seconds", type=float, default=600)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--engine", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--json", action="store_true")
    words = parser.parse_args()
    found = run(words.engine, scale=words.scale, chaos_seconds=words.chaos_seconds, seed=words.seed)
    print(json.dumps(found, ensure_ascii=False, indent=None if words.json else 2))
    return 1 if found["wrong"] else 0


if __name__ == "__main__":
    sys.exit(main())
