"""`linli soak calls`: 200 doors, 5,000 accounts that log in every 60 s, 40 video calls at once, 10 of them looks through
a door by three; for some minutes (30 in full), on `linli serve` as its users run it.

No log-in and no call fails, every talk is heard and every picture seen, and memory is flat. `--scale` takes a share of
all numbers; the doors are the device SDK's own twins, with pictures.
"""

import argparse
import asyncio
import contextlib
import json
import os
import random
import statistics
import sys
import tempfile
import time
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, Final

import uvloop

from linli.domains.intercom.models import accounts
from linli.domains.intercom.rows import seal_about
from linli.kernel.clock import SystemClock
from linli.kernel.db import open_database
from linli.kernel.secrets import Secrets
from linli.sim.voip import AccountState, VoipCall, VoipManager
from linli.sim.voip.line import LogIn, SipLine
from linli.sim.voip.talk import VIDEO, VOICE, Talk
from tests.campaigns.phone_crowd import Crowd
from tests.campaigns.site import Site, make_site
from tests.engines import free_port
from tests.real.platform import Installation

DOORS, ACCOUNTS, TALKS, LOOKS, VIEWERS = 200, 5_000, 30, 10, 3
EVERY_S: Final = 60.0
PASSWORD: Final = "pw-of-everybody"
LASTS_S: Final = (8.0, 40.0)
"""Of a talk; looks end before the minute that a door may be looked through."""
WAIT_S: Final = 60.0
HEARD: Final = 0.5
"""Share of the voice's packets that must have come. The generator shares its processors with what it measures, and its
sockets overflow where it does not come to read them: the figures tell the least and the median."""
GROWN: Final = 1.15
GROWN_MB: Final = 15


class Eye(Talk):
    """Who looks and talks, and shows nothing."""

    async def _show(self) -> None:
        return


class Handset(VoipManager):
    """An indoor unit or a phone: takes every call."""

    async def _talk(self, line: SipLine) -> Talk:
        talk = Eye(line.host, self._clip or _nothing_to_show(), lambda _number: b"\xd5" * 160)
        await talk.open()
        return talk


def _nothing_to_show() -> Any:
    return None


