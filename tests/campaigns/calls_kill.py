"""`linli soak calls-kill`: `kill -9` of `linli serve` while a door dials, rings and talks, again and again.

No phone has to log in anew, the door gets through as soon as the platform is back, what rang becomes a missed call,
a talk is told as cut, and no call stays open.
"""

import argparse
import asyncio
import json
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from sqlalchemy import select

from linli.domains.intercom.models import calls
from linli.domains.intercom.rows import CallRow
from linli.kernel.clock import SystemClock
from linli.kernel.db import Query, open_database
from linli.protocols import sip
from tests.campaigns.phone_lines import phone_numbers
from tests.campaigns.site import make_site
from tests.domains.intercom.sip.phone import WAIT_S, Phone
from tests.domains.intercom.sip.test_calls import ANSWER, acknowledge, answer, send
from tests.engines import free_port
from tests.real.platform import Installation

MOMENTS: Final = ("dialling", "ringing", "talking")
BUSY_S: Final = 35.0
_all = Query(select(calls).order_by(calls.c.id), CallRow, unscoped="a campaign reads all")


class CallsKill:
    def __init__(self, folder: Path, *, count: int, seed: int) -> None:
        self._port, self._count = free_port(), count
        self._chance = random.Random(seed)
        self.installation = Installation(folder / "data", more={"LINLI_SIP_PORT": str(self._port)})
        self.wrong: list[str] = []
        self._away: list[float] = []

    async def run(self) -> dict[str, Any]:
        site = await make_site(self.installation)
        self._url = site.database_url
        accounts = await phone_numbers(site)
        await asyncio.to_thread(self.installation.start)
        phones: list[Phone] = []
        moments = Counter[str]()
        try:
            for account in accounts[:2]:
                phones.append(await Phone.open(self._port, account.number, account.password))
                assert (await phones[-1].register()).status == 200
            for turn in range(self._count):
                moment = MOMENTS[turn % len(MOMENTS)]
                moments[moment] += 1
                await self._kill(moment, *phones)
        finally:
            for phone in phones:
                phone.close()
            await asyncio.to_thread(self.installation.stop)
        rows = await self._rows(site.database_url)
        found = Counter(row.outcome for row in rows)
        if any(row.state != 2 for row in rows):
            self.wrong.append("a call stays open")
        # After each kill the door calls once more and is answered; one that was killed while it dialled may have no row.
        missed = moments["ringing"], moments["ringing"] + moments["dialling"]
        if (found["answered"], found["cut"]) != (self._count, moments["talking"]):
            self.wrong.append(f"of {self._count} calls after {dict(moments)} ended {dict(found)}")
        elif not missed[0] <= found["missed"] <= missed[1]:
            self.wrong.append(f"after {dict(moments)} were missed {found['missed']}")
        return {
            "kills": dict(moments),
            "outcomes": dict(found),
            "back_s": {
                "most": round(max(self._away), 2),
                "median": round(sorted(self._away)[len(self._away) // 2], 2),
            },
            "wrong": self.wrong,
        }

    async def _kill(self, moment: str, door: Phone, home: Phone) -> None:
        for phone in (door, home):
            phone.messages = asyncio.Queue()
        invite = await door.call(home.number)
        dialog: sip.Dialog | None = None
        if moment == "dialling":
            await asyncio.sleep(self._chance.random() * 0.01)
        else:
            received = await home.request("INVITE")
            answer(home, received, 180)
            await door.response(180)
        if moment == "talking":
            answer(home, received, 200, body=ANSWER)
            dialog = acknowledge(door, invite, await door.response(200))
            await home.request("ACK")
            await self._written(lambda row: row.answered_ms > 0)
        killed = time.monotonic()
        self.installation.kill()
        await asyncio.to_thread(self.installation.start)
        if dialog is not None:
            send(door, dialog.request("BYE"))
            ended = await door.next(
                lambda message: isinstance(message, sip.Response) and message.cseq.method == "BYE"
            )
            if ended.status != 481:
                self.wrong.append(f"a talk of before is known after the kill: {ended.status}")
        for phone in (door, home):
            phone.messages = asyncio.Queue()
        invite = await door.call(home.number)
        received = await home.request("INVITE")
        self._away.append(time.monotonic() - killed)
        if self._away[-1] > BUSY_S:
            self.wrong.append(f"the door did not get through for {self._away[-1]:.0f} s")
        answer(home, received, 200, body=ANSWER)
        dialog = acknowledge(door, invite, await door.response(200))
        await home.request("ACK")
        send(door, dialog.request("BYE"))
        home.send(sip.respond(await home.request("BYE"), 200))
        await door.response(200)
        await self._written(lambda row: row.state == 2)

    async def _written(self, wanted: Callable[[CallRow], bool]) -> None:
        """The log is written behind the call, within moments."""
        async with asyncio.timeout(WAIT_S):
            while not (rows := await self._rows(self._url)) or not wanted(rows[-1]):
                await asyncio.sleep(0.05)

    async def _rows(self, url: str) -> list[CallRow]:
        db = await open_database(url, clock=SystemClock())
        try:
            return list(await _all.all(db))
        finally:
            await db.close()


def run(*, count: int, seed: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="linli-calls-kill-") as folder:
        return {"seed": seed, **asyncio.run(CallsKill(Path(folder), count=count, seed=seed).run())}


def main() -> int:
    parser = argparse.ArgumentParser(prog="linli soak calls-kill", description=__doc__)
    parser.add_argument("--count", type=int, default=60, help="kills in all")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--json", action="store_true")
    words = parser.parse_args()
    found = {"name": "calls-kill", **run(count=words.count, seed=words.seed)}
    print(json.dumps(found, ensure_ascii=False, indent=None if words.json else 2))
    return 1 if found["wrong"] else 0


if __name__ == "__main__":
    sys.exit(main())
