"""Devices with a format of their own: their bytes go the way of every message, calls reach them as bytes."""

import asyncio
import struct
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import bindparam, select, update

from linli.kernel.db import Command, Database, Query
from linli.kernel.errors import BadInput, NotFound
from linli.protocols import mqtt
from linli.things.models import inbox, latest_values, points, products, service_calls, thing_events
from linli.things.scripts.errors import DraftChanged, NothingPublished, ScriptFailed
from linli.things.scripts.queries import failures_of, script_of, versions_of
from linli.things.scripts.service import check_script, publish_draft, save_draft
from tests.things.conftest import Site
from tests.things.device import Device, Platform, until

SCRIPT = Path(__file__).with_name("door.js").read_text("utf-8")
UP, DOWN = "thing/model/up_raw", "thing/model/down_raw"

_points = Query(select(points.c.value).order_by(points.c.seq, points.c.property_no))
_latest = Query(select(latest_values.c.number))
_events = Query(select(thing_events.c.identifier, thing_events.c.body))
_calls = Query(select(service_calls.c.identifier, service_calls.c.call_type, service_calls.c.state))
_inbox = Query(
    select(inbox.c.kind, inbox.c.identifier, inbox.c.payload)
    .where(inbox.c.kind != "status")
    .order_by(inbox.c.seq)
)


def raw(command: int, id: int, form: str = "", *values: int) -> bytes:
    return struct.pack(f">BI{form}", command, id, *values)


_set_format = Command(
    update(products)
    .where(products.c.product_key == bindparam("key"))
    .values(data_format=bindparam("format")),
    unscoped="the site's own",
)


async def use(database: Database, site: Site, source: str, *, data_format: str = "custom") -> None:
    """Publish a script of the site's product, and make it one whose devices speak a format of their own."""
    async with database.begin() as tx:
        await _set_format.run(tx, key=site.product_key, format=data_format)
        product_no = (await tx_product(tx, site)).product_no
        held = await script_of(tx, product_no=product_no)
        draft = await save_draft(
            site.tenant, tx, product_key=site.product_key, source=source, draft_version=held.draft_version
        )
        await publish_draft(site.tenant, tx, product_key=site.product_key, draft_version=draft)


async def tx_product(db: Any, site: Site) -> Any:
    from linli.things.queries.products import get_product

    return await get_product(site.tenant, db, product_key=site.product_key)


@pytest.fixture
async def device(platform: Platform, site: Site, database: Database) -> Device:
    await use(database, site, SCRIPT)
    return await platform.connect(site.device)


async def send(device: Device, payload: bytes, *, dup: bool = False, tail: str = UP) -> None:
    await device.publish(device.topic(tail), payload, dup=dup)


async def reply(device: Device) -> bytes:
    message = await device.next()
    assert message.topic == device.topic(f"{UP}_reply")
    return bytes(message.payload)


async def test_bytes_become_values_and_the_reply_bytes(device: Device, database: Database) -> None:
    await send(device, raw(0, 7, "hB", 215, 1))
    assert await reply(device) == raw(2, 7, "B", 0)
    assert sorted(await _points.all(database)) == [(1,), (21.5,)]
    await send(device, raw(4, 8, "H", 3))
    assert await reply(device) == raw(2, 8, "B", 0)
    assert await _events.all(database) == [("passEvent", '{"code":3,"type":"card"}')]
    kinds = [(kind, identifier) for kind, identifier, _ in await _inbox.all(database)]
    assert kinds == [("raw", ""), ("property", ""), ("raw", ""), ("event", "passEvent")]


async def test_what_the_thing_model_refuses_is_refused_in_bytes(device: Device, database: Database) -> None:
    await send(device, raw(0, 9, "hB", 215, 7))
    assert await reply(device) == raw(2, 9, "B", 0), "outside its limits: dropped alone"
    assert await _points.all(database) == [(21.5,)]


async def test_one_sent_again_is_stored_once(device: Device, database: Database) -> None:
    for dup in (False, True):
        await send(device, raw(0, 7, "hB", 215, 1), dup=dup)
        assert await reply(device) == raw(2, 7, "B", 0)
    assert len(await _points.all(database)) == 2


async def test_order_is_kept(device: Device, database: Database) -> None:
    await asyncio.gather(*(send(device, raw(0, n, "hB", n, n % 2)) for n in range(1, 30)))
    for n in range(1, 30):
        assert await reply(device) == raw(2, n, "B", 0)
    assert max(await _latest.all(database)) == (2.9,)


async def test_a_script_that_fails_is_noted_and_the_connection_stays(
    device: Device, platform: Platform, site: Site, database: Database
) -> None:
    for payload in (b"\x63\x00\x00\x00\x01", b"", b"\x00", bytes(4000)):
        await send(device, payload)
        assert await reply(device) == (b"" if payload != bytes(4000) else raw(2, 0, "B", 0))
    entry = platform.things.fleet.named(site.product_key, site.device.device_name)
    assert entry is not None
    (failure,) = await failures_of(database, device_no=entry.device_no)
    assert (failure.function, failure.kind, failure.input) == (
        "rawDataToProtocol", "error", b"\x63\x00\x00\x00\x01",
    )  # fmt: skip
    assert "no such command: 99" in failure.reason


