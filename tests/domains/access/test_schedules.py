"""Hours of a pass scope and of a card: from the desk to doors that keep schedules, and to doors that cannot."""

from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from linli.delivery.queries import find_row
from linli.domains.access.service.kinds import QR
from linli.domains.access.times import write_time
from linli.kernel.clock import ManualClock
from linli.kernel.db import Database
from linli.kernel.ids import Ids
from linli.rules import Decision
from linli.sim.door import SimulatedDoor
from linli.things.service import products
from tests.domains.access.conftest import TSL
from tests.domains.access.estate import Estate, open_estate
from tests.domains.access.platform import until

EVENING, DAILY = "* * 18-21 ? * *", [1, 2, 3, 4, 5, 6, 7]
HOUR = 3_600_000
# The estate's clock begins at 20:00 at the site.


@pytest.fixture
async def estate(database: Database, clock: ManualClock, ids: Ids, tmp_path: Path) -> AsyncIterator[Estate]:
    async with open_estate(database, clock, ids, tmp_path) as made:
        await made.switch()
        yield made


async def serve(estate: Estate, iot_id: str, space_id: int, **hours: object) -> None:
    body = {
        "spaceIds": [space_id], "groupIds": [], "hours": [{"kind": "space", "id": str(space_id), "hours": hours}],
    }  # fmt: skip
    answer = await estate.desk.put(f"/doors/{iot_id}/scope", json=body)
    assert answer.status_code == 204, answer.text


def scan(door: SimulatedDoor, code: str) -> Decision:
    """The code in clear, as old doors take it, so that no picture runs out meanwhile."""
    door.public_key = None
    return door.scan(code)


def only(door: SimulatedDoor) -> tuple[str, str]:
    """(code, its schedule) of the one code that a door holds."""
    ((code, right),) = door.permissions.qr.items()
    return code, right.schedule


async def test_a_door_that_keeps_schedules_is_told_once_and_judges_by_itself(estate: Estate) -> None:
    iot_id, door = await estate.new_door("SN-1", "1幢门")
    hours = {"days": DAILY, "start": "18:00", "end": "22:00"}
    await serve(estate, iot_id, estate.buildings[0], weeks=[hours])
    await until(lambda: door.permissions.qr)
    code, schedule = only(door)
    assert schedule == EVENING
    (served,) = (await estate.desk.get(f"/doors/{iot_id}/scope")).json()["serves"]
    assert served["hours"] == {"weeks": [hours], "cron": EVENING}
    assert scan(door, code).opens
    why = {"personId": estate.owner}

    async def cause() -> tuple[str, str]:
        found = (await estate.desk.get(f"/doors/{iot_id}/why", params=why)).json()["cause"]
        return found["code"], found["words"]

    async with estate.phone() as owner:
        mine = f"/communities/{estate.community}/doors"
        assert [one["name"] for one in (await owner.get(mine)).json()] == ["1幢门"]
        told = await find_row(estate.platform.db, device=iot_id, kind=QR, credential=code)
        door.refuse_files = True  # nothing more may come: the door is to manage alone
        await estate.platform.clock.advance(5 * HOUR)
        assert scan(door, code).code == 101
        found, words = await cause()
        assert found == "window_off_hours"
        assert "daily 18:00–22:00" in words
        assert f"{write_time(estate.now)[5:10]} 18:00" in words
        assert (await owner.get(mine)).json() == []  # nor may the phone open it from afar now
        assert (await owner.post(f"{mine}/{iot_id}/open")).status_code == 404
        assert len((await owner.post(f"/communities/{estate.community}/key")).json()["text"]) == 88
        past = (await estate.desk.get(f"/doors/{iot_id}/past")).json()["data"]
        assert [(row["valid"], row["hoursWords"]) for row in past] == [(False, "daily 18:00–22:00")]
        earlier = {"at": estate.now - 4 * HOUR}
        past = (await estate.desk.get(f"/doors/{iot_id}/past", params=earlier)).json()["data"]
        assert [row["valid"] for row in past] == [True]
        await estate.platform.clock.advance(17 * HOUR + 1000)
        assert scan(door, code).opens
        now = await find_row(estate.platform.db, device=iot_id, kind=QR, credential=code)
        assert now is not None
        assert told is not None
        assert (now.generation, now.state) == (told.generation, "held")


