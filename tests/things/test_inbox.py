"""Uplinks over a real socket: what is stored, what the device is told, what happens to what is sent twice."""

from typing import Any

import msgspec
import pytest
from sqlalchemy import select

from linli.kernel.clock import ManualClock
from linli.kernel.db import Database, Query
from linli.kernel.errors import BadInput, NotFound
from linli.things.desired.service import set_desired
from linli.things.inbox.messages import Message
from linli.things.models import device_tags, devices, inbox, latest_values, points, text_points, thing_events
from linli.things.queries.clocks import clocks_of
from tests.things.conftest import Site
from tests.things.device import Platform, until

_points = Query(select(points.c.property_no, points.c.ts, points.c.value).order_by(points.c.seq, points.c.ts))
_texts = Query(select(text_points.c.property_no, text_points.c.value).order_by(text_points.c.seq))
_latest = Query(select(latest_values.c.property_no, latest_values.c.number, latest_values.c.text))
_events = Query(
    select(thing_events.c.identifier, thing_events.c.ts, thing_events.c.type, thing_events.c.body)
)
_inbox = Query(select(inbox.c.kind, inbox.c.identifier, inbox.c.note, inbox.c.payload).order_by(inbox.c.seq))
_tags = Query(select(device_tags.c.tag_key, device_tags.c.tag_value))
_device = Query(
    select(
        devices.c.online, devices.c.active_ms, devices.c.last_online_ms, devices.c.last_offline_ms,
        devices.c.last_seen_ms,
    ),
    unscoped="one device in this test",
)  # fmt: skip


async def rows(database: Database, kind: str) -> list[tuple[Any, ...]]:
    """(identifier, note, payload) of the inbox by kind."""
    return [row[1:] for row in await _inbox.all(database) if row[0] == kind]


def device_number(platform: Platform, site: Site) -> int:
    device = platform.things.fleet.named(site.product_key, site.device.device_name)
    assert device is not None
    return device.device_no


def numbers(platform: Platform, site: Site) -> dict[str, int]:
    device = platform.things.fleet.named(site.product_key, site.device.device_name)
    assert device is not None
    return {identifier: rule.no for identifier, rule in device.product.compiled.rules.items()}


async def test_a_property_post_is_stored_and_answered(
    platform: Platform, site: Site, database: Database, clock: ManualClock
) -> None:
    device = await platform.connect(site.device)
    reply = await device.post({"Temperature": 21.5, "LightSwitch": 1, "Label": "大堂", "Geo": {"lon": 120.1}})

    assert reply == {
        "id": "100", "code": 200, "data": {}, "message": "success", "version": "1.0",
        "method": "thing.event.property.post",
    }  # fmt: skip
    no = numbers(platform, site)
    now = clock.now_ms()
    assert await _points.all(database) == [(no["Temperature"], now, 21.5), (no["LightSwitch"], now, 1)]
    assert await _texts.all(database) == [(no["Label"], "大堂"), (no["Geo"], '{"lon":120.1}')]
    assert sorted(await _latest.all(database)) == sorted([
        (no["Temperature"], 21.5, None), (no["LightSwitch"], 1, None), (no["Label"], None, "大堂"),
        (no["Geo"], None, '{"lon":120.1}'),
    ])  # fmt: skip
    assert len(await rows(database, "property")) == 1


@pytest.mark.parametrize("id", ["1|exp-topic|/sys/pk/dn/thing/event/property/post_reply", 5, "号"])
async def test_the_id_comes_back_with_its_type(platform: Platform, site: Site, id: object) -> None:
    device = await platform.connect(site.device)
    assert (await device.post({"LightSwitch": 1}, id=id))["id"] == id


@pytest.mark.parametrize(
    "params, says",
    [
        ({"Nobody": 1}, "Nobody: is not in the thing model"),
        ({"Temperature": 20, "LightSwitch": "on"}, "LightSwitch: must be of type bool"),
        ([1], "params: must be of type struct"),
        (None, "params: must be of type struct"),
    ],
    ids=str,
)
async def test_a_wrong_post_is_refused_and_nothing_stored(
    platform: Platform, site: Site, database: Database, params: object, says: str
) -> None:
    device = await platform.connect(site.device)
    reply = await device.post(params)
    assert (reply["code"], reply["message"], reply["data"]) == (460, says, {})
    (refusal,) = platform.things.ingest.refusals.of(device_number(platform, site))
    assert (refusal.topic, refusal.reason) == (device.topic("thing/event/property/post"), says)
    assert msgspec.json.decode(refusal.payload)["params"] == params
    assert await _points.all(database) == []
    assert await rows(database, "property") == []


