"""Calls to devices over a real socket: both synchronous styles, asynchronous ones, property sets, and their records."""

import asyncio
from collections.abc import Awaitable
from typing import Any

import msgspec
import pytest
from sqlalchemy import select

from linli.kernel.clock import ManualClock
from linli.kernel.db import Database, Query, Tx
from linli.kernel.errors import BadInput, LinliError, NotFound
from linli.protocols import mqtt
from linli.things.errors import DeviceDisabled, DeviceOffline, DeviceRefused, DeviceSilent
from linli.things.inbox.messages import Message
from linli.things.models import service_calls
from linli.things.service import devices
from tests.things.conftest import Site
from tests.things.device import MakePlatform, Platform, until

_calls = Query(
    select(
        service_calls.c.identifier, service_calls.c.call_type, service_calls.c.state, service_calls.c.input,
        service_calls.c.output,
    ).order_by(service_calls.c.call_no)
)  # fmt: skip


async def states(database: Database) -> list[tuple[str, str, str]]:
    return [row[:3] for row in await _calls.all(database)]


async def passing[T](clock: ManualClock, call: Awaitable[T], ms: int = 500) -> T:
    """The result of `call` while the clock runs on."""
    task = asyncio.ensure_future(call)
    while not task.done():
        await clock.advance(ms)
        await asyncio.sleep(0.002)
    return await task


@pytest.mark.parametrize(("ext", "topic"), [(1, "/ext/rrpc/{id}/sys/{names}/thing/service/{service}"),
                                            (0, "/sys/{names}/rrpc/request/{id}")], ids=["ext", "sys"])  # fmt: skip
async def test_a_synchronous_service_is_called_where_the_client_listens(
    platform: Platform, site: Site, database: Database, ext: int, topic: str
) -> None:
    device = await platform.connect(site.device, ext=ext)
    call = asyncio.create_task(
        platform.things.invoker.invoke(site.tenant, site.device.iot_id, "CloudCallElevator", {"Floor": 3})
    )
    sent = await device.next()
    request = msgspec.json.decode(sent.payload)
    assert request == {
        "id": request["id"], "version": "1.0", "method": "thing.service.CloudCallElevator", "params": {"Floor": 3},
    }  # fmt: skip
    assert isinstance(request["id"], str)
    assert request["id"].isdigit()
    names = f"{site.product_key}/{site.device.device_name}"
    assert sent.topic == topic.format(id=request["id"], names=names, service="CloudCallElevator")

    reply = {"id": request["id"], "code": 200, "data": {"code": 0}, "message": "success"}
    answer = sent.topic.replace("/rrpc/request/", "/rrpc/response/")
    await device.publish(answer, msgspec.json.encode(reply))
    assert await call == {"code": 0}
    (record,) = await _calls.all(database)
    assert record[:4] == ("CloudCallElevator", "sync", "answered", '{"Floor":3}')
    assert msgspec.json.decode(record[4]) == reply


async def test_a_door_that_answers_nothing_but_success_has_no_data(platform: Platform, site: Site) -> None:
    device = await platform.connect(site.device)
    device.answers["thing.service.remoteOpen"] = lambda params: {"data": None}
    assert await platform.things.invoker.invoke(site.tenant, site.device.iot_id, "remoteOpen", {}) == {}


async def test_a_refusal_carries_the_devices_code_and_words(
    platform: Platform, site: Site, database: Database
) -> None:
    device = await platform.connect(site.device)
    device.answers["thing.service.remoteOpen"] = lambda params: {
        "code": 5001,
        "message": "the lock is jammed",
    }
    with pytest.raises(DeviceRefused) as refused:
        await platform.things.invoker.invoke(site.tenant, site.device.iot_id, "remoteOpen", {})
    facts = refused.value.facts
    assert (facts["answer"], facts["message"]) == (5001, "the lock is jammed")
    assert "the lock is jammed" in refused.value.text("zh-CN")
    assert await states(database) == [("remoteOpen", "sync", "refused")]


async def test_an_offline_device_is_told_of_at_once(
    platform: Platform, site: Site, database: Database
) -> None:
    invoker, iot_id = platform.things.invoker, site.device.iot_id
    calls: list[Awaitable[Any]] = [
        invoker.invoke(site.tenant, iot_id, "remoteOpen", {}),
        invoker.call(site.tenant, iot_id, "syncPermissions", {"permissionUrl": "http://x"}),
        invoker.set_properties(site.tenant, iot_id, {"LightSwitch": 1}),
        invoker.send_properties(site.tenant, iot_id, {"LightSwitch": 1}),
    ]
    for call in calls:
        with pytest.raises(DeviceOffline):
            await call
    assert [state for _, _, state in await states(database)] == ["offline"] * 4


