"""`python -m tests.campaigns.uploads`: files made to hurt, sent by one signed-in company to a running `linli serve`.

While they are sent another client asks for what it always asks for, and the memory of the serving process with all its
children is watched: the sum of their proportional set sizes (a page that several share counts once). For each kind of
file: what was answered, the other client's latencies, and how far memory rose above rest. `attack` does it against any
installation whose browsers the caller has.
"""

import argparse
import asyncio
import contextlib
import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import httpx
import uvloop

from tests.campaigns import hostile_files
from tests.campaigns.site import PASSWORD, make_site
from tests.campaigns.waiting import Orders, Waiting
from tests.real.platform import Installation

P99_MS: Final = 300
MEMORY_MB: Final = 150
_MIB: Final = 1024 * 1024
_EVERY: Final = 0.02
"""Seconds between two requests of the other client, and between two looks at the memory."""


CUT_OFF: Final = "cut off"
"""The server had answered and closed while the client still sent, and did not read."""
_REFUSALS: Final = (
    "bad_input", "import.bad_workbook", "workbooks.busy", "uploads.too_many", "uploads.busy", "import.too_many",
    "too_large", CUT_OFF,
)  # fmt: skip


@dataclass(frozen=True)
class Kind:
    """One way of hurting: `content` is made once and sent `times` at once to `path`, in the fields of a form.

    `rules` are codes and rules of which one must be in each answer."""

    name: str
    path: str
    fields: tuple[str, ...]
    content: Callable[[], bytes]
    times: int = 8
    rules: tuple[str, ...] = _REFUSALS


