"""A visit with a number of entries: gate, door and lift of one way are one, told to host, desk and visitor (ADR 0100)."""

import pytest

from linli.domains.access.service import doors
from linli.domains.access.service.ways import KEPT_MS
from linli.rules.ways import WAY_MS
from tests.domains.visitors.conftest import HOUR, until
from tests.domains.visitors.test_passes import picture

USED_UP = 104


async def announce(estate, uses, **more):
    now = estate.clock.now_ms()
    body = {
        "houseId": estate.house, "startsMs": now, "endsMs": now + 3 * HOUR, "uses": uses,
        "guests": [{"name": "李访客"}], **more,
    }  # fmt: skip
    return await estate.desk.post(f"/communities/{estate.community}/visits", json=body)


async def left(estate, visit):
    seen = await estate.desk.get(f"/communities/{estate.community}/visits/{visit}")
    return seen.json()["uses"], seen.json()["usesLeft"]


async def page(estate, visit):
    return (await estate.client.get(estate.platform.visitors.links.url(int(visit)))).text


async def test_one_entry_is_the_whole_way_and_the_way_out_is_free(estate):
    gate = await estate.door("南门", None)
    other = await estate.door("北门", None)
    entrance = await estate.door("3幢大门", estate.building)
    lift = await estate.lift("3幢电梯", estate.building)
    out = await estate.door("南门出口", None)
    async with estate.db.begin() as tx:
        iot_id = await out_of(estate, "南门出口")
        await doors.describe_door(
            estate.partner.owner, tx, iot_id=iot_id, name="南门出口", direction="EXIT", space_id=None,
            ext_info="", now_ms=estate.clock.now_ms(),
        )  # fmt: skip
    (visit,) = (await announce(estate, 1)).json()["ids"]
    text = await picture(estate, visit)
    every = (gate, other, entrance, lift, out)
    await until(lambda: all(door.permissions.qr and door.public_key for door in every))
    assert await left(estate, visit) == (1, 1)
    assert "剩余 1 次（共 1 次）" in await page(estate, visit)

    assert all(door.scan(text).opens for door in (gate, entrance, lift))
    again = gate.scan(text)
    assert (again.opens, again.code) == (False, USED_UP)

    async def counted():
        return await left(estate, visit) == (1, 0)

    await until(counted)
    shown = await page(estate, visit)
    assert "剩余 0 次（共 1 次）" in shown
    assert "仍可继续到家门口" in shown
    assert other.permissions.qr  # the way may still lead on: within its time nothing is taken away

    await estate.clock.advance(WAY_MS + 1000)
    await until(lambda: not any(door.permissions.qr for door in (gate, other, entrance, lift)))
    assert (out.scan(text).opens, out.scan(text).opens) == (True, True)
    shown = await page(estate, visit)
    assert "进入次数已用完" in shown
    assert not gate.permissions.qr  # looking at the pass brings nothing back
    assert await left(estate, visit) == (1, 0)


async def test_a_second_way_is_a_second_use(estate):
    gate = await estate.door("南门", None)
    entrance = await estate.door("3幢大门", estate.building)
    (visit,) = (await announce(estate, 2)).json()["ids"]
    text = await picture(estate, visit)
    await until(lambda: gate.permissions.qr and entrance.permissions.qr and gate.public_key)
    await until(lambda: entrance.public_key)
    assert gate.scan(text).opens
    assert entrance.scan(text).opens

    async def once():
        return await left(estate, visit) == (2, 1)

    await until(once)
    estate.jump(60_000)
    assert gate.scan(text).opens  # somebody went out by the car's lane and comes again

    async def twice():
        return await left(estate, visit) == (2, 0)

    await until(twice)
    assert not gate.scan(text).opens
    (unlimited,) = (await announce(estate, -1)).json()["ids"]
    assert await left(estate, unlimited) == (-1, None)
    assert KEPT_MS > WAY_MS


@pytest.mark.parametrize(
    ("uses", "said"), [(0, "uses"), (11, "uses"), (-2, "uses"), ("two", "uses"), (1.5, "uses")]
)
async def test_wrong_numbers_of_entries_are_named(estate, uses, said):
    answer = await announce(estate, uses)
    assert (answer.status_code, answer.json()["field"]) == (400, said)


async def out_of(estate, name):
    rows = (await estate.desk.get("/doors", params={"communityId": estate.community})).json()["data"]
    return next(row["iotId"] for row in rows if row["name"] == name)
