"""Records in and out, on both engines, seen by their owners only."""

import msgspec
import pytest
from sqlalchemy import select

from linli.databus import changes, models, queries, records, registry
from linli.databus.conditions import Condition, check
from linli.databus.queries import Order
from linli.kernel.db import Query
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.pages import PageRequest
from tests.databus.conftest import SCOPE_IDS

DOOR_MODEL = "iot_entrance_event_model"
columns = [models.changes.c[name] for name in changes.Change._fields]
log = Query(select(*columns).order_by(models.changes.c.id), changes.Change, unscoped="test")


def entrance(n=0, **changed):
    return {
        "identityId": f"50{n:02}",
        "name": "王先生",
        "time": 1_795_492_800_000 + n,
        "iotId": f"door{n % 3}",
        "type": "CARD",
        "cardId": f"C{n:03}",
        "eventExtInfo": f'{{"code":{n % 2}}}',
        **changed,
    }


async def fill(db, project, community=101, count=6):
    async with db.begin() as tx:
        return await records.insert_records(
            project.owner,
            tx,
            model_id=DOOR_MODEL,
            rows=[entrance(n) for n in range(count)],
            community_id=community,
        )


async def find(scope, db, *conditions, model=DOOR_MODEL, **more):
    terms = check([Condition(*one) for one in conditions], registry.load().fields(model))
    found = await queries.find_records(
        scope, db, model_id=model, terms=terms, page=PageRequest(1, 50), **more
    )
    assert await queries.count_records(scope, db, model_id=model, terms=terms) == len(found)
    return found


async def test_a_record_comes_back_with_its_fields_and_the_systems(db, ours, clock):
    async with db.begin() as tx:
        new = await records.insert_record(
            ours.owner, tx, model_id=DOOR_MODEL, row=entrance(), community_id=101, source="access"
        )
    assert new < 2**53
    record = await queries.get_record(ours.scope, db, record_id=new)
    assert record is not None
    assert record.version == "1.1"
    assert record.source == "access"
    assert record.fields() == {
        **entrance(),
        "tenantId": ours.tenant_id,
        "projectId": SCOPE_IDS[101],
        "id": new,
        "scope_id": SCOPE_IDS[101],
        "gmt_create": clock.now_ms(),
        "gmt_modified": clock.now_ms(),
        "creator": "system",
        "modifier": "system",
    }


async def test_an_insert_leaves_one_line_in_the_change_log_that_names_the_row(db, ours):
    ids = await fill(db, ours, count=3)
    assert ids == sorted(set(ids))
    said = [msgspec.json.decode(change.message()) for change in await log.all(db)]
    assert said == [
        {"modelId": DOOR_MODEL, "dataIds": [one], "operateType": "insert", "appId": ""} for one in ids
    ]


async def test_a_bad_row_among_good_ones_writes_nothing(db, ours):
    rows = [entrance(1), entrance(2, time="never")]
    with pytest.raises(BadInput, match="time"):
        async with db.begin() as tx:
            await records.insert_records(ours.owner, tx, model_id=DOOR_MODEL, rows=rows, community_id=101)
    assert await find(ours.owner, db) == []
    assert await log.all(db) == []


