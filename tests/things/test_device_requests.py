"""What devices ask and how broken questions end: answered by name, nothing stored."""

from typing import Any

import msgspec
import pytest
from sqlalchemy import func, select

from linli.kernel.clock import ManualClock
from linli.kernel.db import Database, Query
from linli.things.device_logs.models import device_log_lines
from linli.things.models import device_tags, inbox, points, text_points, thing_events
from linli.things.shadow.models import device_shadows
from tests.things.conftest import Site
from tests.things.device import Platform

TAILS = (
    "thing/event/property/post", "thing/event/property/batch/post", "thing/event/property/history/post",
    "thing/event/passEvent/post", "thing/deviceinfo/update", "thing/deviceinfo/delete", "thing/deviceinfo/get",
    "thing/property/desired/get", "thing/property/desired/delete", "thing/log/post", "thing/config/log/get",
)  # fmt: skip
BROKEN = (
    b"", b"{", b"\xff\xfe", b"[]", b"5", b'"x"', b"null", b'{"id":{},"params":{}}', b'{"id":"1","params":',
    b'{"id":"1","params":' + b"[" * 20_000 + b"]" * 20_000 + b"}", b'{"id":"1","params":' + b'{"a":' * 20_000,
)  # fmt: skip
_counts = [
    Query(select(func.count()).select_from(table))
    for table in (points, text_points, thing_events, device_tags, device_log_lines, device_shadows)
]
_kinds = Query(select(inbox.c.kind).where(inbox.c.kind != "status"))


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize("tail", TAILS)
async def test_broken_messages_are_refused_by_name_and_nothing_is_stored(
    platform: Platform, site: Site, database: Database, tail: str
) -> None:
    device = await platform.connect(site.device)
    before = [await count.scalar(database) for count in _counts]
    for payload in BROKEN:
        await device.publish(device.topic(tail), payload)
        message = await device.next()
        assert message.topic == device.topic(f"{tail}_reply")
        reply = msgspec.json.decode(message.payload, type=dict)
        assert reply["code"] == 460, (payload[:40], reply)
        assert reply.keys() == {"code", "data", "id", "message", "method", "version"}
        assert reply["message"] not in ("", "success")
    assert [await count.scalar(database) for count in _counts] == before
    assert await _kinds.all(database) == []
    assert (await device.post({"LightSwitch": 1}))["code"] == 200


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize(
    "tail, params",
    [
        ("thing/event/property/batch/post", {"properties": [1]}),
        ("thing/event/property/batch/post", {"properties": {"Temperature": [{"value": "x", "time": 1}]}}),
        ("thing/event/property/batch/post", {"events": {"passEvent": [5]}}),
        ("thing/deviceinfo/get", [5]),
        ("thing/deviceinfo/get", "x"),
        ("thing/deviceinfo/update", {"attrKey": "a"}),
    ],
    ids=str,
)
async def test_wrong_types_are_refused(platform: Platform, site: Site, tail: str, params: Any) -> None:
    device = await platform.connect(site.device)
    if params == "x":
        assert (await device.ask(tail, params))["code"] == 200, "a key alone is one key"
    else:
        assert (await device.ask(tail, params))["code"] == 460


async def test_a_device_asks_for_its_tags(platform: Platform, site: Site, database: Database) -> None:
    device = await platform.connect(site.device)
    await device.ask(
        "thing/deviceinfo/update", [{"attrKey": "fw", "attrValue": "1"}, {"attrKey": "b", "attrValue": ""}]
    )
    for params in ([{"attrKey": "fw"}], ["fw"], {"attrKey": "fw"}):
        reply = await device.ask("thing/deviceinfo/get", params)
        assert reply["data"] == [{"attrKey": "fw", "attrValue": "1"}]
    everything = {row["attrKey"] for row in (await device.ask("thing/deviceinfo/get", []))["data"]}
    assert everything >= {"fw", "b"}
    assert (await device.ask("thing/deviceinfo/get", {}))["data"]


async def test_the_time_is_told_in_strings(platform: Platform, site: Site, clock: ManualClock) -> None:
    device = await platform.connect(site.device)
    names = f"{site.product_key}/{site.device.device_name}"
    for payload, sent in ((b'{"deviceSendTime":"1234"}', "1234"), (b'{"deviceSendTime":5}', "5"), (b"{", "")):
        await device.publish(f"/ext/ntp/{names}/request", payload)
        message = await device.next()
        assert message.topic == f"/ext/ntp/{names}/response"
        now = str(clock.now_ms())
        assert msgspec.json.decode(message.payload) == {
            "deviceSendTime": sent, "serverRecvTime": now, "serverSendTime": now,
        }  # fmt: skip


async def test_an_event_has_the_level_of_its_model(
    platform: Platform, site: Site, database: Database, clock: ManualClock
) -> None:
    device, now = await platform.connect(site.device), clock.now_ms()
    await device.event("passEvent", {"code": 1, "type": "t"})
    await device.event("passEvent", {"value": {"code": 2, "type": "t"}, "time": now - 5})
    await device.event("tamper", {})
    query = Query(select(thing_events.c.type, thing_events.c.ts).order_by(thing_events.c.seq))
    assert await query.all(database) == [("info", now), ("info", now - 5), ("alert", now)]
