"""`linli soak import`: a town handed in as two workbooks, 50,000 houses and 150,000 residents, and lists read over it.

The platform runs as its users run it. Each workbook is tried, applied and watched through the console; the process's
peak memory, the time of each part and the answers of the lists are measured. At the end the residents are handed in
again, which must change nothing.
"""

import argparse
import asyncio
import json
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, Final

import httpx
import openpyxl
import uvloop

from tests.campaigns.kill import database_of
from tests.campaigns.site import PASSWORD, Site, make_site
from tests.engines import PostgreSQL
from tests.real.platform import Installation

HOUSES: Final = 50_000
MEMORY_MB: Final = 600
SECONDS: Final = 300
LIST_MS: Final = 150
"""95 of 100 answers of every kind of list come within this."""
_PER_UNIT, _UNITS = 100, 4
_FAMILY = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜"
_GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂英华玉建文辉力"
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
HOUSE_TITLES = ("楼栋", "单元", "房号", "房屋户型", "建筑面积", "房屋类型", "房屋状态")
RESIDENT_TITLES = (
    "楼栋",
    "单元",
    "房号",
    "姓名",
    "身份",
    "手机号",
    "性别",
    "证件号码",
    "年龄",
    "学历",
    "工作单位",
    "宠物",
    "车位数",
)


