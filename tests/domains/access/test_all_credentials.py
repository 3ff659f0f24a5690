"""The list of everything that opens doors: found, taken away, ended whoever gave it, and let hold again."""

import csv
import io
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from linli.domains.access.service import cards, persons
from linli.domains.access.service.cards import CardWish
from linli.kernel import tenancy
from linli.kernel.clock import ManualClock
from linli.kernel.db import Database
from linli.kernel.ids import Ids
from linli.kernel.scope import Caller, Scope
from linli.sim.door import SimulatedDoor
from tests.console.conftest import SETUP
from tests.domains.access.estate import Estate, open_estate
from tests.domains.access.platform import until
from tests.domains.communities.builders import make_space

HOUR = 3_600_000


@pytest.fixture
async def estate(database: Database, clock: ManualClock, ids: Ids, tmp_path: Path) -> AsyncIterator[Estate]:
    async with open_estate(database, clock, ids, tmp_path) as made:
        yield made


async def _listed(estate: Estate, **asked: object) -> list[dict[str, Any]]:
    answer = await estate.desk.get(f"{estate.path}/held-credentials", params=asked)
    assert answer.status_code == 200, answer.text
    page = answer.json()
    assert page["total"] >= len(page["data"])
    rows: list[dict[str, Any]] = page["data"]
    return rows


async def _one(estate: Estate, **asked: object) -> dict[str, Any]:
    (row,) = await _listed(estate, **asked)
    return row


async def _fill(estate: Estate) -> tuple[str, SimulatedDoor]:
    """One of each: a card and a PIN of persons, a code door by door, an integrator's card, keys."""
    iot_id, door = await estate.new_door("SN-1", "北门")
    now = estate.now
    card = {
        "kind": "card",
        "personId": estate.owner,
        "number": "04A1B2C3",
        "reach": "doors",
        "iotIds": [iot_id],
    }
    pin = {
        "kind": "pin",
        "personId": "cleaner-1",
        "name": "保洁",
        "reach": "all",
        "maxUses": 3,
        "label": "夜班",
    }
    code = {
        "communityId": estate.community, "personId": "guest-1", "name": "=来宾", "iotIds": [iot_id],
        "startsMs": now + HOUR, "endsMs": now + 2 * HOUR, "maxScans": 5,
    }  # fmt: skip
    for path, body in (("credentials", card), ("credentials", pin)):
        assert (await estate.desk.post(f"{estate.path}/{path}", json=body)).status_code == 201
    assert (await estate.desk.post("/qr-codes", json=code)).status_code == 201
    async with estate.platform.db.begin() as tx:
        project = await tenancy.create_project(estate.tenant, tx, name="集成", ids=estate.platform.ids)
        await tenancy.grant_community(estate.tenant, tx, project_id=project, community_id=estate.community)
        app = Scope(estate.tenant.tenant, Caller("app", "1"), frozenset({estate.community}), project)
        await persons.save_person(app, tx, identity_id="tenant-7", name="租客", ext_info=None, now_ms=now)
        wish = CardWish(iot_id, "0000:1234", "tenant-7", now + 8 * HOUR)
        assert await cards.grant_cards(app, tx, wishes=[wish], keys=estate.platform.keys, now_ms=now) == []
    await until(
        lambda: len(door.permissions.cards) == 2 and door.permissions.qr and door.permissions.passwords
    )
    return iot_id, door


ALL = (("own", "card"), ("own", "pin"), ("card", "card"), ("code", "qr"))


