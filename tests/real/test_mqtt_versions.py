"""MQTT 3.1.1 and 5 as paho-mqtt and the mosquitto tools speak them: every quality, retained messages, wills,
sessions, wildcards, groups, sizes, silence, aliases.
"""

import asyncio
import json

import pytest
from paho.mqtt.packettypes import PacketTypes

from linli.protocols.mqtt import Reason
from linli.things.mqtt.close_reasons import Gone
from tests.real.mqtt_clients import Got, Paho, mosquitto, properties
from tests.things.mqtt.backend import APP, PK, app_connect, device_connect
from tests.things.mqtt.conftest import make_rig, rig

__all__ = ["make_rig", "rig"]

USER = f"/{PK}/door/user/x"
OWN = f"/app/{APP}/user/x"
DOOR = device_connect("door")


@pytest.fixture(params=[4, 5], ids=["3.1.1", "5"])
def version(request):
    return request.param


@pytest.fixture
async def dial(rig, version):
    """Makes paho clients of the version under test; all leave at the end."""
    clients: list[Paho] = []

    async def make(connect, **options) -> Paho:
        client = Paho(rig.port, connect, **{"version": version, **options})
        clients.append(client)
        return client

    yield make
    for client in clients:
        await client.stop()


async def cut(rig, device_name: str) -> None:
    """As if the network were gone; waits until there is one."""
    async with asyncio.timeout(30):
        while (connection := rig.switchboard.clients.devices[PK, device_name].connection) is None:
            await asyncio.sleep(0.01)
    connection._transport.abort()


async def acknowledged(rig, device_name: str) -> None:
    """Waits until the device acknowledged all that it was sent."""
    async with asyncio.timeout(30):
        while rig.switchboard.clients.devices[PK, device_name].outbox.inflight:
            await asyncio.sleep(0.01)


def plain(got: Got) -> tuple:
    return got[:4]


@pytest.mark.parametrize("qos", [0, 1, 2])
async def test_every_quality_from_device_to_app_and_back(dial, qos):
    app, door = await dial(app_connect()), await dial(DOOR)
    await app.connected()
    await door.connected()
    assert await app.subscribe(f"/{PK}/+/user/#", qos) == (qos,)
    assert await door.subscribe(f"/{PK}/door/user/#", qos) == (qos,)
    await door.publish(USER, b"up", qos)
    assert plain(await app.message()) == (USER, b"up", qos, False)
    await app.publish(USER, b"down", qos)
    assert plain(await door.message()) == (USER, b"down", qos, False)


async def test_a_hundred_at_qos_2_arrive_once_though_connections_break(dial, rig, version):
    app = await dial(app_connect())
    await app.connected()
    await app.subscribe(USER, 2)
    door = await dial(DOOR, clean=False, session_expiry=600)
    await door.connected()
    door.client.reconnect_delay_set(1, 1)
    for number in range(100):
        door.client.publish(USER, str(number).encode(), 2)
        await asyncio.sleep(0)
        if number in (30, 60):
            await cut(rig, "door")  # paho connects again by itself and goes on
    got = [await app.message() for _ in range(100)]
    assert sorted(int(one.payload) for one in got) == list(range(100))
    await asyncio.sleep(0.2)
    assert app.messages.empty()


async def test_retained(dial, rig):
    door = await dial(DOOR)
    await door.connected()
    await door.publish(USER, b"kept", retain=True)
    app = await dial(app_connect())
    await app.connected()
    await app.subscribe(f"/{PK}/door/user/+", 1)
    assert plain(await app.message()) == (USER, b"kept", 1, True)
    await door.publish(USER, b"new", retain=True)
    assert plain(await app.message()) == (USER, b"new", 1, False)
    await door.publish(USER, b"", retain=True)
    assert plain(await app.message()) == (USER, b"", 1, False)
    late = await dial(app_connect("late"))
    await late.connected()
    await late.subscribe(USER, 1)
    await late.publish(OWN, b"x")
    assert late.messages.empty()


async def test_a_will(dial, rig):
    app = await dial(app_connect())
    await app.connected()
    await app.subscribe(USER, 1)
    door = await dial(DOOR, will={"topic": USER, "payload": b"lost", "qos": 1, "retain": True})
    await door.connected()
    door.client.loop_stop()
    await cut(rig, "door")
    assert plain(await app.message()) == (USER, b"lost", 1, False)
    late = await dial(app_connect("late"))
    await late.connected()
    await late.subscribe(USER, 1)
    assert plain(await late.message()) == (USER, b"lost", 1, True)


async def test_a_session_is_resumed_and_taken_over(dial, rig, version):
    lasting = {"clean": False, "session_expiry": 600}
    door = await dial(DOOR, **lasting)
    assert not await door.connected()
    await door.subscribe(USER, 1)
    await door.stop()
    await rig.backend.until(lambda: rig.backend.events[-1][0] == Gone.CLOSED)
    app = await dial(app_connect())
    await app.connected()
    await app.publish(USER, b"meanwhile")
    door = await dial(device_connect("door", client_id="c2"), **lasting)
    assert await door.connected()
    assert plain(await door.message()) == (USER, b"meanwhile", 1, False)
    await acknowledged(rig, "door")  # what is not comes once more, rightly
    door.client.reconnect_delay_set(60, 60)
    other = await dial(device_connect("door", client_id="c3"), **lasting)
    assert await other.connected()
    reason = await door.event("disconnect")
    assert reason == (Reason.SESSION_TAKEN_OVER if version == 5 else reason)
    await app.publish(USER, b"for the newer")
    assert (await other.message()).payload == b"for the newer"


