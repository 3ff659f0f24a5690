"""Why a home does not ring at a door: every step that may not hold, and what the desk is told of a real one."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from linli.calls.rows import Binding
from linli.domains.intercom import room as intercom
from linli.domains.intercom.queries import doors as door_queries
from linli.domains.intercom.queries import numbers
from linli.domains.intercom.ring_steps import Brought, RingFacts, steps_of
from linli.domains.intercom.room_numbers import Form
from linli.domains.intercom.sip import phones
from linli.domains.people.service import residents
from linli.kernel.clock import ManualClock
from linli.kernel.db import Database
from linli.kernel.ids import Ids
from tests.domains.access.estate import Estate, open_estate
from tests.domains.access.platform import until
from tests.domains.intercom.test_derived import ON, group, members, wall_door

DONE = Brought("transferred", "")
WELL = RingFacts(True, True, True, True, DONE, True, "1-9-3-1202", Form.WALL, DONE, 3, 1)


def test_a_way_on_which_all_holds() -> None:
    assert [(step.code, step.state, step.detail) for step in steps_of(WELL)] == [
        ("service", "ok", ""),
        ("able", "ok", ""),
        ("account", "ok", ""),
        ("account_delivered", "ok", ""),
        ("door_logged_in", "ok", ""),
        ("room", "ok", "1-9-3-1202"),
        ("rooms_delivered", "ok", ""),
        ("members", "ok", "3"),
        ("phones", "ok", "1/3"),
        ("quiet", "ok", ""),
        ("permission", "ok", ""),
    ]


@pytest.mark.parametrize(
    ("change", "code", "state"),
    [
        ({"service_runs": False}, "service", "bad"),
        ({"able": False}, "able", "bad"),
        ({"has_account": False}, "account", "bad"),
        ({"account": Brought("toBeTransferred", "")}, "account_delivered", "waiting"),
        ({"account": Brought("transferring", "")}, "account_delivered", "waiting"),
        ({"account": Brought("deviceOffline", "")}, "account_delivered", "bad"),
        ({"account": Brought("", "")}, "account_delivered", "bad"),
        ({"logged_in": False}, "door_logged_in", "bad"),
        ({"here": False}, "door_logged_in", "unknown"),
        ({"room_key": ""}, "room", "bad"),
        ({"room_key": "1-9-3456-1202"}, "room", "bad"),
        ({"room_key": "1202"}, "room", "bad"),
        ({"rooms": Brought("needManual", "busy")}, "rooms_delivered", "bad"),
        ({"members": 0, "phones": 0}, "members", "bad"),
        ({"phones": 0}, "phones", "bad"),
        ({"quiet": "skip"}, "quiet", "waiting"),
        ({"mobile": "voice"}, "permission", "waiting"),
        ({"mobile": "off"}, "permission", "waiting"),
        ({"mobile": "off", "indoor": "off"}, "permission", "bad"),
    ],
)
def test_the_step_that_does_not_hold(change: dict[str, Any], code: str, state: str) -> None:
    steps = steps_of(WELL._replace(**change))
    assert [(step.code, step.state) for step in steps if step.state != "ok"] == [(code, state)]


def test_a_door_behind_a_box_may_have_no_list_of_rooms() -> None:
    steps = steps_of(WELL._replace(form=Form.WHOLE, rooms=Brought("", "")))
    assert "rooms_delivered" not in [step.code for step in steps]
    assert all(step.state == "ok" for step in steps)


@pytest.fixture
async def estate(database: Database, clock: ManualClock, ids: Ids, tmp_path: Path) -> AsyncIterator[Estate]:
    intercom.register(database.handlers)
    async with open_estate(database, clock, ids, tmp_path, ON) as made:
        yield made


async def asked(estate: Estate, iot_id: str, room: str) -> dict[str, Any]:
    answer = await estate.desk.get(f"/doors/{iot_id}/intercom/why", params={"roomId": room})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def faults(check: dict[str, Any]) -> list[tuple[str, str]]:
    return [(step["code"], step["state"]) for step in check["steps"] if step["state"] != "ok"]


async def log_in(estate: Estate, number: str) -> None:
    async with estate.platform.db.begin() as tx:
        account = await numbers.account(estate.tenant, tx, number)
        await phones.log_in(
            tx,
            Binding(
                number, account.tenant_id, account.project_id, "sip:x@192.0.2.9", "udp", "192.0.2.9", 5060,
                "c", 1, "phone 1.0", estate.now, estate.now + 600_000,
            ),
            account,
        )  # fmt: skip


async def test_the_desk_is_told_what_does_not_hold(estate: Estate) -> None:
    iot_id, _ = await wall_door(estate)

    async def brought() -> bool:
        steps = {step["code"]: step["state"] for step in (await asked(estate, iot_id, "1-1-101"))["steps"]}
        return steps["account_delivered"] == steps["rooms_delivered"] == "ok"

    await until(brought)
    check = await asked(estate, iot_id, "1-1-101")
    assert (check["groupId"], check["houseId"]) == (group(estate, 0), str(estate.houses[0]))
    assert faults(check) == [("door_logged_in", "bad"), ("phones", "bad")]
    assert [(phone["name"], phone["registeredMs"]) for phone in check["phones"]] == [("王伟", None)]
    assert check["calls"] == []

    issued = await door_queries.door_number(estate.tenant, estate.platform.db, iot_id)
    assert issued is not None
    (number,) = await members(estate, 0)
    for one in (issued.number, number):
        await log_in(estate, one)
    check = await asked(estate, iot_id, "101")  # as a visitor would say it
    assert faults(check) == []
    assert [phone["registeredMs"] is not None for phone in check["phones"]] == [True]

    assert faults(await asked(estate, iot_id, "1-1-999")) == [("room", "bad")]
    async with estate.platform.db.begin() as tx:
        await residents.move_out(
            estate.tenant, tx, house_id=estate.houses[0], identity_id=estate.owner, now_ms=estate.now
        )
    assert faults(await asked(estate, iot_id, "1-1-101")) == [("members", "bad")]


@pytest.mark.parametrize("room", ["", "一幢", "1-2-3-4-5", "x" * 65])
async def test_what_is_no_room_is_named(estate: Estate, room: str) -> None:
    iot_id, _ = await wall_door(estate)
    answer = await estate.desk.get(f"/doors/{iot_id}/intercom/why", params={"roomId": room})
    assert (answer.status_code, answer.json()["field"]) == (400, "roomId")


async def test_a_house_knows_the_doors_that_ring_it(estate: Estate) -> None:
    iot_id, _ = await wall_door(estate)
    answer = await estate.desk.get(f"{estate.path}/houses/{estate.houses[0]}/intercom")
    assert answer.json()["doors"] == [
        {"iotId": iot_id, "name": "大门", "keyed": "1-1-101", "roomId": answer.json()["roomId"]}
    ]
