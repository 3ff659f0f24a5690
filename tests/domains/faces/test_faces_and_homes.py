"""Faces follow whom a door serves: residents by their phones, staff by the desk, doors over MQTT."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from linli.domains.faces.room import FaceEngineRoom
from linli.domains.faces.service.consents import TEXT_VERSION
from linli.domains.people.events import UsersErased
from linli.kernel import tenancy
from linli.kernel.clock import ManualClock
from linli.kernel.db import Database
from linli.kernel.events import emit
from linli.kernel.ids import Ids
from linli.sim.face_door import SimulatedFaceDoor
from linli.sim.link import Triple
from linli.things.service import products
from linli.vision.engine.local import NoEngine
from tests.domains.access.estate import NEIGHBOUR_PHONE, Estate, open_estate
from tests.domains.access.platform import LOOPBACK, until
from tests.domains.faces.home import TSL, as_text, picture
from tests.openapi.house import Partner


@pytest.fixture
async def estate(database: Database, clock: ManualClock, ids: Ids, tmp_path: Path) -> AsyncIterator[Estate]:
    async with open_estate(database, clock, ids, tmp_path) as made:
        made.parts.services["faces"] = FaceEngineRoom(database, made.parts.objects, NoEngine("no models"))
        async with database.begin() as tx:
            product = await products.create_product(
                made.tenant,
                tx,
                values=products.ProductValues(name="人脸门", tsl=TSL),
                ids=ids,
                secrets=made.parts.secrets,
            )
        made.product_key = product.product_key
        await made.switch()
        yield made


async def face_door(estate: Estate, sn: str, space_id: int) -> tuple[str, SimulatedFaceDoor]:
    wanted = {
        "communityId": estate.community,
        "sn": sn,
        "name": sn,
        "productKey": estate.product_key,
        "spaceId": space_id,
    }
    answer = await estate.desk.post("/doors", json=wanted)
    assert answer.status_code == 201, answer.text
    told = answer.json()
    triple = Triple(told["productKey"], told["deviceName"], told["deviceSecret"])
    door = SimulatedFaceDoor(triple, LOOPBACK, estate.platform.mqtt_port, now_ms=estate.platform.clock.now_ms)
    estate.platform.doors.append(door)
    await door.start()
    await door.link.wait_online()
    return told["iotId"], door


def signed(mark: str, **more: Any) -> dict[str, Any]:
    return {"picture": as_text(picture(mark)), "textVersion": TEXT_VERSION, "agreed": True, **more}


@pytest.mark.covers("PM-03", "RES-06")
async def test_saving_whom_a_door_serves_brings_faces_and_codes_and_takes_them_off(estate: Estate) -> None:
    iot_id, door = await face_door(estate, "SN-F1", estate.buildings[0])
    face = f"{estate.path}/face"
    async with estate.phone() as phone:
        told = (await phone.get(face)).json()
        assert (told["present"], told["textVersion"]) == (False, TEXT_VERSION)
        refused = await phone.post(face, json=signed("owner") | {"agreed": False})
        assert (refused.status_code, refused.json()["field"]) == (400, "agreed")
        off = await phone.post(f"{face}/look", json={"picture": as_text(picture("owner"))})
        assert (off.status_code, off.json()["code"]) == (503, "faces.no_hints")
        assert (await phone.post(face, json=signed("owner"))).status_code == 204
        assert not door.library.faces
        await estate.serve(iot_id, estate.buildings[0])
        await until(lambda: len(door.library.faces) == 1 and len(door.permissions.qr) == 1)

        async def there() -> bool:
            doors = (await phone.get(face)).json()["doors"]
            return [(row["name"], row["status"]) for row in doors] == [("SN-F1", "transferred")]

        await until(there)
        (key,) = door.library.faces
        assert door.show_face(key).opens
        # The neighbour of the other building has a face too, by the desk, and is not served here.
        path = f"{estate.path}/residents/{estate.neighbour}/face"
        assert (await estate.desk.post(path, json=signed("neighbour"))).status_code == 204
        await estate.serve(iot_id, *estate.buildings)
        await until(lambda: len(door.library.faces) == 2 and len(door.permissions.qr) == 2)
        await estate.serve(iot_id, estate.buildings[1])
        await until(lambda: key not in door.library.users and len(door.permissions.qr) == 1)
        await estate.serve(iot_id, *estate.buildings)
        await until(lambda: key in door.library.faces and len(door.permissions.qr) == 2)
        # Taken back by the resident: the face goes, the code stays.
        assert (await phone.delete(face)).status_code == 204
        await until(lambda: key not in door.library.users)
        await until(lambda: len(door.permissions.qr) == 2)

        async def erased() -> bool:
            (one,) = (await phone.get(f"{face}/erasures")).json()
            return one["finishedMs"] is not None and one["confirmed"] == 1

        await until(erased)
    ledger = (await estate.desk.get("/face-consents", params={"state": "all"})).json()["data"]
    assert {(row["how"], row["endReason"]) for row in ledger} == {("in_app", "withdrawn"), ("on_paper", "")}
    (gone,) = (await estate.desk.get("/face-erasures")).json()["data"]
    receipt = (await estate.desk.get(f"/face-erasures/{gone['id']}/receipt")).json()
    assert "PUBLIC KEY" in receipt["publicKey"]
    assert iot_id in receipt["document"]
    board = (await estate.desk.get("/deliveries/devices")).json()["data"]
    (row,) = [row for row in board if row["iotId"] == iot_id]
    assert (row["cannot"], row["shouldNot"], row["needsPerson"]) == (0, 0, 0)
    assert (await estate.desk.post(f"/deliveries/devices/{iot_id}/compare")).status_code == 204
    assert (await estate.desk.post(f"/deliveries/devices/{iot_id}/retry")).json() == {"due": 0}
    stuck = await estate.desk.get("/deliveries", params={"verdict": "should_not", "iotId": iot_id})
    assert stuck.json()["total"] == 0


@pytest.mark.covers("EP-25")
async def test_faces_go_to_every_face_door_of_a_space(estate: Estate) -> None:
    platform = estate.platform
    (first_id, first), (_, second) = (
        await face_door(estate, "SN-F1", estate.buildings[0]),
        await face_door(estate, "SN-F2", estate.buildings[1]),
    )
    async with platform.db.begin() as tx:
        project = await tenancy.create_project(estate.tenant, tx, name="app", ids=platform.ids)
        await tenancy.grant_community(estate.tenant, tx, project_id=project, community_id=estate.community)
        key, secret = await tenancy.create_app_key(
            estate.tenant, tx, project_id=project, ids=platform.ids, secrets=platform.secrets
        )
    partner = Partner(platform, estate.tenant.tenant, project, key, secret)
    user = {"userType": "IDENTITY", "userId": estate.owner}

    async def call(path: str, version: str, **params: Any) -> dict[str, Any]:
        answer = await partner.call(path, version, params)
        assert answer["code"] == 200, answer
        return answer

    await call("/face/paas/image/save", "1.2.0", **user, imageBase64=as_text(picture("owner")))

    def of(space_id: int) -> dict[str, Any]:
        return {
            "userType": "IDENTITY", "userIdList": [estate.owner], "scopeType": "SPACE_ID",
            "scopeIdList": [str(space_id)],
        }  # fmt: skip

    await call("/face/paas/permission/add", "1.2.0", **of(estate.root))
    await until(lambda: len(first.library.faces) == len(second.library.faces) == 1)
    await call("/face/paas/permission/delete", "1.2.0", **of(estate.buildings[1]))
    await until(lambda: not second.library.users)
    told = (await call("/face/paas/permission/querybyuser", "1.0.4", **user))["data"]
    assert {row["iotId"]: row["status"] for row in told["deviceList"]}[first_id] == "transferred"
    assert len(first.library.faces) == 1


@pytest.mark.covers("TOP-04")
async def test_a_partners_door_from_the_category_to_its_first_face(estate: Estate) -> None:
    """Product of the category, functions published, device, triple, online, APIs: the steps of the onboarding guide."""
    desk = estate.desk
    wish = {"name": "伙伴门禁", "categoryCode": "community/people/aio", "capabilities": ["qrcode", "face"]}
    product = (await desk.post("/products", json=wish)).json()
    model = f"/products/{product['productKey']}/model"
    document = (await desk.get(model)).json()["document"]
    assert {"syncPermissions", "remoteOpen", "SyncFaceData", "QueryFaceData"} <= {
        one["identifier"] for one in document["services"]
    }
    document["properties"].append({"identifier": "Partner", "name": "伙伴", "dataType": {"type": "date"}})
    draft = await desk.put(f"{model}/draft", json={"document": document})
    assert draft.status_code == 200, draft.text
    published = await desk.post(f"{model}/publish", json={"revision": draft.json()["revision"]})
    assert (published.status_code, published.json()["version"]) == (200, 2)
    estate.product_key = product["productKey"]
    await estate.switch()
    iot_id, door = await face_door(estate, "SN-P1", estate.buildings[0])

    async def online() -> bool:
        return bool((await desk.get(f"/doors/{iot_id}")).json()["online"])

    await until(online)
    path = f"{estate.path}/residents/{estate.owner}/face"
    assert (await desk.post(path, json=signed("owner"))).status_code == 204
    await estate.serve(iot_id, estate.buildings[0])
    await until(lambda: len(door.library.faces) == 1 and len(door.permissions.qr) == 1)
    (key,) = door.library.faces
    assert door.show_face(key).opens

    async def told() -> bool:
        rows = (await desk.get("/passes", params={"iotId": iot_id})).json()["data"]
        return [(row["kind"], row["code"], row["personName"]) for row in rows] == [("FACE", 0, "王伟")]

    await until(told)


async def test_the_desk_records_a_face_with_the_form_that_was_signed(estate: Estate) -> None:
    path = f"{estate.path}/residents/{estate.neighbour}/face"
    later = estate.now + 30 * 86_400_000
    for changed, field in (
        ({"proof": "!"}, "proof"), ({"proof": as_text(b"text")}, "proof"), ({"expiresMs": 1}, "expiresMs"),
        ({"purpose": "advertising"}, "purpose"), ({"agreed": False}, "agreed"),
    ):  # fmt: skip
        refused = await estate.desk.post(path, json=signed("neighbour", **changed))
        assert refused.status_code in (400, 422), refused.text
        assert field in refused.text
    assert (await estate.desk.get(path)).json()["present"] is False
    form = b"%PDF-1.7 signed"
    kept = signed("neighbour", proof=as_text(form), expiresMs=later, guardian=" 李父 ")
    assert (await estate.desk.post(path, json=kept)).status_code == 204
    [line] = (await estate.desk.get("/face-consents")).json()["data"]
    told = (line["how"], line["purpose"], line["expiresMs"], line["guardian"])
    assert told == ("on_paper", "door_access", later, "李父")
    async with httpx.AsyncClient() as anybody:
        assert (await anybody.get(line["proofUrl"])).content == form
    async with estate.phone(NEIGHBOUR_PHONE) as phone:
        own = await phone.post(f"{estate.path}/face", json=signed("neighbour", proof=as_text(form)))
        assert (own.status_code, own.json()["field"]) == (400, "proof")
    # Erased for good, the form goes too.
    async with estate.platform.db.begin() as tx:
        await emit(tx, UsersErased(str(estate.tenant.tenant), estate.community, [estate.neighbour], True))

    async def gone() -> bool:
        [line] = (await estate.desk.get("/face-consents", params={"state": "all"})).json()["data"]
        return (line["endReason"], line["proofUrl"]) == ("erased", None)

    await until(gone)
