"""Posts of the past: they fill the series, replace nothing newer, and wake nobody who acts on the present."""

from typing import Any

import msgspec
import pytest
from sqlalchemy import select

from linli.kernel.clock import ManualClock
from linli.kernel.db import Database, Query, Tx
from linli.kernel.ids import Ids
from linli.kernel.secrets import Secrets
from linli.things.inbox.messages import Message
from linli.things.models import inbox, latest_values, points, text_points, thing_events
from linli.things.service.devices import DeviceValues, Triple, create_device
from tests.things.conftest import Site
from tests.things.device import Device, MakePlatform, Platform, until

DAY_MS = 86_400_000
HISTORY = "thing/event/property/history/post"

_points = Query(select(points.c.device_no, points.c.ts, points.c.value).order_by(points.c.ts))
_texts = Query(select(text_points.c.ts, text_points.c.value).order_by(text_points.c.ts))
_latest = Query(select(latest_values.c.ts, latest_values.c.number).where(latest_values.c.number.is_not(None)))
_events = Query(select(thing_events.c.identifier, thing_events.c.ts, thing_events.c.body))
_inbox = Query(select(inbox.c.kind, inbox.c.note).where(inbox.c.kind != "status").order_by(inbox.c.seq))


def at(value: Any, time: Any) -> dict[str, Any]:
    return {"value": value, "time": time}


async def test_it_keeps_its_own_time_and_replaces_nothing_newer(
    platform: Platform, site: Site, database: Database, clock: ManualClock
) -> None:
    device, now = await platform.connect(site.device), clock.now_ms()
    await device.post({"Temperature": at(20, now - 1000)})
    reply = await device.ask(
        HISTORY,
        [
            {
                "identity": {"productKey": site.product_key, "deviceName": site.device.device_name},
                "properties": [
                    {"Temperature": at(17, now - 7000), "Label": at("old", now - 7000)},
                    {"Temperature": at(18, now - 1000)},
                ],
                "events": [{"passEvent": at({"code": 0, "type": "qrCode"}, now - 6000)}],
            }
        ],
    )
    assert (reply["code"], reply["data"], reply["method"]) == (200, {}, "thing.event.property.history.post")
    assert [row[1:] for row in await _points.all(database)] == [
        (now - 7000, 17), (now - 1000, 20), (now - 1000, 18),
    ]  # fmt: skip
    assert await _texts.all(database) == [(now - 7000, "old")]
    assert await _latest.all(database) == [(now - 1000, 20)], "of the same time: the first one stays"
    ((identifier, ts, body),) = await _events.all(database)
    assert (identifier, ts, msgspec.json.decode(body)) == (
        "passEvent", now - 6000, {"code": 0, "type": "qrCode"},
    )  # fmt: skip
    assert await _inbox.all(database) == [
        ("property", ""), ("request", ""), ("property", "history"), ("event", "history"),
    ]  # fmt: skip

    await device.ask(HISTORY, {"properties": [{"Temperature": at(30, now - 500)}]})
    assert await _latest.all(database) == [(now - 500, 30)], (
        "newer than what is held: it becomes the present value"
    )


async def test_what_is_too_old_is_dropped_and_named(
    platform: Platform, site: Site, database: Database, clock: ManualClock
) -> None:
    device, now = await platform.connect(site.device), clock.now_ms()
    reply = await device.ask(
        HISTORY,
        [
            {
                "properties": [
                    {"Temperature": at(1, now - 40 * DAY_MS)},
                    {"Temperature": at(2, now - 40 * DAY_MS - 1)},
                    {"Temperature": at(3, now + 2 * DAY_MS)},
                    {"Temperature": at(900, now)},
                ],
                "events": [{"tamper": at({}, 5)}],
            }
        ],
    )
    assert reply["code"] == 200
    assert set(reply["data"]) == {
        "params[0].properties[1].Temperature", "params[0].properties[2].Temperature",
        "params[0].properties[3].Temperature", "params[0].events[0].tamper",
    }  # fmt: skip
    assert [row[1:] for row in await _points.all(database)] == [(now - 40 * DAY_MS, 1)]
    assert await _events.all(database) == []


async def test_a_gateway_tells_the_past_of_its_sub_devices_alone(
    platform: Platform, site: Site, database: Database, clock: ManualClock, ids: Ids, secrets: Secrets
) -> None:
    async with database.begin() as tx:
        sub = await create_device(
            site.tenant,
            tx,
            values=DeviceValues(product_key=site.product_key, device_name="sub-01"),
            ids=ids,
            secrets=secrets,
        )
        stranger = await create_device(
            site.tenant,
            tx,
            values=DeviceValues(product_key=site.product_key, device_name="sub-02"),
            ids=ids,
            secrets=secrets,
        )
    device, now = await platform.connect(site.device), clock.now_ms()
    number = await attach(platform, site, sub)

    def post(name: Triple) -> dict[str, Any]:
        identity = {"productKey": name.product_key, "deviceName": name.device_name}
        return {"identity": identity, "properties": [{"Temperature": at(5, now - 9)}]}

    assert (await device.ask(HISTORY, [post(sub)]))["code"] == 200
    assert await _points.all(database) == [(number, now - 9, 5)]
    refused = await device.ask(HISTORY, [post(sub), post(stranger)])
    assert refused["code"] == 460
    assert refused["message"].startswith("params[1].identity: ")
    assert len(await _points.all(database)) == 1, "all of it is refused"


