"""Local MQTT for apps on the LAN, by an unchanged public client. Source: spec C 6 (C082), D 4.1."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import paho.mqtt.client as paho
import pytest

from linli.edge.framework.device_logs import DeviceLogs
from linli.edge.services.interconnect import LocalBroker, LocalEvents
from linli.edge.services.interconnect import peer as peers
from linli.kernel.clock import ManualClock
from linli.protocols import edge_bus, mqtt

USER, PASSWORD = "mqtt_user", "123456"
DOOR = edge_bus.ListedDevice(
    product_key="a1door", device_name="HJSB-000205.1", nick_name="东门", local_online=True, cloud_online=False,
    activation="activated", tags={"area": "east"},
)  # fmt: skip


class Box:
    def __init__(self) -> None:
        self.clock = ManualClock()
        self.logs = DeviceLogs(self.clock)
        self.broker = LocalBroker(
            host="127.0.0.1", port=0, clock=self.clock, log=self.logs.of("interconnect")
        )
        gateway = edge_bus.ListedGateway(product_key="a1box", device_name="box-1", devices=[DOOR])
        self.events = LocalEvents(self.broker, self.clock, lambda: gateway)


class App:
    """An edge app with the public Python client, in its own thread as that client runs."""

    def __init__(self, name: str, protocol: int = paho.MQTTv311) -> None:
        self._loop = asyncio.get_running_loop()
        self.heard: asyncio.Queue[tuple[str, Any, bool]] = asyncio.Queue()
        self._codes: asyncio.Queue[int] = asyncio.Queue()
        self._granted: asyncio.Queue[Any] = asyncio.Queue()
        self.client = paho.Client(name, protocol=protocol)
        self.client.on_connect = lambda *got: self._tell(self._codes, int(getattr(got[3], "value", got[3])))
        self.client.on_subscribe = lambda *got: self._tell(self._granted, got[3])
        self.client.on_message = lambda _c, _u, got: self._tell(
            self.heard, (got.topic, json.loads(got.payload), bool(got.retain))
        )

    def _tell(self, queue: asyncio.Queue[Any], what: Any) -> None:
        self._loop.call_soon_threadsafe(queue.put_nowait, what)

    async def log_in(self, port: int, user: str = USER, password: str = PASSWORD) -> int:
        self.client.username_pw_set(user, password)
        await asyncio.to_thread(self.client.connect, "127.0.0.1", port)
        self.client.loop_start()
        return await asyncio.wait_for(self._codes.get(), 30)

    async def subscribe(self, *filters: str) -> Any:
        self.client.subscribe([(one, 1) for one in filters])
        return await asyncio.wait_for(self._granted.get(), 30)

    async def next(self) -> tuple[str, Any, bool]:
        return await asyncio.wait_for(self.heard.get(), 30)

    def stop(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()


@pytest.fixture
async def box() -> AsyncIterator[Box]:
    box = Box()
    yield box
    await box.broker.close()


@pytest.fixture
async def app() -> AsyncIterator[Callable[..., App]]:
    made: list[App] = []

    def make(name: str, protocol: int = paho.MQTTv311) -> App:
        made.append(App(name, protocol))
        return made[-1]

    yield make
    await asyncio.gather(*(asyncio.to_thread(one.stop) for one in made))


@pytest.mark.covers("C082")
@pytest.mark.parametrize("protocol", [paho.MQTTv31, paho.MQTTv311, paho.MQTTv5])
async def test_an_app_hears_events_and_alarms_of_the_boxs_devices(
    box: Box, app: Callable[..., App], protocol: int
) -> None:
    await box.broker.open(USER, PASSWORD)
    box.events.status("a1door", "HJSB-000205.1", online=True, at_ms=5)
    listener = app("parking", protocol)
    assert await listener.log_in(box.broker.port) == 0
    await listener.subscribe("/sys/+/+/thing/event/#", "/as/mqtt/status/#")
    status = {"productKey": "a1door", "deviceName": "HJSB-000205.1", "status": "online", "time": 5}
    assert await listener.next() == ("/as/mqtt/status/a1door/HJSB-000205.1", status, True)
    box.events.event("a1door", "HJSB-000205.1", "alarmEvent", {"alarmType": 4}, 1591069176000)
    box.events.property("a1door", "HJSB-000205.1", {"doorState": 1}, 1591069176001)
    topic, said, _ = await listener.next()
    assert topic == "/sys/a1door/HJSB-000205.1/thing/event/alarmEvent/post"
    assert said["method"] == "thing.event.alarmEvent.post"
    assert said["params"] == {"value": {"alarmType": 4}, "time": 1591069176000}
    topic, said, _ = await listener.next()
    assert (topic, said["params"]) == (
        "/sys/a1door/HJSB-000205.1/thing/event/property/post", {"doorState": {"value": 1, "time": 1591069176001}},
    )  # fmt: skip


@pytest.mark.covers("C082")
async def test_wrong_words_are_refused_and_guessing_is_slowed(box: Box, app: Callable[..., App]) -> None:
    await box.broker.open(USER, PASSWORD)
    guesses = [
        ("mqtt_user", "wrong"),
        ("nobody", PASSWORD),
        ("", ""),
        ("mqtt_user", "1234567"),
        ("mqtt_user", ""),
    ]
    for n, (user, password) in enumerate(guesses):
        assert await app(f"guess-{n}").log_in(box.broker.port, user, password) == 4
    assert await app("right").log_in(box.broker.port) == 3  # even the right one has to wait now
    await box.clock.advance(11_000)
    assert await app("again").log_in(box.broker.port) == 0
    (line,) = box.logs.of("interconnect").lines()
    assert line.text == "an app came with a wrong user or password"
    assert PASSWORD not in json.dumps(line._asdict())


async def test_new_words_hang_up_and_off_is_closed(box: Box, app: Callable[..., App]) -> None:
    await box.broker.open(USER, PASSWORD)
    listener = app("parking")
    await listener.log_in(box.broker.port)
    await box.broker.open(USER, "another")
    assert box.broker.clients == []
    port = box.broker.port
    await box.broker.close()
    with pytest.raises(OSError):
        await asyncio.open_connection("127.0.0.1", port)
    assert not box.broker.is_open


async def test_the_list_of_devices_is_asked_for_on_the_edge_bus(box: Box, app: Callable[..., App]) -> None:
    await box.broker.open(USER, PASSWORD)
    asker = app("parking")
    await asker.log_in(box.broker.port)
    await asker.subscribe("linkedge/response/parking/#")
    asker.client.publish("parking/request/linkedge/getDeviceList", json.dumps({"requestId": "r1"}), qos=1)
    topic, said, _ = await asker.next()
    assert (topic, said["requestId"], said["code"]) == ("linkedge/response/parking/getDeviceList", "r1", 0)
    (gateway,) = said["params"]
    assert (gateway["gwDeviceName"], gateway["deviceList"][0]["localOnline"]) == ("box-1", "true")
    assert gateway["deviceList"][0]["tags"] == [{"key": "area", "value": "east"}]
    asker.client.publish(
        "parking/request/linkedge/a1box/box-1/getDeviceList", json.dumps({"requestId": "r2"})
    )
    topic, said, _ = await asker.next()
    assert topic == "linkedge/response/parking/a1box/box-1/getDeviceList"
    assert said["params"][0]["deviceName"] == "HJSB-000205.1"
    asker.client.publish("parking/request/linkedge/a1x/y/getDeviceList", json.dumps({"requestId": "r3"}))
    assert (await asker.next())[1]["code"] == 404
    asker.client.publish("parking/request/linkedge/getDeviceList", b"{")
    assert (await asker.next())[1]["code"] == 460


async def test_apps_speak_with_each_other_and_not_for_the_box(box: Box, app: Callable[..., App]) -> None:
    await box.broker.open(USER, PASSWORD)
    one, two = app("one"), app("two", paho.MQTTv5)
    await one.log_in(box.broker.port)
    await two.log_in(box.broker.port)
    await two.subscribe("#")
    for qos in (0, 1, 2):
        one.client.publish("/sys/a1door/x/thing/event/alarmEvent/post", "{}", qos=qos)
        one.client.publish("lane/1", json.dumps(qos), qos=qos)
    assert [(await two.next())[:2] for _ in range(3)] == [("lane/1", 0), ("lane/1", 1), ("lane/1", 2)]
    assert "an app published on a topic of the box's own" in [
        line.text for line in box.logs.of("interconnect").lines()
    ]


async def test_a_listener_that_never_acknowledges_is_hung_up_on_and_others_go_on(
    box: Box, app: Callable[..., App], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(peers, "WINDOW", 20)
    await box.broker.open(USER, PASSWORD)
    good = app("good")
    await good.log_in(box.broker.port)
    await good.subscribe("/sys/#")
    reader, writer = await asyncio.open_connection("127.0.0.1", box.broker.port)
    hello = mqtt.Connect("deaf", USER, PASSWORD.encode())
    writer.write(mqtt.encode(hello) + mqtt.encode(mqtt.Subscribe(1, (("/sys/#", 1),))))
    await reader.readexactly(4 + 5)
    for n in range(30):
        box.events.event("p", "d", "pass", {"n": n}, n)
        await good.next()
    with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
        await reader.readexactly(1_000_000)
    assert [name for name, _ in box.broker.clients] == ["good"]
    writer.close()


@pytest.mark.parametrize(
    "raw",
    [b"\x00" * 50, b"GET / HTTP/1.1\r\n\r\n", b"\x30\x05\x00\x03abc", b"\x10\xff\xff\xff\x7f", b"\xc0\x00"],
)
async def test_bytes_that_are_no_client_end_their_connection_alone(box: Box, raw: bytes) -> None:
    await box.broker.open(USER, PASSWORD)
    reader, writer = await asyncio.open_connection("127.0.0.1", box.broker.port)
    writer.write(raw)
    with contextlib.suppress(ConnectionError):
        assert await asyncio.wait_for(reader.read(), 30) == b""
    writer.close()
    assert box.broker.is_open
