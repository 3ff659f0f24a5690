"""Clients that we did not write, unmodified: the public Python device SDK, paho-mqtt, the mosquitto tools."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
import pytest
from linkkit import linkkit

from linli.protocols.linkkit import envelope, signatures, topics
from linli.protocols.linkkit.topics import UplinkKind
from linli.things.mqtt.ports import Uplink
from tests.things.mqtt.backend import APP, DEVICE_SECRET, PK, PRODUCT_SECRET, app_connect, device_connect
from tests.things.mqtt.conftest import Rig

DN = "dev.lobby-01"
DOOR = device_connect("door", clean=False)
SUB_SECRET = "SubDeviceSecret0123456789abcdef1"
CALLBACKS = [
    "on_connect",
    "on_disconnect",
    "on_thing_enable",
    "on_thing_prop_post",
    "on_thing_event_post",
    "on_thing_prop_changed",
    "on_thing_call_service",
    "on_thing_device_info_update",
    "on_thing_raw_data_arrived",
    "on_thing_shadow_get",
    "on_topic_message",
    "on_topic_rrpc_message",
    "on_subscribe_topic",
    "on_subscribe_rrpc_topic",
    "on_device_dynamic_register",
    "on_device_dynamic_register_nwl_reply",
    "on_gateway_add_subdev_topo_reply",
    "on_gateway_login_subdev_reply",
    "on_ota_message_arrived",
]
TSL = {
    "events": [
        {"identifier": "post", "outputData": [{"identifier": "LightSwitch"}]},
        {"identifier": "passEvent", "outputData": []},
    ],
    "services": [
        {"identifier": "set", "inputData": [{"identifier": "LightSwitch"}]},
        {"identifier": "remoteOpen", "inputData": []},
    ],
}


class Sdk:
    """One LinkKit device whose callbacks arrive, in order, on the test's loop."""

    def __init__(self, port: int, **options: Any) -> None:
        self.kit = linkkit.LinkKit(
            **{
                "host_name": "127.0.0.1",
                "product_key": PK,
                "device_name": DN,
                "device_secret": DEVICE_SECRET,
                **options,
            }
        )
        self.kit.config_mqtt(port=port, secure="")
        self.calls: asyncio.Queue[tuple[str, tuple[Any, ...]]] = asyncio.Queue()
        loop = asyncio.get_running_loop()
        for name in CALLBACKS:
            if hasattr(type(self.kit), name):
                setattr(self.kit, name, self._teller(loop, name))

    def _teller(self, loop: asyncio.AbstractEventLoop, name: str) -> Callable[..., None]:
        def tell(*arguments: Any) -> None:
            loop.call_soon_threadsafe(self.calls.put_nowait, (name, arguments))

        return tell

    async def called(self, name: str) -> tuple[Any, ...]:
        """The arguments of the next call of this callback."""
        async with asyncio.timeout(60):
            while True:
                called, arguments = await self.calls.get()
                if called == name:
                    return arguments


@pytest.fixture
async def make_sdk(rig: Rig, tmp_path: Path) -> AsyncIterator[Callable[..., Any]]:
    made: list[Sdk] = []
    tsl = tmp_path / "tsl.json"
    tsl.write_text(json.dumps(TSL))

    async def make(*, connect: bool = True, **options: Any) -> Sdk:
        sdk = Sdk(rig.port, **options)
        made.append(sdk)
        sdk.kit.thing_setup(str(tsl))
        sdk.kit.connect_async()
        if connect:
            assert (await sdk.called("on_connect"))[1] == 0
            await sdk.called("on_thing_enable")
        return sdk

    rig.backend.on_uplinks = lambda uplinks: _serve(rig, uplinks)
    yield make
    for sdk in made:
        await asyncio.to_thread(sdk.kit.destruct)


def _serve(rig: Rig, uplinks: list[Uplink]) -> None:
    """Answer as a platform would, as far as these tests go: success, and log sub-devices in."""
    for uplink in uplinks:
        match uplink.topic.kind:
            case (
                UplinkKind.SERVICE_REPLY
                | UplinkKind.RRPC_RESPONSE
                | UplinkKind.USER
                | UplinkKind.MODEL_UP_RAW
            ):
                continue
            case UplinkKind.SHADOW_UPDATE:
                shadow = {"method": "reply", "payload": {"status": "success", "version": 1}, "timestamp": 1}
                uplink.reply(json.dumps(shadow).encode())
                continue
        request = envelope.read_request(uplink.payload)
        data = None
        if uplink.topic.kind is UplinkKind.TOPO_ADD:
            data = json.loads(bytes(request.params))
            for entry in data:
                text = signatures.device_text(
                    entry["clientId"], entry["deviceName"], entry["productKey"], entry["timestamp"]
                )
                assert signatures.matches(entry["sign"], SUB_SECRET, text)
        if uplink.topic.kind is UplinkKind.SUB_BATCH_LOGIN:
            data = json.loads(bytes(request.params))["deviceList"]
            for entry in data:
                text = signatures.device_text(
                    entry["clientId"], entry["deviceName"], entry["productKey"], entry["timestamp"]
                )
                assert signatures.matches(entry["sign"], SUB_SECRET, text)
                rig.switchboard.attach(uplink.session, entry["productKey"], entry["deviceName"], 77)
        uplink.reply(envelope.reply(request, data=data))