async def test_all_that_opens_doors_is_in_one_list(estate: Estate) -> None:
    await _fill(estate)
    shown = await estate.desk.post(f"{estate.path}/staff-key")
    assert shown.status_code == 200
    rows = {row["origin"]: row for row in await _listed(estate, sort="created") if row["kind"] != "pin"}
    assert rows.keys() == {"own", "card", "code", "staff"}
    assert {row["origin"]: (row["personName"], row["reach"]) for row in rows.values()} == {
        "own": ("王伟", "doors"), "card": ("租客", "doors"), "code": ("=来宾", "doors"),
        "staff": (SETUP["name"], "all"),
    }  # fmt: skip
    assert (rows["card"]["fromApp"], rows["own"]["fromApp"]) == (True, False)
    assert (rows["code"]["state"], rows["code"]["maxUses"], len(rows["code"]["shown"])) == ("coming", 5, 4)
    assert {row["used"] for row in rows.values()} == {0}
    pin = await _one(estate, kind="pin")
    assert (pin["shown"], pin["maxUses"], pin["label"], pin["endsMs"]) == ("", 3, "夜班", None)
    assert (pin["doors"], pin["state"], pin["reach"]) == (1, "live", "all")

    assert [row["personName"] for row in await _listed(estate, q="王伟", kind="card")] == ["王伟"]
    assert [row["personName"] for row in await _listed(estate, q="租")] == ["租客"]
    assert [row["personName"] for row in await _listed(estate, q="b2c3")] == ["王伟"]
    assert [row["personName"] for row in await _listed(estate, q="04a1b2c3")] == ["王伟"]
    assert await _listed(estate, q="04a1") == []
    assert [row["personName"] for row in await _listed(estate, q="夜")] == ["保洁"]
    assert await _listed(estate, q="%") == []
    assert [row["origin"] for row in await _listed(estate, state="coming")] == ["code"]
    assert [row["origin"] for row in await _listed(estate, origin="card,code", sort="-ends")] == [
        "card",
        "code",
    ]
    assert len(await _listed(estate, pageSize=2, pageNo=2)) == 2
    assert await _listed(estate, personId="nobody") == []
    bad = await estate.desk.get(f"{estate.path}/held-credentials", params={"sort": "name"})
    assert bad.status_code == 400
    assert (await estate.desk.get("/communities/999/held-credentials")).json()["total"] == 0

    text = (
        await estate.desk.get(f"{estate.path}/held-credentials/export.csv", params={"language": "en"})
    ).text
    lines = {
        line["Holder"]: line for line in csv.DictReader(io.StringIO(text)) if line["Origin"] != "Staff key"
    }
    assert (lines["王伟"]["Credential"], lines["王伟"]["Origin"]) == ("04A1B2C3", "Property or person")
    assert (lines["'=来宾"]["State"], lines["保洁"]["Uses"]) == ("Not valid yet", "0/3")
    book = await estate.desk.get(f"{estate.path}/held-credentials/export.xlsx", params={"kind": "card"})
    sheet = openpyxl.load_workbook(io.BytesIO(book.content)).active
    assert sheet is not None
    assert {row[1] for row in sheet.iter_rows(min_row=2, values_only=True)} == {"04A1B2C3", "0000:1234"}


async def test_codes_at_a_door_name_their_residents(estate: Estate) -> None:
    iot_id, _ = await estate.new_door("SN-1", "北门", online=False)
    code = {
        "communityId": estate.community, "personId": estate.owner, "iotIds": [iot_id],
        "endsMs": estate.now + HOUR,
    }  # fmt: skip
    given = await estate.desk.post("/qr-codes", json=code)
    assert given.status_code == 201, given.text
    rights = (await estate.desk.get("/qr-codes", params={"iotId": iot_id})).json()["data"]
    (right,) = [right for right in rights if right["ref"] == given.json()["ref"]]
    assert right["personName"] == "王伟"


async def test_a_whole_code_is_shown_on_request_and_who_looked_is_kept(estate: Estate) -> None:
    await _fill(estate)
    path = f"{estate.path}/held-credentials"
    rows = [await _one(estate, origin=origin, kind=kind) for origin, kind in ALL]
    assert not [row for row in rows if row["kind"] == "qr" and len(row["ref"]) < 20]
    found = []
    for row in rows:
        named = {"origin": row["origin"], "ref": row["ref"], "personId": row["personId"]}
        answer = await estate.desk.post(f"{path}/reveal", json=named)
        assert answer.status_code == (404 if row["kind"] == "pin" else 200), answer.text
        found.append(answer.json().get("code") if answer.status_code == 200 else "")
        stranger = await estate.desk.post(f"{path}/reveal", json={**named, "personId": "somebody"})
        assert stranger.status_code == 404
    code = found[ALL.index(("code", "qr"))]
    assert (found[0], found[2], len(code)) == ("04A1B2C3", "0000:1234", 16)
    assert (await estate.desk.post(f"{path}/reveal", json={**named, "ref": code})).status_code == 404
    told = await estate.desk.get(f"{estate.path}/history", params={"kind": "credentials", "target": "*"})
    lines = [one for one in told.json()["data"] if one["action"] == "code_shown"]
    assert len(lines) == 3
    assert code not in told.text


async def test_each_is_ended_and_let_hold_again(estate: Estate) -> None:
    _, door = await _fill(estate)
    path = f"{estate.path}/held-credentials"
    for origin, kind in ALL:
        row = await _one(estate, origin=origin, kind=kind)
        named = {"origin": row["origin"], "ref": row["ref"], "personId": row["personId"]}
        early = await estate.desk.post(f"{path}/restore", json={**named, "iotIds": []})
        assert (early.status_code, early.json()["code"]) == (409, "access.cannot_restore")
        ended = await estate.desk.post(f"{path}/end", json={**named, "reason": "丢失"})
        assert ended.status_code == 200, ended.text
        row = await _one(estate, origin=origin, kind=kind)
        assert row["state"] == "ended"
        assert row["doors"] == 0
        assert row["endReason"] == "丢失"
        assert [one["ref"] for one in await _listed(estate, state="ended")] == [row["ref"]]
        restored = await estate.desk.post(f"{path}/restore", json={**named, **ended.json()})
        assert restored.status_code == 204, restored.text
        assert (await _one(estate, origin=origin, kind=kind))["state"] != "ended"

    async def whole() -> bool:
        return (
            len(door.permissions.cards) == 2
            and len(door.permissions.qr) == len(door.permissions.passwords) == 1
        )

    await until(whole)
    assert door.swipe("04A1B2C3").opens
    assert door.swipe("0000:1234").opens
    pin = await _one(estate, kind="pin")
    named = {"origin": "own", "ref": pin["ref"], "personId": "cleaner-1"}
    assert (await estate.desk.post(f"{path}/end", json=named)).status_code == 200
    await until(lambda: not door.permissions.passwords)


