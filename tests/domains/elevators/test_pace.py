"""Twenty passes a second at one box: each calls the lift once and at once, with the line cut too, and is told once."""

import asyncio
from typing import Any, Final

import pytest

from linli.edge.doors.simulator.memory import Memory
from tests.domains.access.platform import until
from tests.domains.elevators.conftest import USER, LiftSite
from tests.domains.elevators.test_passes import TARGETS, code_of, held, records

pytestmark = pytest.mark.engines("sqlite")
A_SECOND: Final = 20
SECONDS: Final = 2
LATEST_S: Final = 2.0
"""On a machine that does much else. Quiet it is under a tenth of that: see the issue's note."""


async def passes(site: LiftSite, code: str, seconds: int, monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Seconds from a code that is shown at the door to the call at the lift, sorted."""
    door, car = site.machines
    loop, serve = asyncio.get_running_loop(), Memory.serve
    began: list[float] = []
    called: list[float] = []

    def noted(memory: Memory, path: str, message: Any) -> Any:
        if memory is car.memory and path == "/elevator/call":
            called.append(loop.time())
        return serve(memory, path, message)

    monkeypatch.setattr(Memory, "serve", noted)
    starts, scans = loop.time(), []
    for number in range(A_SECOND * seconds):
        await asyncio.sleep(max(0.0, starts + number / A_SECOND - loop.time()))
        began.append(loop.time())
        scans.append(asyncio.create_task(door.scan(code)))
    assert all(await asyncio.gather(*scans))
    await until(lambda: len(called) == len(began))
    monkeypatch.undo()
    return sorted(end - start for start, end in zip(began, called, strict=True))


def late(times: list[float]) -> float:
    """Of ninety-nine in a hundred."""
    return times[min(len(times) * 99 // 100, len(times) - 1)]


async def test_each_of_twenty_passes_a_second_calls_the_lift_at_once(
    site: LiftSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    await site.with_box()
    code = await code_of(site, site.person)
    data_id = await site.linkage()
    await site.ok(f"{USER}/save", "1.0.2", dataId=data_id, identityId=site.person, userTargetList=TARGETS[:1])
    await held(site)
    figures = {}
    for name in ("with the line", "cut off"):
        if name == "cut off":
            site.box.line.cut()
            site.line_cut = True
        times = await passes(site, code, SECONDS, monkeypatch)
        figures[name] = f"median {times[len(times) // 2] * 1000:.0f} ms, p99 {late(times) * 1000:.0f} ms"
        assert late(times) < LATEST_S, figures
    print(figures)
    site.line_cut = False
    site.box.line.mend()
    await until(lambda: site.box.line.up and site.box.queue.backlog == 0, 120)
    told: list[dict[str, Any]] = []

    async def all_told() -> bool:
        told[:] = await records(site, 2 * A_SECOND * SECONDS)
        return len(told) >= 2 * A_SECOND * SECONDS

    await until(all_told)
    assert len(told) == len({row["eventId"] for row in told}) == 2 * A_SECOND * SECONDS
    assert len(site.machines[1].memory.calls) == 2 * A_SECOND * SECONDS
    assert {row["callResultCode"] for row in told} == {200}