async def test_silence_ends_with_the_time(
    platform: Platform, site: Site, database: Database, clock: ManualClock
) -> None:
    device = await platform.connect(site.device)
    invoker, iot_id = platform.things.invoker, site.device.iot_id
    ids = []
    for call in (
        invoker.invoke(site.tenant, iot_id, "remoteOpen", {}, timeout_s=7.0),
        invoker.invoke(site.tenant, iot_id, "syncPermissions", {"permissionUrl": "u"}, timeout_s=7.0),
    ):
        task = asyncio.create_task(call)
        ids.append(msgspec.json.decode((await device.next()).payload)["id"])
        await clock.advance(6999)
        assert not task.done()
        await clock.advance(1)
        with pytest.raises(DeviceSilent):
            await task
    assert await states(database) == [
        ("remoteOpen", "sync", "timed_out"), ("syncPermissions", "async", "timed_out"),
    ]  # fmt: skip
    await device.publish(device.topic(f"rrpc/response/{ids[0]}"), b'{"id":"1","code":200,"data":{}}')
    late = msgspec.json.encode({"id": ids[1], "code": 200, "data": {}})
    await device.publish(device.topic("thing/service/syncPermissions_reply"), late)
    assert await states(database) == [
        ("remoteOpen", "sync", "timed_out"), ("syncPermissions", "async", "answered"),
    ]  # fmt: skip


async def test_a_call_fails_at_once_when_its_device_goes_offline(
    platform: Platform, site: Site, database: Database
) -> None:
    """The clock stands still: no time-out ends these."""
    invoker, iot_id = platform.things.invoker, site.device.iot_id
    for call in (
        invoker.invoke(site.tenant, iot_id, "remoteOpen", {}),
        invoker.invoke(site.tenant, iot_id, "syncPermissions", {"permissionUrl": "u"}),
    ):
        device = await platform.connect(site.device)
        task = asyncio.create_task(call)
        await device.next()
        await device.close()
        with pytest.raises(DeviceOffline):
            await asyncio.wait_for(task, 30)
    assert await states(database) == [
        ("remoteOpen", "sync", "offline"), ("syncPermissions", "async", "offline"),
    ]  # fmt: skip


async def test_an_answer_just_before_the_device_goes_counts(
    platform: Platform, site: Site, database: Database
) -> None:
    device = await platform.connect(site.device)
    task = asyncio.create_task(
        platform.things.invoker.invoke(
            site.tenant, site.device.iot_id, "syncPermissions", {"permissionUrl": "u"}
        )
    )
    asked = msgspec.json.decode((await device.next()).payload)
    said = msgspec.json.encode({"id": asked["id"], "code": 200, "data": {"held": "u"}})
    device.client.send(mqtt.Publish(device.topic("thing/service/syncPermissions_reply"), said))
    await device.close()
    assert await asyncio.wait_for(task, 30) == {"held": "u"}
    assert await states(database) == [("syncPermissions", "async", "answered")]


async def test_an_asynchronous_service_is_answered_later(
    make_platform: MakePlatform, site: Site, database: Database
) -> None:
    platform = await make_platform()
    replies: list[tuple[str, int, Any]] = []

    async def replied(tx: Tx, message: Message) -> None:
        replies.append((message.identifier, message.call_no, message.values["code"]))

    platform.things.handlers.on_service_reply("syncPermissions", replied)
    await platform.start()
    device = await platform.connect(site.device)
    outcome = await platform.things.invoker.call(
        site.tenant, site.device.iot_id, "syncPermissions", {"permissionUrl": "http://x/1"}
    )
    assert outcome.data == {}
    assert await states(database) == [("syncPermissions", "async", "sent")]
    sent = await device.next()
    assert (sent.topic, sent.qos) == (device.topic("thing/service/syncPermissions"), 1)
    request = msgspec.json.decode(sent.payload)
    assert request["id"] == outcome.message_id
    reply = {"id": request["id"], "code": 200, "data": {}, "message": "success"}
    await device.publish(device.topic("thing/service/syncPermissions_reply"), msgspec.json.encode(reply))
    assert await states(database) == [("syncPermissions", "async", "answered")]
    await platform.things.dispatcher.settled()
    assert replies == [("syncPermissions", int(outcome.message_id), 200)]


async def test_an_asynchronous_service_can_be_waited_for(
    platform: Platform, site: Site, database: Database
) -> None:
    device = await platform.connect(site.device)
    device.answers["thing.service.syncPermissions"] = lambda params: {
        "data": {"held": params["permissionUrl"]}
    }
    data = await platform.things.invoker.invoke(
        site.tenant, site.device.iot_id, "syncPermissions", {"permissionUrl": "u"}
    )
    assert data == {"held": "u"}
    assert await states(database) == [("syncPermissions", "async", "answered")]