async def test_what_ended_by_itself_is_not_brought_back(estate: Estate) -> None:
    """An integrator's card, a code and a card of one's own end alike with a move-out, and stay ended at the desk."""
    iot_id, door = await estate.new_door("SN-1", "北门")
    here = {"reach": "doors", "iotIds": [iot_id]}
    own = {"kind": "card", "personId": estate.owner, "number": "04A1B2C3", **here}
    code = {
        "communityId": estate.community, "personId": estate.owner, "name": "王伟", "iotIds": [iot_id],
        "startsMs": estate.now, "endsMs": estate.now + 8 * HOUR, "maxScans": 5,
    }  # fmt: skip
    assert (await estate.desk.post(f"{estate.path}/credentials", json=own)).status_code == 201
    assert (await estate.desk.post("/qr-codes", json=code)).status_code == 201
    async with estate.platform.db.begin() as tx:
        wish = CardWish(iot_id, "0000:1234", estate.owner, estate.now + 8 * HOUR)
        keys = estate.platform.keys
        assert await cards.grant_cards(estate.tenant, tx, wishes=[wish], keys=keys, now_ms=estate.now) == []
    await until(lambda: len(door.permissions.cards) == 2 and door.permissions.qr)
    leaves = {"houseId": estate.houses[0], "identityId": estate.owner}
    out = await estate.desk.post(f"{estate.path}/residents/move-out", json=leaves)
    assert out.status_code == 200, out.text
    await until(lambda: not door.permissions.cards and not door.permissions.qr)
    rows = await _listed(estate, state="ended")
    assert {row["origin"] for row in rows} == {"own", "card", "code"}
    for row in rows:
        named = {"origin": row["origin"], "ref": row["ref"], "personId": row["personId"], "iotIds": [iot_id]}
        refused = await estate.desk.post(f"{estate.path}/held-credentials/restore", json=named)
        assert (refused.status_code, refused.json()["code"]) == (409, "access.cannot_restore"), row["origin"]
    assert len(await _listed(estate, state="ended")) == 3


async def test_a_refused_file_is_told_in_the_doors_words(estate: Estate) -> None:
    iot_id, door = await estate.new_door("SN-1", "北门")
    door.refuse_files = True
    card = {
        "kind": "card", "personId": estate.owner, "number": "04A1B2C3", "reach": "doors", "iotIds": [iot_id],
    }  # fmt: skip
    assert (await estate.desk.post(f"{estate.path}/credentials", json=card)).status_code == 201

    async def told() -> dict[str, Any] | None:
        (row,) = (await estate.desk.get("/deliveries/devices")).json()["data"]
        return row if row["refused"] else None

    await until(told)
    row = await told()
    assert row is not None
    assert (row["refused"], row["cannot"]) == (1, 1)
    assert row["refusal"] == "storage fault (500)"
    door.refuse_files = False
    assert (await estate.desk.post(f"/deliveries/devices/{iot_id}/retry")).status_code == 200
    await until(lambda: door.permissions.cards)

    async def mended() -> bool:
        (row,) = (await estate.desk.get("/deliveries/devices")).json()["data"]
        return (row["refused"], row["refusal"], row["cannot"]) == (0, "", 0)

    await until(mended)


async def test_a_door_that_left_gets_nothing_back(estate: Estate) -> None:
    iot_id, door = await estate.new_door("SN-1", "北门")
    card = {
        "kind": "card", "personId": estate.owner, "number": "04A1B2C3", "reach": "doors", "iotIds": [iot_id],
    }  # fmt: skip
    assert (await estate.desk.post(f"{estate.path}/credentials", json=card)).status_code == 201
    await until(lambda: door.permissions.cards)
    row = await _one(estate, origin="own")
    named = {"origin": "own", "ref": row["ref"], "personId": row["personId"]}
    ended = await estate.desk.post(f"{estate.path}/held-credentials/end", json=named)
    assert ended.json() == {"iotIds": [iot_id]}
    assert (await estate.desk.delete(f"/doors/{iot_id}")).status_code == 204
    refused = await estate.desk.post(
        f"{estate.path}/held-credentials/restore", json={**named, "iotIds": [iot_id]}
    )
    assert (refused.status_code, refused.json()["code"]) == (409, "access.cannot_restore")


