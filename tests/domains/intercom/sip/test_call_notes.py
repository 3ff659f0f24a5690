"""Staff note something about calls: it stands in the log with who and when, is found there, and goes with the call."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from linli.domains.intercom.service.calls import purge
from linli.domains.intercom.service.derived import group_of_house
from linli.domains.people.rights import Role
from linli.kernel.clock import ManualClock
from linli.kernel.db import Database
from linli.kernel.ids import Ids
from tests.domains.access.platform import until
from tests.domains.access.test_search import staff
from tests.domains.intercom.sip.house import House, open_house


@pytest.fixture
async def house(database: Database, clock: ManualClock, ids: Ids, tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(database, clock, ids, tmp_path) as made:
        yield made


async def a_call(house: House) -> str:
    _, _, station = await house.door()
    await station.call(group_of_house(house.estate.houses[0]))
    found: list[str] = []

    async def there() -> bool:
        found[:] = [row["id"] for row in (await house.estate.desk.get("/calls")).json()["data"]]
        return bool(found)

    await until(there)
    return found[0]


async def note(web: Any, call: str, words: str, status: int = 201) -> Any:
    answered = await web.post(f"/calls/{call}/notes", json={"words": words})
    assert answered.status_code == status, answered.text
    return answered.json()


async def search(house: House, words: str) -> int:
    answered = await house.estate.desk.get("/calls", params={"note": words})
    assert answered.status_code == 200, answered.text
    return len(answered.json()["data"])


async def test_notes_stand_in_the_log_and_are_found(house: House) -> None:
    call = await a_call(house)
    async with staff(house.estate, Role.STAFF, community_id=house.estate.community) as guard:
        made = await note(guard, call, "  快递 100%_Parcel，放前台 ")
        assert (made["who"], made["words"]) == ("保安", "快递 100%_Parcel，放前台")
        await note(house.estate.desk, call, "已取走")
    detail = (await house.estate.desk.get(f"/calls/{call}")).json()
    assert [row["words"] for row in detail["notes"]] == ["快递 100%_Parcel，放前台", "已取走"]
    assert detail["notes"][0]["atMs"] > 0
    for words, count in (
        ("快递", 1),
        ("parcel", 1),
        ("0%_p", 1),
        ("没有", 0),
        ("1000", 0),
        ("%%", 0),
        ("\\", 0),
    ):
        assert await search(house, words) == count, words
    assert await purge(house.estate.platform.db, now_ms=house.estate.now + 400 * 86_400_000, days=180)
    assert (await house.estate.desk.get(f"/calls/{call}")).status_code == 404
    assert await search(house, "快递") == 0


async def test_who_may_not_see_a_call_notes_nothing(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    call = await a_call(house)
    async with staff(house.estate, Role.STAFF, community_id=house.estate.community + 1) as stranger:
        assert (await note(stranger, call, "hello", 404))["code"] == "not_found"
    assert (await note(house.estate.desk, "17", "hello", 404))["code"] == "not_found"
    assert (await note(house.estate.desk, call, "   ", 400))["field"] == "words"
    assert (await note(house.estate.desk, call, "x" * 501, 400))["field"] == "words"
    for bad in ({}, {"words": 1}, {"words": "a", "more": 1}, []):
        answered = await house.estate.desk.post(f"/calls/{call}/notes", json=bad)
        assert answered.status_code == 400, bad
    monkeypatch.setattr("linli.domains.intercom.service.notes.MOST_NOTES", 1)
    await note(house.estate.desk, call, "one")
    assert (await note(house.estate.desk, call, "two", 409))["code"] == "intercom.noted_often"