def kinds(community_id: int, *, part: int = 1) -> list[Kind]:
    """All of them; `part` makes every file so many times smaller."""
    houses, vehicles = (
        f"/communities/{community_id}/{name}/import" for name in ("spaces", "vehicles")
    )  # fmt: skip
    import_ends = (*_REFUSALS, "failed", "refused")
    return [
        Kind("texts", houses, ("file",), lambda: hostile_files.strings_bomb(10_000_000 // part)),
        Kind(
            "texts within the bound", houses, ("file",),
            lambda: hostile_files.strings_bomb(2_500_000 // part), rules=import_ends,
        ),
        Kind(
            "cells of one row", houses, ("file",), lambda: hostile_files.cells_bomb(2_000_000 // part),
            rules=import_ends,
        ),
        Kind("zeros", vehicles, ("file",), lambda: hostile_files.zip_bomb(1024 * _MIB // part)),
        Kind("directory", vehicles, ("file",), lambda: hostile_files.directory_bomb(150_000 // part)),
        Kind("entities", vehicles, ("file",), hostile_files.laughing_workbook, rules=import_ends),
        Kind(
            "manifest", "/edge/packages", ("package", "signature"),
            lambda: hostile_files.manifest_bomb(240 * _MIB // part),
        ),
        Kind("serial numbers", "/serials/import", ("file",), lambda: hostile_files.strings_bomb(600_000 // part)),
        Kind("members", "/edge/clusters", (), lambda: hostile_files.members_bomb(9 * _MIB // part)),
    ]  # fmt: skip


@dataclass
class Figures:
    kind: str
    sent_bytes: int
    answers: dict[str, int]
    """By status and code."""
    seconds: float
    p50_ms: float
    p99_ms: float
    slowest_ms: float
    others: int
    """Requests of the other client meanwhile."""
    memory_mb: float
    """Above rest, at most."""
    faults: list[str] = field(default_factory=list)


class Watch:
    """The memory of a process and all below it."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self.rest_mb = self.now_mb()
        self.peak_mb = self.rest_mb

    def now_mb(self) -> float:
        return sum(map(_proportional_kb, _tree(self._pid))) / 1024

    async def run(self) -> None:
        while True:
            self.peak_mb = max(self.peak_mb, await asyncio.to_thread(self.now_mb))
            await asyncio.sleep(_EVERY)


def _tree(pid: int) -> list[int]:
    found = [pid]
    for one in found:
        with contextlib.suppress(OSError):
            for task in Path(f"/proc/{one}/task").iterdir():
                found += map(int, (task / "children").read_text().split())
    return found


def _proportional_kb(pid: int) -> int:
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    return 0


async def attack(
    attacker: httpx.AsyncClient, other: Orders, pid: int, kind: Kind, *, seconds: float = 5
) -> Figures:
    """`attacker` is signed in, with /api/console as its base; `other` is what the other client asks; `pid` serves them.

    What is refused at once is sent again and again for so many seconds.
    """
    content = await asyncio.to_thread(kind.content)
    watch, waiting = Watch(pid), Waiting(other)
    answers: Counter[str] = Counter()
    began = time.monotonic()
    async with waiting, _meanwhile(watch.run()):
        while not answers or time.monotonic() < began + seconds:
            sending = (_send(attacker, kind, content) for _ in range(kind.times))
            answers.update(await asyncio.gather(*sending))
        await asyncio.sleep(_EVERY)
    waits = waiting.waits
    figures = Figures(
        kind=kind.name,
        sent_bytes=len(content),
        answers=dict(answers),
        seconds=round(time.monotonic() - began, 2),
        p50_ms=_ms(waits, 0.5),
        p99_ms=_ms(waits, 0.99),
        slowest_ms=_ms(waits, 1),
        others=len(waits),
        memory_mb=round(watch.peak_mb - watch.rest_mb, 1),
    )
    figures.faults += [one for one in answers if not any(rule in one for rule in kind.rules)]
    return figures


def _ms(waits: list[float], part: float) -> float:
    """How long the fastest `part` of them took at most."""
    return round(1000 * waits[max(round(part * len(waits)) - 1, 0)], 1)


@contextlib.asynccontextmanager
async def _meanwhile(work: Any) -> AsyncIterator[None]:
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def _send(client: httpx.AsyncClient, kind: Kind, content: bytes) -> str:
    """Until the import that it may become has ended: the status, and the code or the end."""
    try:
        return await _sent(client, kind, content)
    except httpx.TransportError:
        return CUT_OFF


async def _sent(client: httpx.AsyncClient, kind: Kind, content: bytes) -> str:
    if kind.fields:
        files = {
            name: (f"{name}.xlsx", content if name != "signature" else bytes(64)) for name in kind.fields
        }
        answer = await client.post(kind.path, files=files)
    else:
        answer = await client.post(kind.path, content=content, headers={"content-type": "application/json"})
    told = answer.json()
    if answer.status_code != 200 or "state" not in told:
        return f"{answer.status_code} {told.get('code', '')}"
    where = f"/imports/{told['id']}" if "/spaces/" in kind.path else f"{kind.path}s/{told['id']}"
    while told["state"] == "waiting":
        await asyncio.sleep(0.2)
        told = (await client.get(where)).json()
    return f"{answer.status_code} {told['state']}: {told['reason']}"


@contextlib.asynccontextmanager
async def signed_in(installation: Installation, login: str) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"x-linli-request": "1", "accept-language": "en"}
    async with httpx.AsyncClient(
        base_url=f"{installation.url}/api/console", headers=headers, trust_env=False, timeout=600
    ) as client:
        answer = await client.post("/session", json={"login": login, "password": PASSWORD})
        assert answer.status_code == 200, answer.text
        yield client


async def _run(folder: Path, part: int, names: list[str]) -> list[Figures]:
    installation = Installation(folder / "data")
    site = await make_site(installation)
    found: list[Figures] = []
    try:
        await asyncio.to_thread(installation.start)
        assert installation.process is not None
        async with (
            signed_in(installation, site.login) as attacker,
            signed_in(installation, site.login) as browser,
        ):
            other = Orders(
                str(browser.base_url), "/session", {"x-linli-request": "1"}, dict(browser.cookies.items())
            )
            wanted = [one for one in kinds(site.community_id, part=part) if not names or one.name in names]
            found += [
                await attack(attacker, other, installation.process.pid, kind, seconds=max(5 / part, 0.5))
                for kind in wanted
            ]
    finally:
        installation.stop()
    for one in found:
        if one.p99_ms >= P99_MS:
            one.faults.append(f"others waited {one.p99_ms} ms at 99 of 100")
        if one.memory_mb >= MEMORY_MB:
            one.faults.append(f"memory rose by {one.memory_mb} MB")
    return found


def run(*, part: int = 1, names: list[str] | None = None) -> list[Figures]:
    with tempfile.TemporaryDirectory(prefix="linli-uploads-") as folder:
        return uvloop.run(_run(Path(folder), part, names or []))


def main() -> int:
    parser = argparse.ArgumentParser(prog="linli soak uploads", description=__doc__)
    parser.add_argument("--part", type=int, default=1, help="make every file so many times smaller")
    parser.add_argument("--kind", action="append", default=[])
    words = parser.parse_args()
    found = run(part=words.part, names=words.kind)
    print(json.dumps([one.__dict__ for one in found], ensure_ascii=False, indent=2))
    return 1 if any(one.faults for one in found) else 0


if __name__ == "__main__":
    sys.exit(main())
