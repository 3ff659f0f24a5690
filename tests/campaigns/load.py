"""The load of the kill campaign: integrators, devices and an importer who go on through every outage.

Each writes down what was acknowledged (`Ledger`). While the platform is down they try again every moment.
"""

import asyncio
import io
import random
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from tests.campaigns.caller import REPLAYED, Caller, Signed
from tests.campaigns.ledger import Ledger, Sheet, Value
from tests.campaigns.publisher import Publisher
from tests.campaigns.site import PASSWORD, Site
from tests.domains.communities.test_workbook import workbook

CREATE = ("/solution/community/paas/space/sub/create", "1.0.1")
PAUSE_SECONDS = 0.1
"""Between tries while nobody listens."""
NEVER = "none"
TOO_MANY = "import.too_many"


class Unanswered(Exception):
    """The call may have been carried out or not."""


@dataclass
class Integrator:
    """One worker with signed calls. Everything it changes is its own, so that it knows what must hold."""

    name: str
    site: Site
    caller: Caller
    ledger: Ledger
    chance: random.Random
    pace_seconds: float
    doors: list[str]
    """iotIds that rights are given at."""

    def __post_init__(self) -> None:
        self._number = 0
        self._spaces: list[int] = []
        self._people: list[str] = []
        self._codes: list[tuple[str, str]] = []
        """(qrCode, identityId)."""

    async def run(self) -> None:
        kinds: list[tuple[Callable[[], Coroutine[Any, Any, None]], int]] = [
            (self._create_space, 4),
            (self._rename_space, 3),
            (self._save_member, 3),
            (self._insert_record, 3),
            (self._make_code, 2),
            (self._give_right, 4),
            (self._take_right, 2),
        ]
        works, weights = zip(*kinds, strict=True)
        while True:
            work = self.chance.choices(works, weights)[0]
            try:
                await work()
            except Unanswered:
                await asyncio.sleep(PAUSE_SECONDS)
            await asyncio.sleep(self.chance.uniform(0, 2 * self.pace_seconds))

    async def _call(self, path: str, version: str, params: Any, *, space: str = "") -> Any:
        """`data` of an accepted write, None for a refused one. Raises Unanswered."""
        request = self.caller.sign(path, version, params)
        try:
            answer = await self.caller.send(request)
        except (httpx.HTTPError, ValueError) as error:
            if space and not isinstance(error, httpx.ConnectError):
                self.ledger.unanswered.append((space, request))
            raise Unanswered from error
        if not answer.ok:
            said = f"{path} {answer.refusal or answer.code} {answer.body.get('message', '')}"
            self.ledger.refused[said] = self.ledger.refused.get(said, 0) + 1
            return None
        self.ledger.writes.append(request)
        return answer.data if answer.data is not None else True

    def _next(self) -> str:
        self._number += 1
        return f"{self.name}{self._number}"

    async def _create_space(self) -> None:
        name = f"区{self._next()}"
        params = {"name": name, "parentId": self.site.root_id, "typeCode": "area"}
        if data := await self._call(*CREATE, params, space=name):
            self.created(name, int(data["spaceId"]))
            self._spaces.append(int(data["spaceId"]))

    def created(self, name: str, space_id: int) -> None:
        self.ledger.spaces[name] = space_id
        self.ledger.names[space_id] = Value(name)

    async def _rename_space(self) -> None:
        if not self._spaces:
            return
        space_id, name = self.chance.choice(self._spaces), f"改{self._next()}"
        held = self.ledger.names[space_id]
        held.asked(name)
        done = await self._call(
            "/solution/community/paas/space/update", "1.0.1", {"spaceId": str(space_id), "name": name}
        )
        held.told(name, done=bool(done))

    async def _save_member(self) -> None:
        house = self.chance.choice(self.site.houses)
        params = {"houseSpaceId": str(house), "name": f"住户{self._next()}", "type": 1}
        if data := await self._call("/solution/community/paas/house/member/save", "1.0.5", params):
            self.ledger.members[data["identityId"]] = house
            self._people.append(data["identityId"])

    async def _insert_record(self) -> None:
        params = {
            "modelId": "Heartbeat",
            "version": "1.0",
            "properties": {"parkingLotId": self._next(), "status": 1},
        }
        if data := await self._call("/data/model/data/insert", "0.0.3", params):
            self.ledger.records.add(int(data))

    async def _make_code(self) -> None:
        if not self._people:
            return
        person = self.chance.choice(self._people)
        if data := await self._call("/homelink/common/qrcode/generate", "1.0.1", {"identityId": person}):
            self._codes.append((data, person))

    async def _give_right(self) -> None:
        if not self._codes:
            return
        (code, person), iot_id = self.chance.choice(self._codes[-30:]), self.chance.choice(self.doors)
        until = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=self.chance.randint(2, 200))
        value = f"until {int(until.timestamp() * 1000)}"
        held = self.ledger.rights.setdefault((code, iot_id), Value(NEVER))
        held.asked(value)
        wall = (until + timedelta(hours=8)).strftime("%Y-%m-%d %H:%M:%S")
        rows = await self._call(
            "/entrance/paas/perm/qrcode/config",
            "1.0.1",
            {"qrCode": code, "iotIds": [iot_id], "identityId": person, "expiryTime": wall},
        )
        held.told(value, done=bool(rows) and rows[0]["code"] == 200)

    async def _take_right(self) -> None:
        given = [
            (code, person, iot_id)
            for code, person in self._codes
            for iot_id in self.doors
            if (code, iot_id) in self.ledger.rights and self.ledger.rights[code, iot_id].sure != NEVER
        ]
        if not given:
            return
        code, person, iot_id = self.chance.choice(given)
        held = self.ledger.rights[code, iot_id]
        held.asked(NEVER)
        rows = await self._call(
            "/entrance/paas/perm/qrcode/remove",
            "1.0.1",
            {"qrCode": code, "iotIds": [iot_id], "identityId": person},
        )
        held.told(NEVER, done=bool(rows) and rows[0]["code"] == 200)

    async def replay(self, name: str, request: Signed) -> str:
        """Play an unanswered creation again: it was carried out, or it is now. What is wrong, or nothing."""
        try:
            answer = await self.caller.send(request)
        except (httpx.HTTPError, ValueError):
            return ""
        if answer.ok:
            self.created(name, int(answer.data["spaceId"]))
        elif answer.refusal != REPLAYED:
            return f"space {name}: neither done nor undone, its second try was answered {answer}"
        return ""


