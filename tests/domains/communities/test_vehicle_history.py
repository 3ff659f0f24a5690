"""A vehicle that was removed can be registered again, what happened to it is told, and it goes with its owner's data."""

import pytest
from sqlalchemy import select

from linli.domains.people.models import vehicles
from linli.kernel.db import Query
from tests.console.conftest import administrator, browser  # noqa: F401 - fixtures
from tests.console.conftest import parts as console_parts  # noqa: F401 - a fixture
from tests.domains.communities.test_console import importer_jobs, parts  # noqa: F401 - fixtures
from tests.domains.communities.test_vehicles import desk, plates  # noqa: F401 - a fixture

PLATE = "浙A12345"
_kept = Query(select(vehicles.c.vehicle_id), unscoped="what is left of everybody's")


async def register(desk, owner, plate=PLATE):  # noqa: F811
    web, at, _ = desk
    body = {"identityId": owner, "plate": plate, "brand": "吉利"}
    answer = await web.post(f"{at}/vehicles", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


async def changes(desk, vehicle):  # noqa: F811
    web, at, _ = desk
    answer = await web.get(f"{at}/history", params={"kind": "vehicle", "target": vehicle})
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


async def remove(desk, *vehicles):  # noqa: F811
    web, at, _ = desk
    answer = await web.post(f"{at}/vehicles/remove", json={"ids": [int(vehicle) for vehicle in vehicles]})
    assert answer.status_code == 204, answer.text


async def restore(desk, vehicle):  # noqa: F811
    web, at, _ = desk
    return await web.post(f"{at}/vehicles/{vehicle}/restore")


async def test_it_is_changed_removed_and_put_back(desk):  # noqa: F811
    web, at, (first, _) = desk
    vehicle = await register(desk, first)
    await web.put(f"{at}/vehicles/{vehicle}", json={"plate": "浙B54321", "color": 8})
    await remove(desk, vehicle)
    assert await plates(desk) == []
    (gone,) = (await web.get(f"{at}/vehicles", params={"state": "deleted"})).json()["data"]
    assert (gone["id"], gone["plate"], gone["ownerName"]) == (vehicle, "浙B54321", "王伟")
    assert gone["deletedMs"] > 0
    assert (await web.put(f"{at}/vehicles/{vehicle}", json={"color": 1})).status_code == 404
    assert (await web.get(f"{at}/vehicles/regions")).json() == []

    deleted, changed, created = await changes(desk, vehicle)
    assert [row["action"] for row in (deleted, changed, created)] == ["deleted", "changed", "created"]
    (owner,) = (row for row in created["fields"] if row["field"] == "owner")
    assert (owner["before"], owner["after"]) == ("", "王伟")
    assert [(row["kind"], row["name"]) for row in owner["recordsAfter"]] == [("resident", "王伟")]
    assert changed["fields"] == [
        {"field": "plate", "before": PLATE, "after": "浙B54321"},
        {"field": "color", "before": "", "after": "8"},
    ]
    assert (deleted["byKind"], deleted["byName"], deleted["restorable"]) == ("staff", "王伟", True)
    for row in (deleted, changed):
        answer = await web.post(f"{at}/history/{row['id']}/restore")
        assert answer.status_code == 204, answer.text
    (back,) = (await web.get(f"{at}/vehicles")).json()["data"]
    assert (back["id"], back["plate"], back["brand"], back["color"]) == (vehicle, PLATE, "吉利", None)
    assert (await web.get(f"{at}/vehicles", params={"state": "deleted"})).json()["total"] == 0
    wrong = await web.get(f"{at}/vehicles", params={"state": "x"})
    assert (wrong.status_code, wrong.json()["field"]) == (400, "state")


@pytest.mark.engines("sqlite", "postgresql")
async def test_its_plate_is_free_meanwhile(desk):  # noqa: F811
    web, _, (first, second) = desk
    vehicle = await register(desk, first)
    await remove(desk, vehicle)
    other = await register(desk, second)
    refused = await restore(desk, vehicle)
    assert (refused.status_code, refused.json()["code"]) == (409, "vehicle.plate_taken")
    await remove(desk, other)
    assert (await restore(desk, vehicle)).status_code == 204
    assert (await restore(desk, vehicle)).status_code == 204  # nothing more happens
    assert (await restore(desk, other)).json()["code"] == "vehicle.plate_taken"
    assert [row["action"] for row in await changes(desk, vehicle)] == ["restored", "deleted", "created"]
    await remove(desk, vehicle)
    for number in range(10):
        await register(desk, first, f"浙A1000{number}")
    assert (await restore(desk, vehicle)).json()["code"] == "vehicle.too_many"
    assert (await web.post("/communities/4242/vehicles/1/restore")).status_code == 404


async def test_it_leaves_and_returns_with_its_owner(desk):  # noqa: F811
    web, at, (first, _) = desk
    kept, sold = await register(desk, first), await register(desk, first, "浙A54321")
    await remove(desk, sold)
    (home,) = (await web.get(f"{at}/residents", params={"q": "13800138001"})).json()["data"]
    leaves = {"houseId": int(home["houseId"]), "identityId": first}
    change = (await web.post(f"{at}/residents/move-out", json=leaves)).json()["changeId"]
    assert (await changes(desk, kept))[0]["action"] == "owner_left"
    refused = await restore(desk, kept)
    assert (refused.status_code, refused.json()["code"]) == (409, "vehicle.owner_moved_out")
    assert (await web.post(f"{at}/history/{change}/restore")).status_code == 204
    (row,) = (await web.get(f"{at}/vehicles")).json()["data"]
    assert (row["id"], row["plate"]) == (kept, PLATE)
    assert [row["action"] for row in await changes(desk, kept)] == ["restored", "owner_left", "created"]


async def test_it_comes_back_with_the_house(desk):  # noqa: F811
    web, at, (first, _) = desk
    vehicle = await register(desk, first)
    (home,) = (await web.get(f"{at}/residents", params={"q": "13800138001"})).json()["data"]
    gone = (await web.delete(f"/spaces/{home['houseId']}?whole=true")).json()["changeId"]
    assert await plates(desk) == []
    assert (await web.post(f"{at}/history/{gone}/restore")).status_code == 204
    assert [row["id"] for row in (await web.get(f"{at}/vehicles")).json()["data"]] == [vehicle]


@pytest.mark.engines("sqlite", "postgresql")
async def test_nothing_of_it_stays_when_its_owner_is_erased(desk, parts):  # noqa: F811
    web, at, (first, second) = desk
    removed, registered = await register(desk, first), await register(desk, first, "浙A54321")
    of_other = await register(desk, second, "浙A54322")
    await remove(desk, removed)
    erased = await web.post(f"{at}/users/erase", json={"identityIds": [first]})
    assert erased.status_code in (200, 204), erased.text
    async with parts.db.begin() as tx:
        assert await _kept.all(tx) == [(int(of_other),)]
    for vehicle in (removed, registered):
        assert {row["fields"] == [] for row in await changes(desk, vehicle)} == {True}
    assert (await changes(desk, of_other))[0]["fields"] != []
