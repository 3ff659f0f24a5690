"""The data calls over HTTP, signed: what partners and edge apps send, and what they get."""

import hashlib

import httpx
import pytest

from linli.databus import models
from linli.kernel import tenancy
from linli.kernel.db import Query
from tests.databus.conftest import SCOPE_IDS
from tests.databus.house import DataHouse, answer_of
from tests.databus.test_records import DOOR_MODEL, entrance

INSERT, QUERY = "/data/model/data/insert", "/data/model/data/query"
UPDATE, DELETE = "/data/model/data/update", "/data/model/data/delete"
UPLOAD, DOWNLOAD = "/data/model/data/upload", "/data/model/data/download"
PARK = {
    "direction": 0,
    "openType": 0,
    "plateNumber": "浙A5C393",
    "typePermission": 1,
    "barrierId": "1",
    "parkingLotId": "88",
    "areaId": "未知",
    "orderNumber": "134589c1d68d44d38dcb7f084b9cf8a1",
    "recordId": "未知",
    "eventTime": "2016-10-28 16:44:44",
}
everything = [
    Query(table.select(), unscoped="test")
    for table in (models.records, models.record_files, models.changes, models.subscriptions)
]


@pytest.fixture
async def house(db, clock, ids, secrets, tmp_path):
    house = DataHouse(db, clock, ids, secrets, tmp_path / "objects")
    await house.start()
    yield house
    await house.stop()


@pytest.fixture
def us(house, ours):
    return house.partner(ours)


@pytest.fixture
def them(house, theirs):
    return house.partner(theirs)


@pytest.mark.covers("B095")
async def test_a_row_is_inserted_and_found_by_the_id_that_a_change_named(us):
    said = await answer_of(us, INSERT, "0.0.3", {"modelId": DOOR_MODEL, "properties": entrance()})
    assert (said["code"], said["message"]) == (200, "success")
    assert isinstance(said["data"], int)
    # As the vendor's sample asks: the id as a bare number, one field wanted, no scope.
    found = await answer_of(
        us,
        QUERY,
        "0.0.3",
        {
            "modelId": DOOR_MODEL,
            "returnFields": ["cardId"],
            "conditions": [{"fieldName": "id", "operate": "eq", "value": said["data"]}],
        },
    )
    assert found["data"] == {
        "count": 1,
        "hasNext": False,
        "items": [{"cardId": "C000", "id": said["data"], "scope_id": SCOPE_IDS[101]}],
        "pageNum": 1,
        "pageSize": 20,
    }


async def test_an_edge_app_inserts_a_pass_with_the_samples_version_and_no_scope(us):
    said = await answer_of(us, INSERT, "1.0", {"modelId": "iot_park_pass_record", "properties": PARK})
    assert said["code"] == 200
    found = await answer_of(us, QUERY, "0.0.3", {"modelId": "iot_park_pass_record"})
    (row,) = found["data"]["items"]
    assert {name: row[name] for name in PARK} == PARK
    assert row["scope_id"] == SCOPE_IDS[101]
    assert row["creator"] == us.app_key


@pytest.mark.covers("H-17", "H-22")
async def test_a_picture_goes_up_and_comes_down_by_its_name(us):
    picture = bytes(range(256)) * 40
    where = {"modelId": "iot_park_pass_record", "attrName": "plateNumberImage"}
    said = await answer_of(
        us, UPLOAD, "0.0.1", {**where, "fileType": "jpg", "fileSize": str(len(picture)), "version": "1.0",
                              "properties": {"appId": "a", "version": "1"}},
    )  # fmt: skip
    name, url = said["data"]["fileName"], said["data"]["url"]
    assert name.endswith(".jpg")
    async with httpx.AsyncClient(trust_env=False) as client:
        assert (await client.put(url, content=picture)).status_code == 200
        assert (await client.put(url, content=picture + b"more")).status_code == 413
        row = {**PARK, "plateNumberImage": name}
        inserted = await answer_of(us, INSERT, "1.0", {"modelId": "iot_park_pass_record", "properties": row})
        assert inserted["code"] == 200
        down = await answer_of(us, DOWNLOAD, "0.0.1", {**where, "fileName": name, "scopeId": SCOPE_IDS[101]})
        got = await client.get(down["data"]["url"])
        assert hashlib.sha256(got.content).digest() == hashlib.sha256(picture).digest()
        forged = down["data"]["url"].replace("signature=", "signature=0")
        assert (await client.get(forged)).status_code == 403


