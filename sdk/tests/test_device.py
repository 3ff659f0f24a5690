"""The device client against `linli serve` over real sockets."""

import asyncio
import time
from typing import Any

import pytest

from linli_sdk import ApiError, BadParameter, GatewayRefused, Linli
from linli_sdk.device import AsyncDevice, Device, Triple
from linli_sdk.errors import ConnectRefused, DeviceError


def eventually(what: Any) -> Any:
    """What is queued commits within moments; the platform's acknowledgement says that it is stored, not yet read."""
    for _ in range(600):
        if value := what():
            return value
        time.sleep(0.05)
    return what()


def test_calls_of_the_api_reach_the_device(site) -> None:
    who = site.device("sdk-door-1")
    opened: list[Any] = []
    with Device(site.endpoint, who) as door, site.client() as linli:
        door.on_service("remoteOpen", lambda params: opened.append(params) or {})
        door.on_property_set(lambda values: values)
        door.post_properties({"Temperature": 21.5})
        door.post_event(
            "passEvent", {"code": 0, "message": "ok", "type": "tradCard", "content": "1", "extInfo": "{}"}
        )
        address = {"product_key": who.product_key, "device_name": who.device_name}
        linli.things.invoke_service_cloud(identifier="remoteOpen", args={}, **address)
        assert len(opened) == 1
        values = eventually(lambda: linli.things.get_properties(**address))
        assert any(one.attribute == "Temperature" and one.value == 21.5 for one in values), values
        assert abs(door.ntp()) < 5_000
        door.set_tags({"floor": "3"})
        assert eventually(lambda: door.tags("floor")) == {"floor": "3"}
        version = door.update_shadow({"colour": "red"}, 1)
        assert version == 1
        assert door.shadow()["state"]["reported"] == {"colour": "red"}
        assert door.desired() == {}
        with pytest.raises(DeviceError):
            door.post_properties({"NoSuchProperty": 1})


async def test_it_comes_back_and_sends_what_waited(site) -> None:
    async with AsyncDevice(site.endpoint, site.device("sdk-door-2")) as door:
        door._link._stream.close()
        while door.online:
            await asyncio.sleep(0.01)
        waiting = asyncio.create_task(door.post_properties({"Temperature": 9.5}))
        await door.wait_online(15)
        await waiting
        assert door.unsent == 0


async def test_over_websocket(site) -> None:
    where = site.endpoint._replace(port=site.installation.http_port, websocket="/mqtt")
    async with AsyncDevice(where, site.device("sdk-door-3")) as door:
        await door.post_properties({"Temperature": 12.5})


async def test_a_wrong_secret(site) -> None:
    who = Triple(site.product_key, "sdk-nobody", "0" * 32)
    with pytest.raises(ConnectRefused):
        await AsyncDevice(site.endpoint, who).connect()


def test_typed_errors(site) -> None:
    with site.client() as linli:
        with pytest.raises(ApiError) as refused:
            linli.things.get_info(iot_id="x" * 26)
        assert refused.value.code == 40062
        assert refused.value.request_id
        with pytest.raises(BadParameter):
            linli.communities.query_communities(page_no=1, page_size=100_000)
    with (
        Linli(site.installation.url, site.app_key, "wrong") as stranger,
        pytest.raises(GatewayRefused) as told,
    ):
        stranger.communities.query_communities(page_no=1, page_size=10)
    assert told.value.status in (400, 403)
    assert "StringToSign" in told.value.message