async def test_a_door_that_cannot_gets_one_stretch_after_the_other(estate: Estate) -> None:
    plain = TSL.replace('"PermissionSchedule"', '"ScheduleNotes"')
    async with estate.platform.db.begin() as tx:
        made = await products.create_product(
            estate.tenant,
            tx,
            values=products.ProductValues(name="旧门", tsl=plain),
            ids=estate.platform.ids,
            secrets=estate.parts.secrets,
        )
    await estate.switch(productKeys=[made.product_key])
    estate.product_key = made.product_key
    iot_id, door = await estate.new_door("SN-9", "旧门")
    await serve(estate, iot_id, estate.buildings[0], cron="* 18-21 * * *")
    await until(lambda: door.permissions.qr)
    code, schedule = only(door)
    assert schedule == ""
    assert scan(door, code).opens
    first = door.permissions.qr[code]
    await estate.serve(iot_id, estate.buildings[0])  # at all hours, and back again
    await until(lambda: door.permissions.qr[code].ends_ms > estate.now + 1000 * HOUR)
    await serve(estate, iot_id, estate.buildings[0], cron="* 18-21 * * *")
    await until(lambda: door.permissions.qr[code] == first)
    assert (first.ends_ms + 1 - estate.now) % HOUR < 60_000
    await estate.platform.clock.advance(first.ends_ms + 2 - estate.now)
    assert scan(door, code).code == 102  # already, before anybody told it
    await until(lambda: door.permissions.qr[code].starts_ms > first.ends_ms)
    assert scan(door, code).code == 101
    why = {"personId": estate.owner}
    found = (await estate.desk.get(f"/doors/{iot_id}/why", params=why)).json()["cause"]
    assert found["code"] == "window_off_hours"
    await estate.platform.clock.advance(20 * HOUR)
    assert scan(door, code).opens


async def test_hours_go_by_the_clocks_of_the_community(estate: Estate) -> None:
    """09:00 to 17:00 in New York, at a door that keeps schedules and at one that cannot; then the zone is corrected."""
    keeps_id, keeps = await estate.new_door("SN-1", "1幢门")
    plain = TSL.replace('"PermissionSchedule"', '"ScheduleNotes"')
    async with estate.platform.db.begin() as tx:
        made = await products.create_product(
            estate.tenant,
            tx,
            values=products.ProductValues(name="旧门", tsl=plain),
            ids=estate.platform.ids,
            secrets=estate.parts.secrets,
        )
    await estate.switch(productKeys=[estate.product_key, made.product_key])
    estate.product_key = made.product_key
    _, old = await estate.new_door("SN-9", "旧门")
    zone = f"{estate.path}/time-zone"
    wrong = await estate.desk.put(zone, json={"timeZone": "Mars/Olympus"})
    assert (wrong.status_code, wrong.json()["field"]) == (400, "timeZone")
    assert (await estate.desk.put(zone, json={"timeZone": "America/New_York"})).status_code == 204
    card = {
        "kind": "card", "personId": estate.owner, "number": "04A1B2C3", "reach": "all",
        "hours": {"weeks": [{"days": DAILY, "start": "09:00", "end": "17:00"}]},
    }  # fmt: skip
    given = await estate.desk.post(f"{estate.path}/credentials", json=card)
    assert given.status_code == 201, given.text
    await until(lambda: keeps.permissions.cards and old.permissions.cards)

    def local() -> datetime:
        return datetime.fromtimestamp(estate.now / 1000, ZoneInfo("America/New_York"))

    held = keeps.permissions.cards["04A1B2C3"]
    assert (held.schedule, held.zone) == ("* * 9-16 ? * *", "America/New_York")
    assert local().hour < 9
    for door in (keeps, old):
        assert not door.swipe("04A1B2C3").opens
    why = {"personId": estate.owner}
    found = (await estate.desk.get(f"/doors/{keeps_id}/why", params=why)).json()["cause"]
    assert f"{local():%m-%d} 09:00" in found["words"]
    await estate.platform.clock.advance((9 - local().hour) * HOUR)
    for door in (keeps, old):
        assert door.swipe("04A1B2C3").opens
    window = old.permissions.cards["04A1B2C3"]
    assert window.ends_ms + 1 - window.starts_ms == 8 * HOUR

    assert (await estate.desk.put(zone, json={"timeZone": "Asia/Shanghai"})).status_code == 204
    await until(lambda: not keeps.permissions.cards["04A1B2C3"].zone)
    await until(lambda: old.permissions.cards["04A1B2C3"].starts_ms != window.starts_ms)
    for door in (keeps, old):
        assert not door.swipe("04A1B2C3").opens


