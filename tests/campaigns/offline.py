"""`linli soak offline`: a week without a line, the box killed twice meanwhile; then every pass is in the cloud once.

Box and cloud are both real: the box is a process of its own that is killed with SIGKILL while doors pass people in; the
cloud runs here with its MQTT front, `/edge/…` and the access room. Doors are simulated machines on real sockets. Time is
jumped over on all sides alike, so that a week takes minutes. A pass whose report the box did not confirm (it was just
being killed) may be in the cloud or not; every other one must be there once, in order per device, with its picture.
"""

import argparse
import asyncio
import json
import random
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import uvloop
from sqlalchemy import func, select

from linli.domains.access.models import passes
from linli.edge.doors.caller import CallFailed, Refusal
from linli.edge.doors.simulator import SimulatedMachine
from linli.kernel.db import Query, open_database
from linli.kernel.db.partitions import create_all
from linli.kernel.ids import Ids
from linli.kernel.secrets import Secrets
from linli.kernel.settings import Settings
from linli.ops.models import all_models
from linli.protocols import door_permissions
from linli.protocols.door_permissions import CardPermission, Entry, PermissionFile, QrPermission
from tests.domains.access.platform import AccessPlatform, until
from tests.edge.runtime.town import HERE, Town, door_name, jpeg
from tests.engines import free_port
from tests.openapi import sample_methods
from tests.openapi.house import Targets

WEEK_MS = 7 * 86_400_000
CODES = 50
"""Held by each door."""
KINDS = ("scan", "unknown", "card", "face")
WEIGHTS = (40, 10, 40, 10)
FIELD = {"qrCode": "qrCode", "tradCard": "tradCard", "face": "face"}


class JumpClock:
    """Real time, plus what was jumped over."""

    def __init__(self) -> None:
        self.offset_ms = 0

    def now_ms(self) -> int:
        return time.time_ns() // 1_000_000 + self.offset_ms

    def steady_ms(self) -> int:
        return time.monotonic_ns() // 1_000_000

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


@dataclass(slots=True)
class Made:
    """One pass as it happened. `sure`: the box confirmed it to the door."""

    content: str
    sure: bool
    picture: bool


class BoxProcess:
    def __init__(self, home: Path, clock: JumpClock) -> None:
        self._home, self._clock = home, clock
        self.cut = False
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> dict[str, Any]:
        line = [sys.executable, "-m", "tests.campaigns.offline_box", str(self._home)]
        line += ["--offset-ms", str(self._clock.offset_ms), *(["--cut"] if self.cut else [])]
        self._process = await asyncio.create_subprocess_exec(
            *line,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=(self._home / "log").open("ab"),
        )
        return await self._heard()

    async def say(self, words: str) -> dict[str, Any]:
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.write(words.encode() + b"\n")
        await self._process.stdin.drain()
        return await self._heard()

    async def kill(self) -> None:
        assert self._process is not None
        self._process.kill()
        await self._process.wait()

    async def stop(self) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.close()
        await asyncio.wait_for(self._process.wait(), 30)

    async def _heard(self) -> dict[str, Any]:
        assert self._process is not None
        assert self._process.stdout is not None
        line = await asyncio.wait_for(self._process.stdout.readline(), 60)
        assert line, (self._home / "log").read_text()[-3000:]
        return msgspec.json.decode(line, type=dict[str, Any])


