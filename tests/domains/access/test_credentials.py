"""Cards, Bluetooth cards and PINs: given at the desk, by a phone or by signed calls, decided by doors over MQTT."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from linli.kernel.clock import ManualClock
from linli.kernel.db import Database
from linli.kernel.ids import Ids
from linli.things.service import products
from tests.domains.access.conftest import TSL
from tests.domains.access.estate import NEIGHBOUR_PHONE, Estate, open_estate
from tests.domains.access.platform import until
from tests.domains.access.test_access_openapi import PERSON, Home, home

__all__ = ["home"]


@pytest.fixture
async def estate(database: Database, clock: ManualClock, ids: Ids, tmp_path: Path) -> AsyncIterator[Estate]:
    async with open_estate(database, clock, ids, tmp_path) as made:
        yield made


@pytest.mark.covers("EP-14", "EP-19", "EP-20")
async def test_a_bluetooth_card_opens_and_is_told_with_its_codes(home: Home) -> None:
    iot_id, door = await home.new_door()
    away_id, _ = await home.new_door(online=False)
    path = "/entrance/paas/perm/blecard"
    card = {"iotId": iot_id, "bleCardId": "BLE0001", "identityId": PERSON, "expiryTime": home.at(minutes=1)}
    wanted = [
        card,
        {**card, "iotId": away_id},
        {**card, "iotId": "nowhere"},
        {**card, "identityId": "nobody"},
    ]
    answer = await home.call(f"{path}/batchmodify", "1.0.0", cards=wanted)
    assert answer["code"] == 200
    assert [(row["iotId"], row["code"]) for row in answer["data"]] == [
        (away_id, 460), ("nowhere", 403), (iot_id, 403),
    ]  # fmt: skip
    await until(lambda: "BLE0001" in door.permissions.ble_cards)
    assert door.tap("BLE0001").opens
    assert door.tap("BLE9999").code == 303
    await home.platform.clock.advance(90_000)
    assert door.tap("BLE0001").code == 302
    rows = {json.loads(row["eventExtInfo"])["code"]: row for row in await home.records(3)}
    assert set(rows) == {0, 302, 303}
    assert (rows[0]["type"], rows[0]["identityId"], rows[0]["name"]) == ("BleCARD", PERSON, "王先生")
    assert (rows[303]["identityId"], rows[303]["name"]) == ("", "")
    named = {key: card[key] for key in ("iotId", "bleCardId", "identityId")}
    gone = [named, {**named, "bleCardId": "x"}]
    answer = await home.call(f"{path}/batchdelete", "1.0.0", list=gone)
    assert [(row["bleCardId"], row["code"]) for row in answer["data"]] == [("x", 460)]
    await until(lambda: not door.permissions.ble_cards)
    many = await home.call(f"{path}/batchmodify", "1.0.0", cards=[card] * 201)
    assert many["code"] == 460
    assert "200" in many["message"]
    late = await home.call(f"{path}/batchmodify", "1.0.0", cards=[{**card, "expiryTime": home.at(hours=-9)}])
    assert late["code"] == 460
    assert "expiryTime" in late["message"]


async def test_a_resident_chooses_a_pin_and_gives_a_visitor_one(estate: Estate) -> None:
    await estate.switch()
    gate_id, gate = await estate.new_door("SN-2", "大门")
    await estate.serve(gate_id, estate.root)
    here = f"/communities/{estate.community}/credentials"
    async with estate.phone() as owner, estate.phone(NEIGHBOUR_PHONE) as neighbour:
        for pin in ("12345", "123456", "111222x", "121212"):
            answer = await owner.put(f"{here}/pin", json={"pin": pin})
            assert (answer.status_code, answer.json()["field"]) == (400, "pin")
        assert (await owner.put(f"{here}/pin", json={"pin": "271828"})).status_code == 204
        taken = await neighbour.put(f"{here}/pin", json={"pin": "271828"})
        assert (taken.status_code, taken.json()["code"]) == (409, "access.pin_taken")
        await until(lambda: len(gate.permissions.passwords) == 1)
        [(stored, right)] = gate.permissions.passwords.items()
        assert right.salt
        assert "271828" not in stored
        found = gate.press("271828")
        assert found is not None
        assert found.opens
        given = (await owner.post(f"{here}/visitor-pin", json={"hours": 2, "uses": 1})).json()
        await until(lambda: len(gate.permissions.passwords) == 2)
        found = gate.press(given["pin"])
        assert found is not None
        assert found.opens
        await until(lambda: len(gate.permissions.passwords) == 1)  # used up: the doors forget it
        mine = (await owner.get(here)).json()
        assert [(one["kind"], one["number"], one["label"]) for one in mine] == [("pin", "", "own")]
        assert (await neighbour.delete(f"{here}/{mine[0]['id']}")).status_code == 404
        # Another one instead; the old one opens nothing, and after five wrong ones the keypad pauses.
        assert (await owner.put(f"{here}/pin", json={"pin": "314159"})).status_code == 204
        await until(lambda: stored not in gate.permissions.passwords and len(gate.permissions.passwords) == 1)
        tried = [gate.press("271828") for _ in range(6)]
        assert [one.code if one else None for one in tried] == [10000] * 5 + [None]
        rows = (await estate.desk.get("/passes", params={"communityId": estate.community})).json()["data"]
        assert {row["personName"] for row in rows if row["passed"]} == {"王伟"}
        codes = [(await owner.put(f"{here}/pin", json={"pin": "12"})).status_code for _ in range(9)]
        assert codes[-1] == 429


async def test_the_desk_gives_cards_and_pins_and_takes_them_back(estate: Estate) -> None:
    iot_id, door = await estate.new_door("SN-1", "北门")
    path = f"{estate.path}/credentials"
    card = {
        "kind": "card",
        "personId": estate.owner,
        "number": "04A1B2C3",
        "reach": "doors",
        "iotIds": [iot_id],
    }
    for changed, field in (
        ({"number": "!"}, "number"), ({"iotIds": []}, "iotIds"), ({"endsMs": 1}, "endsMs"),
        ({"kind": "pin", "number": "1234567890"}, "pin"), ({"maxUses": 0}, "maxUses"),
    ):  # fmt: skip
        refused = await estate.desk.post(path, json=card | changed)
        assert (refused.status_code, refused.json()["field"]) == (400, field)
    given = await estate.desk.post(path, json=card)
    assert given.status_code == 201, given.text
    again = await estate.desk.post(path, json={**card, "personId": estate.neighbour})
    assert (again.status_code, again.json()["code"]) == (409, "access.credential_taken")
    await until(lambda: "04A1B2C3" in door.permissions.cards)
    assert door.swipe("04A1B2C3").opens
    staff = {"kind": "pin", "personId": "cleaner-1", "name": "保洁", "reach": "all", "maxUses": 3}
    pin = (await estate.desk.post(path, json=staff)).json()["pin"]
    await until(lambda: door.permissions.passwords)
    found = door.press(pin)
    assert found is not None
    assert found.opens

    async def told() -> bool:
        rows = (await estate.desk.get(path)).json()["data"]
        seen = {(row["kind"], row["personName"], row["number"], row["used"], row["held"]) for row in rows}
        return seen == {("card", "王伟", "04A1B2C3", 1, 1), ("pin", "保洁", "", 1, 1)}

    await until(told)
    assert await estate.take_back(given.json()["id"]) == 200
    await until(lambda: not door.permissions.cards)
    assert (await estate.desk.post(path, json={**card, "personId": estate.neighbour})).status_code == 201


async def test_the_desk_sees_which_doors_a_credential_will_open(estate: Estate) -> None:
    async def home_doors(person: str = "") -> tuple[list[str], str]:
        answer = await estate.desk.get(
            f"{estate.path}/home-doors", params={"personId": person or estate.owner}
        )
        assert answer.status_code == 200, answer.text
        return [door["name"] for door in answer.json()["doors"]], answer.json()["problem"]

    assert await home_doors() == ([], "no_doors")
    gate_id, gate = await estate.new_door("SN-1", "大门")
    assert await home_doors() == ([], "no_scopes")
    await estate.serve(gate_id, estate.buildings[1])
    assert await home_doors() == ([], "not_served")
    await estate.serve(gate_id, estate.root)
    assert await home_doors() == (["大门"], "")
    assert await home_doors("cleaner-1") == ([], "no_home")
    card = {"kind": "card", "personId": estate.owner, "number": "04A1B2C3"}
    assert (await estate.desk.post(f"{estate.path}/credentials", json=card)).status_code == 201
    await until(lambda: "04A1B2C3" in gate.permissions.cards)
    bad = await estate.desk.get(f"{estate.path}/home-doors", params={"personId": ""})
    assert bad.status_code == 400


async def test_a_door_without_digests_gets_pins_in_clear(estate: Estate) -> None:
    plain = TSL.replace('"PasswordDigest"', '"PasswordNotes"')
    async with estate.platform.db.begin() as tx:
        made = await products.create_product(
            estate.tenant,
            tx,
            values=products.ProductValues(name="旧门", tsl=plain),
            ids=estate.platform.ids,
            secrets=estate.parts.secrets,
        )
    estate.product_key = made.product_key
    _, door = await estate.new_door("SN-9", "旧门")
    path = f"{estate.path}/credentials"
    wish = {"kind": "pin", "personId": estate.owner, "number": "271828", "reach": "all"}
    given = (await estate.desk.post(path, json=wish)).json()
    await until(lambda: "271828" in door.permissions.passwords)
    assert await estate.take_back(given["id"]) == 200
    await until(lambda: not door.permissions.passwords)
