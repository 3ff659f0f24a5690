"""`linli soak lifts`: a day of passes at twenty lifts in ten minutes; each that fits a rule has one call and one record.

Platform and box are processes; doors and lift gateways are simulated machines on real sockets. Meanwhile the line to the
platform is cut, the box is killed (-9), gateways forget their rules, answer late, lie, are mute, tell twice, lose their
power, and people move. At the end the cloud's records and the calls at each lift are compared, person by person: who has
a rule has one record for each pass and a call for each success; who has none has neither; no floor was named that was
not the person's; each gateway keeps just the rules that it should.

A pass that the box did not confirm to its door (it was just being killed) may count or not. One that it took may end as
a failure; how many do is among the figures, by reason.
"""

import argparse
import asyncio
import json
import math
import random
import signal
import sys
import tempfile
import time
from collections import Counter, defaultdict
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import msgspec
import uvloop

from linli.databus.queries import count_records, find_records
from linli.edge.doors.caller import CallFailed, Refusal
from linli.kernel.pages import PageRequest
from tests.campaigns.lift_estate import FREE, HOMES, PLAIN, Estate, Person, Place
from tests.campaigns.lift_verdict import Verdict, part

MODEL: Final = "AutoElevatorCallRecord"
SHAFTS, PEOPLE, SECONDS, RATE = 20, 5_000, 600.0, 16.0
"""At full scale; passes a second on average."""
REST_S: Final = 8.0
"""Nobody passes again sooner."""
CALM_S: Final = 30.0
QUIET_S: Final = 40.0  # without a pass before somebody moves: what was begun by the old rule is over
FAULTS: Final = ("forgets", "late", "repeats", "mute", "lies", "refuses", "drops", "power", "loses_token")
_SHOWN: Final = 20