class Town:
    """The rows of both workbooks, the same for the same size."""

    def __init__(self, houses: int) -> None:
        self.houses = houses
        self.residents = 3 * houses

    def place(self, number: int) -> tuple[str, str, str]:
        unit, room = divmod(number, _PER_UNIT)
        building, unit = divmod(unit, _UNITS)
        return f"{building + 1:03}", f"{unit + 1:02}", f"{room // 4 + 1:02}{room % 4 + 1:02}"

    def house_rows(self) -> Iterator[tuple[Any, ...]]:
        for number in range(self.houses):
            yield (
                *self.place(number), f"{number % 4 + 1}/2/1", 60 + number % 90, number % 7 + 1, number % 3 + 1
            )  # fmt: skip

    def name(self, number: int) -> str:
        first = _FAMILY[number % len(_FAMILY)]
        rest = number // len(_FAMILY)
        return first + _GIVEN[rest % len(_GIVEN)] + _GIVEN[rest // len(_GIVEN) % len(_GIVEN)]

    def phone(self, number: int) -> str:
        return f"13{number:09}"

    def resident_rows(self) -> Iterator[tuple[Any, ...]]:
        for number in range(self.residents):
            yield (
                *self.place(number // 3), self.name(number), number % 3 + 1, self.phone(number), number % 2 + 1,
                _id_number(number), 20 + number % 60, number % 10, f"第{number % 200}工厂",
                ("猫", "狗", None)[number % 3], str(number % 3),
            )  # fmt: skip


def _id_number(number: int) -> str:
    body = f"330106{1950 + number % 50}{number % 12 + 1:02}{number % 28 + 1:02}{number // 600 % 1000:03}"
    total = sum(int(digit) * weight for digit, weight in zip(body, _ID_WEIGHTS, strict=True))
    return body + "10X98765432"[total % 11]


def write(path: Path, sheet: str, titles: tuple[str, ...], rows: Iterator[tuple[Any, ...]]) -> None:
    """A workbook of one sheet, streamed."""
    book = openpyxl.Workbook(write_only=True)
    page = book.create_sheet(sheet)
    page.append(titles)
    for row in rows:
        page.append(row)
    book.save(path)


class Import:
    def __init__(self, folder: Path, database: str, *, houses: int, looks: int, rounds: int) -> None:
        self._folder = folder
        self.installation = Installation(folder / "data", database)
        self._town = Town(houses)
        self._looks = looks
        """How often each kind of list is asked for in a round."""
        self._rounds = rounds
        """How many a kind of list has to be fast enough in one: what else the machine does is not the list's fault, and
        a list that is slow by itself is so in each."""
        self.faults: list[str] = []

    async def run(self) -> dict[str, Any]:
        house_file, resident_file = self._folder / "houses.xlsx", self._folder / "residents.xlsx"
        await asyncio.to_thread(write, house_file, "房屋", HOUSE_TITLES, self._town.house_rows())
        await asyncio.to_thread(write, resident_file, "住户", RESIDENT_TITLES, self._town.resident_rows())
        async with AsyncExitStack() as parts:
            self._site: Site = await make_site(self.installation, houses=0)
            parts.callback(self.installation.stop)
            await asyncio.to_thread(self.installation.start)
            self._client = await parts.enter_async_context(
                httpx.AsyncClient(
                    base_url=f"{self.installation.url}/api/console",
                    trust_env=False,
                    timeout=60,
                    headers={"x-linli-request": "1"},
                )
            )
            said = {"login": self._site.login, "password": PASSWORD}
            signed_in = await self._client.post("/session", json=said)
            assert signed_in.status_code == 200, signed_in.text
            await self._own_fields()
            before = self._memory("VmRSS")
            figures = {"houses": await self._bring(house_file), "residents": await self._bring(resident_file)}
            again = await self._bring(resident_file)
            if again["created"] or again["outcome"]["residentsUnchanged"] != self._town.residents:
                self.faults.append(f"handed in again: {again}")
            peak = self._memory("VmHWM")
            lists = await self._lists()
        seconds = figures["houses"]["seconds"] + figures["residents"]["seconds"]
        slowest = max(found["p95_ms"] for found in lists.values())
        for number, most, what in (
            (peak, MEMORY_MB, "MB of memory"), (seconds, SECONDS, "seconds"), (slowest, LIST_MS, "ms for a list"),
        ):  # fmt: skip
            if number >= most:
                self.faults.append(f"{number} {what}, {most} are allowed")
        return {
            "houses": self._town.houses,
            "residents": self._town.residents,
            "seconds": round(seconds, 1),
            "parts": {
                **{name: round(part["seconds"], 1) for name, part in figures.items()},
                "again": round(again["seconds"], 1),
            },
            "progress_seen": figures["residents"]["progress"],
            "memory_mb": {"before": before, "peak": peak},
            "lists": lists,
            "slowest_p95_ms": slowest,
            "faults": self.faults,
        }

    async def _own_fields(self) -> None:
        """Two fields of the community's own, shown, beside the standard ones."""
        path = f"/communities/{self._site.community_id}/resident-fields"
        pets = [{"value": "cat", "description": "猫"}, {"value": "dog", "description": "狗"}]
        for field in (
            {"enName": "pet", "cnName": "宠物", "type": "enum", "choices": pets},
            {"enName": "parkingPlaces", "cnName": "车位数", "type": "string", "maxLength": 3},
        ):
            assert (await self._client.post(f"{path}/custom", json=field)).status_code == 201
        shown = [
            {"name": name, "visible": True, "required": False, "main": False} for name in ("pet", "parkingPlaces")
        ]  # fmt: skip
        assert (await self._client.put(path, json={"fields": shown})).status_code == 200

    async def _bring(self, file: Path) -> dict[str, Any]:
        """Hand a workbook in and ask for it until it has ended."""
        began = time.monotonic()
        answer = await self._client.post(
            f"/communities/{self._site.community_id}/spaces/import",
            files={"file": (file.name, file.read_bytes())},
        )
        assert answer.status_code == 200, answer.text
        told, seen = answer.json(), set[str]()
        while told["state"] == "waiting":
            if time.monotonic() > began + 2 * SECONDS:
                raise AssertionError(f"{file.name} is still waiting: {told}")
            seen.add(told["phase"])
            await asyncio.sleep(0.2)
            told = (await self._client.get(f"/imports/{told['id']}")).json()
        if told["state"] != "done":
            self.faults.append(f"{file.name} ended {told['state']}: {told['reason']} {told['problems'][:3]}")
        return {**told, "seconds": time.monotonic() - began, "progress": sorted(filter(None, seen))}

    async def _lists(self) -> dict[str, dict[str, float]]:
        """How long every kind of list takes; each is asked for what the others did not ask."""
        chance = random.Random(5)
        town, base = self._town, f"/communities/{self._site.community_id}"
        tree = (await self._client.get(f"{base}/spaces", params={"parentId": self._site.root_id})).json()
        buildings = (
            [row["id"] for row in tree] if isinstance(tree, list) else [row["id"] for row in tree["data"]]
        )
        groups = (await self._client.get(f"{base}/user-groups")).json()
        group = next(row["id"] for row in groups["data"] if row["type"] == "RESIDENT")
        deep = {"houses": town.houses // 50, "residents": town.residents // 50}

        def some_place() -> str:
            return "-".join(town.place(chance.randrange(town.houses)))

        kinds: dict[str, Any] = {
            "houses": lambda: ("houses", {}),
            "houses, deep page": lambda: ("houses", {"pageNo": deep["houses"] - chance.randrange(9)}),
            "houses, search": lambda: ("houses", {"q": some_place()}),
            "houses, search of a part": lambda: ("houses", {"q": f"0{chance.randrange(10)}0"}),
            "houses, filter": lambda: ("houses", {"houseStatus": 1 + chance.randrange(3)}),
            "houses, filter, sort, deep page": lambda: (
                "houses", {"houseType": 2, "sort": "-area", "pageNo": deep["houses"] // 8},
            ),
            "houses, sort, deep page": lambda: ("houses", {"sort": "-changed", "pageNo": deep["houses"] // 2}),
            "houses of a building": lambda: ("houses", {"parentId": chance.choice(buildings)}),
            "residents": lambda: ("residents", {}),
            "residents, deep page": lambda: ("residents", {"pageNo": deep["residents"] - chance.randrange(9)}),
            "residents, search by name": lambda: ("residents", {"q": town.name(chance.randrange(town.residents))}),
            "residents, search by part of a phone": lambda: ("residents", {"q": f"{chance.randrange(9999):04}"}),
            "residents, search by family name": lambda: ("residents", {"q": chance.choice(_FAMILY)}),
            "residents, filter": lambda: ("residents", {"type": 2}),
            "residents of a group, deep page": lambda: ("residents", {"group": group, "pageNo": 1000}),
            "residents, sort by name, deep page": lambda: (
                "residents", {"sort": "name", "pageNo": deep["residents"] - chance.randrange(9)},
            ),
            "residents, filter, sort, deep page": lambda: (
                "residents", {"type": 3, "sort": "-name", "pageNo": deep["residents"] // 4},
            ),
            "residents, sort by type, deep page": lambda: (
                "residents", {"sort": "type", "pageNo": deep["residents"] // 2},
            ),
        }  # fmt: skip
        found = {}
        for name, ask in kinds.items():
            for turn in range(self._rounds):
                await asyncio.sleep(turn / 2)  # what else the machine had to do may be over then
                found[name] = await self._look(base, ask)
                if found[name]["p95_ms"] < LIST_MS:
                    break
        return found

    async def _look(self, base: str, ask: Callable[[], tuple[str, dict[str, Any]]]) -> dict[str, float]:
        """One round of a kind of list."""
        times = []
        for _ in range(self._looks + 1):
            path, query = ask()
            began = time.monotonic()
            answer = await self._client.get(f"{base}/{path}", params={"pageSize": 50, **query})
            times.append((time.monotonic() - began) * 1000)
            assert answer.status_code == 200, answer.text
        times = sorted(times[1:])  # the first compiles its statement
        return {
            "p50_ms": round(times[len(times) // 2]),
            "p95_ms": round(times[min(int(len(times) * 0.95), len(times) - 1)]),
        }

    def _memory(self, name: str) -> int:
        """Resident memory of the platform in MB: VmRSS now, VmHWM at its highest."""
        assert self.installation.process is not None
        status = Path(f"/proc/{self.installation.process.pid}/status").read_text()
        line = next(line for line in status.splitlines() if line.startswith(f"{name}:"))
        return int(line.split()[1]) // 1024


def run(engine: str = "sqlite", *, houses: int = HOUSES, looks: int = 40, rounds: int = 1) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="linli-import-") as folder, database_of(engine) as database:
        town = Import(Path(folder), database, houses=houses, looks=looks, rounds=rounds)
        return {"engine": engine, **uvloop.run(town.run())}


def main() -> int:
    parser = argparse.ArgumentParser(prog="linli soak import", description=__doc__)
    parser.add_argument("--houses", type=int, default=HOUSES)
    parser.add_argument("--engine", choices=["sqlite", "postgresql"], action="append")
    parser.add_argument("--json", action="store_true")
    words = parser.parse_args()
    done = []
    for engine in words.engine or ["sqlite", "postgresql"]:
        if engine == "postgresql" and (reason := PostgreSQL.missing()):
            print(reason, file=sys.stderr)
            continue
        done.append(run(engine, houses=words.houses))
    told = {"name": "import", "engines": done, "faults": [fault for one in done for fault in one["faults"]]}
    print(json.dumps(told, ensure_ascii=False, indent=None if words.json else 2))
    return 1 if told["faults"] else 0


if __name__ == "__main__":
    sys.exit(main())
