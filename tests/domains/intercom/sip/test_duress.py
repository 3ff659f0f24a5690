"""A member who is forced to open presses long: the door opens as usual, nothing shows it, the guard desk is called."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from linli.domains.access.service.alarms import DURESS
from linli.domains.intercom.service.duress import PRESSED_MS
from linli.domains.people.rights import Role
from linli.kernel.clock import ManualClock
from linli.kernel.db import Database
from linli.kernel.ids import Ids
from tests.domains.access.estate import NEIGHBOUR_PHONE
from tests.domains.access.test_search import staff
from tests.domains.intercom.sip.house import House
from tests.domains.intercom.sip.pages import PAGE, open_pages
from tests.domains.intercom.sip.test_page_calls import call_of, look, ring

pytest.importorskip("pylibsrtp")
pytest.importorskip("OpenSSL")
LONG, SHORT = {"heldMs": PRESSED_MS}, {"heldMs": PRESSED_MS - 1}


@pytest.fixture
async def house(database: Database, clock: ManualClock, ids: Ids, tmp_path: Path) -> AsyncIterator[House]:
    async with open_pages(database, clock, ids, tmp_path, first_port=27_400) as made:
        yield made


async def alarms(house: House, web: Any) -> list[dict[str, Any]]:
    answered = await web.get("/door-alarms", params={"communityId": house.estate.community})
    assert answered.status_code == 200, answered.text
    return [row for row in answered.json()["data"] if row["kind"] == DURESS]


async def test_a_long_press_opens_and_calls_the_guard(house: House) -> None:
    iot_id, door, station = await house.door()
    estate = house.estate
    settings = f"/houses/{estate.houses[0]}/call-settings"
    async with estate.phone() as owner, estate.phone(NEIGHBOUR_PHONE) as neighbour:
        await ring(house, station)
        path, _ = await call_of(owner)
        await look(owner, path)
        before = (await owner.post(f"{path}/open", params=LONG)).json()
        assert before["opened"], before
        assert await alarms(house, estate.desk) == []  # nobody set it up
        put = f"/houses/{estate.houses[0]}/duress"
        assert (await neighbour.put(put, json={"on": True})).status_code == 404
        assert (await owner.put(put, json={"on": True})).status_code == 204
        assert (await owner.get(settings)).json()["myDuress"]
        assert (await owner.post(f"{path}/open", params=SHORT)).json()["opened"]
        assert await alarms(house, estate.desk) == []
        told = (await owner.post(f"{path}/open", params=LONG)).json()
        assert told == before  # the same words
        async with staff(estate, Role.STAFF, community_id=estate.community) as guard:
            (alarm,) = await alarms(house, guard)
            assert (alarm["iotId"], alarm["handling"], alarm["overMs"]) == (iot_id, "open", None)
            assert alarm["doorName"] == "1幢/101室 · 大门"
        assert door.opened == 3
        # What the home's log says of the three openings differs in nothing but their time.
        await owner.post(f"{path}/hang-up", json=PAGE)
        mine = (await owner.get(f"/houses/{estate.houses[0]}/calls")).json()["data"]
        tries = [{**one, "atMs": 0, "askedMs": 0} for one in mine[0]["openings"]]
        assert len(tries) == 3
        assert all(one == tries[0] for one in tries)
        assert (await owner.put(put, json={"on": False})).status_code == 204
        await owner.post(f"{path}/open", params=LONG)
        assert (await alarms(house, estate.desk))[0]["times"] == 1
        bad = await owner.post(f"{path}/open", params={"heldMs": -1})
        assert bad.status_code == 400