class Campaign:
    def __init__(self, folder: Path, *, scale: float, seconds: float, seed: int, quiet: bool = False) -> None:
        self.random = random.Random(seed)
        self.seconds, self.quiet = seconds, quiet
        self.rate = max(6.0, RATE * scale)
        self.done: Counter[str] = Counter()
        self.wrong: list[str] = []
        self.called: dict[int, Counter[Place]] = defaultdict(Counter)
        """Calls with a target by shaft, and orders that free several floors by their first."""
        self.plain: Counter[int] = Counter()
        """Calls without a target."""
        self.due: dict[tuple[int, Place], list[float]] = defaultdict(list)
        self.took: list[float] = []
        self.calm: list[
            float
        ] = []  # with no fault at their gateway, and no restart of the box shortly before
        self._killed_s = -CALM_S
        self.memory: dict[str, list[float]] = {"platform": [], "box": []}
        self._tasks: set[asyncio.Task[None]] = set()
        shafts = max(2, round(SHAFTS * scale))
        people = max(40, round(PEOPLE * scale))
        self.estate = Estate(folder, shafts=shafts, people=people, seed=seed, heard=self._heard)

    async def run(self) -> dict[str, Any]:
        began = time.monotonic()
        estate = self.estate
        try:
            await estate.start()
            ready = time.monotonic() - began
            self.say(f"ready after {ready:.0f} s: {len(estate.shafts)} shafts, {len(estate.people)} people")
            await self._day()
            await self._settle()
            found = await self._compare()
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            await estate.close()
        took, calm = sorted(self.took), sorted(self.calm)
        return {
            "shafts": len(estate.shafts), "people": len(estate.people), "ready_s": round(ready, 1),
            "seconds": round(time.monotonic() - began, 1), **self.done, **found,
            "p50_ms": part(took, 0.5), "p99_ms": part(took, 0.99), "calm_p50_ms": part(calm, 0.5),
            "calm_p99_ms": part(calm, 0.99), "memory_mb": self._memory(),
            "wrong": self.wrong[:_SHOWN],
        }  # fmt: skip

    def say(self, words: str) -> None:
        if not self.quiet:
            print(words, file=sys.stderr, flush=True)

    # the lifts

    def _heard(self, shaft: int, kind: str, order: Any) -> None:
        """Called at the device, in the moment that it takes an order."""
        if kind == "call":
            if order.target_floor is None:
                self.plain[shaft] += 1
                return
            place = str(order.target_floor), order.target_room or ""
        else:
            stops = [
                (stop.floor or "", getattr(stop, "room", None) or stop.room_number or "")
                for stop in order.floor_room_list
            ]
            place = next((stop for stop in stops if stop[0] != PLAIN), stops[0])
        self.called[shaft][place] += 1
        if times := self.due.get((shaft, place)):
            self.took.append((time.monotonic() - times.pop(0)) * 1000)
            faults = self.estate.shafts[shaft].gateway.faults
            upset = faults.answer_delay_s or faults.drops or faults.refuses or faults.forgets_token
            if not upset and time.monotonic() - self._killed_s > CALM_S:
                self.calm.append(self.took[-1])

    # the day

    async def _day(self) -> None:
        began = time.monotonic()
        others = [asyncio.create_task(work) for work in (self._weather(), self._moves(), self._watch(began))]
        due = began
        try:
            while (now := time.monotonic()) - began < self.seconds:
                hour = (now - began) / self.seconds
                # a morning and an evening with three times as many as at noon
                share = (
                    0.5 + math.exp(-(((hour - 0.3) / 0.1) ** 2)) + math.exp(-(((hour - 0.75) / 0.12) ** 2))
                )
                due += self.random.expovariate(self.rate * share / 0.9)
                await asyncio.sleep(max(0.0, due - time.monotonic()))
                for other in others:
                    if other.done():
                        other.result()
                person = self._somebody()
                if person is not None:
                    task = asyncio.create_task(self._pass(person))
                    self._tasks.add(task)
                    task.add_done_callback(self._tasks.discard)
        finally:
            for other in others:
                other.cancel()
            await asyncio.gather(*others, return_exceptions=True)
        if self._tasks:
            await asyncio.gather(*self._tasks)
        self._mend()

    def _somebody(self) -> Person | None:
        now = time.monotonic()
        for _ in range(20):
            person = self.random.choice(self.estate.people)
            if not person.moving and now - person.last_s > REST_S:
                person.last_s = now
                return person
        return None

    async def _pass(self, person: Person) -> None:
        machine = self.estate.machine_of(person)
        shaft = self.estate.shafts[person.shaft]
        row = (person.shaft, person.places[0]) if person.places else None
        if row is not None:
            self.due[row] = [time.monotonic() + shaft.delay_s]
        try:
            await machine.swipe(person.card)
            person.sure += 1
            self.done["passes"] += 1
        except Refusal:
            self.done["not heard"] += 1
        except (CallFailed, OSError) as error:
            if "ConnectError" in str(error):
                self.done["not heard"] += 1
            else:
                person.maybe += 1
                self.done["unconfirmed"] += 1

    async def _moves(self) -> None:
        """Rights change in the middle of the day: to another home, or away."""
        free: dict[int, list[Place]] = {
            shaft.number: [(floor, FREE) for floor in HOMES] for shaft in self.estate.shafts
        }
        while True:
            await asyncio.sleep(max(2.0, self.seconds / 40))
            now = time.monotonic()
            able = [
                one
                for one in self.random.sample(self.estate.people, len(self.estate.people) // 4)
                if one.places
                and free[one.shaft]
                and not one.moving
                and not one.former
                and now - one.last_s > QUIET_S
            ][:3]
            for person in able:
                person.moving = True
                before = Person(
                    person.identity, person.card, person.shaft, person.own, person.places, person.sure,
                    person.maybe,
                )  # fmt: skip
                person.former.append(before)
                person.sure = person.maybe = 0
                if self.random.random() < 0.3:
                    person.places = []
                    await self.estate.unserve(person)
                else:
                    person.places = [free[person.shaft].pop()]
                    await self.estate.serve(person)
                self.done["moves"] += 1
            await asyncio.sleep(2.5)
            while able and not (await self.estate.held() and self._brought(able)):
                await asyncio.sleep(0.5)
            for person in able:
                person.moving = False

    def _brought(self, people: list[Person]) -> bool:
        """What gateways keep of them is of now, or nothing."""
        for person in people:
            kept = self.estate.shafts[person.shaft].gateway.memory.lift_rules.values()
            for rule in kept:
                stops = [(stop.floor, stop.room_number or "") for stop in rule.target_floor_room_list or ()]
                if rule.user_id == person.identity and stops != person.places:
                    return False
        return True

    # what goes wrong

    async def _weather(self) -> None:
        """Cuts and kills at given parts of the day, faults of gateways all the time."""
        await asyncio.gather(
            self._cuts(),
            self._kills(),
            *(self._faults() for _ in range(min(3, len(self.estate.shafts) // 2))),
        )

    async def _cuts(self) -> None:
        for wait in (0.12, 0.2, 0.25, 0.2) if self.seconds > 60 else (0.2,):
            await asyncio.sleep(self.seconds * wait)
            self._line("cut")
            self.done["cuts"] += 1
            await asyncio.sleep(self.seconds * self.random.uniform(0.03, 0.07))
            self._line("mend")

    def _line(self, what: str) -> None:
        for line in (self.estate.web, self.estate.mqtt):
            getattr(line, what)()

    async def _kills(self) -> None:
        for wait in (0.15, 0.2, 0.2, 0.2, 0.15) if self.seconds > 60 else (0.25, 0.3):
            await asyncio.sleep(self.seconds * wait)
            await asyncio.to_thread(self.estate.box.end, signal.SIGKILL)
            self.done["kills"] += 1
            await asyncio.sleep(self.random.uniform(0, 1.5))
            self.estate.box.start()
            self._killed_s = time.monotonic()

    async def _faults(self) -> None:
        while True:
            await asyncio.sleep(max(1.0, self.random.uniform(0.01, 0.04) * self.seconds))
            shaft = self.random.choice(self.estate.shafts)
            gateway, kind = shaft.gateway, self.random.choice(FAULTS)
            faults, lasts = gateway.faults, max(1.0, self.random.uniform(0.01, 0.03) * self.seconds)
            self.done[f"fault {kind}"] += 1
            if kind == "forgets":
                gateway.memory.lift_rules = {}
                continue
            if kind == "power":
                await gateway.stop()
                await asyncio.sleep(min(lasts, 5.0))
                await gateway.start()
                gateway.token = ""
                continue
            if kind == "loses_token":
                faults.forgets_token = True
                continue
            name, on, off = {
                "late": ("answer_delay_s", self.random.choice((0.5, 3.0, 7.0)), 0.0),
                "repeats": ("repeats", True, False),
                "mute": ("is_mute", True, False),
                "lies": ("lies", "B2", ""),
                "refuses": ("refuses", "lift out of order", ""),
                "drops": ("drops", "/elevator/call", ""),
            }[kind]
            setattr(faults, name, on)
            await asyncio.sleep(lasts)
            setattr(faults, name, off)

    def _mend(self) -> None:
        """All is well again."""
        self._line("mend")
        for shaft in self.estate.shafts:
            faults = shaft.gateway.faults
            faults.answer_delay_s, faults.repeats, faults.is_mute = 0.0, False, False
            faults.lies = faults.refuses = faults.drops = ""

    async def _watch(self, began: float) -> None:
        while True:
            await asyncio.sleep(max(1.0, self.seconds / 60))
            process = self.estate.installation.process
            with suppress(OSError, RuntimeError):  # the box is just being killed
                self.memory["box"].append(self.estate.box.memory_kb / 1024)
            if process is not None:
                self.memory["platform"].append(memory_mb(process.pid))
            self.say(f"{time.monotonic() - began:4.0f} s  {dict(self.done)}")

    # after

    async def _settle(self) -> None:
        """Until records come no more, and gateways keep what they should."""
        for shaft in self.estate.shafts:
            if shaft.gateway._server is None:
                await shaft.gateway.start()
        await self.estate.until(self.estate.held, 120)
        for shaft in self.estate.shafts:  # as after a power cut: what they keep is compared at once
            shaft.gateway.token = ""
        least = sum(one.sure for who in self.estate.people for one in (who, *who.former) if one.places)
        last, began = -1, time.monotonic()
        since = began
        while time.monotonic() - began < 300:
            count = await count_records(self.estate.scope, self.estate.aside.db, model_id=MODEL, terms=[])
            if count != last:
                last, since = count, time.monotonic()
            enough = 30 if self.seconds > 60 else 4
            if time.monotonic() - since > (enough if count >= least else 90):
                break
            await asyncio.sleep(0.5)
        self.done["settled_s"] = round(time.monotonic() - began)
        with suppress(AssertionError):
            await self.estate.until(self.estate.mirrored, 120)
        self.wrong += self.estate.differing()

    async def _compare(self) -> dict[str, Any]:
        return self.judge(await self._records())

    def judge(self, rows: list[dict[str, Any]]) -> dict[str, Any]:
        """Compare records and calls with the passes."""
        verdict = Verdict(self.estate.people, self.called)
        figures = verdict.of(rows)
        self.wrong += verdict.wrong
        return figures

    async def _records(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = []
        page = 1
        while True:
            found = await find_records(
                self.estate.scope, self.estate.aside.db, model_id=MODEL, terms=[],
                page=PageRequest(page, 500),
            )  # fmt: skip
            rows += [msgspec.json.decode(record.body) for record in found]
            if len(found) < 500:
                return rows
            page += 1

    def _memory(self) -> dict[str, list[float]]:
        """Median of each fifth of the day, in MB."""
        told = {}
        for name, samples in self.memory.items():
            size = max(1, len(samples) // 5)
            parts = [sorted(samples[at : at + size]) for at in range(0, len(samples), size)][:5]
            told[name] = [round(one[len(one) // 2], 1) for one in parts]
            if len(told[name]) == 5 and told[name][-1] > told[name][1] * 1.25 + 40:
                self.wrong.append(f"the {name} grew: {told[name]} MB")
        return told


def memory_mb(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError("no VmRSS line")


async def campaign(folder: Path, *, scale: float, seconds: float, seed: int, quiet: bool = False) -> Any:
    return {
        "seed": seed,
        **await Campaign(folder, scale=scale, seconds=seconds, seed=seed, quiet=quiet).run(),
    }


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="linli soak lifts", description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0, help="share of shafts, people and passes")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="how long the day takes")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1_000_000))
    parser.add_argument("--keep", type=Path, help="a folder in which everything stays")
    parser.add_argument("--json", action="store_true")
    words = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="linli-soak-lifts-") as name:
        folder = words.keep or Path(name)
        found = uvloop.run(campaign(folder, scale=words.scale, seconds=words.seconds, seed=words.seed))
    print(json.dumps(found, ensure_ascii=False, indent=None if words.json else 2))
    return 1 if found["wrong"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