async def test_python_sdk_posts_and_is_answered(rig, make_sdk):
    sdk = await make_sdk()
    assert rig.backend.sessions[(PK, DN)].name.rrpc_style == "ext"
    _, request_id = sdk.kit.thing_post_property({"LightSwitch": 1})
    assert (await sdk.called("on_thing_prop_post"))[:4] == (request_id, 200, {}, "success")
    _, request_id = sdk.kit.thing_trigger_event(("passEvent", {"CardNo": "1"}))
    assert (await sdk.called("on_thing_event_post"))[:5] == ("passEvent", request_id, 200, {}, "success")
    sdk.kit.thing_update_tags({"floor": "3"})
    assert (await sdk.called("on_thing_device_info_update"))[1] == 200
    sdk.kit.thing_update_shadow({"LightSwitch": 1}, 1)
    assert (await sdk.called("on_thing_shadow_get"))[0]["payload"]["status"] == "success"
    kinds = {uplink.topic.kind for uplink in rig.backend.uplinks}
    assert {
        UplinkKind.PROPERTY_POST,
        UplinkKind.EVENT_POST,
        UplinkKind.INFO_UPDATE,
        UplinkKind.SHADOW_UPDATE,
    } <= kinds
    (event,) = [u for u in rig.backend.uplinks if u.topic.kind is UplinkKind.EVENT_POST]
    assert event.topic.identifier == "passEvent"


async def test_python_sdk_is_called_without_having_subscribed(rig, make_sdk):
    sdk = await make_sdk()
    call = envelope.request("100", "thing.service.property.set", {"LightSwitch": 0})
    rig.switchboard.publish(PK, DN, topics.service_call(PK, DN, "property/set"), call, qos=1)
    assert (await sdk.called("on_thing_prop_changed"))[0] == {"LightSwitch": 0}
    await rig.backend.until(lambda: any(u.topic.identifier == "property/set" for u in rig.backend.uplinks))

    call = envelope.request("101", "thing.service.remoteOpen", {"doorNo": 1})
    rig.switchboard.publish(PK, DN, topics.service_call(PK, DN, "remoteOpen"), call)
    assert (await sdk.called("on_thing_call_service"))[:3] == ("remoteOpen", "101", {"doorNo": 1})
    sdk.kit.thing_answer_service("remoteOpen", "101", 200, {"ok": 1})
    await rig.backend.until(lambda: any(u.topic.identifier == "remoteOpen" for u in rig.backend.uplinks))
    answer = envelope.read_reply(rig.backend.payloads(UplinkKind.SERVICE_REPLY)[-1])
    assert (answer.id, answer.code, json.loads(bytes(answer.data))) == ("101", 200, {"ok": 1})

    style = rig.backend.sessions[(PK, DN)].name.rrpc_style
    call = envelope.request("102", "thing.service.remoteOpen", {})
    rig.switchboard.publish(PK, DN, topics.rrpc_call(style, "9001", PK, DN, "remoteOpen"), call)
    assert (await sdk.called("on_thing_call_service"))[:2] == ("remoteOpen", "102")
    sdk.kit.thing_answer_service("remoteOpen", "102", 200)
    await rig.backend.until(lambda: rig.backend.payloads(UplinkKind.RRPC_RESPONSE))
    (answered,) = [u.topic for u in rig.backend.uplinks if u.topic.kind is UplinkKind.RRPC_RESPONSE]
    assert (answered.message_id, answered.identifier) == ("9001", "remoteOpen")


