"""Door provider, pass scope and people's own keys: desk and phones over HTTP, doors over MQTT (spec A 1)."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from linli.domains.people.events import AccountFrozen
from linli.domains.people.service import residents
from linli.kernel import tenancy
from linli.kernel.clock import ManualClock
from linli.kernel.db import Database
from linli.kernel.events import emit
from linli.kernel.ids import Ids
from linli.things.service import products
from tests.domains.access.conftest import TSL
from tests.domains.access.estate import NEIGHBOUR_PHONE, Estate, open_estate
from tests.domains.access.platform import until


@pytest.fixture
async def estate(database: Database, clock: ManualClock, ids: Ids, tmp_path: Path) -> AsyncIterator[Estate]:
    async with open_estate(database, clock, ids, tmp_path) as made:
        yield made


@pytest.mark.covers("PM-01", "PM-02")
async def test_a_community_has_one_door_provider_and_no_other_doors(estate: Estate) -> None:
    async with estate.platform.db.begin() as tx:
        other = await products.create_product(
            estate.tenant,
            tx,
            values=products.ProductValues(name="别家", tsl=TSL),
            ids=estate.platform.ids,
            secrets=estate.parts.secrets,
        )
    refused = await estate.desk.put(f"{estate.path}/door-settings", json={"provider": "", "serviceOn": True})
    assert (refused.status_code, refused.json()["field"]) == (400, "provider")
    await estate.switch()
    iot_id, _ = await estate.new_door("SN-1", "1幢门", online=False)
    mixed = await estate.desk.post(
        "/doors",
        json={"communityId": estate.community, "sn": "SN-2", "name": "混", "productKey": other.product_key},
    )
    assert (mixed.status_code, mixed.json()["code"]) == (409, "access.provider_mismatch")
    body = {"provider": "别家", "productKeys": [other.product_key], "serviceOn": True}
    in_use = await estate.desk.put(f"{estate.path}/door-settings", json=body)
    assert (in_use.status_code, in_use.json()["code"]) == (409, "access.provider_in_use")
    assert (await estate.desk.get(f"{estate.path}/door-settings")).json() == {
        "provider": "邻里样机", "productKeys": [estate.product_key], "serviceOn": True, "freezeDoors": False,
    }  # fmt: skip
    await estate.serve(iot_id, estate.buildings[0])
    told = (await estate.desk.get(f"/doors/{iot_id}/scope")).json()
    assert told["serves"] == [{"kind": "space", "id": str(estate.buildings[0]), "name": "1幢", "hours": None}]
    assert told["people"] == 1
    house = {"spaceIds": [estate.houses[0]], "groupIds": []}
    assert (await estate.desk.put(f"/doors/{iot_id}/scope", json=house)).status_code == 400
    call = {"spaceIds": [], "groupIds": [], "callSpaceId": estate.buildings[0]}
    wrong = await estate.desk.put(f"/doors/{iot_id}/scope", json=call)
    assert (wrong.status_code, wrong.json()["field"]) == (400, "callSpaceId")
    kept = (await estate.desk.get(f"/doors/{iot_id}/scope")).json()
    assert kept == told  # nothing half-written


@pytest.mark.covers("PM-03", "RES-06")
async def test_a_pass_scope_brings_the_keys_of_its_people_and_takes_them_away(estate: Estate) -> None:
    await estate.switch()
    first, door = await estate.new_door("SN-1", "1幢门")
    gate_id, gate = await estate.new_door("SN-2", "大门")
    await estate.serve(first, estate.buildings[0])
    await estate.serve(gate_id, estate.root)
    await until(lambda: len(door.permissions.qr) == 1 and len(gate.permissions.qr) == 2 and door.public_key)
    here = f"/communities/{estate.community}"
    async with estate.phone() as owner, estate.phone(NEIGHBOUR_PHONE) as neighbour:
        doors = (await owner.get(f"{here}/doors")).json()
        assert {(one["name"], one["code"]) for one in doors} == {("1幢门", True), ("大门", True)}
        shown = (await owner.post(f"{here}/key")).json()
        assert len(shown["text"]) == 88
        assert door.scan(shown["text"]).opens
        assert gate.scan(shown["text"]).opens
        other = (await neighbour.post(f"{here}/key")).json()["text"]
        assert door.scan(other).code == 103
        assert gate.scan(other).opens

        async def told() -> bool:
            rows = (await owner.get(f"{here}/passes")).json()["data"]
            return sorted((row["doorName"], row["passed"]) for row in rows) == [
                ("1幢门", True),
                ("大门", True),
            ]

        await until(told)
        # Another building, one more resident, one who leaves: the doors follow.
        await estate.serve(first, estate.buildings[1])
        await until(lambda: door.scan(other).opens and not door.scan(shown["text"]).opens)
        await estate.move_in(estate.houses[1], "小李", "13800000202")
        await until(lambda: len(door.permissions.qr) == 2 and len(gate.permissions.qr) == 3)
        async with estate.platform.db.begin() as tx:
            await residents.move_out(
                estate.tenant, tx, house_id=estate.houses[0], identity_id=estate.owner, now_ms=estate.now
            )
        await until(lambda: gate.scan(shown["text"]).code == 103)
    await estate.switch(serviceOn=False)
    await until(lambda: not door.permissions.qr and not gate.permissions.qr)


@pytest.mark.covers("PM-04")
async def test_staff_have_a_key_of_their_own_on_every_door(estate: Estate) -> None:
    _, door = await estate.new_door("SN-1", "北门")
    shown = await estate.desk.post(f"{estate.path}/staff-key")
    assert shown.status_code == 200, shown.text
    await until(lambda: door.permissions.qr and door.public_key)
    assert door.scan(shown.json()["text"]).opens

    async def named() -> bool:
        rows = (await estate.desk.get("/passes", params={"communityId": estate.community})).json()["data"]
        return len(rows) == 1 and rows[0]["personName"] != ""

    await until(named)
    await estate.platform.clock.advance(61_000)
    assert door.scan(shown.json()["text"]).code == 102
    again = (await estate.desk.post(f"{estate.path}/staff-key")).json()
    assert door.scan(again["text"]).opens
    assert again["doors"] == 1


async def test_no_door_opens_to_the_denied_until_it_is_lifted(estate: Estate) -> None:
    await estate.switch(freezeDoors=True)
    gate_id, gate = await estate.new_door("SN-2", "大门")
    await estate.serve(gate_id, estate.root)
    await until(lambda: len(gate.permissions.qr) == 2)
    blank = await estate.desk.post(f"{estate.path}/denied", json={"personId": estate.owner, "reason": ""})
    assert (blank.status_code, blank.json()["field"]) == (400, "reason")
    body = {"personId": estate.owner, "reason": "拖欠"}
    assert (await estate.desk.post(f"{estate.path}/denied", json=body)).status_code == 204
    await until(lambda: len(gate.permissions.qr) == 1)
    [row] = (await estate.desk.get(f"{estate.path}/denied")).json()
    assert (row["personName"], row["reason"], row["source"]) == ("王伟", "拖欠", "denied")
    assert (await estate.desk.delete(f"{estate.path}/denied/{estate.owner}")).status_code == 204
    await until(lambda: len(gate.permissions.qr) == 2)
    # An integrator freezes the account, and this community lets doors follow.
    async with estate.platform.db.begin() as tx:
        project = await tenancy.create_project(estate.tenant, tx, name="集成", ids=estate.platform.ids)
        await tenancy.grant_community(estate.tenant, tx, project_id=project, community_id=estate.community)
        await emit(tx, AccountFrozen(estate.tenant.tenant, project, estate.owner, True))
    await until(lambda: len(gate.permissions.qr) == 1)
    async with estate.platform.db.begin() as tx:
        await emit(tx, AccountFrozen(estate.tenant.tenant, project, estate.owner, False))
    await until(lambda: len(gate.permissions.qr) == 2)


async def test_a_place_with_doors_is_not_taken_away_under_them(estate: Estate) -> None:
    iot_id, _ = await estate.new_door("SN-1", "1幢大门", online=False)
    building = estate.buildings[0]
    place = {"name": "1幢大门", "spaceId": building, "direction": "ENTRANCE"}
    assert (await estate.desk.put(f"/doors/{iot_id}", json=place)).status_code == 204
    refused = await estate.desk.delete(f"/spaces/{building}?whole=true")
    assert (refused.status_code, refused.json()["code"]) == (409, "access.doors_here")
    assert "1幢大门" in refused.json()["message"]
    living = (await estate.desk.get(f"{estate.path}/residents")).json()
    assert living["total"] == 2, "nobody moved out for nothing"
    assert (await estate.desk.delete(f"/spaces/{estate.buildings[1]}?whole=true")).status_code == 200
    assert (
        await estate.desk.put(f"/doors/{iot_id}", json=place | {"spaceId": estate.root})
    ).status_code == 204
    assert (await estate.desk.delete(f"/spaces/{building}?whole=true")).status_code == 200


async def test_undoing_a_move_out_brings_vehicles_and_key_back(estate: Estate) -> None:
    """What others took meanwhile stays theirs, and is named."""
    await estate.switch()
    iot_id, _ = await estate.new_door("SN-1", "1幢门", online=False)
    await estate.serve(iot_id, estate.buildings[0])
    cars = f"{estate.path}/vehicles"
    for plate in ("浙A12345", "浙A54321"):
        made = await estate.desk.post(
            cars, json={"identityId": estate.owner, "plate": plate, "brand": "比亚迪"}
        )
        assert made.status_code == 201, made.text
    leaves = {"houseId": estate.houses[0], "identityId": estate.owner}
    out = await estate.desk.post(f"{estate.path}/residents/move-out", json=leaves)
    assert out.status_code in (200, 204), out.text
    assert (await estate.desk.get(cars)).json()["total"] == 0
    taken = await estate.desk.post(cars, json={"identityId": estate.neighbour, "plate": "浙A54321"})
    assert taken.status_code == 201
    back = await estate.desk.post(f"{estate.path}/history/{out.json()['changeId']}/restore")
    assert back.status_code in (200, 204), back.text
    rows = (await estate.desk.get(cars)).json()["data"]
    assert {(row["plate"], row["brand"], row["ownerName"]) for row in rows} == {
        ("浙A12345", "比亚迪", "王伟"), ("浙A54321", "", "李雷"),
    }  # fmt: skip
    told = await estate.desk.get(f"{estate.path}/history?kind=resident&target={estate.owner}")
    fields = {one["field"]: one["after"] for one in told.json()["data"][0]["fields"]}
    assert (fields["vehicles"], fields["vehicles_taken"]) == ("浙A12345", "浙A54321")


async def test_the_door_says_why_it_does_not_open_and_who_could_open_it_when(estate: Estate) -> None:
    gate_id, gate = await estate.new_door("SN-2", "大门")
    why = f"/doors/{gate_id}/why"
    here = f"/communities/{estate.community}"

    async def cause(person: str) -> tuple[str, str]:
        answer = await estate.desk.get(why, params={"personId": person})
        assert answer.status_code == 200, answer.text
        found = answer.json()["cause"]
        assert found["words"]
        assert not found["words"].startswith("entry.")
        return found["code"], found["action"]

    assert await cause("nobody") == ("person_unknown", "add_person")
    assert await cause(estate.owner) == ("credential_elsewhere", "serve")
    await estate.serve(gate_id, estate.root)
    assert await cause(estate.owner) == ("credential_none", "give_key")
    start = estate.now
    await estate.platform.clock.advance(60_000)
    await estate.switch()
    await until(lambda: len(gate.permissions.qr) == 2 and gate.public_key)

    async def fine() -> bool:
        return await cause(estate.owner) == ("nothing_found", "show_again")

    await until(fine)
    body = {"personId": estate.owner, "reason": "拖欠"}
    assert (await estate.desk.post(f"{estate.path}/denied", json=body)).status_code == 204
    assert await cause(estate.owner) == ("rest_denied", "lift")
    await until(lambda: len(gate.permissions.qr) == 1)
    async with estate.phone() as owner:
        told = (await owner.get(f"{here}/why")).json()
        assert (told["doorName"], told["cause"]["code"]) == ("大门", "rest_denied")
        assert (await owner.get(f"{here}/why", params={"iotId": "nowhere"})).status_code == 404
        again = await owner.post(f"{here}/doors/{gate_id}/redeliver")
        assert (again.status_code, again.json()) == (200, {"due": 0})
        # The door's own clock goes wrong: everything looks expired to it.
        assert (await estate.desk.delete(f"{estate.path}/denied/{estate.owner}")).status_code == 204
        await until(lambda: len(gate.permissions.qr) == 2)
        gate._now_ms = lambda: estate.now + 600_000
        shown = (await owner.post(f"{here}/key")).json()
        assert gate.scan(shown["text"]).code == 102

        async def wrong() -> bool:
            return await cause(estate.owner) == ("clock_fast", "sync_clock")

        await until(wrong)
    past = f"/doors/{gate_id}/past"
    assert (await estate.desk.get(past, params={"at": start})).json()["total"] == 0
    now = (await estate.desk.get(past)).json()["data"]
    assert {(row["personName"], row["kind"], row["source"], row["valid"]) for row in now} == {
        ("王伟", "qr", "home", True), ("李雷", "qr", "home", True),
    }  # fmt: skip
    assert len(now) == 2
    found = (await estate.desk.get(past, params={"q": "李"})).json()
    assert [row["personName"] for row in found["data"]] == ["李雷"]
    async with estate.platform.db.begin() as tx:
        await residents.move_out(
            estate.tenant, tx, house_id=estate.houses[1], identity_id=estate.neighbour, now_ms=estate.now
        )
    await until(lambda: len(gate.permissions.qr) == 1)

    async def only_one() -> bool:
        rows = (await estate.desk.get(past)).json()["data"]
        return [row["personName"] for row in rows] == ["王伟"]

    await until(only_one)