@pytest.mark.parametrize(
    "conditions, expected",
    [
        ([("iotId", "eq", "door1")], [1, 4]),
        ([("iotId", "neq", "door1")], [0, 2, 3, 5]),
        ([("identityId", "in", ["5001", "5005"])], [1, 5]),
        ([("identityId", "nin", ["5001", "5005"])], [0, 2, 3, 4]),
        ([("time", "mt", 1_795_492_800_003)], [4, 5]),
        ([("time", "mteq", 1_795_492_800_003)], [3, 4, 5]),
        ([("time", "lt", "2026-11-24 12:00:00")], []),
        ([("time", "lteq", "2026-11-24 12:00:00")], [0]),
        ([("time", "bt", [1_795_492_800_001, 1_795_492_800_002])], [1, 2]),
        ([("cardId", "bt", ["C001", "C003"])], [1, 2, 3]),
        ([("cardId", "like", "C00%")], [0, 1, 2, 3, 4, 5]),
        ([("cardId", "like", "%4")], [4]),
        ([("cardId", "like", "00")], [0, 1, 2, 3, 4, 5]),
        ([("cardId", "like", "c00%")], []),
        ([("name", "eq", "王先生"), ("iotId", "eq", "door0")], [0, 3]),
        ([("name", "like", "先")], [0, 1, 2, 3, 4, 5]),
        ([("name", "mt", "李")], [0, 1, 2, 3, 4, 5]),
        ([("number", "nul")], [0, 1, 2, 3, 4, 5]),
        ([("number", "nnul")], []),
        ([("number", "eq", "' OR 1=1 --")], []),
        ([("creator", "eq", "system"), ("cardId", "eq", "C002")], [2]),
        ([("scope_id", "eq", SCOPE_IDS[101])], [0, 1, 2, 3, 4, 5]),
    ],
)
async def test_conditions(db, ours, conditions, expected):
    ids = await fill(db, ours)
    found = await find(ours.scope, db, *conditions)
    assert sorted(ids.index(record.id) for record in found) == expected


async def test_conditions_on_the_id(db, ours):
    ids = await fill(db, ours)
    assert [record.id for record in await find(ours.scope, db, ("id", "eq", str(ids[2])))] == [ids[2]]
    assert {record.id for record in await find(ours.scope, db, ("id", "in", ids[:2]))} == set(ids[:2])
    assert [record.id for record in await find(ours.scope, db, ("id", "mt", ids[3]))] == [ids[5], ids[4]]


async def test_numbers_in_the_body_compare_as_numbers(db, ours):
    async with db.begin() as tx:
        for amount in (9, 10, 100.5):
            await records.insert_record(
                ours.owner,
                tx,
                model_id="iot_park_fee",
                row={"amount": amount, "payStatus": 0},
                community_id=101,
            )
    found = await find(ours.scope, db, ("amount", "mteq", 10), model="iot_park_fee")
    assert sorted(record.fields()["amount"] for record in found) == [10.0, 100.5]
    assert len(await find(ours.scope, db, ("payStatus", "eq", 0), model="iot_park_fee")) == 3
    assert len(await find(ours.scope, db, ("amount", "in", [9, 10]), model="iot_park_fee")) == 2


async def test_order_and_pages(db, ours):
    ids = await fill(db, ours)
    by_card = (Order("cardId", "String", "text_3", False),)
    by_outcome = (Order("eventExtInfo", "String", None, True), Order("id", "Long", None, False))
    assert [r.id for r in await find(ours.scope, db, order=by_card)] == ids
    assert [ids.index(r.id) for r in await find(ours.scope, db, order=by_outcome)] == [1, 3, 5, 0, 2, 4]
    second = await queries.find_records(
        ours.scope, db, model_id=DOOR_MODEL, terms=[], page=PageRequest(2, 4), order=by_card
    )
    assert [r.id for r in second] == ids[4:]


@pytest.mark.parametrize(
    "condition, field",
    [
        (("colour", "eq", 1), "conditions[0].fieldName"),
        (("time", "about", 1), "conditions[0].operate"),
        (("time", "eq", "noon"), "conditions[0].value"),
        (("time", "eq", None), "conditions[0].value"),
        (("time", "bt", [1]), "conditions[0].value"),
        (("iotId", "in", []), "conditions[0].value"),
        (("iotId", "in", "door"), "conditions[0].value"),
        (("iotId", "in", ["x"] * 501), "conditions[0].value"),
        (("time", "like", "1"), "conditions[0].operate"),
        (("name", "like", "%"), "conditions[0].value"),
        (("name", "like", "a%b"), "conditions[0].value"),
    ],
)
def test_a_bad_condition_is_named(condition, field):
    with pytest.raises(BadInput) as caught:
        check([Condition(*condition)], registry.load().fields(DOOR_MODEL))
    assert caught.value.field == field