@pytest.mark.parametrize(
    "changed, code",
    [
        ({"attrName": "plateNumber"}, 460),
        ({"modelId": "NoModel"}, 460),
        ({"fileSize": 99_000_000}, 460),
        ({"fileSize": "big"}, 400),
        ({"scopeId": "a124nobodysscope"}, 403),
    ],
)
async def test_an_upload_that_cannot_be(us, changed, code):
    params = {"modelId": "iot_park_pass_record", "attrName": "plateNumberImage", "fileType": "jpg", **changed}
    assert (await answer_of(us, UPLOAD, "0.0.1", params))["code"] == code


async def test_a_file_that_was_never_uploaded_does_not_exist(us):
    where = {"modelId": "iot_park_fee", "attrName": "inImage"}
    name = (await answer_of(us, UPLOAD, "0.0.1", where))["data"]["fileName"]
    for asked in ({"fileName": name}, {"fileName": "none.jpg"}, {"fileName": name, "attrName": "outImage"}):
        assert (await answer_of(us, DOWNLOAD, "0.0.1", {**where, **asked}))["code"] == 403


@pytest.mark.parametrize(
    "params, code, said",
    [
        ({"properties": {}}, 460, "modelId is blank!"),
        ({"modelId": DOOR_MODEL}, 460, "properties is blank!"),
        ({"modelId": "NoModel", "properties": {}}, 460, "modelId"),
        ({"modelId": DOOR_MODEL, "properties": {}}, 460, "properties.identityId is blank!"),
        ({"modelId": DOOR_MODEL, "properties": entrance(type="FINGER")}, 460, "properties.type"),
        ({"modelId": DOOR_MODEL, "properties": entrance(colour=1)}, 460, "properties.colour"),
        ({"modelId": DOOR_MODEL, "properties": entrance(iotId=["x"])}, 400, "properties.iotId"),
        ({"modelId": DOOR_MODEL, "properties": "no JSON"}, 400, "properties"),
        ({"modelId": DOOR_MODEL, "properties": [1]}, 400, "properties"),
        ({"modelId": 5, "properties": {}}, 400, "modelId"),
        ({"modelId": DOOR_MODEL, "version": "7.0", "properties": entrance()}, 460, "version"),
        ({"modelId": DOOR_MODEL, "scopeId": SCOPE_IDS[102], "properties": entrance()}, 403, "request forbidden."),
        ({"modelId": DOOR_MODEL, "scopeId": "a124nobodysscope", "properties": entrance()}, 403, "request forbidden."),
    ],
)  # fmt: skip
async def test_a_bad_insert_is_answered_naming_the_field_and_writes_nothing(us, db, params, code, said):
    answer = await answer_of(us, INSERT, "0.0.3", params)
    assert answer["code"] == code
    assert said in answer["message"]
    assert [await query.all(db) for query in everything[:3]] == [[], [], []]


@pytest.mark.parametrize(
    "params, code, field",
    [
        ({"modelId": "NoModel"}, 460, "modelId"),
        ({"conditions": [{"fieldName": "nothing"}]}, 460, "conditions[0].fieldName"),
        ({"conditions": [{"operate": "eq", "value": 1}]}, 460, "conditions[0].fieldName"),
        ({"conditions": [{"fieldName": "time", "operate": "eq", "value": {}}]}, 460, "conditions[0].value"),
        ({"conditions": [{"fieldName": "id", "operate": "eq", "value": 2**80}]}, 400, "conditions[0].value"),
        ({"conditions": 5}, 400, "conditions"),
        ({"returnFields": ["*", "nothing"]}, 200, ""),
        ({"returnFields": ["nothing"]}, 460, "returnFields[0]"),
        ({"pageSize": 101}, 460, "pageSize"),
        ({"pageNum": -1}, 460, "pageNo"),
        ({"orderBy": {"orderByFields": ["nothing"]}}, 460, "orderBy.orderByFields[0]"),
        ({"orderBy": 5}, 400, "orderBy"),
        ({"scopeId": "a124nobodysscope"}, 403, "request forbidden."),
    ],
)
async def test_a_bad_query_is_answered_naming_the_field(us, params, code, field):
    answer = await answer_of(us, QUERY, "0.0.3", {"modelId": DOOR_MODEL, **params})
    assert answer["code"] == code
    assert field in answer["message"]


