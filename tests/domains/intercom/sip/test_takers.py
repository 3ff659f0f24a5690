"""Who took a call is a person, for staff and for the home; others see no name."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from linli.kernel.clock import ManualClock
from linli.kernel.db import Database
from linli.kernel.ids import Ids
from tests.domains.access.estate import NEIGHBOUR_PHONE
from tests.domains.access.platform import until
from tests.domains.intercom.sip.house import House, open_house
from tests.domains.intercom.sip.test_calls import send


@pytest.fixture
async def house(database: Database, clock: ManualClock, ids: Ids, tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(database, clock, ids, tmp_path) as made:
        yield made


async def test_who_took_a_call_is_named(house: House) -> None:
    estate = house.estate
    _, _, station = await house.door(serves=False)
    phone = await house.member(0)
    dialog, _ = await house.talking(station, phone)
    send(station, dialog.request("BYE"))
    rows: list[dict[str, Any]] = []

    async def over() -> bool:
        rows[:] = (await estate.desk.get("/calls")).json()["data"]
        return bool(rows) and rows[0]["outcome"] == "answered"

    await until(over)
    assert [(row["answeredBy"], row["answeredName"], row["houseId"]) for row in rows] == [
        (phone.number, "王伟", str(estate.houses[0]))
    ]
    export = (await estate.desk.get("/calls/export.csv")).text
    assert "王伟" in export
    async with estate.phone() as owner, estate.phone(NEIGHBOUR_PHONE) as neighbour:
        (mine,) = (await owner.get(f"/houses/{estate.houses[0]}/calls")).json()["data"]
        assert (mine["takenBy"], mine["outcome"]) == ("王伟", "answered")
        assert (await neighbour.get(f"/houses/{estate.houses[0]}/calls")).status_code == 404
        assert (await neighbour.get(f"/houses/{estate.houses[1]}/calls")).json()["data"] == []
