"""Kept records say no more who an erased person was; that somebody passed stays. ADR 0063."""

import msgspec

from linli.app.events import to_records
from linli.databus import erasure, queries, records, registry
from linli.domains.people.events import UsersErased
from linli.kernel.events import emit
from linli.kernel.outbox import Jobs, Worker
from tests.databus.test_records import DOOR_MODEL, entrance, find

FACE_MODEL = "iotx_face_record_model"
GONE = "50e1"


async def insert(db, project, rows, model=DOOR_MODEL):
    async with db.begin() as tx:
        return await records.insert_records(project.owner, tx, model_id=model, rows=rows, community_id=101)


async def told(project, db, new):
    return msgspec.json.decode((await queries.get_record(project.scope, db, record_id=new)).body)


async def test_what_tells_of_the_person_goes_and_the_rest_stays(db, ours, theirs):
    many = await insert(db, ours, [entrance(n, identityId=GONE, userExtInfo="三楼") for n in range(205)])
    (other,) = await insert(db, ours, [entrance(1)])
    face = {
        "userId": GONE,
        "userExtInfo": "王",
        "eventTime": 1_795_492_800_000,
        "iotId": "door1",
        "eventId": "e1",
    }
    (seen,) = await insert(db, ours, [face], model=FACE_MODEL)
    (where,) = await insert(db, ours, [entrance(7, identityId="x", iotId=GONE)])
    assert await erasure.forget_person(db, tenant_id=theirs.owner.tenant, identity_id=GONE) == 0
    assert await erasure.forget_person(db, tenant_id=ours.owner.tenant, identity_id=GONE) == 206
    for new in (many[0], many[-1]):
        row = await told(ours, db, new)
        assert (row["identityId"], row["name"], row["type"]) == (GONE, "", "CARD")
        assert not {"cardId", "userExtInfo"} & row.keys()
        assert row["eventExtInfo"]
    assert (await told(ours, db, other))["name"] == "王先生"
    assert "userExtInfo" not in await told(ours, db, seen)
    assert (await told(ours, db, where))["name"] == "王先生"
    assert await find(ours.scope, db, ("cardId", "eq", "C003")) == []
    assert await erasure.forget_person(db, tenant_id=ours.owner.tenant, identity_id=GONE) == 0


async def test_erasing_a_user_everywhere_reaches_the_records(db, ours, clock):
    (new,) = await insert(db, ours, [entrance(1, identityId=GONE)])
    to_records(db.handlers, db)
    worker = Worker(db, clock, Jobs())
    for whole, name in ((False, "王先生"), (True, "")):
        async with db.begin() as tx:
            await emit(tx, UsersErased(ours.owner.tenant, 101, [GONE], whole), key=f"e{whole}")
        await worker.run_once()
        assert (await told(ours, db, new))["name"] == name


def test_what_a_model_calls_a_persons_is_text_and_found_by_an_index():
    personal = [model for model in registry.load() if model.facts_of_persons]
    assert len(personal) == 5
    for model in personal:
        assert [model.field(name).index in ("text_1", "text_2") for name in model.ids_of_persons] == [True]