async def test_python_sdk_user_topics_raw_data_and_ota(rig, make_sdk):
    sdk = await make_sdk()
    topic = f"/{PK}/{DN}/user/get"
    assert not rig.switchboard.publish(PK, DN, topic, b"early")
    sdk.kit.subscribe_topic(topic, 1)
    await sdk.called("on_subscribe_topic")
    assert rig.switchboard.publish(PK, DN, topic, b"hello", qos=1)
    assert (await sdk.called("on_topic_message"))[:3] == (topic, b"hello", 1)
    sdk.kit.publish_topic(f"/{PK}/{DN}/user/update", "up", 1)
    await rig.backend.until(lambda: rig.backend.payloads(UplinkKind.USER) == [b"up"])

    sdk.kit.subscribe_rrpc_topic(topic)
    session = rig.backend.sessions[(PK, DN)]
    async with asyncio.timeout(30):
        while len(session.subscriptions) < 2:
            await asyncio.sleep(0.01)
    assert rig.switchboard.publish(PK, DN, f"/ext/rrpc/77{topic}", b"ask")
    assert (await sdk.called("on_topic_rrpc_message"))[0] == "77"
    sdk.kit.thing_answer_rrpc("77", "answer")
    await rig.backend.until(lambda: rig.backend.payloads(UplinkKind.RRPC_RESPONSE) == [b"answer"])

    rig.switchboard.publish(PK, DN, topics.sys_topic(PK, DN, "thing/model/down_raw"), b"\x00\x01\xff")
    assert bytes((await sdk.called("on_thing_raw_data_arrived"))[0]) == b"\x00\x01\xff"
    data = {"url": "http://127.0.0.1/x", "version": "2", "size": "3", "signMethod": "Md5", "sign": "0" * 32}
    notice = json.dumps({"code": 1000, "data": data, "id": 1, "message": "success"}).encode()
    rig.switchboard.publish(PK, DN, topics.ota_upgrade(PK, DN), notice)
    assert (await sdk.called("on_ota_message_arrived"))[1] == "2"


async def test_python_sdk_as_gateway(rig, make_sdk):
    sdk = await make_sdk(device_name="gw")
    sub = [PK, "sub_01", SUB_SECRET]
    sdk.kit.gateway_add_subdev_topo([sub])
    assert (await sdk.called("on_gateway_add_subdev_topo_reply"))[1] == 200
    sdk.kit.gateway_login_subdev([sub])
    assert (await sdk.called("on_gateway_login_subdev_reply"))[1] == 200
    topic = topics.service_call(PK, "sub_01", "remoteOpen")
    assert rig.switchboard.publish(PK, "sub_01", topic, envelope.request("1", "thing.service.remoteOpen", {}))
    assert (await sdk.called("on_topic_message"))[0] == topic
    post = f"/sys/{PK}/sub_01/thing/event/property/post"
    sdk.kit.publish_topic(post, json.dumps({"id": "5", "version": "1.0", "params": {"a": 1}}), 1)
    assert (await sdk.called("on_topic_message"))[0] == f"{post}_reply"
    (uplink,) = [u for u in rig.backend.uplinks if u.topic.text == post]
    assert uplink.device_no == 77


async def test_python_sdk_registers_by_mqtt_beforehand_known(rig, make_sdk):
    options = {"device_secret": "", "product_secret": PRODUCT_SECRET}
    sdk = await make_sdk(connect=False, auth_type="register", **options)
    assert (await sdk.called("on_device_dynamic_register"))[:2] == (0, DEVICE_SECRET)


async def test_python_sdk_registers_by_mqtt_as_new_and_connects_with_its_token(rig, make_sdk):
    options = {"device_secret": "", "product_secret": PRODUCT_SECRET}
    sdk = await make_sdk(connect=False, auth_type="regnwl", **options)
    code, client_id, username, password = await sdk.called("on_device_dynamic_register_nwl_reply")
    assert (code, client_id.startswith("issued-1|"), password) == (0, True, "token-1")
    again = await make_sdk(
        auth_type="regnwl", device_secret="", client_id=client_id, username=username, password=password
    )
    _, request_id = again.kit.thing_post_property({"LightSwitch": 1})
    assert (await again.called("on_thing_prop_post"))[0] == request_id


async def test_python_sdk_with_a_wrong_product_secret_is_told(rig, make_sdk):
    sdk = await make_sdk(connect=False, auth_type="register", device_secret="", product_secret="wrong")
    assert (await sdk.called("on_device_dynamic_register"))[0] == -0x301


