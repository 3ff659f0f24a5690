"""An edge app on the platform's MQTT front: the sub-devices of its gateways, with tags (spec D 4.1)."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any, NamedTuple

import msgspec
import paho.mqtt.client as paho
import pytest

from linli.kernel import tenancy
from linli.kernel.clock import ManualClock
from linli.protocols.linkkit import signatures
from linli.things.service import devices
from tests.things.device import MakePlatform, Platform
from tests.things.gateways.conftest import Estate, Gateway, signed


class App:
    """A standard MQTT client logged in with an appKey."""

    def __init__(self, port: int, app_key: str, secret: str, now_ms: int) -> None:
        self.key = app_key
        self.heard: asyncio.Queue[tuple[str, Any]] = asyncio.Queue()
        self._ready = asyncio.Event()
        loop = asyncio.get_running_loop()
        self.client = paho.Client(f"edge-app|timestamp={now_ms}|")
        self.client.username_pw_set(app_key, signatures.sign(secret, f"edge-app{now_ms}"))
        self.client.on_connect = lambda client, *_: client.subscribe(f"linkedge/response/{app_key}/#", 1)
        self.client.on_subscribe = lambda *_: loop.call_soon_threadsafe(self._ready.set)
        self.client.on_message = lambda client, user, message: loop.call_soon_threadsafe(
            self.heard.put_nowait, (message.topic, msgspec.json.decode(message.payload))
        )
        self.client.connect_async("127.0.0.1", port)
        self.client.loop_start()

    async def ready(self) -> "App":
        async with asyncio.timeout(30):
            await self._ready.wait()
        return self

    async def ask(self, tail: str = "", **request: Any) -> dict[str, Any]:
        body = msgspec.json.encode({"requestId": "r1"} | request)
        self.client.publish(f"{self.key}/request/linkedge/{tail}getDeviceList", body, 1)
        async with asyncio.timeout(30):
            topic, reply = await self.heard.get()
        assert topic == f"linkedge/response/{self.key}/{tail}getDeviceList"
        answer: dict[str, Any] = reply
        return answer

    async def close(self) -> None:
        await asyncio.to_thread(self.client.loop_stop)


class Bus(NamedTuple):
    app: App
    gateway: Gateway


@pytest.fixture
async def bus(make_platform: MakePlatform, estate: Estate, clock: ManualClock) -> AsyncIterator[Bus]:
    platform: Platform = await (await make_platform()).start()
    async with estate.database.begin() as tx:
        key, secret = await tenancy.create_app_key(
            estate.scope, tx, project_id=estate.project_id, ids=estate.ids, secrets=estate.secrets
        )
        await devices.bind_project(
            estate.scope, tx, project_id=estate.project_id, iot_ids=[estate.gateway.iot_id]
        )
    app = await App(platform.port, key, secret, clock.now_ms()).ready()
    yield Bus(app, Gateway(await platform.connect(estate.gateway)))
    await app.close()


@pytest.mark.covers("CAT-04")
async def test_an_app_lists_the_sub_devices_of_its_gateways(
    bus: Bus, estate: Estate, stranger: Estate
) -> None:
    online, away = await estate.subs(2)
    await bus.gateway.ok("thing/topo/add", [signed(online), signed(away)])
    await bus.gateway.login(online)
    tags = [{"attrKey": "floor", "attrValue": "3"}]
    assert await bus.gateway.ok("thing/deviceinfo/update", tags, of=online) == {}
    await estate.settled([online], "online")
    hidden = await estate.device("gw-02", estate.gateway_product)
    place = f"{estate.gateway_product}/{estate.gateway.device_name}/"

    def told(triple: Any, state: str, activation: str) -> dict[str, Any]:
        return {
            "productKey": triple.product_key, "deviceName": triple.device_name, "localOnline": state,
            "cloudOnline": state, "activationState": activation,
        }  # fmt: skip

    expected = [told(online, "true", "activated"), told(away, "false", "notActivated")]
    one = await bus.app.ask(place, timestamp=1, timeout=10, version="1.0")
    assert (one["code"], one["requestId"], one["version"]) == (0, "r1", "1.0")
    assert [{k: v for k, v in item.items() if k != "tag"} for item in one["params"]] == expected
    assert {"key": "floor", "value": "3"} in one["params"][0]["tag"]

    group = await bus.app.ask()
    (listed,) = group["params"]
    assert (listed["gwProductKey"], listed["gwDeviceName"], listed["code"]) == (
        estate.gateway_product, estate.gateway.device_name, 0,
    )  # fmt: skip
    without = [
        {k: v for k, v in item.items() if k not in ("tags", "nickName")} for item in listed["deviceList"]
    ]
    assert without == expected
    assert {"key": "floor", "value": "3"} in listed["deviceList"][0]["tags"]

    for gateway in (hidden, stranger.gateway, online):
        answer = await bus.app.ask(f"{gateway.product_key}/{gateway.device_name}/")
        assert (answer["code"], answer["params"]) == (404, [])
    for broken in ({"requestId": ""}, {"timeout": 0}, {"timeout": "x"}):
        assert (await bus.app.ask(**broken))["code"] == 460

    async with estate.database.begin() as tx:
        await devices.enable_device(estate.scope, tx, iot_id=estate.gateway.iot_id, enabled=False)
    assert (await bus.app.ask(place))["code"] == 500
    (listed,) = (await bus.app.ask())["params"]
    assert (listed["code"], listed["deviceList"]) == (500, [])