@dataclass
class Meter:
    """A device that counts up and posts every count."""

    device: Publisher
    pace_seconds: float

    async def run(self) -> None:
        count = 0
        while True:
            await self.device.room(200)
            count += 1
            number = f"{self.device.triple.device_name}-{count}"
            self.device.post({"Energy": float(count)}, number=number)
            await asyncio.sleep(self.pace_seconds)


@dataclass
class Reader:
    """A card reader that reports a card of its own for every pass."""

    device: Publisher
    pace_seconds: float

    async def run(self) -> None:
        count = 0
        while True:
            await self.device.room(100)
            count += 1
            card = f"{self.device.triple.device_name}-{count}"
            params = {"code": 101, "message": "", "type": "tradCard", "content": card, "extInfo": ""}
            self.device.post(params, tail="thing/event/passEvent/post", number=card)
            await asyncio.sleep(self.pace_seconds)


@dataclass
class Clerk:
    """Somebody at the console who hands in one workbook after another."""

    site: Site
    client: httpx.AsyncClient
    ledger: Ledger
    pace_seconds: float
    houses: int = 24
    people: int = 36

    async def sign_in(self) -> None:
        said = {"login": self.site.login, "password": PASSWORD}
        answer = await self.client.post("/api/console/session", json=said)
        assert answer.status_code == 200, answer.text

    async def run(self) -> None:
        number = 0
        while True:
            number += 1
            building = f"W{number:05}"
            sheet = Sheet(building, self.houses, self.people)
            content = await asyncio.to_thread(self._write, sheet, number)
            self.ledger.sheets[building] = sheet
            try:
                answer = await self.client.post(
                    f"/api/console/communities/{self.site.community_id}/spaces/import",
                    files={"file": ("houses.xlsx", io.BytesIO(content))},
                    timeout=40,
                )
            except httpx.HTTPError:
                await asyncio.sleep(PAUSE_SECONDS)
                continue
            self._note(building, answer)
            await asyncio.sleep(self.pace_seconds)

    def _note(self, building: str, answer: httpx.Response) -> None:
        if answer.status_code != 200:
            code = answer.json().get("code")
            if code == TOO_MANY:  # it sends faster than they are worked off; another comes
                return
            said = f"import {answer.status_code} {code}"
            self.ledger.refused[said] = self.ledger.refused.get(said, 0) + 1
            return
        told = answer.json()
        self.ledger.imports[int(told["id"])] = building
        if told["state"] == "done":
            self.ledger.finished.add(int(told["id"]))

    def _write(self, sheet: Sheet, number: int) -> bytes:
        houses = [(sheet.building, "01", f"{room + 1:04}") for room in range(sheet.houses)]
        people = [
            (*houses[one % sheet.houses], f"住户{one}", 1, f"13{number * 1000 + one:09}")
            for one in range(sheet.people)
        ]
        content = io.BytesIO()
        workbook(content, houses, people)
        return content.getvalue()