async def test_a_number_out_of_range_is_dropped_alone_and_named(
    platform: Platform, site: Site, database: Database
) -> None:
    device = await platform.connect(site.device)
    reply = await device.post({"Temperature": 86, "LightSwitch": 0})
    assert reply["code"] == 200
    assert reply["data"] == {"Temperature": "Temperature: must be between -40.0 and 85.5"}
    assert [value for _, _, value in await _points.all(database)] == [0]
    assert [note for _, note, _ in await rows(database, "property")] == ["dropped"]


async def test_a_devices_own_time_is_kept_where_it_can_be_believed(
    platform: Platform, site: Site, database: Database, clock: ManualClock
) -> None:
    device = await platform.connect(site.device)
    now, day = clock.now_ms(), 86_400_000
    for time in (now - 40 * day, now - 40 * day - 1, now + day, now + day + 1, 0, 2**62):
        await device.post({"Temperature": {"value": 1, "time": time}})
    assert [ts for _, ts, _ in await _points.all(database)] == [now - 40 * day, now, now + day, now, now, now]
    assert [note for _, note, _ in await rows(database, "property")] == [
        "",
        "time",
        "",
        "time",
        "time",
        "time",
    ]


async def test_late_values_do_not_overwrite_newer_ones(
    platform: Platform, site: Site, database: Database, clock: ManualClock
) -> None:
    device = await platform.connect(site.device)
    await device.post({"Temperature": 30})
    await device.post({"Temperature": {"value": 10, "time": clock.now_ms() - 1000}})
    assert [value for _, value, _ in await _latest.all(database)] == [30]
    await device.post({"Temperature": {"value": 31, "time": clock.now_ms()}})
    assert [value for _, value, _ in await _latest.all(database)] == [31]


@pytest.mark.parametrize("wrapped", [True, False])
async def test_an_event_is_stored_with_its_time(
    platform: Platform, site: Site, database: Database, clock: ManualClock, wrapped: bool
) -> None:
    device = await platform.connect(site.device)
    values = {"code": 0, "type": "qrCode", "content": "ALI24DD9END8CD3F"}
    reply = await device.event(
        "passEvent", {"value": values, "time": clock.now_ms() - 5} if wrapped else values
    )
    assert (reply["code"], reply["method"]) == (200, "thing.event.passEvent.post")
    ts = clock.now_ms() - (5 if wrapped else 0)
    assert await _events.all(database) == [("passEvent", ts, "info", msgspec.json.encode(values).decode())]


async def test_an_unknown_event_is_refused(platform: Platform, site: Site, database: Database) -> None:
    device = await platform.connect(site.device)
    assert (await device.event("nobody", {}))["code"] == 460
    assert await _events.all(database) == []


async def test_a_batch_post_holds_series_and_events(
    platform: Platform, site: Site, database: Database, clock: ManualClock
) -> None:
    device = await platform.connect(site.device)
    now = clock.now_ms()
    reply = await device.ask(
        "thing/event/property/batch/post",
        {
            "properties": {
                "Temperature": [{"value": n, "time": now - 100 + n} for n in range(50)]
                + [{"value": 99, "time": now}],
                "LightSwitch": [{"value": 1, "time": now}, {"value": 0, "time": now}],
            },
            "events": {"tamper": [{"value": {}, "time": now - 1}]},
        },
    )
    assert reply["code"] == 200
    assert list(reply["data"]) == ["Temperature"]
    assert len(await _points.all(database)) == 52
    assert sorted(value for _, value, _ in await _latest.all(database)) == [0, 49]
    assert await _events.all(database) == [("tamper", now - 1, "alert", "{}")]


async def test_what_is_no_envelope_is_acknowledged_and_refused(platform: Platform, site: Site) -> None:
    device = await platform.connect(site.device)
    for payload in (b"", b"{", b"\xff", b"[]", b'{"id":{},"params":{}}', b'{"params":{"Temperature":1e999}}'):
        await device.publish(device.topic("thing/event/property/post"), payload)
        reply = msgspec.json.decode((await device.next()).payload)
        assert (payload, reply["code"]) == (payload, 460)


