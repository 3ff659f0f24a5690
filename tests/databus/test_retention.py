"""Records go 30 days after insertion, with their files and messages; nothing goes before."""

import pytest

from linli.databus import deliveries, files, models, queries, records, retention, subscriptions
from linli.databus.subscription_rows import list_subscriptions
from linli.kernel import tenancy
from linli.kernel.db import Query
from linli.kernel.db.partitions import DAY_MS
from linli.kernel.objects import ObjectStore
from linli.kernel.pages import PageRequest
from tests.databus.attempts import attempts_of
from tests.databus.conftest import SCOPE_IDS
from tests.databus.test_records import DOOR_MODEL, entrance, fill
from tests.databus.test_webhooks import subscribe

logged = Query(models.changes.select(), unscoped="test")


@pytest.fixture
def store(tmp_path, clock):
    return ObjectStore(tmp_path / "objects", b"secret", "http://127.0.0.1", clock)


@pytest.fixture
def keeper(db, clock, store):
    return retention.Retention(db, clock, store, days=30)


async def all_records(db, project):
    found = await queries.find_records(
        project.owner, db, model_id=DOOR_MODEL, terms=[], page=PageRequest(1, 100)
    )
    return {record.id for record in found}


@pytest.mark.covers("H-70")
async def test_records_are_kept_thirty_days_from_insertion(db, ours, clock, keeper, store, ids):
    old = await fill(db, ours, count=3)
    async with db.begin() as tx:
        reserved = await files.reserve_file(
            ours.owner,
            tx,
            new=files.NewFile(
                model_id="iot_park_fee",
                attr_name="inImage",
                community_id=101,
                scope_id=SCOPE_IDS[101],
                file_type="jpg",
                file_size=None,
            ),
            store=store,
            ids=ids,
        )
    row = await queries.get_file(ours.owner, db, file_name=reserved.file_name)
    assert row is not None
    await store.put(row.object_key, b"picture")
    # An event of long ago counts from the day it was inserted.
    async with db.begin() as tx:
        told_late = await records.insert_record(
            ours.owner, tx, model_id=DOOR_MODEL, row=entrance(9, time="2020-01-01 00:00:00"), community_id=101
        )
    clock._now_ms += 30 * DAY_MS - 1
    await keeper.purge()
    assert await all_records(db, ours) == {*old, told_late}
    fresh = await fill(db, ours, count=2)
    clock._now_ms += 2
    await keeper.purge()
    assert await all_records(db, ours) == set(fresh)
    assert len(await logged.all(db)) == 2
    assert await queries.get_file(ours.owner, db, file_name=reserved.file_name) is None
    assert await store.size(row.object_key) is None


async def test_whole_days_go_at_once_and_partitions_are_made_ahead(db, ours, clock, keeper):
    await fill(db, ours, count=3)
    clock._now_ms += 45 * DAY_MS
    await keeper.purge()
    assert await all_records(db, ours) == set()
    await fill(db, ours, count=1)
    clock._now_ms += 2 * DAY_MS
    await fill(db, ours, count=1)
    assert len(await all_records(db, ours)) == 2


async def test_queues_nobody_came_back_to_and_old_tries_go(db, ours, ids, secrets, clock, keeper):
    hook = await subscribe(db, ours, ids, secrets, "https://example.com/")
    key = await tenancy.find_app_key(db, ours.app_key)
    assert key is not None
    async with db.begin() as tx:
        await subscriptions.ensure_topic_queue(tx, key, topic=f"/sys/{ours.app_key}/dop/model/data/change")
        result = deliveries.Result(1, False, 3, clock.now_ms(), 5, 500, "status", "", "parked", 0, False)
        await deliveries.write_down(
            tx,
            subscription_id=hook,
            tenant_id=ours.tenant_id,
            results=[result],
            progress=deliveries.Progress(cursor_id=0, generation=0, failing_since_ms=None, last_error=""),
            log_successes=True,
            who="",
        )

    async def tries():
        page = PageRequest(1, 10)
        return (
            len(await attempts_of(db, hook)),
            len(await deliveries.list_deliveries(ours.owner, db, subscription_id=hook, state="parked", page=page)),
        )  # fmt: skip

    clock._now_ms += 8 * DAY_MS
    await keeper.purge()
    assert await tries() == (0, 1)
    clock._now_ms += 23 * DAY_MS
    await keeper.purge()
    assert await tries() == (0, 0)
    assert [row.id for row in await list_subscriptions(ours.owner, db)] == [hook]
