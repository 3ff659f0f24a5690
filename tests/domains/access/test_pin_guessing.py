"""PINs long enough for how many have one, and doors where somebody guesses: at the desk, by phone, doors over MQTT."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from linli.domains.access.events import DoorAttacked
from linli.domains.access.models import credentials
from linli.domains.access.rows import Credential
from linli.domains.access.service.kinds import PIN
from linli.kernel.clock import ManualClock
from linli.kernel.db import Database, Tx
from linli.kernel.ids import Ids
from linli.rules import Keypad
from linli.sim.door import PinSpace, SimulatedDoor
from tests.domains.access.estate import Estate, open_estate
from tests.domains.access.platform import until

STAFF = {"kind": "pin", "personId": "cleaner-1", "name": "保洁", "reach": "all"}


@pytest.fixture
async def estate(database: Database, clock: ManualClock, ids: Ids, tmp_path: Path) -> AsyncIterator[Estate]:
    async with open_estate(database, clock, ids, tmp_path) as made:
        yield made


async def door_with_a_pin(estate: Estate) -> tuple[str, SimulatedDoor, str]:
    iot_id, door = await estate.new_door("SN-1", "北门")
    pin = (await estate.desk.post(f"{estate.path}/credentials", json=STAFF)).json()["pin"]
    await until(lambda: door.permissions.passwords)
    return iot_id, door, pin


async def page_of(estate: Estate, iot_id: str, so: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """What the door's page says of its PINs, once it is so."""
    found: dict[str, Any] = {}

    async def seen() -> bool:
        found.update((await estate.desk.get(f"/doors/{iot_id}")).json()["pins"] or {})
        return bool(found) and so(found)

    waiting: Callable[[], Awaitable[bool]] = seen
    await until(waiting)
    return found


async def hold_many(estate: Estate, count: int) -> None:
    """PINs of before lengths were kept."""
    async with estate.platform.db.begin() as tx:
        for n in range(count):
            row = Credential(
                10_000_000 + n, str(estate.tenant.tenant), estate.community, "", PIN, f"digest{n}", f"person-{n}",
                "all", "", 0, 2**52, "", -1, 0, 1, "", "", 1, 1,
            )  # fmt: skip
            await tx.insert(credentials, row._asdict())


async def test_a_pins_length_follows_how_many_have_one(estate: Estate) -> None:
    """Existing ones go on; a shorter wish is refused by field and rule; a made one is long enough; the page says it."""
    iot_id, door, pin = await door_with_a_pin(estate)
    assert len(pin) == 6
    assert (await page_of(estate, iot_id, lambda one: one["holders"] == 1))["tooShortText"] == ""
    await hold_many(estate, 999)
    path = f"{estate.path}/credentials"
    few = await estate.desk.post(path, json={**STAFF, "personId": "cleaner-2", "number": "271828"})
    assert (few.status_code, few.json()["field"]) == (400, "pin")
    assert all(part in few.json()["message"] for part in ("8", "1001"))
    made = (await estate.desk.post(path, json={**STAFF, "personId": "cleaner-2"})).json()["pin"]
    assert len(made) == 8
    told = await page_of(estate, iot_id, lambda one: one["holders"] == 1001)
    assert (told["digitsNeeded"], told["tooShort"]) == (8, 1000)
    assert "1001" in told["tooShortText"]
    found = door.press(pin)
    assert found is not None
    assert found.opens, "an old one goes on working"


async def test_a_door_under_guessing_is_told_once_an_hour(estate: Estate) -> None:
    """What a door reports reaches its page, open pages and staff, though it decides by itself."""
    iot_id, door, own = await door_with_a_pin(estate)
    heard: list[DoorAttacked] = []

    async def hear(tx: Tx, event: DoorAttacked) -> None:
        heard.append(event)

    estate.platform.db.handlers.inline(DoorAttacked, hear)
    for n in range(20):
        door.keypad, door.pin_space = Keypad(), PinSpace()  # of a maker that keeps no rule
        assert door.press(f"3141{n:02}") is not None
        if n % 4 == 3:
            found = door.press(own)
            assert found is not None
            assert found.opens
    pins = await page_of(estate, iot_id, lambda one: one["guesses"] == 20)
    assert "20" in pins["guessedText"]
    assert [(one.what, one.iot_id, one.door_name, one.count) for one in heard] == [
        ("guessing", iot_id, "北门", 8)
    ]


async def test_guesses_spread_over_doors_are_seen_together(estate: Estate) -> None:
    doors = [await estate.new_door(f"SN-{n}", f"{n} 号门") for n in range(8)]
    heard: list[DoorAttacked] = []

    async def hear(tx: Tx, event: DoorAttacked) -> None:
        heard.append(event)

    estate.platform.db.handlers.inline(DoorAttacked, hear)
    for n in range(24):
        _, door = doors[n % 8]
        assert door.press(f"3141{n:02}") is not None, "three at each: none of them pauses"
    await until(lambda: heard)
    assert heard[0].count == 23


async def test_a_resident_does_not_find_others_pins_by_choosing(estate: Estate) -> None:
    """A refusal as taken tells that the PIN opens somebody's doors: five a day, not ten an hour."""
    await estate.switch()
    here = f"/communities/{estate.community}/credentials"
    async with estate.phone() as owner:
        codes = [
            (await owner.put(f"{here}/pin", json={"pin": f"31415{n}"})).status_code
            for n in (0, 2, 3, 4, 6, 7)
        ]
    assert codes == [204] * 5 + [429]