@pytest.mark.covers("H-20")
async def test_pages_order_and_texts_in_place_of_lists(us):
    ids = []
    for number in range(5):
        row = {"modelId": DOOR_MODEL, "properties": entrance(number)}
        ids.append((await answer_of(us, INSERT, "0.0.3", row))["data"])
    params = {
        "modelId": DOOR_MODEL,
        "returnFields": '["cardId"]',
        "conditions": '[{"fieldName":"cardId","operate":"nnul"}]',
        "orderBy": {"asc": "false", "orderByFields": ["cardId"]},
        "pageNum": "2",
        "pageSize": 2,
    }
    said = (await answer_of(us, QUERY, "0.0.3", params))["data"]
    assert [row["id"] for row in said["items"]] == [ids[2], ids[1]]
    assert (said["count"], said["hasNext"], said["pageNum"]) == (5, True, 2)
    last = (await answer_of(us, QUERY, "0.0.3", {**params, "pageNum": 3}))["data"]
    assert (len(last["items"]), last["count"], last["hasNext"]) == (1, 5, False)
    beyond = (await answer_of(us, QUERY, "0.0.3", {**params, "pageNum": 9}))["data"]
    assert (beyond["items"], beyond["count"], beyond["hasNext"]) == ([], 5, False)


@pytest.mark.covers("H-99")
async def test_rows_are_changed_and_deleted_by_conditions(us):
    ids = []
    for number in range(4):
        row = {"modelId": DOOR_MODEL, "properties": entrance(number)}
        ids.append((await answer_of(us, INSERT, "0.0.3", row))["data"])
    one = [{"fieldName": "id", "operate": "in", "value": [ids[0], str(ids[1])]}]
    said = await answer_of(
        us, UPDATE, "0.0.2", {"modelId": DOOR_MODEL, "conditions": one, "properties": {"cardId": "NEW"}}
    )
    assert (said["code"], said["data"]) == (200, 2)
    said = await answer_of(us, DELETE, "0.0.2", {"modelId": DOOR_MODEL, "conditions": one[:1]})
    assert (said["code"], said["data"]) == (200, 2)
    assert (await answer_of(us, DELETE, "0.0.2", {"modelId": DOOR_MODEL}))["code"] == 460
    left = await answer_of(us, QUERY, "0.0.3", {"modelId": DOOR_MODEL})
    assert {row["id"] for row in left["data"]["items"]} == set(ids[2:])


async def test_a_cloud_token_chooses_the_community(us, ours, db):
    async with db.begin() as tx:
        await tenancy.grant_community(ours.owner, tx, project_id=ours.project_id, community_id=102)
    no_scope = {"modelId": DOOR_MODEL, "properties": entrance()}
    asked = await answer_of(us, INSERT, "0.0.3", no_scope)
    assert (asked["code"], asked["message"]) == (460, "request parameter error. scopeId is blank!")
    token = (await answer_of(us, "/solution/community/paas/token/get", "1.0.0", {"communityId": 102}))[
        "data"
    ]["cloudToken"]
    said = await answer_of(us, INSERT, "0.0.3", no_scope, cloudToken=token)
    assert said["code"] == 200
    contrary = {**no_scope, "scopeId": SCOPE_IDS[101]}
    assert (await answer_of(us, INSERT, "0.0.3", contrary, cloudToken=token))["code"] == 403
    here = await answer_of(us, QUERY, "0.0.3", {"modelId": DOOR_MODEL}, cloudToken=token)
    assert [row["scope_id"] for row in here["data"]["items"]] == [SCOPE_IDS[102]]
    there = await answer_of(us, QUERY, "0.0.3", {"modelId": DOOR_MODEL, "scopeId": SCOPE_IDS[101]})
    assert there["data"]["items"] == []


async def test_another_tenants_rows_and_files_answer_as_absent_and_nothing_changes(us, them, db):
    theirs = await answer_of(them, INSERT, "0.0.3", {"modelId": DOOR_MODEL, "properties": entrance()})
    where = {"modelId": "iot_park_fee", "attrName": "inImage"}
    upload = (await answer_of(them, UPLOAD, "0.0.1", where))["data"]
    async with httpx.AsyncClient(trust_env=False) as client:
        await client.put(upload["url"], content=b"picture")
    before = [await query.all(db) for query in everything]

    def by_id(number):
        return [{"fieldName": "id", "operate": "eq", "value": number}]

    for foreign, absent in ((theirs["data"], 1), (theirs["data"], theirs["data"] + 1)):
        for path, version, more in (
            (QUERY, "0.0.3", {}),
            (UPDATE, "0.0.2", {"properties": {"cardId": "X"}}),
            (DELETE, "0.0.2", {}),
        ):
            params = {"modelId": DOOR_MODEL, **more}
            one = await answer_of(us, path, version, {**params, "conditions": by_id(foreign)})
            other = await answer_of(us, path, version, {**params, "conditions": by_id(absent)})
            assert one == other
    for scope in (SCOPE_IDS[201], "a124nobodysscope", ""):
        asked = {**where, "fileName": upload["fileName"], "scopeId": scope}
        assert (await answer_of(us, DOWNLOAD, "0.0.1", asked))["code"] == 403
    assert [await query.all(db) for query in everything] == before