async def attach(platform: Platform, site: Site, sub: Triple) -> int:
    """The site's device becomes the gateway that `sub` speaks through."""
    entry = await platform.things.fleet.find(sub.product_key, sub.device_name)
    session = platform.things.switchboard.clients.devices[site.product_key, site.device.device_name]
    assert entry is not None
    assert platform.things.switchboard.attach(session, sub.product_key, sub.device_name, entry.device_no)
    return entry.device_no


@pytest.mark.parametrize(
    "params",
    [
        None,
        5,
        ["x"],
        [{"properties": 5}],
        [{"properties": ["x"]}],
        [{"properties": [{"Nobody": at(1, 1)}]}],
        [{"properties": [{"Temperature": 20}]}],
        [{"properties": [{"Temperature": {"value": 1, "time": "soon"}}]}],
        [{"properties": [{"Temperature": at("warm", 1)}]}],
        [{"events": [{"passEvent": {"code": 0}}]}],
        [{"events": [{"nothing": at({}, 1)}]}],
        [{"identity": 7, "properties": []}],
        [{"identity": {"productKey": [], "deviceName": {}}, "properties": []}],
    ],
    ids=str,
)
async def test_a_wrong_one_is_refused_and_nothing_kept(
    platform: Platform, site: Site, database: Database, params: Any
) -> None:
    device = await platform.connect(site.device)
    assert (await device.ask(HISTORY, params))["code"] == 460
    assert await _points.all(database) == []
    assert await _inbox.all(database) == []


async def test_one_sent_again_is_stored_once(
    platform: Platform, site: Site, database: Database, clock: ManualClock
) -> None:
    device = await platform.connect(site.device)
    params = {"properties": [{"Temperature": at(1, clock.now_ms())}]}
    body = msgspec.json.encode({"id": "7", "version": "1.0", "params": params})
    for dup in (False, True):
        await device.publish(device.topic(HISTORY), body, dup=dup)
        reply = msgspec.json.decode((await device.next()).payload, type=dict)
        assert (reply["id"], reply["code"]) == ("7", 200)
    assert len(await _points.all(database)) == 1


async def test_handlers_of_the_present_do_not_run(
    make_platform: MakePlatform, site: Site, database: Database, clock: ManualClock
) -> None:
    platform = await make_platform()
    heard: list[tuple[str, str, bool]] = []

    def hears(name: str) -> Any:
        async def handler(tx: Tx, message: Message) -> None:
            heard.append((name, message.identifier, message.history))

        return handler

    handlers = platform.things.handlers
    handlers.on_property("Temperature", hears("now"))
    handlers.on_event("passEvent", hears("now"))
    handlers.on_event("passEvent", hears("recorder"), history=True)
    await platform.start()
    device, now = await platform.connect(site.device), clock.now_ms()
    await device.ask(
        HISTORY,
        {
            "properties": [{"Temperature": at(1, now - 5)}],
            "events": [{"passEvent": at({"code": 0, "type": "t"}, now)}],
        },
    )
    await device.event("passEvent", {"code": 1, "type": "t"})
    await platform.things.dispatcher.settled()
    assert heard == [
        ("recorder", "passEvent", True), ("now", "passEvent", False), ("recorder", "passEvent", False),
    ]  # fmt: skip


async def test_a_recorder_hears_of_the_past_after_a_restart_too(
    make_platform: MakePlatform, site: Site, database: Database, clock: ManualClock
) -> None:
    first = await make_platform()
    stuck = first.things.handlers

    async def breaks(tx: Tx, message: Message) -> None:
        raise ConnectionError("not now")

    stuck.on_event("passEvent", breaks, history=True)
    await first.start()
    device: Device = await first.connect(site.device)
    past = clock.now_ms() - 5000
    await device.ask(HISTORY, {"events": [{"passEvent": at({"code": 7, "type": "t"}, past)}]})
    await first.stop()

    second = await make_platform()
    heard: list[tuple[Any, ...]] = []

    async def takes(tx: Tx, message: Message) -> None:
        heard.append((message.values["code"], message.time_ms, message.history))

    async def never(tx: Tx, message: Message) -> None:
        heard.append(("never",))

    second.things.handlers.on_event("passEvent", takes, history=True)
    second.things.handlers.on_event("passEvent", never)
    await second.start()

    async def done() -> bool:
        return bool(heard)

    await until(done)
    assert heard == [(7, past, True)]
