"""CONNECT of every kind, and what is answered. Source: spec clients b.1, b.2."""

import asyncio
import json

import pytest

from linli.protocols import mqtt
from linli.protocols.linkkit import signatures
from tests.things.mqtt.backend import (
    DEVICE_SECRET,
    PK,
    PRODUCT_SECRET,
    app_connect,
    device_connect,
    post,
)


async def test_device_with_its_secret(rig):
    client = await rig.connect()
    client.send(post("dev.lobby-01", b"{}"))
    assert await client.read() == mqtt.Puback(1)
    (uplink,) = rig.backend.uplinks
    assert (uplink.device_no, uplink.payload, uplink.qos) == (sum(map(ord, "dev.lobby-01")), b"{}", 1)
    assert rig.switchboard.is_connected(PK, "dev.lobby-01")
    client.send(mqtt.Disconnect())
    assert await client.closed()
    await rig.backend.until(lambda: len(rig.backend.events) == 2)
    assert rig.backend.events == [("connected", PK, "dev.lobby-01"), ("closed", PK, "dev.lobby-01")]
    assert not rig.switchboard.is_connected(PK, "dev.lobby-01")


@pytest.mark.parametrize(
    ("connect", "code"),
    [
        (device_connect(secret="another"), 4),
        (mqtt.Connect("x", f"dev.lobby-01&{PK}", b"\xff\xfe" * 20), 4),
        (mqtt.Connect("x", f"dev.lobby-01&{PK}"), 4),
        (mqtt.Connect("x"), 4),
        (mqtt.Connect("x|authType=other|", f"dev.lobby-01&{PK}", b"x"), 2),
        (mqtt.Connect("x", f"a/b&{PK}", b"x"), 2),
        (mqtt.Connect("x", f"a+&{PK}", b"x"), 2),
        (mqtt.Connect("", f"dev.lobby-01&{PK}", b"x", clean=False), 2),
        (device_connect("off"), 5),
        (app_connect(secret="another"), 4),
    ],
)
async def test_refused(rig, connect, code):
    rig.backend.off.add("off")
    client = await rig.dial()
    client.send(connect)
    assert await client.read() == mqtt.Connack(code)
    assert await client.closed()
    assert rig.backend.events == []


async def test_a_backend_that_fails_means_unavailable(rig, monkeypatch):
    async def fail(request):
        raise RuntimeError

    monkeypatch.setattr(rig.backend, "authenticate", fail)
    client = await rig.dial()
    client.send(device_connect())
    assert await client.read() == mqtt.Connack(3)
    assert await client.closed()


async def test_mqtt_31_is_served_and_unknown_levels_are_refused(rig):
    client = await rig.connect(device_connect(level=3))
    assert await client.ping() == []
    later = await rig.dial()
    later.send(bytes.fromhex("101000044d5154540602003c00000361626300"))
    assert await later.read() == mqtt.Connack(1)
    assert await later.closed()


@pytest.mark.parametrize("new", [False, True])
async def test_mqtt_registration(rig, new):
    text = signatures.register_text("pre_01", PK, "8Ygb7ULYh53B6OA")
    sign = signatures.sign(PRODUCT_SECRET, text)
    kind = "regnwl" if new else "register"
    client = await rig.dial()
    client.send(
        mqtt.Connect(
            f"pre_01.{PK}|random=8Ygb7ULYh53B6OA,authType={kind},securemode=2,signmethod=hmacsha256|",
            f"pre_01&{PK}",
            sign.encode(),
        )
    )
    assert await client.read() == mqtt.Connack(0)
    message = await client.read()
    assert isinstance(message, mqtt.Publish)
    named = {"productKey": PK, "deviceName": "pre_01"}
    if new:
        assert message.topic == "/ext/regnwl"
        assert json.loads(message.payload) == {**named, "clientId": "issued-1", "deviceToken": "token-1"}
    else:
        assert message.topic == "/ext/register"
        assert json.loads(message.payload) == {**named, "deviceSecret": DEVICE_SECRET}
    assert rig.backend.registered[0].new is new
    client.send(mqtt.Disconnect())
    assert await client.closed()
    if new:
        name = "issued-1|authType=connwl,securemode=-2,_ss=1,ext=3,lan=Python,_v=1.2.13|"
        client = await rig.connect(mqtt.Connect(name, f"pre_01&{PK}", b"token-1"))
        assert rig.backend.sessions[(PK, "pre_01")].name.rrpc_style == "ext"


