"""Signed requests sent again: at once, after the process died, and while its clock jumps (libfaketime)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

import httpx

from tests.campaigns.attacks.clock import Clock, missing
from tests.campaigns.attacks.tally import Tally
from tests.campaigns.attacks.target import Target
from tests.campaigns.caller import REPLAYED, Caller, Signed, wall_ms

KIND: Final = "replay"
AT_ONCE: Final = 30
JUMPS: Final = {"two hours ahead": 7200, "forty days ahead": 40 * 86_400, "two hours back": -7200}
JUMPED_SECONDS: Final = 3.0
KEPT_SECONDS: Final = 2.0
"""Nonces of reads are on the disk a tenth of a second after the answer, or so; those of writes before it (ADR 0010)."""
CREATE: Final = ("/solution/community/paas/space/sub/create", "1.0.1")
READ: Final = ("/solution/community/paas/space/sub/query", "1.0.1")


async def attempts(target: Target, tally: Tally) -> None:
    async with _own_clock(target) as clock, target.client() as client:
        caller = target.caller(client)
        await _renew(caller, target)
        signed = await _accepted(caller, target, "first")
        await _again(caller, tally, target, signed)
        await asyncio.sleep(KEPT_SECONDS)
        await asyncio.to_thread(target.installation.kill)
        await asyncio.to_thread(target.installation.start)
        for name, one in signed.items():
            await _refused(caller, tally, one, f"{name} after kill -9")
        jumps = dict(list(JUMPS.items())[: 1 if target.hurry else None]) if clock is not None else {}
        for how, seconds in jumps.items():
            signed = await _accepted(caller, target, how)
            assert clock is not None
            clock.jump(seconds)
            ahead = Caller(client, caller.app_key, caller.secret, lambda by=seconds: wall_ms() + by * 1000)
            await _agreed(ahead, target)
            for _ in range(10):  # nonces of before are looked at as calls come
                await ahead.call(*READ, _read(target))
                await asyncio.sleep(JUMPED_SECONDS / 10)
            for name, one in signed.items():
                await _refused(caller, tally, one, f"{name} {how}")
            clock.jump(0)
            await _agreed(caller, target)
            for name, one in signed.items():
                await _refused(caller, tally, one, f"{name} {how} and back")
            await _renew(caller, target)
    tally.figures["clock_jumps"] = len(jumps) if clock is not None else missing()


@asynccontextmanager
async def _own_clock(target: Target) -> AsyncIterator[Clock | None]:
    """The installation started anew under a clock that jumps, and again under its own afterwards."""
    if missing():
        yield None
        return
    installation = target.installation
    clock = Clock(installation.folder.parent / "clock")
    await asyncio.to_thread(installation.stop)
    installation.more.update(clock.settings)
    try:
        await asyncio.to_thread(installation.start)
        yield clock
    finally:
        await asyncio.to_thread(installation.stop)
        for name in clock.settings:
            installation.more.pop(name)
        await asyncio.to_thread(installation.start)


def _read(target: Target) -> dict[str, Any]:
    return {"spaceId": str(target.site.root_id), "typeCode": "area", "pageNo": 1, "pageSize": 10}


async def _renew(caller: Caller, target: Target) -> None:
    asked = {"communityId": target.site.community_id}
    answer = await caller.ok("/solution/community/paas/token/get", "1.0.0", asked, cloudToken="")
    caller.cloud_token = answer["cloudToken"]


async def _agreed(caller: Caller, target: Target) -> None:
    """Wait until the process's clock is the caller's."""
    async with asyncio.timeout(30):
        while (await caller.call(*READ, _read(target))).status != 200:
            await asyncio.sleep(0.2)


async def _accepted(caller: Caller, target: Target, name: str) -> dict[str, Signed]:
    """A write and a read that were taken once."""
    write: dict[str, Any] = {"name": f"重放{name}"[:20], "parentId": target.site.root_id, "typeCode": "area"}
    signed = {
        "write": caller.sign(*CREATE, write),
        "read": caller.sign(*READ, _read(target)),
    }
    for one in signed.values():
        answer = await caller.send(one)
        assert answer.ok, answer
    return signed


async def _again(caller: Caller, tally: Tally, target: Target, signed: dict[str, Signed]) -> None:
    """Those that were taken, and a fresh one many times at the same moment: taken once."""
    for name, one in signed.items():
        await _refused(caller, tally, one, f"{name} at once")
    fresh = caller.sign(*READ, _read(target))
    answers = await asyncio.gather(*(caller.send(fresh) for _ in range(AT_ONCE)), return_exceptions=True)
    taken = [one for one in answers if not isinstance(one, BaseException) and one.status == 200]
    failed = [one for one in answers if isinstance(one, BaseException)]
    for number in range(AT_ONCE):
        good = len(taken) == 1 and not failed
        tally.note(KIND, f"{AT_ONCE} at the same moment", good or number > 0, (len(taken), failed[:1]))


async def _refused(caller: Caller, tally: Tally, signed: Signed, what: str) -> None:
    try:
        answer = await caller.send(signed)
    except httpx.HTTPError as error:
        tally.note(KIND, what, False, repr(error))
        return
    # Where the clock stands elsewhere, the request is refused by its time before its nonce is looked at.
    tally.note(KIND, what, answer.status in (400, 403) and bool(answer.refusal), answer)
    if "and back" in what or "at once" in what:
        tally.note(KIND, f"{what}: as a replay", answer.refusal == REPLAYED, answer)