async def test_properties_are_set_and_confirmed(platform: Platform, site: Site, database: Database) -> None:
    device = await platform.connect(site.device)
    device.answers["thing.service.property.set"] = lambda params: {}
    await platform.things.invoker.set_properties(
        site.tenant, site.device.iot_id, {"LightSwitch": 1, "RSAPublicKey": "key"}
    )
    (record,) = await _calls.all(database)
    assert record[:3] == ("set", "async", "answered")
    assert msgspec.json.decode(record[3]) == {"LightSwitch": 1, "RSAPublicKey": "key"}


async def test_a_client_that_never_replies_to_a_set_confirms_by_taking_it(
    platform: Platform, site: Site, database: Database, clock: ManualClock
) -> None:
    device = await platform.connect(site.device)
    device.answers["thing.service.property.set"] = lambda params: None
    await passing(
        clock, platform.things.invoker.set_properties(site.tenant, site.device.iot_id, {"LightSwitch": 1})
    )
    assert await states(database) == [("set", "async", "sent")]


async def test_a_refused_set_is_an_error(platform: Platform, site: Site, database: Database) -> None:
    device = await platform.connect(site.device)
    device.answers["thing.service.property.set"] = lambda params: {"code": 400, "message": "no"}
    with pytest.raises(DeviceRefused):
        await platform.things.invoker.set_properties(site.tenant, site.device.iot_id, {"LightSwitch": 1})
    assert await states(database) == [("set", "async", "refused")]


async def test_another_devices_answer_is_no_answer(
    platform: Platform, site: Site, other: Site, clock: ManualClock
) -> None:
    device, stranger = await platform.connect(site.device), await platform.connect(other.device)
    call = asyncio.create_task(
        platform.things.invoker.invoke(site.tenant, site.device.iot_id, "remoteOpen", {}, timeout_s=5.0)
    )
    message_id = msgspec.json.decode((await device.next()).payload)["id"]
    forged = msgspec.json.encode({"id": message_id, "code": 200, "data": {}})
    await stranger.publish(stranger.topic(f"rrpc/response/{message_id}"), forged)
    assert not call.done()
    with pytest.raises(DeviceSilent):
        await passing(clock, call)


@pytest.mark.parametrize(
    ("identifier", "args", "field"),
    [
        ("nobody", {}, "identifier"),
        ("CloudCallElevator", {"Floor": 61}, "args.Floor"),
        ("CloudCallElevator", {"Floor": "3"}, "args.Floor"),
        ("CloudCallElevator", {"floor": 3}, "args.floor"),
    ],
)
async def test_a_wrong_call_is_refused_before_it_is_sent(
    platform: Platform, site: Site, database: Database, identifier: str, args: dict[str, Any], field: str
) -> None:
    await platform.connect(site.device)
    with pytest.raises(BadInput) as refused:
        await platform.things.invoker.invoke(site.tenant, site.device.iot_id, identifier, args)
    assert refused.value.field == field
    assert await states(database) == []


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({}, "items"),
        ({"Nobody": 1}, "items.Nobody"),
        ({"Geo": {}}, "items.Geo"),
        ({"LightSwitch": 2}, "items.LightSwitch"),
    ],
)
async def test_a_wrong_set_is_refused_before_it_is_sent(
    platform: Platform, site: Site, values: dict[str, Any], field: str
) -> None:
    await platform.connect(site.device)
    with pytest.raises(BadInput) as refused:
        await platform.things.invoker.set_properties(site.tenant, site.device.iot_id, values)
    assert refused.value.field == field


async def test_a_strangers_device_is_not_there(
    platform: Platform, site: Site, other: Site, database: Database
) -> None:
    await platform.connect(site.device)
    invoker, iot_id = platform.things.invoker, site.device.iot_id
    calls: list[Awaitable[Any]] = [
        invoker.invoke(other.tenant, iot_id, "remoteOpen", {}),
        invoker.call(other.tenant, iot_id, "remoteOpen", {}),
        invoker.set_properties(other.tenant, iot_id, {"LightSwitch": 1}),
        invoker.send_properties(other.tenant, iot_id, {"LightSwitch": 1}),
    ]
    for call in calls:
        with pytest.raises(NotFound):
            await call
    assert await states(database) == []


async def test_a_disabled_device_is_cut_off_and_stays_out(
    platform: Platform, site: Site, database: Database
) -> None:
    device = await platform.connect(site.device)
    async with database.begin() as tx:
        await devices.enable_device(site.tenant, tx, iot_id=site.device.iot_id, enabled=False)
    assert await device.closed()
    with pytest.raises(DeviceDisabled):
        await platform.things.invoker.invoke(site.tenant, site.device.iot_id, "remoteOpen", {})
    with pytest.raises(AssertionError, match="code=5"):
        await platform.connect(site.device)
    async with database.begin() as tx:
        await devices.enable_device(site.tenant, tx, iot_id=site.device.iot_id, enabled=True)

    async def back() -> bool:
        try:
            await platform.connect(site.device)
        except (AssertionError, EOFError, LinliError):
            return False
        return True

    await until(back)
