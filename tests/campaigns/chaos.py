"""`linli soak chaos`: doors end with exactly what they should, whatever happened on the way.

The platform is a process and dies by kill -9 at random moments; doors lose their power and come up with what is in flash;
on every door's line MQTT packets are lost, doubled and overtaken, and lines break. Meanwhile the desk changes whom doors
serve and when, gives and takes cards, and shuts people out. Then the weather calms down, and each door is compared with
what the tables of rights say, set by set, windows and hours included. Those tables are read by another reader, and
delivery's own rows are not asked.
"""

import argparse
import asyncio
import json
import random
import sys
import tempfile
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import uvloop

from linli.rules.schedules import both, either
from linli.sim.link import Triple
from tests.campaigns.door_estate import Door, Estate
from tests.campaigns.kill import database_of
from tests.campaigns.overload import Memory
from tests.campaigns.relay import Relay, Weather
from tests.campaigns.site import PASSWORD
from tests.campaigns.snapshot import Snapshot, snapshot

SETTLE_SECONDS = 420
"""Longer than a call that nobody answers, with all of its retries."""
HOURS = ("", "* 8-17 * * 1-5", "30-59 6 * * *", "* * 1-15 * *")
FAR_MS = 4_000_000_000_000


@dataclass
class Counts:
    kills: int = 0
    power_cuts: int = 0
    line_cuts: int = 0
    changes: int = 0
    unanswered: int = 0


@dataclass
class Line:
    """A door with its flash and its line."""

    iot_id: str
    triple: Triple
    flash: Path
    relay: Relay
    door: Door
    cards: set[int] = field(default_factory=set)


