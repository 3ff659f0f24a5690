"""How long one use of a door may last: by the door's own setting, and by that of the community."""

import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from linli.domains.intercom.service import ladder
from linli.kernel.clock import ManualClock
from linli.kernel.db import Database
from linli.kernel.ids import Ids
from linli.protocols import sip
from linli.sim.intercom import MINUTE_S
from tests.domains.access.platform import until
from tests.domains.intercom.sip.house import House, open_house
from tests.domains.intercom.sip.test_calls import send

MINUTE = 0.4
"""A minute of these tests, in seconds."""


@pytest.fixture
async def house(
    database: Database, clock: ManualClock, ids: Ids, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[House]:
    assert ladder.MINUTE_S == MINUTE_S == 60
    monkeypatch.setattr(ladder, "MINUTE_S", MINUTE)
    async with open_house(database, clock, ids, tmp_path) as made:
        yield made


@pytest.mark.covers("SIP-07")
async def test_a_door_and_its_community_end_a_use_that_lasts_too_long(house: House) -> None:
    _, door, station = await house.door()
    phone = await house.member(0)
    desk, path = house.estate.desk, f"{house.estate.path}/call-settings"
    assert (await desk.get(path)).json()["talkMinutes"] == 5

    # The door's own limit, chosen on its screen and kept when its power fails.
    intercom = door.intercom
    intercom.minute_s = MINUTE
    for minutes in (0, 6):
        with pytest.raises(ValueError, match="1 to 5 minutes"):
            intercom.choose_use(minutes)
    assert intercom.use_minutes == 5
    intercom.choose_use(1)
    intercom.load(intercom.kept)
    assert intercom.use_minutes == 1
    ours, _ = await house.talking(station, phone)
    began = time.monotonic()
    intercom.use(lambda: send(station, ours.request("BYE")))
    phone.send(sip.respond(await phone.request("BYE"), 200))
    assert time.monotonic() - began >= MINUTE
    await until(lambda: not house.front.calls.count)

    # That of the community ends what no door ended.
    for minutes in (0, 6):
        refused = await desk.put(path, json={"talkMinutes": minutes, "viewSeconds": 60})
        assert refused.status_code == 400
        assert "talkMinutes" in refused.text
    assert (await desk.put(path, json={"talkMinutes": 2, "viewSeconds": 60})).status_code == 204
    began = time.monotonic()
    await house.talking(station, phone)
    for each in (station, phone):
        each.send(sip.respond(await each.request("BYE"), 200))
    assert time.monotonic() - began >= 2 * MINUTE
    outcomes = [row["outcome"] for row in (await desk.get("/calls")).json()["data"]]
    assert outcomes[-1] == "answered"