class Paho:
    """A paho-mqtt client; messages arrive on the test's loop."""

    def __init__(self, port: int, connect: Any, *, clean: bool = True) -> None:
        self.client = paho.Client(connect.client_id, clean_session=clean)
        self.client.username_pw_set(connect.username, connect.password.decode())
        self.messages: asyncio.Queue[tuple[str, bytes, int, bool]] = asyncio.Queue()
        self.subscribed: asyncio.Queue[tuple[int, ...]] = asyncio.Queue()
        self.connected: asyncio.Queue[tuple[int, bool]] = asyncio.Queue()
        loop = asyncio.get_running_loop()
        put = loop.call_soon_threadsafe
        self.client.on_connect = lambda c, u, flags, rc: put(
            self.connected.put_nowait, (rc, bool(flags["session present"]))
        )
        self.client.on_subscribe = lambda c, u, mid, qos: put(self.subscribed.put_nowait, tuple(qos))
        self.client.on_message = lambda c, u, m: put(
            self.messages.put_nowait, (m.topic, m.payload, m.qos, bool(m.dup))
        )
        self.client.connect_async("127.0.0.1", port)
        self.client.loop_start()

    async def stop(self) -> None:
        self.client.disconnect()
        await asyncio.to_thread(self.client.loop_stop)


async def test_paho_as_app_receives_at_qos_1(rig):
    topic = f"/sys/{APP}/dop/model/data/change"
    app = Paho(rig.port, app_connect())
    async with asyncio.timeout(30):
        assert await app.connected.get() == (0, False)
        app.client.subscribe([(topic, 1), ("/sys/999/#", 1)])
        assert await app.subscribed.get() == (1, 128)
        acks: asyncio.Queue[bool] = asyncio.Queue()
        for number in range(50):
            body = json.dumps({"modelId": "m", "dataIds": [number]}).encode()
            while not rig.switchboard.publish_app(APP, topic, body, on_ack=acks.put_nowait):
                assert await acks.get()
        got = [json.loads((await app.messages.get())[1])["dataIds"][0] for _ in range(50)]
        assert got == list(range(50))
    await app.stop()


async def test_paho_with_a_persistent_session_and_qos_2(rig):
    connect = DOOR
    first = Paho(rig.port, connect, clean=False)
    topic = f"/{PK}/door/user/get"
    async with asyncio.timeout(30):
        assert await first.connected.get() == (0, False)
        first.client.subscribe(topic, 1)
        await first.subscribed.get()
        first.client.publish(f"/{PK}/door/user/update", b"twice safe", 2)
        await rig.backend.until(lambda: rig.backend.payloads(UplinkKind.USER) == [b"twice safe"])
        await first.stop()
        await rig.backend.until(lambda: rig.backend.events[-1][0] == "closed")
        assert rig.switchboard.publish(PK, "door", topic, b"kept", qos=1, queue=True)
        second = Paho(rig.port, connect, clean=False)
        assert await second.connected.get() == (0, True)
        assert await second.messages.get() == (topic, b"kept", 1, False)
    await second.stop()


async def mosquitto(tool: str, rig: Rig, connect: Any, *arguments: str) -> tuple[int, str]:
    """Exit code and output of one of the mosquitto tools."""
    process = await asyncio.create_subprocess_exec(
        tool, "-h", "127.0.0.1", "-p", str(rig.port), "-i", connect.client_id, "-u", connect.username,
        "-P", connect.password.decode(), *arguments,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    async with asyncio.timeout(60):
        output, _ = await process.communicate()
    assert process.returncode is not None
    return process.returncode, output.decode()


@pytest.mark.parametrize("version", ["mqttv31", "mqttv311"])
@pytest.mark.parametrize("qos", ["0", "1", "2"])
async def test_mosquitto_pub(rig, version, qos):
    topic = f"/sys/{PK}/door/thing/event/property/post"
    code, output = await mosquitto(
        "mosquitto_pub",
        rig,
        DOOR,
        "-V",
        version,
        "-t",
        topic,
        "-m",
        '{"id":"1"}',
        "-q",
        qos,
    )
    assert (code, output) == (0, "")
    await rig.backend.until(lambda: rig.backend.payloads() == [b'{"id":"1"}'])
    assert rig.backend.uplinks[0].qos == int(qos)


async def test_mosquitto_sub(rig):
    topic = f"/{PK}/door/user/get"
    running = asyncio.create_task(
        mosquitto(
            "mosquitto_sub",
            rig,
            DOOR,
            "-t",
            f"/{PK}/door/user/#",
            "-q",
            "1",
            "-C",
            "3",
            "-v",
        )
    )
    async with asyncio.timeout(30):
        for text in (b"1", b"2", b"3"):
            while not rig.switchboard.publish(PK, "door", topic, text, qos=1):
                await asyncio.sleep(0.01)
    code, output = await running
    assert (code, output) == (0, f"{topic} 1\n{topic} 2\n{topic} 3\n")


async def test_mosquitto_tools_are_refused(rig):
    wrong = device_connect("door", secret="wrong")
    code, output = await mosquitto("mosquitto_pub", rig, wrong, "-V", "mqttv311", "-t", "a", "-m", "x")
    assert code == 4
    assert re.search("bad user name or password", output, re.IGNORECASE)