async def test_a_cards_hours_and_the_doors_must_both_hold(estate: Estate) -> None:
    iot_id, door = await estate.new_door("SN-1", "1幢门")
    await serve(
        estate, iot_id, estate.buildings[0], weeks=[{"days": DAILY, "start": "12:00", "end": "21:00"}]
    )
    path = f"{estate.path}/credentials"
    card = {
        "kind": "card", "personId": estate.owner, "number": "04A1B2C3", "hours": {"cron": "0 * 19-21 ? * *"},
    }  # fmt: skip
    given = await estate.desk.post(path, json=card)
    assert given.status_code == 201, given.text
    await until(lambda: door.permissions.cards)
    assert door.permissions.cards["04A1B2C3"].schedule == "* * 19-20 ? * *"
    assert door.swipe("04A1B2C3").opens
    (row,) = (await estate.desk.get(path)).json()["data"]
    assert (row["hours"]["cron"], row["hoursWords"]) == ("* * 19-21 ? * *", "daily 19:00–22:00")
    asked = {"kind": "card", "personId": estate.owner}
    (row,) = (await estate.desk.get(f"{estate.path}/held-credentials", params=asked)).json()["data"]
    assert row["hoursWords"] == "daily 19:00–22:00"
    file = await estate.desk.get(f"{estate.path}/held-credentials/export.csv", params={"language": "en"})
    assert "daily 19:00–22:00" in file.text
    async with estate.phone() as owner:
        mine = f"/communities/{estate.community}"
        assert [one["hoursWords"] for one in (await owner.get(f"{mine}/credentials")).json()] == [
            "daily 19:00–22:00"
        ]
        # The code has the door's hours, the card fewer: one of them opens all that while.
        assert [one["hoursWords"] for one in (await owner.get(f"{mine}/doors")).json()] == [
            "daily 12:00–21:00"
        ]
    # Hours that never meet: the door forgets the card, and keeps the person's code.
    await serve(
        estate, iot_id, estate.buildings[0], weeks=[{"days": DAILY, "start": "22:00", "end": "06:00"}]
    )
    await until(lambda: not door.permissions.cards)
    await until(lambda: only(door)[1] == "* * 0-5 ? * *;* * 22-23 ? * *")


BAD: list[tuple[dict[str, object], str]] = [
    ({"cron": "never on sunday"}, "no cron expression that can be read: never on sunday"),
    ({"cron": "* * 1 * 1"}, "both the date and the weekday: * * 1 * 1"),
    ({"cron": "*/5 * * * *"}, "at most 12 stretches a day"),
    ({"cron": "* * 31 2 *"}, "never hold"),
    ({"weeks": [{"days": [], "start": "08:00", "end": "09:00"}]}, "at least one day"),
    ({"weeks": [{"days": [8], "start": "08:00", "end": "09:00"}]}, "at least one day"),
    ({"weeks": [{"days": [1], "start": "08:00", "end": "08:00"}]}, "start and end must differ"),
    ({"weeks": [{"days": [1], "start": "8", "end": "09:00"}]}, "HH:MM"),
    ({"weeks": [{"days": [1], "start": "24:00", "end": "09:00"}]}, "HH:MM"),
    ({"weeks": [{"days": [1], "start": "08:00", "end": "09:00"}], "cron": "* * * * 1"}, "not both"),
    ({"weeks": [{"days": [1], "start": "08:00", "end": "09:00"}] * 22}, "21"),
]


async def test_bad_hours_change_nothing_and_say_why(estate: Estate) -> None:
    iot_id, _ = await estate.new_door("SN-1", "1幢门", online=False)
    for hours, said in BAD:
        body = {
            "spaceIds": [estate.root], "groupIds": [],
            "hours": [{"kind": "space", "id": str(estate.root), "hours": hours}],
        }  # fmt: skip
        answer = await estate.desk.put(f"/doors/{iot_id}/scope", json=body)
        told = answer.json()
        assert (answer.status_code, told["field"]) == (400, "hours[0]"), hours
        assert said in told["message"]
    assert (await estate.desk.get(f"/doors/{iot_id}/scope")).json()["serves"] == []
