"""Disabling, enabling, deleting devices and giving them new secrets: who is told what, and who is cut off."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from linli.kernel.db import Tx
from linli.kernel.events import Event
from linli.things.events import DeviceCreated, DeviceDeleted, DeviceDisabled, DeviceEnabled
from linli.things.service import devices
from linli.things.service.devices import Triple
from tests.things.device import Platform
from tests.things.gateways.conftest import Estate, Gateway, named, signed


@pytest.fixture
def act(estate: Estate) -> Callable[..., Any]:
    """Runs one function of the devices' service in a transaction of its own."""

    async def run(function: Callable[..., Any], triple: Triple, **more: Any) -> Any:
        async with estate.database.begin() as tx:
            return await function(estate.scope, tx, iot_id=triple.iot_id, **more)

    return run


def topic(triple: Triple, tail: str) -> str:
    return f"/sys/{triple.product_key}/{triple.device_name}/{tail}"


async def test_a_sub_device_is_disabled_and_enabled(
    gateway: Gateway, estate: Estate, act: Callable[..., Any]
) -> None:
    one, two = await estate.subs(2)
    await gateway.ok("thing/topo/add", [signed(one), signed(two)])
    await gateway.login(one, two)
    change = topic(estate.gateway, "thing/topo/change")

    await act(devices.enable_device, one, enabled=False)
    told = await gateway.told("disable", "topo/change")
    assert told == {
        topic(one, "thing/disable"): {},
        change: {"status": 8, "subList": named(one)},
    }
    await gateway.device.publish(topic(one, "thing/disable_reply"), b'{"id":"1","code":200,"data":{}}')
    await estate.settled([one, two], "disabled", "online")
    assert (await gateway.ask("combine/login", signed(one)))["code"] == 522
    await gateway.device.publish(topic(one, "thing/event/property/post"), b'{"id":"1","params":{}}')
    refusal = await gateway.device.next()
    assert refusal.topic.startswith("/ext/error/"), "the reply before was no fault, this is"
    assert await gateway.ok("thing/event/property/post", {"LightSwitch": 1}, of=two) == {}

    await act(devices.enable_device, one, enabled=True)
    assert await gateway.told("enable", "topo/change") == {
        topic(one, "thing/enable"): {},
        change: {"status": 2, "subList": named(one)},
    }
    await gateway.login(one)
    await estate.settled([one], "online")
    await act(devices.enable_device, one, enabled=True)
    assert gateway.quiet, "nothing changed"


async def test_a_sub_device_is_deleted(gateway: Gateway, estate: Estate, act: Callable[..., Any]) -> None:
    one, two = await estate.subs(2)
    await gateway.ok("thing/topo/add", [signed(one), signed(two)])
    await gateway.login(one, two)
    await act(devices.delete_device, one)
    assert await gateway.told("delete", "topo/change") == {
        topic(one, "thing/delete"): {},
        topic(estate.gateway, "thing/topo/change"): {"status": 1, "subList": named(one)},
    }
    await gateway.device.publish(topic(one, "thing/delete_reply"), b'{"id":"1","code":200,"data":{}}')
    assert await gateway.ok("thing/topo/get", {}) == named(two)
    assert (await gateway.ask("combine/login", signed(one)))["code"] == 6100
    assert (await gateway.ask("thing/topo/add", [signed(one)]))["code"] == 6100


async def test_a_new_secret_logs_a_sub_device_out(
    gateway: Gateway, estate: Estate, act: Callable[..., Any], ids: Any, secrets: Any
) -> None:
    (sub,) = await estate.subs(1)
    await gateway.ok("thing/topo/add", [signed(sub)])
    await gateway.login(sub)
    fresh = await act(devices.reset_secret, sub, ids=ids, secrets=secrets)
    await estate.settled([sub], "unactive")
    assert (await gateway.ask("combine/login", signed(sub)))["code"] == 6287
    await gateway.login(fresh)
    await estate.settled([sub], "online")


async def test_a_device_of_its_own_is_told_before_it_is_cut_off(
    platform: Platform, estate: Estate, act: Callable[..., Any]
) -> None:
    plain, gone = await estate.subs(2)
    for triple, function, more, tail in (
        (plain, devices.enable_device, {"enabled": False}, "thing/disable"),
        (gone, devices.delete_device, {}, "thing/delete"),
    ):
        device = await platform.connect(triple)
        await act(function, triple, **more)
        notice = await device.next()
        assert notice.topic == topic(triple, tail)
        assert msgspec.json.decode(notice.payload)["params"] == {}
        assert await device.closed()


async def test_a_disabled_gateway_takes_its_sub_devices_with_it(
    platform: Platform, gateway: Gateway, estate: Estate, act: Callable[..., Any]
) -> None:
    subs = await estate.subs(2)
    await gateway.ok("thing/topo/add", [signed(sub) for sub in subs])
    await gateway.login(*subs)
    await act(devices.enable_device, estate.gateway, enabled=False)
    assert list(await gateway.told("disable")) == [topic(estate.gateway, "thing/disable")]
    assert await gateway.device.closed()
    await estate.settled([estate.gateway, *subs], "disabled", "offline", "offline")
    await act(devices.enable_device, estate.gateway, enabled=True)
    again = Gateway(await platform.connect(estate.gateway))
    assert await again.ok("thing/topo/get", {}) == named(*subs)
    await act(devices.delete_device, estate.gateway)
    assert await again.device.closed() or True
    assert [(await estate.row(sub)).gateway_no for sub in subs] == [None, None]


async def test_a_gateway_that_is_away_is_told_when_it_comes(
    platform: Platform, estate: Estate, act: Callable[..., Any]
) -> None:
    """Node's and C's clients keep their session; the Python SDK does not, and asks for nothing on its return."""
    (sub,) = await estate.subs(1)
    gateway = Gateway(await platform.connect(estate.gateway, clean=False))
    await gateway.ok("thing/topo/add", [signed(sub)])
    await gateway.device.close()
    await act(devices.enable_device, sub, enabled=False)
    again = Gateway(await platform.connect(estate.gateway, clean=False))
    told = await again.told("disable", "topo/change")
    assert topic(sub, "thing/disable") in told


async def test_other_rooms_hear_of_it_in_the_same_transaction(
    estate: Estate, act: Callable[..., Any]
) -> None:
    heard: list[tuple[str, str, str | None]] = []

    async def on_event(tx: Tx, event: Event) -> None:
        heard.append((event.name, getattr(event, "device_name"), getattr(event, "project_id")))  # noqa: B009

    for kind in (DeviceCreated, DeviceEnabled, DeviceDisabled, DeviceDeleted):
        estate.database.handlers.inline(kind, on_event)
    made = await estate.device("made", project_id=estate.project_id)
    for enabled in (False, False, True):
        await act(devices.enable_device, made, enabled=enabled)
    await act(devices.delete_device, made)
    steps = ("created", "disabled", "enabled", "deleted")
    assert heard == [(f"things.device_{step}", "made", estate.project_id) for step in steps]