async def test_a_kind_not_served_is_answered(
    platform: Platform, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(platform.things.requests, "reads_envelope", lambda kind: None)
    device = await platform.connect(site.device)
    assert (await device.ask("thing/list/found", []))["code"] == 501


async def test_a_message_marked_as_sent_again_is_stored_once(
    platform: Platform, site: Site, database: Database
) -> None:
    seen: list[Message] = []
    platform.things.ingest.on_committed.append(seen.extend)
    device = await platform.connect(site.device)
    topic = device.topic("thing/event/passEvent/post")
    payloads = [msgspec.json.encode({"id": str(n), "params": {"code": n}}) for n in range(3)]
    for payload in payloads:
        await device.publish(topic, payload)
        await device.next()
    await device.vanish()

    device = await platform.connect(site.device)
    for n, payload in enumerate([*payloads, payloads[0]]):
        await device.publish(topic, payload, dup=True)
        reply = msgspec.json.decode((await device.next()).payload)
        assert (reply["id"], reply["code"]) == (str(n % 3), 200)
    fresh = msgspec.json.encode({"id": "9", "params": {"code": 9}})
    await device.publish(topic, fresh, dup=True)  # marked, but its first copy never came
    await device.publish(topic, fresh)  # the same again on purpose
    stored = [m.values["code"] for m in seen if m.kind == "event"]
    assert stored == [0, 1, 2, 9, 9]
    assert len(await _events.all(database)) == 5


async def test_tags_change_by_device_information(platform: Platform, site: Site, database: Database) -> None:
    device = await platform.connect(site.device)
    before = dict(await _tags.all(database))
    reply = await device.ask(
        "thing/deviceinfo/update",
        [{"attrKey": "fw", "attrValue": "1.0", "domain": "SYSTEM"}, {"attrKey": "color", "attrValue": "red"}],
    )
    assert (reply["code"], reply["data"]) == (200, {})
    await device.ask("thing/deviceinfo/update", [{"attrKey": "fw", "attrValue": "1.1"}])
    assert dict(await _tags.all(database)) == before | {"fw": "1.1", "color": "red"}
    await device.ask("thing/deviceinfo/delete", [{"attrKey": "color"}, {"attrKey": "nobody"}])
    assert dict(await _tags.all(database)) == before | {"fw": "1.1"}
    wrong: list[Any] = [
        {},
        [{"attrKey": ""}],
        [{"attrKey": "x"}],
        [{"attrKey": "x" * 65, "attrValue": "y"}],
        ["x"],
    ]
    for params in wrong:
        assert (await device.ask("thing/deviceinfo/update", params))["code"] == 460


async def test_time_is_told_in_strings(platform: Platform, site: Site, clock: ManualClock) -> None:
    device = await platform.connect(site.device, ext=0)
    names = f"{site.product_key}/{site.device.device_name}"
    await device.publish(f"/ext/ntp/{names}/request", b'{"deviceSendTime":"1234"}')
    answer = await device.next()
    assert answer.topic == f"/ext/ntp/{names}/response"
    now = str(clock.now_ms())
    assert msgspec.json.decode(answer.payload) == {
        "deviceSendTime": "1234", "serverRecvTime": now, "serverSendTime": now,
    }  # fmt: skip


async def test_a_device_that_asks_for_the_time_shows_how_wrong_its_clock_is(
    platform: Platform, site: Site, database: Database, clock: ManualClock
) -> None:
    device = await platform.connect(site.device, ext=0)
    topic = f"/ext/ntp/{site.product_key}/{site.device.device_name}/request"
    iot_ids, began = [site.device.iot_id], clock.now_ms()

    async def off() -> int | None:
        found = await clocks_of(site.tenant, database, iot_ids=iot_ids, since_ms=began)
        return found[site.device.iot_id].off_ms if found else None

    for sent in ("soon", "-5", "9" * 30, ""):
        await device.publish(topic, msgspec.json.encode({"deviceSendTime": sent}))
        await device.next()
    assert await off() is None
    for wrong in (90_000, -60_000):
        await device.publish(topic, msgspec.json.encode({"deviceSendTime": str(clock.now_ms() + wrong)}))
        await device.next()

        async def measured(wrong: int = wrong) -> bool:
            return await off() == wrong

        await until(measured)
    assert await clocks_of(site.tenant, database, iot_ids=iot_ids, since_ms=began + 1) == {}


async def test_coming_and_going_is_kept(
    platform: Platform, site: Site, database: Database, clock: ManualClock
) -> None:
    began = clock.now_ms()
    device = await platform.connect(site.device)

    async def online() -> bool:
        return bool((await _device.one(database))[0])  # type: ignore[index]

    await until(online)
    assert await _device.one(database) == (1, began, began, None, began)
    await clock.advance(5000)
    await device.post({"LightSwitch": 1})
    await clock.advance(5000)
    await device.close()

    async def offline() -> bool:
        return not await online()

    await until(offline)
    assert await _device.one(database) == (0, began, began, began + 10_000, began + 5_000)
    assert [identifier for identifier, _, _ in await rows(database, "status")] == ["online", "offline"]


async def test_last_seen_is_written_now_and_then(
    platform: Platform, site: Site, database: Database, clock: ManualClock
) -> None:
    device = await platform.connect(site.device)
    await clock.advance(30_000)
    await device.post({"LightSwitch": 1})
    seen = clock.now_ms()
    await clock.advance(40_000)

    async def written() -> bool:
        return (await _device.one(database))[4] == seen  # type: ignore[index]

    await until(written)


async def test_a_device_that_is_taken_over_stays_online(
    platform: Platform, site: Site, database: Database
) -> None:
    await platform.connect(site.device)
    again = await platform.connect(site.device)
    await again.post({"LightSwitch": 1})
    assert [identifier for identifier, _, _ in await rows(database, "status")] == ["online", "online"]
    assert (await _device.one(database))[0] == 1  # type: ignore[index]


async def test_free_topics_and_raw_bytes_are_kept(platform: Platform, site: Site, database: Database) -> None:
    device = await platform.connect(site.device)
    names = f"{site.product_key}/{site.device.device_name}"
    await device.publish(f"/{names}/user/a/b", b"\x00\xff")
    await device.publish(device.topic("thing/model/up_raw"), b"\x01\x02")
    assert await rows(database, "user") == [("a/b", "", b"\x00\xff")]
    assert await rows(database, "raw") == [("", "", b"\x01\x02")]


async def test_desired_values_wait_for_the_device(platform: Platform, site: Site, database: Database) -> None:
    async with database.begin() as tx:
        await set_desired(site.tenant, tx, iot_id=site.device.iot_id, values={"LightSwitch": 1, "Label": "x"})
        versions = await set_desired(site.tenant, tx, iot_id=site.device.iot_id, values={"LightSwitch": 0})
    assert versions == {"LightSwitch": 2}
    device = await platform.connect(site.device)
    asked = await device.ask("thing/property/desired/get", ["LightSwitch", "Temperature"])
    assert (asked["code"], asked["data"]) == (200, {"LightSwitch": {"value": 0, "version": 2}})
    assert asked["method"] == "thing.property.desired.get"
    assert set((await device.ask("thing/property/desired/get", []))["data"]) == {"LightSwitch", "Label"}
    wrong: list[Any] = [{}, ["Nobody"], [1], None]
    for params in wrong:
        assert (await device.ask("thing/property/desired/get", params))["code"] == 460

    await device.ask("thing/property/desired/delete", {"LightSwitch": {"version": 1}, "Nobody": {}})
    assert set((await device.ask("thing/property/desired/get", []))["data"]) == {"LightSwitch", "Label"}
    await device.ask("thing/property/desired/delete", {"LightSwitch": {"version": 2}, "Label": {}})
    assert (await device.ask("thing/property/desired/get", []))["data"] == {}


async def test_only_what_can_be_set_is_desired(site: Site, other: Site, database: Database) -> None:
    for scope, values, error in (
        (site.tenant, {"Geo": {"lon": 1}}, BadInput),
        (site.tenant, {"LightSwitch": 2}, BadInput),
        (other.tenant, {"LightSwitch": 1}, NotFound),
    ):
        with pytest.raises(error):
            async with database.begin() as tx:
                await set_desired(scope, tx, iot_id=site.device.iot_id, values=values)