class Chaos(Estate):
    def __init__(
        self, folder: Path, database: str, *, seconds: float, kills: int, people: int, seed: int
    ) -> None:
        super().__init__(folder, database, scale=people / 20_000, seed=seed)
        self._folder = folder
        self._seconds = seconds
        self._kills = kills
        self.weather = Weather(random.Random(seed + 1))
        self.counts = Counts()
        self.lines: list[Line] = []
        self._given: list[dict[str, str]] = []
        self._denied: set[str] = set()

    async def run(self) -> dict[str, Any]:
        began = time.monotonic()
        async with AsyncExitStack() as parts:
            await self._set_up(parts)
            await self._storm()
            settled = await self._calm_down()
            memory = self.memory.sample()
        return {
            "people": self.people_count,
            "doors": len(self.lines),
            "seconds": round(time.monotonic() - began, 1),
            "storm_seconds": self._seconds,
            "settled_seconds": round(settled, 1),
            **self.counts.__dict__,
            "packets": self.weather.counts,
            "held": sum(
                len(line.door.permissions.qr) + len(line.door.permissions.cards) for line in self.lines
            ),
            "memory_mb": round(memory),
            "wrong": self.wrong,
        }

    async def _set_up(self, parts: AsyncExitStack) -> None:
        self.client = await parts.enter_async_context(httpx.AsyncClient(trust_env=False, timeout=20))
        await self.furnish()
        await self.platform.db.close()
        await self._start()
        parts.callback(self.installation.stop)
        for iot_id, door in self.doors.items():
            relay = Relay(self.installation.mqtt_port, self.weather)
            await relay.start()
            parts.push_async_callback(relay.stop)
            line = Line(
                iot_id, door.link.triple, self._folder / f"{door.link.triple.device_name}.flash", relay, door
            )
            await self._power_up(line)
            self.lines.append(line)
            parts.push_async_callback(self._power_down, line)
        self.desk = await parts.enter_async_context(
            httpx.AsyncClient(
                base_url=f"{self.installation.url}/api/console", trust_env=False, timeout=15,
                headers={"x-linli-request": "1"},
            )
        )  # fmt: skip
        answer = await self.desk.post("/session", json={"login": self.site.login, "password": PASSWORD})
        assert answer.status_code == 200, answer.text
        for number, line in enumerate(self.lines):
            await self._serve(line, [number % len(self.buildings)])

    async def _start(self) -> None:
        await asyncio.to_thread(self.installation.start)
        assert self.installation.process is not None
        self.memory = Memory(self.installation.process.pid)

    async def _power_up(self, line: Line) -> None:
        line.door = Door(line.triple, "127.0.0.1", line.relay.port, state=line.flash)
        line.door.client = self.client
        await line.door.start()

    async def _power_down(self, line: Line) -> None:
        """No good-bye, nothing saved beyond what is in flash."""
        line.door.link.cut()
        await line.door.link.stop()

    # the storm

    async def _storm(self) -> None:
        self.weather.calm = False
        ends = time.monotonic() + self._seconds
        deaths = asyncio.create_task(self._die())
        while time.monotonic() < ends:
            await self._change()
            if self.random.random() < 0.05:
                line = self.random.choice(self.lines)
                self.counts.power_cuts += 1
                await self._power_down(line)
                await self._power_up(line)
            elif self.random.random() < 0.05:
                link = self.random.choice(self.lines).door.link
                self.counts.line_cuts += 1
                link.cut()
                asyncio.get_running_loop().call_later(self.random.uniform(0.1, 3), link.mend)
            await asyncio.sleep(self.random.uniform(0, 0.1))
        await deaths
        self.weather.calm = True

    async def _die(self) -> None:
        for _ in range(self._kills):
            await asyncio.sleep(self._seconds / (self._kills + 1) * self.random.uniform(0.6, 1.2))
            self.installation.kill()
            self.counts.kills += 1
            await self._start()

    async def _change(self) -> None:
        """One change at the desk; while the platform is dead nobody hears it, and whether it was made is not known."""
        line = self.random.choice(self.lines)
        people = [who for building in self.buildings for who in building.people]
        try:
            match self.random.randrange(6):
                case 0 | 1:
                    await self._serve(line, self.random.sample(range(len(self.buildings)), 2))
                case 2 | 3:
                    await self._give_card(line, self.random.choice(people))
                case 4 if self._given:
                    gone = self._given.pop(self.random.randrange(len(self._given)))
                    at = f"/communities/{self.site.community_id}/held-credentials/end"
                    await self._ask("POST", at, gone)
                case _:
                    await self._deny_or_lift(self.random.choice(people))
            self.counts.changes += 1
        except httpx.HTTPError:
            self.counts.unanswered += 1
            await asyncio.sleep(0.2)

    async def _ask(
        self, method: str, path: str, body: Any = None, *, good: tuple[int, ...] = (200, 201, 204)
    ) -> Any:
        answer = await self.desk.request(method, path, json=body)
        if answer.status_code not in good:
            self.wrong.append(f"{method} {path}: {answer.status_code} {answer.text[:200]}")
        return answer.json() if answer.content else None

    async def _serve(self, line: Line, numbers: list[int]) -> None:
        spaces = [self.buildings[number].space_id for number in numbers]
        hours = [
            {"kind": "space", "id": str(space), "hours": {"cron": cron}}
            for space in spaces
            if (cron := self.random.choice(HOURS))
        ]
        body = {"spaceIds": spaces, "groupIds": [], "hours": hours}
        await self._ask("PUT", f"/doors/{line.iot_id}/scope", body)

    async def _give_card(self, line: Line, who: str) -> None:
        at_doors = self.random.random() < 0.5
        body = {
            "kind": "card", "personId": who, "number": f"C{self.random.randrange(10**12):012}",
            "reach": "doors" if at_doors else "home", "iotIds": [line.iot_id] if at_doors else [],
            "endsMs": FAR_MS, "hours": {"cron": self.random.choice(HOURS)},
        }  # fmt: skip
        told = await self._ask("POST", f"/communities/{self.site.community_id}/credentials", body)
        self._given.append({"origin": "own", "ref": told["id"], "personId": who})

    async def _deny_or_lift(self, who: str) -> None:
        path = f"/communities/{self.site.community_id}/denied"
        if who in self._denied:
            self._denied.discard(who)
            await self._ask("DELETE", f"{path}/{who}")
        else:
            self._denied.add(who)
            await self._ask("POST", path, {"personId": who, "reason": "campaign"})

    # the end

    async def _calm_down(self) -> float:
        """Until no door differs any more, or patience ends; seconds. People press "try again" meanwhile."""
        began = pressed = time.monotonic()
        for line in self.lines:
            line.door.link.cut()
            line.door.link.mend()
        waits = ["not looked at yet"]
        while waits and time.monotonic() - began < SETTLE_SECONDS:
            await asyncio.sleep(0.5)
            waits = await self._compare()
            self.memory.sample()
            if waits and time.monotonic() - pressed > 20:
                pressed = time.monotonic()
                for line in self.lines:
                    await self._ask("POST", f"/deliveries/devices/{line.iot_id}/retry")
        self.wrong += waits[:20]
        seconds = time.monotonic() - began
        # It stays so: nothing that was still on its way undoes it.
        await asyncio.sleep(3)
        self.wrong += [f"afterwards: {what}" for what in (await self._compare())[:20]]
        return seconds

    async def _compare(self) -> list[str]:
        async with snapshot(self.site.database_url) as held:
            wanted = await self._wanted(held)
        waits = []
        for line in self.lines:
            codes, cards = wanted[line.iot_id]
            for what, should, has in (
                ("QR codes", codes, {key: right.schedule for key, right in line.door.permissions.qr.items()}),
                ("cards", cards, {key: right.schedule for key, right in line.door.permissions.cards.items()}),
            ):
                if should != has:
                    lacks, surplus = should.keys() - has.keys(), has.keys() - should.keys()
                    other = sum(has[key] != should[key] for key in should.keys() & has.keys())
                    waits.append(
                        f"{line.triple.device_name}: lacks {len(lacks)} {what}, {len(surplus)} too many, {other} differ"
                    )
        return waits

    async def _wanted(self, held: Snapshot) -> dict[str, tuple[dict[str, str], dict[str, str]]]:
        """iotId → what a door should hold: codes and cards, each with its hours."""
        at_spaces: dict[str, list[tuple[int, str]]] = {}
        for iot_id, ref, schedule in await held.rows("SELECT iot_id, ref, schedule FROM access_door_scopes"):
            at_spaces.setdefault(iot_id, []).append((int(ref), schedule))
        codes = dict(
            await held.rows("SELECT identity_id, qr_code FROM access_qr_codes WHERE source = 'home'")
        )
        denied = {
            who for (who,) in await held.rows("SELECT subject FROM delivery_holds WHERE lifted_ms IS NULL")
        }
        cards = await held.rows(
            "SELECT id, credential, identity_id, reach, schedule FROM access_credentials WHERE live = 1"
        )
        one_by_one = set(
            await held.rows(
                "SELECT source, target FROM delivery_grants WHERE live = 1 AND target_type = 'device'"
                " AND kind = 'door.card'"
            )
        )
        found: dict[str, tuple[dict[str, str], dict[str, str]]] = {}
        for line in self.lines:
            hours: dict[str, list[str]] = {}
            for building in self.buildings:
                for space, schedule in at_spaces.get(line.iot_id, []):
                    if space == building.space_id:
                        for who in building.people.keys() - denied:
                            hours.setdefault(who, []).append(schedule)
            at_door = {who: either(schedules) for who, schedules in hours.items()}
            held_cards: dict[str, str] = {}
            for number, card, who, reach, schedule in cards:
                if reach == "home" and who in at_door:
                    if (met := both(schedule, at_door[who])) is not None:
                        held_cards[card] = met
                elif (
                    reach == "doors"
                    and who not in denied
                    and (f"credential:{number}", line.iot_id) in one_by_one
                ):
                    held_cards[card] = schedule
            found[line.iot_id] = ({codes.get(who, "?"): said for who, said in at_door.items()}, held_cards)
        return found


def run(
    engine: str = "sqlite", *, seconds: float = 600, kills: int = 40, people: int = 1_000, seed: int = 1
) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="linli-chaos-") as folder, database_of(engine) as database:
        campaign = Chaos(Path(folder), database, seconds=seconds, kills=kills, people=people, seed=seed)
        return {"engine": engine, "seed": seed, **uvloop.run(campaign.run())}


def main() -> int:
    parser = argparse.ArgumentParser(prog="linli soak chaos", description=__doc__)
    parser.add_argument("--seconds", type=float, default=600, help="of the storm")
    parser.add_argument("--kills", type=int, default=40)
    parser.add_argument("--people", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--engine", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--json", action="store_true")
    words = parser.parse_args()
    found = run(words.engine, seconds=words.seconds, kills=words.kills, people=words.people, seed=words.seed)
    print(json.dumps(found, ensure_ascii=False, indent=None if words.json else 2))
    return 1 if found["wrong"] else 0


if __name__ == "__main__":
    sys.exit(main())