async def test_a_group_shares(dial):
    members = [await dial(app_connect(f"m{number}")) for number in range(2)]
    for member in members:
        await member.connected()
        assert await member.subscribe(f"$share/g/{OWN}", 1) == (1,)
    speaker = await dial(app_connect("speaker"))
    await speaker.connected()
    for number in range(10):
        await speaker.publish(OWN, str(number).encode())
    got = []
    async with asyncio.timeout(30):
        while len(got) < 10:
            for member in members:
                while not member.messages.empty():
                    got.append(member.messages.get_nowait().payload)
            await asyncio.sleep(0.01)
    assert sorted(got) == [str(number).encode() for number in range(10)]


async def test_a_packet_too_large_ends_the_connection(make_rig, version):
    rig = await make_rig(max_packet=4096)
    client = Paho(rig.port, DOOR, version=version)
    await client.connected()
    client.client.reconnect_delay_set(60, 60)
    client.client.publish(USER, b"x" * 5000, 1)
    reason = await client.event("disconnect")
    assert reason == (Reason.PACKET_TOO_LARGE if version == 5 else reason)
    await client.stop()
    assert not rig.backend.uplinks


async def test_silence_ends_the_connection(dial, rig, version):
    client = await dial(DOOR, keepalive=10)
    await client.connected()
    client.client.loop_stop()
    await rig.ticks(16)
    assert rig.backend.events[-1] == (Gone.KEEP_ALIVE, PK, "door")


# --- MQTT 5 alone ---


async def test_properties_between_paho_clients(rig):
    app, door = Paho(rig.port, app_connect(), version=5), Paho(rig.port, DOOR, version=5)
    try:
        _, _, told = await app.event("connect")
        assert (told.TopicAliasMaximum, told.SharedSubscriptionAvailable) == (32, 1)
        await door.connected()
        await app.subscribe(USER, 1, identifier=9)
        sent = properties(
            PacketTypes.PUBLISH,
            ContentType="text/plain",
            ResponseTopic=f"/{PK}/door/user/answer",
            CorrelationData=b"7",
            MessageExpiryInterval=60,
            UserProperty=[("a", "1"), ("a", "2")],
            TopicAlias=1,
        )
        await door.publish(USER, b"x", properties=sent)
        again = properties(PacketTypes.PUBLISH, TopicAlias=1)
        await door.publish("", b"y", properties=again)
        got = (await app.message()).properties
        assert (got.ContentType, got.ResponseTopic, got.CorrelationData) == (
            "text/plain",
            f"/{PK}/door/user/answer",
            b"7",
        )
        assert got.UserProperty == [("a", "1"), ("a", "2")]
        assert got.SubscriptionIdentifier == [9]
        assert 0 < got.MessageExpiryInterval <= 60
        assert (await app.message())[:2] == (USER, b"y")
    finally:
        await app.stop()
        await door.stop()


@pytest.mark.parametrize("words", [("-V", "mqttv311"), ("-V", "mqttv5")])
@pytest.mark.parametrize("qos", ["0", "1", "2"])
async def test_mosquitto_tools(rig, words, qos):
    app = app_connect()
    listening = asyncio.create_task(
        mosquitto(
            "mosquitto_sub", rig.port, app, *words, "-q", qos, "-t", f"/{PK}/+/user/#", "-C", "3", "-F", "%j"
        )
    )
    await rig.backend.until(lambda: ("connected", APP, "consumer-1") in rig.backend.events)
    async with asyncio.timeout(30):
        while not any(len(s.subscriptions) for s in rig.switchboard.clients.apps[APP].values()):
            await asyncio.sleep(0.01)
    for text in ("1", "2", "3"):
        code, output = await mosquitto(
            "mosquitto_pub", rig.port, DOOR, *words, "-q", qos, "-t", USER, "-m", text
        )
        assert code == 0, output
    code, output = await listening
    assert code == 0, output
    got = [json.loads(line) for line in output.splitlines()]
    assert [(one["payload"], one["qos"]) for one in got] == [(text, int(qos)) for text in ("1", "2", "3")]


async def test_mosquitto_5_retains_wills_and_says_why(rig):
    v5 = ("-V", "mqttv5")
    code, _ = await mosquitto(
        "mosquitto_pub", rig.port, DOOR, *v5, "-q", "1", "-r", "-t", USER, "-m", "kept",
        "-D", "publish", "user-property", "floor", "3", "-D", "publish", "content-type", "t",
    )  # fmt: skip
    assert code == 0
    code, output = await mosquitto(
        "mosquitto_sub", rig.port, app_connect(), *v5, "-t", USER, "-C", "1", "-F", "%r %p %P %C"
    )
    assert (code, output.strip()) == (0, "1 kept floor:3 t")
    _, output = await mosquitto(
        "mosquitto_pub", rig.port, DOOR, *v5, "-q", "1", "-t", f"/{PK}/other/user/x", "-m", "x", "-d"
    )
    assert "135" in output or "Not authorized" in output