async def test_update_and_delete_reach_what_the_conditions_meet_and_are_told(db, ours, clock):
    ids = await fill(db, ours)
    await clock.advance(1000)
    async with db.begin() as tx:
        changed = await records.update_records(
            ours.scope,
            tx,
            model_id=DOOR_MODEL,
            conditions=[Condition("iotId", "eq", "door1")],
            row={"cardId": "NEW", "userExtInfo": "vip"},
        )
        gone = await records.delete_records(
            ours.scope, tx, model_id=DOOR_MODEL, conditions=[Condition("id", "eq", ids[0])]
        )
    assert (changed, gone) == (2, 1)
    assert {r.id for r in await find(ours.scope, db, ("cardId", "eq", "NEW"))} == {ids[1], ids[4]}
    record = await queries.get_record(ours.scope, db, record_id=ids[1])
    assert record is not None
    assert (record.modified_ms - record.created_ms, record.modifier) == (1000, ours.app_key)
    assert await queries.get_record(ours.scope, db, record_id=ids[0]) is None
    told = [msgspec.json.decode(change.message()) for change in (await log.all(db))[6:]]
    assert [(one["operateType"], sorted(one["dataIds"])) for one in told] == [
        ("update", [ids[1], ids[4]]),
        ("delete", [ids[0]]),
    ]


async def test_update_and_delete_ask_for_conditions_and_stay_bounded(db, ours, monkeypatch):
    await fill(db, ours)
    async with db.begin() as tx:
        with pytest.raises(BadInput, match="conditions"):
            await records.delete_records(ours.scope, tx, model_id=DOOR_MODEL, conditions=[])
        with pytest.raises(BadInput, match="properties"):
            await records.update_records(
                ours.scope, tx, model_id=DOOR_MODEL, conditions=[Condition("id", "nnul")], row={}
            )
        monkeypatch.setattr(records, "MAX_TOUCHED", 3)
        with pytest.raises(records.TooManyRecords, match="more than 3"):
            await records.delete_records(
                ours.scope, tx, model_id=DOOR_MODEL, conditions=[Condition("id", "nnul")]
            )
    assert len(await find(ours.scope, db)) == 6


async def test_rows_of_others_do_not_exist(db, ours, theirs):
    mine, other, foreign = await fill(db, ours), await fill(db, ours, 102), await fill(db, theirs, 201)
    assert {r.id for r in await find(ours.scope, db)} == set(mine)
    assert {r.id for r in await find(ours.owner, db)} == {*mine, *other}
    assert {r.id for r in await find(theirs.scope, db)} == set(foreign)
    assert await queries.get_record(ours.scope, db, record_id=foreign[0]) is None
    assert await queries.get_record(ours.scope, db, record_id=other[0]) is None
    async with db.begin() as tx:
        for community in (102, 201, 999):
            with pytest.raises(NotFound):
                await records.insert_record(
                    ours.scope, tx, model_id=DOOR_MODEL, row=entrance(), community_id=community
                )
        with pytest.raises(NotFound):
            await records.insert_record(ours.scope, tx, model_id=DOOR_MODEL, row=entrance())
        for touch in (other[0], foreign[0]):
            condition = [Condition("id", "eq", touch)]
            assert (
                await records.delete_records(ours.scope, tx, model_id=DOOR_MODEL, conditions=condition) == 0
            )
            assert (
                await records.update_records(
                    ours.scope, tx, model_id=DOOR_MODEL, conditions=condition, row={"cardId": "X"}
                )
                == 0
            )
    assert len(await find(theirs.owner, db)) == 6


async def test_unknown_models_and_versions_are_named(db, ours):
    async with db.begin() as tx:
        with pytest.raises(BadInput, match="modelId"):
            await records.insert_record(ours.owner, tx, model_id="NoModel", row={}, community_id=101)
        with pytest.raises(BadInput, match="version"):
            await records.insert_record(
                ours.owner, tx, model_id=DOOR_MODEL, version="9.9", row=entrance(), community_id=101
            )