async def test_what_cannot_be_ended_says_why(estate: Estate) -> None:
    await _fill(estate)
    await estate.desk.post(f"{estate.path}/staff-key")
    path = f"{estate.path}/held-credentials"
    key = await _one(estate, origin="staff")
    named = {"origin": "staff", "ref": key["ref"], "personId": key["personId"]}
    refused = await estate.desk.post(f"{path}/end", json=named)
    assert (refused.status_code, refused.json()["code"]) == (409, "access.follows_its_owner")
    for origin, ref in (("own", "1"), ("own", "x"), ("own", "9" * 30), ("card", "no"), ("code", "no")):
        gone = await estate.desk.post(f"{path}/end", json={"origin": origin, "ref": ref, "personId": "p"})
        assert gone.status_code == 404, (origin, ref)
    row = await _one(estate, origin="own", kind="card")
    named = {"origin": "own", "ref": row["ref"], "personId": row["personId"]}
    long = await estate.desk.post(f"{path}/end", json={**named, "reason": "x" * 65})
    assert (long.status_code, long.json()["field"]) == (400, "reason")
    # The number is somebody else's by now: it stays theirs.
    ended = (await estate.desk.post(f"{path}/end", json=named)).json()
    other = {"kind": "card", "personId": estate.neighbour, "number": "04A1B2C3", "reach": "all"}
    assert (await estate.desk.post(f"{estate.path}/credentials", json=other)).status_code == 201
    taken = await estate.desk.post(f"{path}/restore", json={**named, **ended})
    assert (taken.status_code, taken.json()["code"]) == (409, "access.credential_taken")


async def test_keys_come_and_go_with_their_owner(estate: Estate) -> None:
    await estate.switch()
    gate_id, gate = await estate.new_door("SN-2", "大门")
    await estate.serve(gate_id, estate.root)
    await until(lambda: len(gate.permissions.qr) == 2)
    assert [row["state"] for row in await _listed(estate, origin="home")] == ["live", "live"]
    await estate.switch(serviceOn=False)
    await until(lambda: not gate.permissions.qr)
    assert [row["state"] for row in await _listed(estate, origin="home")] == ["ended", "ended"]
    await estate.switch()
    await until(lambda: len(gate.permissions.qr) == 2)
    assert [row["state"] for row in await _listed(estate, origin="home")] == ["live", "live"]


async def test_who_was_denied_by_whom_and_lifted_since(estate: Estate) -> None:
    path = f"{estate.path}/denied"
    body = {"personId": estate.owner, "reason": "拖欠"}
    assert (await estate.desk.post(path, json=body)).status_code == 204
    [row] = (await estate.desk.get(path)).json()
    assert (row["by"], row["liftedMs"], row["liftedBy"]) == (SETUP["name"], None, "")
    given = {"kind": "card", "personId": estate.owner, "number": "04A1B2C3", "reach": "all"}
    assert (await estate.desk.post(f"{estate.path}/credentials", json=given)).status_code == 201
    assert (await _one(estate, origin="own"))["denied"] is True
    assert (await estate.desk.delete(f"{path}/{estate.owner}")).status_code == 204
    assert (await estate.desk.get(path)).json() == []
    [row] = (await estate.desk.get(path, params={"lifted": True})).json()
    assert (row["liftedMs"], row["liftedBy"]) == (estate.now, SETUP["name"])


async def test_an_intercom_door_calls_one_unit(estate: Estate) -> None:
    iot_id, _ = await estate.new_door("SN-1", "北门", online=False)
    path = f"/doors/{iot_id}/call-unit"
    assert (await estate.desk.get(path)).json() == {"spaceId": None, "place": ""}
    parts = estate.parts
    unit = await make_space(parts.db, estate.tenant, parts.ids, estate.buildings[0], "unit", "1单元")
    await estate.serve(iot_id, estate.root)
    assert (await estate.desk.put(path, json={"spaceId": unit})).status_code == 204
    assert (await estate.desk.get(path)).json() == {"spaceId": str(unit), "place": "1幢/1单元"}
    # Whom it serves stays as it is.
    assert len((await estate.desk.get(f"/doors/{iot_id}/scope")).json()["serves"]) == 1
    building = await estate.desk.put(path, json={"spaceId": estate.buildings[0]})
    assert (building.status_code, building.json()["field"]) == (400, "callSpaceId")
    assert (await estate.desk.put(path, json={"spaceId": 999_999})).status_code == 404
    assert (await estate.desk.put(path, json={"spaceId": None})).status_code == 204
    assert (await estate.desk.get("/doors/nowhere/call-unit")).status_code == 404