class Calls:
    def __init__(self, folder: Path, *, scale: float, seconds: float, seed: int) -> None:
        self._scale, self._seconds = scale, seconds
        self._chance = random.Random(seed)
        first, self._sip = free_port(), free_port()
        ports = {"SIP_PORT": self._sip, "MEDIA_FIRST_PORT": first, "MEDIA_LAST_PORT": first + 480}
        if scale > 0.2:  # more than a block of the tests: below the kernel's own ports
            ports |= {"MEDIA_FIRST_PORT": 24_000, "MEDIA_LAST_PORT": 27_000}
        more = {f"LINLI_{name}": str(port) for name, port in ports.items()}
        more |= {"LINLI_MEDIA_ENABLED": "true", "LINLI_MEDIA_BROWSER_PORT": "0", "LINLI_LOG_LEVEL": "WARNING"}
        self.installation = Installation(folder / "data", more=more)
        self.wrong: list[str] = []
        self._heard: list[float] = []
        self._setup: list[float] = []
        self._talks = self._looks = self._away = 0

    def _share(self, count: int) -> int:
        return max(1, round(count * self._scale))

    async def run(self) -> dict[str, Any]:
        began = time.monotonic()
        async with AsyncExitStack() as parts:
            site = await make_site(self.installation)
            doors, handsets, crowd = await self._numbers(site)
            parts.callback(self.installation.stop)
            await asyncio.to_thread(self.installation.start)
            process = self.installation.process
            assert process is not None
            memory = Memory(process.pid)
            people = Crowd(
                self._sip, crowd, password=PASSWORD, realm="linli", every_s=EVERY_S, hosts=self._share(60)
            )  # fmt: skip
            self._doors = [await self._open(parts, VoipManager(), number) for number in doors]
            self._handsets = [await self._open(parts, Handset(), number) for number in handsets]
            for phone, _ in self._handsets:
                phone.set_incoming_callback(lambda call: call.accept())
            await people.start()
            measured = time.monotonic()
            before = memory.processor_s()
            tasks = [
                asyncio.create_task(self._slot(turn, measured + self._seconds))
                for turn in range(self._share(TALKS) + self._share(LOOKS))
            ]
            watch = asyncio.create_task(memory.watch(self._seconds))
            await asyncio.gather(*tasks)
            lasted = time.monotonic() - measured
            used = memory.processor_s() - before
            watch.cancel()
            await people.stop()
            self._judge(memory, people)
            await asyncio.to_thread(self.installation.stop)
            log = self.installation.log()
        for sign in ("Traceback", "media child ended"):
            if sign in log:
                self.wrong.append(f"the log has: {log[max(0, log.index(sign) - 200) :][:2000]}")
        took = people.took
        return {
            "seconds": round(time.monotonic() - began, 1),
            "measured_s": round(lasted, 1),
            "doors": len(doors),
            "accounts": len(doors) + len(handsets) + len(crowd),
            "log_ins": len(took),
            "log_in_ms": {"p50": _ms(took, 0.5), "p99": _ms(took, 0.99)},
            "talks": self._talks,
            "looks": self._looks,
            "lines_away": self._away,
            "set_up_ms": {"p50": _ms(self._setup, 0.5), "p99": _ms(self._setup, 0.99)},
            "heard": {
                "least": round(min(self._heard, default=0), 3),
                "median": round(_middle(self._heard), 3),
            },
            "processor": round(used / lasted, 3),
            "memory_mb": memory.course(),
            "wrong": self.wrong[:50],
        }

    async def _numbers(self, site: Site) -> tuple[list[str], list[str], list[str]]:
        """Doors, phones that take calls, and those that only log in."""
        secrets = Secrets.from_file(site.installation.folder / "master.key")
        doors = [f"d{n:09d}" for n in range(self._share(DOORS))]
        handsets = [f"h{n:09d}" for n in range(self._share(TALKS) + VIEWERS * self._share(LOOKS))]
        count = self._share(ACCOUNTS) - len(doors) - len(handsets)
        crowd = [f"n{n:09d}" for n in range(max(1, count))]
        db = await open_database(site.database_url, clock=SystemClock())
        try:
            async with db.begin() as tx:
                rows = [
                    {
                        "number": number,
                        "tenant_id": site.tenant_id,
                        "project_id": site.project_id,
                        "kind": int(number[0] == "d"),
                        "password": secrets.seal(PASSWORD, about=seal_about(number)),
                        "created_ms": 0,
                        "changed_ms": 0,
                    }
                    for number in (*doors, *handsets, *crowd)
                ]
                await tx.insert_many(accounts, rows)
        finally:
            await db.close()
        return doors, handsets, crowd

    async def _open(self, parts: AsyncExitStack, phone: VoipManager, number: str) -> tuple[VoipManager, str]:
        phone.init()
        account = await phone.login_ippbx(LogIn(number, PASSWORD, "127.0.0.1", self._sip))
        parts.callback(account.line.cut)
        return phone, number

    # ------------------------------------------------------------ calls

    async def _slot(self, turn: int, until: float) -> None:
        """One call after the other, of doors and phones that no other slot has."""
        talks, slots = self._share(TALKS), self._share(TALKS) + self._share(LOOKS)
        doors = self._doors[turn::slots] or [self._doors[turn % len(self._doors)]]
        if turn < talks:
            phones = [self._handsets[turn]]
        else:
            first = talks + (turn - talks) * VIEWERS
            phones = self._handsets[first : first + VIEWERS]
        await asyncio.sleep(self._chance.random() * min(5.0, self._seconds / 4))
        number = 0
        while time.monotonic() < until:
            door = doors[number % len(doors)]
            number += 1
            lasts = min(self._chance.uniform(*LASTS_S), max(3.0, until - time.monotonic()))
            try:
                async with asyncio.timeout(lasts + 2 * WAIT_S):
                    await (self._talk if turn < talks else self._look)(door, phones, lasts)
            except TimeoutError:
                self.wrong.append(f"a call of {door[1]} did not end in time")
                return

    async def _dial(self, phone: tuple[VoipManager, str], number: str) -> VoipCall:
        """Raises TimeoutError when its log-in does not come back."""
        account = phone[0].account("ippbx")
        if account is not None and account.state is not AccountState.ONLINE:
            self._away += 1  # it got no answer for half a minute, and tries again by itself
            while account.state is not AccountState.ONLINE:
                await asyncio.sleep(0.1)
        return await phone[0].call_phone_number(number)

    async def _talk(
        self, door: tuple[VoipManager, str], phones: list[tuple[VoipManager, str]], lasts: float
    ) -> None:
        phone, number = phones[0]
        began = time.monotonic()
        call = await self._dial(door, number)
        if not await self._connected(call, f"{door[1]} to {number}", began):
            return
        other = phone.calls[0]
        await asyncio.sleep(lasts)
        self._talks += 1
        sent, heard = call.talk.sent.copy(), other.talk.heard.copy()
        back = other.talk.sent[VOICE], call.talk.heard[VOICE]
        (call if self._chance.random() < 0.5 else other).hangup()
        await call.ended.wait()
        await other.ended.wait()
        self._compare(f"{door[1]} to {number}", heard[VOICE], sent[VOICE])
        self._compare(f"{number} to {door[1]}", back[1], back[0])
        if not heard[VIDEO]:
            self.wrong.append(f"{number} saw no picture of {door[1]}")

    async def _look(
        self, door: tuple[VoipManager, str], phones: list[tuple[VoipManager, str]], lasts: float
    ) -> None:
        """Several look through one door; the first one talks."""
        looks: list[VoipCall] = []
        for phone, number in phones:
            began = time.monotonic()
            looks.append(await self._dial((phone, number), door[1]))
            if not await self._connected(looks[-1], f"{number} looks through {door[1]}", began):
                break
        else:
            await asyncio.sleep(lasts)
            self._looks += 1
            for look, (_, number) in zip(looks, phones, strict=True):
                if not look.talk.heard[VIDEO] or not look.talk.heard[VOICE]:
                    self.wrong.append(f"{number} saw or heard nothing of {door[1]}: {look.talk.heard}")
        for look in looks:
            look.hangup()
            await look.ended.wait()
        for call in list(door[0].calls):
            await call.ended.wait()

    async def _connected(self, call: VoipCall, name: str, began: float) -> bool:
        waits = [asyncio.create_task(event.wait()) for event in (call.connected, call.ended)]
        done, _ = await asyncio.wait(waits, timeout=WAIT_S, return_when=asyncio.FIRST_COMPLETED)
        for task in waits:
            task.cancel()
        if call.connected.is_set():
            self._setup.append(time.monotonic() - began)
            return True
        self.wrong.append(f"{name}: {call.status if done else 'no answer'}")
        call.hangup()
        return False

    def _compare(self, name: str, heard: int, sent: int) -> None:
        share = heard / sent if sent else 0.0
        self._heard.append(share)
        if share < HEARD:
            self.wrong.append(f"{name}: {heard} of {sent} packets of the voice came")

    def _judge(self, memory: "Memory", people: Crowd) -> None:
        self.wrong += people.failed[:10]
        if not people.took:
            self.wrong.append("nobody logged in")
        for name, course in memory.course().items():
            if course[-1] > course[len(course) // 2] * GROWN + GROWN_MB:
                self.wrong.append(f"memory of {name} grew: {course}")


class Memory:
    """Of the platform and its media child: resident, sampled, and the processor's seconds."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._samples: dict[str, list[float]] = {"platform": [], "media": []}

    def _pids(self) -> dict[str, int]:
        children = Path(f"/proc/{self._pid}/task/{self._pid}/children").read_text().split()
        names = {"platform": self._pid}
        for child in children:
            with contextlib.suppress(OSError):
                if b"linli.media.child" in Path(f"/proc/{child}/cmdline").read_bytes():
                    names["media"] = int(child)
        return names

    def sample(self) -> None:
        for name, pid in self._pids().items():
            pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
            self._samples[name].append(pages * os.sysconf("SC_PAGESIZE") / 1024 / 1024)

    async def watch(self, seconds: float) -> None:
        while True:
            self.sample()
            await asyncio.sleep(max(0.2, seconds / 200))

    def processor_s(self) -> float:
        used = 0
        for pid in self._pids().values():
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            used += int(fields[11]) + int(fields[12])
        return used / os.sysconf("SC_CLK_TCK")

    def course(self) -> dict[str, list[float]]:
        """The median of each fifth of the time."""
        told = {}
        for name, samples in self._samples.items():
            size = max(1, len(samples) // 5)
            parts = [sorted(samples[at : at + size]) for at in range(0, len(samples), size)][:5]
            told[name] = [round(one[len(one) // 2], 1) for one in parts]
        return told


def _middle(values: list[float]) -> float:
    return statistics.median(values) if values else 0.0


def _ms(seconds: list[float], share: float) -> float:
    ordered = sorted(seconds)
    return round(ordered[int((len(ordered) - 1) * share)] * 1000, 1) if ordered else 0.0


def run(*, scale: float, seconds: float, seed: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="linli-soak-calls-") as folder:
        return {"seed": seed, "scale": scale, **uvloop.run(_run(Path(folder), scale, seconds, seed))}


async def _run(folder: Path, scale: float, seconds: float, seed: int) -> dict[str, Any]:
    return await Calls(folder, scale=scale, seconds=seconds, seed=seed).run()


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="linli soak calls", description=__doc__)
    parser.add_argument("--minutes", type=float, default=30.0, help="how long calls are made")
    parser.add_argument("--scale", type=float, default=1.0, help="share of doors, accounts and calls")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1_000_000))
    parser.add_argument("--json", action="store_true")
    words = parser.parse_args(arguments)
    found = {"name": "calls", **run(scale=words.scale, seconds=words.minutes * 60, seed=words.seed)}
    print(json.dumps(found, ensure_ascii=False, indent=None if words.json else 2))
    return 1 if found["wrong"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