@pytest.mark.parametrize(
    "returns",
    [
        "5", "null", "[]", "{}", "{method: 'thing.model.up_raw', params: {}}", "{method: 5, params: {}}",
        "{method: 'thing.nothing', params: {}}", "{method: 'thing/../x', params: {}}",
        "{method: 'thing.service.property.set_reply', params: 1}", "{code: 200, id: '12345', data: {}}",
        "{code: 'ok', id: '1'}",
    ],
)  # fmt: skip
async def test_what_is_no_message_is_refused(
    platform: Platform, site: Site, database: Database, returns: str
) -> None:
    await use(
        database,
        site,
        f"function rawDataToProtocol() {{ return {returns} }} function protocolToRawData() {{ return [] }}",
    )
    device = await platform.connect(site.device)
    await send(device, b"\x01")
    assert await reply(device) == b""
    assert [kind for kind, *_ in await _inbox.all(database)] == ["raw"]


async def test_calls_go_down_as_bytes_and_their_answers_come_back(
    device: Device, platform: Platform, site: Site, database: Database
) -> None:
    invoker = platform.things.invoker

    async def down() -> mqtt.Publish:
        message = await device.next()
        assert message.topic == device.topic(DOWN)
        return message

    setting = asyncio.create_task(invoker.set_properties(site.tenant, site.device.iot_id, {"LightSwitch": 1}))
    command, id, value = struct.unpack(">BIB", (await down()).payload)
    assert (command, value) == (1, 1)
    await send(device, raw(3, id, "B", 200), tail=f"{DOWN}_reply")
    await setting

    calling = asyncio.create_task(
        invoker.invoke(site.tenant, site.device.iot_id, "CloudCallElevator", {"Floor": 12})
    )
    command, id, floor = struct.unpack(">BIB", (await down()).payload)
    assert (command, floor) == (5, 12)
    await send(device, raw(6, id, "BB", 200, 4))
    assert await calling == {"code": 4}
    assert await _calls.all(database) == [
        ("set", "async", "answered"), ("CloudCallElevator", "sync", "answered"),
    ]  # fmt: skip


async def test_a_call_that_the_script_has_nothing_for_fails_by_name(
    device: Device, platform: Platform, site: Site, database: Database
) -> None:
    with pytest.raises(ScriptFailed, match=r"nothing for thing\.service\.remoteOpen"):
        await platform.things.invoker.invoke(site.tenant, site.device.iot_id, "remoteOpen", {})
    assert await _calls.all(database) == [("remoteOpen", "sync", "refused")]


async def test_a_marked_free_topic_goes_through_the_script(
    device: Device, site: Site, database: Database
) -> None:
    names = f"{site.product_key}/{site.device.device_name}"
    await device.publish(f"/{names}/user/update?_sn=default", b"\x07")

    async def kept() -> list[Any]:
        return [row for row in await _inbox.all(database) if row[0] == "user"]

    assert await until(kept) == [("user", "update", b'{"from":"update","level":7}')]


async def test_without_a_script_bytes_are_kept_as_they_are(
    platform: Platform, site: Site, database: Database
) -> None:
    device = await platform.connect(site.device)
    await send(device, b"\x01\x02")
    assert await reply(device) == b""
    names = f"{site.product_key}/{site.device.device_name}"
    await device.publish(f"/{names}/user/update?_sn=default", b"\x07")
    await device.post({"LightSwitch": 1})
    rows = await _inbox.all(database)
    assert ("raw", "", b"\x01\x02") in rows
    assert ("user", "update", b"\x07") in rows


async def test_a_product_of_the_thing_model_uses_its_script_for_marked_topics_alone(
    platform: Platform, site: Site, database: Database
) -> None:
    await use(database, site, SCRIPT, data_format="alink")
    device = await platform.connect(site.device)
    device.answers["thing.service.property.set"] = lambda params: {}
    await platform.things.invoker.set_properties(site.tenant, site.device.iot_id, {"LightSwitch": 1})
    await send(device, raw(0, 7, "hB", 215, 1))
    assert await reply(device) == b""
    assert await _points.all(database) == []
    await device.publish(f"/{site.product_key}/{site.device.device_name}/user/x?_sn=default", b"\x07")

    async def kept() -> list[Any]:
        return [row for row in await _inbox.all(database) if row[0] == "user"]

    assert await until(kept) == [("user", "x", b'{"from":"x","level":7}')]


async def test_a_new_version_is_used_at_once(device: Device, site: Site, database: Database) -> None:
    await use(database, site, SCRIPT.replace("/ 10", "/ 5"))
    await send(device, raw(0, 7, "hB", 100, 1))
    await reply(device)
    assert (20,) in await _points.all(database)
    product = await tx_product(database, site)
    assert [row.version for row in await versions_of(database, product_no=product.product_no)] == [2, 1]


async def test_drafts_are_guarded(platform: Platform, site: Site, other: Site, database: Database) -> None:
    key = site.product_key
    async with database.begin() as tx:
        assert await save_draft(site.tenant, tx, product_key=key, source="x", draft_version=0) == 1
    with pytest.raises(DraftChanged):
        async with database.begin() as tx:
            await save_draft(site.tenant, tx, product_key=key, source="y", draft_version=0)
    with pytest.raises(NotFound):
        async with database.begin() as tx:
            await save_draft(other.tenant, tx, product_key=key, source="y", draft_version=1)
    with pytest.raises(NothingPublished):
        async with database.begin() as tx:
            await save_draft(site.tenant, tx, product_key=key, source="  ", draft_version=1)
            await publish_draft(site.tenant, tx, product_key=key, draft_version=2)
    sandbox = platform.things.features.sandbox
    await check_script(sandbox, SCRIPT, owner="t")
    for source, rule in (
        ("function f(", "script_broken"),
        ("function rawDataToProtocol() {}", "script_functions"),
        ("x" * 70_000, "script_size"),
    ):
        with pytest.raises(BadInput) as refused:
            await check_script(sandbox, source, owner="t")
        assert refused.value.facts["rule"] == rule