async def test_registration_with_a_wrong_sign_gets_4(rig):
    client = await rig.dial()
    client.send(mqtt.Connect("x|random=1,authType=register|", f"pre_01&{PK}", b"0" * 64))
    assert await client.read() == mqtt.Connack(4)
    assert await client.closed()


async def test_a_registered_client_that_stays_is_closed(rig):
    text = signatures.register_text("pre_01", PK, "1")
    client = await rig.dial()
    client.send(
        mqtt.Connect(
            "x|random=1,authType=register|", f"pre_01&{PK}", signatures.sign(PRODUCT_SECRET, text).encode()
        )
    )
    await client.read()
    await client.read()
    assert await client.ping() == []
    client.send(post("pre_01", b"{}"))
    assert await client.ping() == []
    await rig.ticks(12)
    assert await client.closed()
    assert rig.backend.uplinks == []


async def test_pre_auth_names_its_device_by_token(rig):
    rig.backend.tokens["iot-1"] = "token-2"
    client = await rig.connect(mqtt.Connect(f"{PK}.dn|securemode=-1|", "iot-1", b"token-2"))
    client.send(post("iot-1", b"{}"))
    assert await client.read() == mqtt.Puback(1)
    assert rig.backend.uplinks[0].device_no == 9


async def test_what_comes_behind_the_connect_waits_for_its_answer(rig):
    rig.backend.gate = asyncio.Event()
    client = await rig.dial()
    client.send(device_connect(), post("dev.lobby-01", b"1"), mqtt.Pingreq())
    await asyncio.sleep(0.01)
    assert rig.backend.uplinks == []
    rig.backend.gate.set()
    assert await client.read() == mqtt.Connack(0)
    assert {type(await client.read()), type(await client.read())} == {mqtt.Puback, mqtt.Pingresp}


async def test_silence_before_connect_and_a_slow_backend_time_out(rig):
    rig.backend.gate = asyncio.Event()
    silent, waiting = await rig.dial(), await rig.dial()
    waiting.send(device_connect())
    silent.send(b"\x10")
    await asyncio.sleep(0.01)
    await rig.ticks(12)
    assert await silent.closed()
    assert await waiting.closed()
    rig.backend.gate.set()
    await asyncio.sleep(0.01)
    assert rig.backend.events == []


async def test_a_full_house_closes_who_was_silent_longest(make_rig):
    rig = await make_rig(max_connections=2)
    first = await rig.connect(device_connect("d1"))
    second = await rig.connect(device_connect("d2"))
    await rig.ticks(1)
    first.send(mqtt.Pingreq())
    assert await first.read() == mqtt.Pingresp()
    await rig.connect(device_connect("d3"))
    assert await second.closed()
    assert ("displaced", PK, "d2") in rig.backend.events
    first.send(mqtt.Pingreq())
    assert await first.read() == mqtt.Pingresp()


async def test_who_is_full_of_work_takes_no_more(make_rig):
    rig = await make_rig(max_connections=1)
    await rig.connect(app_connect())
    third = await rig.dial()
    third.send(device_connect("d3"))
    assert await third.read() == mqtt.Connack(3)
    assert await third.closed()


async def test_strangers_make_room_for_each_other_and_take_none_from_devices(make_rig):
    rig = await make_rig(max_waiting=10, waiting_each=4)
    device = await rig.connect(device_connect("d1"))
    strangers = [await rig.dial() for _ in range(12)]
    await rig.connect(device_connect("d2"))
    for one in strangers[:9]:
        assert await one.closed()
    device.send(mqtt.Pingreq())
    assert await device.read() == mqtt.Pingresp()