class Campaign:
    def __init__(self, folder: Path, *, count: int, doors: int, seed: int) -> None:
        self.folder, self.count, self.door_count = folder, count, doors
        self.chance = random.Random(seed)
        self.clock = JumpClock()
        self.made: dict[str, list[Made]] = {}
        self.stopped: list[str] = []
        """A door that knew better and did not open."""
        self.longest_s = 0.0

    async def run(self) -> dict[str, Any]:
        began = time.monotonic()
        file = self.folder / "cloud.db"
        all_models()
        db = await open_database(f"sqlite:///{file}")
        db.clock = self.clock
        await create_all(db, self.clock.now_ms())
        ids = Ids(now_ms=self.clock.now_ms)
        platform = AccessPlatform(
            db,
            self.clock,
            ids,
            Secrets.random(),
            Settings(),
            Targets(),
            sample_methods,
            folder=self.folder / "files",
        )
        await platform.start()
        town = Town(
            platform,
            self.folder,
            machines=self.door_count,
            abilities=("qrcode", "card", "face"),
            port=free_port(),
        )
        await town.build()
        await town.activate_box()
        self.box = BoxProcess(self.folder / "box", self.clock)
        try:
            return await self._campaign(town, began)
        finally:
            await self.box.stop()
            await town.close()
            await platform.stop()
            await db.close()

    async def _campaign(self, town: Town, began: float) -> dict[str, Any]:
        await self.box.start()
        await self._connect(town)
        await self._permit(town)
        self.box.cut = town.line_cut = True
        await self.box.say("cut")
        await self._week(town)
        passed = time.monotonic() - began
        backlog = (await self.box.say("say"))["backlog"]
        self.box.cut = town.line_cut = False
        mended = time.monotonic()
        await self.box.say("mend")
        await self._drained()
        drained = time.monotonic()
        found = await self._compare(town)
        return {
            "passes": sum(map(len, self.made.values())), "doors": self.door_count, "kills": 2,
            "days": WEEK_MS // 86_400_000, "backlog": backlog, "pictures": found["pictures"],
            "unconfirmed": sum(not one.sure for made in self.made.values() for one in made),
            "longest_pass_s": round(self.longest_s, 3), "passes_s": round(passed, 1),
            "drain_s": round(drained - mended, 1), "compare_s": round(time.monotonic() - drained, 1),
            "cpu_s": round(time.process_time(), 1), "wrong": self.stopped + found["wrong"],
        }  # fmt: skip

    # before

    async def _connect(self, town: Town) -> None:
        for machine in town.machines:
            machine.aim(HERE, town.port)
            await self._knock(machine)
        names = len(town.doors)

        async def all_online() -> bool:
            return bool((await self.box.say("say"))["online"] == names)

        await until(all_online, 60)
        for iot_id in town.doors.values():

            async def online(iot_id: str = iot_id) -> bool:
                return await town.state_of(iot_id) == "online"

            await until(online, 60)

    @staticmethod
    async def _knock(machine: SimulatedMachine) -> None:
        """Until the box has fetched its deployment and listens."""
        async with asyncio.timeout(60):
            while True:
                try:
                    return await machine.connect()
                except CallFailed:
                    await asyncio.sleep(0.2)

    async def _permit(self, town: Town) -> None:
        for number in range(self.door_count):
            window = (0, 2**43)
            self.codes = [f"{one:032x}" for one in range(CODES)]
            codes = PermissionFile(qr=tuple(Entry.put(QrPermission(code, *window)) for code in self.codes))
            self.cards = [f"card{one}" for one in range(CODES)]
            cards = PermissionFile(
                cards=tuple(Entry.put(CardPermission(card, *window, "p")) for card in self.cards)
            )
            for ability, file in (("qrcode", codes), ("card", cards)):
                await town.permit(door_name(number, ability), door_permissions.encode(file))
        await self._drained()

    # the week

    async def _week(self, town: Town) -> None:
        share = self.count // len(town.machines)
        kills = {round(self.count * part) for part in (0.35, 0.7)}
        done = 0

        async def door(number: int, machine: SimulatedMachine) -> None:
            nonlocal done
            for _ in range(share):
                await self._pass(number, machine)
                done += 1

        doors = [asyncio.create_task(door(number, one)) for number, one in enumerate(town.machines)]
        jumped, chunk = 0, max(self.count // 168, 1)
        while not all(one.done() for one in doors):
            await asyncio.sleep(0.02)
            if kills and done >= min(kills):
                kills.remove(min(kills))
                await self.box.kill()
                await self.box.start()
            if done // chunk > jumped and jumped < 168:
                jumped += 1
                self.clock.offset_ms += WEEK_MS // 168
                await self.box.say(f"jump {WEEK_MS // 168}")
        await asyncio.gather(*doors)

    async def _pass(self, number: int, machine: SimulatedMachine) -> None:
        kind = self.chance.choices(KINDS, WEIGHTS)[0]
        began = time.monotonic()
        while True:
            made, device, work = self._attempt(kind, number, machine)
            opened = machine.memory.opened
            try:
                await work()
                made.sure = True
                if kind != "unknown" and kind != "face" and machine.memory.opened == opened:
                    self.stopped.append(f"{device}: {kind} {made.content} did not open")
            except (CallFailed, Refusal, OSError) as error:
                # The box is being killed, or is starting.
                if "ConnectError" in str(error) or isinstance(error, Refusal):
                    await asyncio.sleep(0.1)
                    continue  # it never heard of it
            self.made.setdefault(device, []).append(made)
            if made.sure:
                break
            await asyncio.sleep(0.1)
        self.longest_s = max(self.longest_s, time.monotonic() - began)

    def _attempt(self, kind: str, number: int, machine: SimulatedMachine) -> tuple[Made, str, Any]:
        if kind in ("scan", "unknown"):
            code = (
                self.chance.choice(self.codes)
                if kind == "scan"
                else f"{self.chance.getrandbits(120) | 1 << 127:032x}"
            )
            return Made(code, False, False), door_name(number, "qrcode"), lambda: machine.scan(code)
        if kind == "card":
            card = self.chance.choice(self.cards)
            return Made(card, False, False), door_name(number, "card"), lambda: machine.swipe(card)
        face = f"{self.chance.getrandbits(96):024x}"
        photo = jpeg(self.chance.randbytes(2000))
        return (
            Made(face, False, True),
            door_name(number, "face"),
            lambda: machine.own_face_pass(face, photo, "0.8"),
        )

    # after

    async def _drained(self) -> None:
        async def empty() -> bool:
            return bool((await self.box.say("say"))["backlog"] == 0)

        async with asyncio.timeout(3600):
            while not await empty():
                await asyncio.sleep(0.1)

    async def _compare(self, town: Town) -> dict[str, Any]:
        rows = await self._rows(town)
        wrong: list[str] = []
        pictures = 0
        for device, made in self.made.items():
            told = rows.get(town.doors[device], [])
            wrong += differences(device, made, [content for content, _ in told])
            for _, image in told:
                if device.endswith("face"):
                    pictures += 1
                    if not image or not await town.platform.store.size(image):
                        wrong.append(f"{device}: a pass without its picture")
        return {"wrong": wrong[:20], "pictures": pictures}

    async def _rows(self, town: Town) -> dict[str, list[tuple[str, str]]]:
        """(content, picture) by door, in the cloud's order."""
        total = sum(one.sure for made in self.made.values() for one in made)
        query = Query(
            select(passes.c.iot_id, passes.c.ext_info).order_by(passes.c.id),
            unscoped="a campaign's own cloud",
        )

        count = Query(select(func.count()).select_from(passes), unscoped="a campaign's own cloud")

        async def all_there() -> bool:
            return int(await count.scalar(town.platform.db)) >= total

        async with asyncio.timeout(600):
            while not await all_there():
                await asyncio.sleep(0.5)
        found: dict[str, list[tuple[str, str]]] = {}
        for iot_id, info in await query.all(town.platform.db):
            said = msgspec.json.decode(info, type=dict[str, Any])
            found.setdefault(iot_id, []).append((said[FIELD[said["type"]]], said.get("captureImg", "")))
        return found


def differences(device: str, made: list[Made], told: list[str]) -> list[str]:
    """What is wrong with a door's passes in the cloud; those that the box did not confirm may be there or not."""
    places = {0}
    """How many of `told` may be accounted for so far."""
    for number, one in enumerate(made):
        taken = {at + 1 for at in places if at < len(told) and told[at] == one.content}
        reached = taken if one.sure else places | taken
        if not reached:
            return [
                f"{device}: pass {number} ({one.content}) is missing or out of order, behind {max(places)}"
            ]
        places = reached
    return [] if len(told) in places else [f"{device}: {len(told) - max(places)} too many"]


def main() -> None:
    parser = argparse.ArgumentParser(prog="linli soak offline")
    parser.add_argument("--passes", type=int, default=100_000)
    parser.add_argument("--doors", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    words = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        campaign = Campaign(Path(folder), count=words.passes, doors=words.doors, seed=words.seed)
        found = uvloop.run(campaign.run())
    print(json.dumps(found, ensure_ascii=False))
    sys.exit(1 if found["wrong"] else 0)


if __name__ == "__main__":
    main()
