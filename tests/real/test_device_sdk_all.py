"""Everything that the vendor's Python device SDK can do: on one process, by TCP and by TLS, and on three fronts.

`CALLS` says which step drives which call; what the SDK offers beyond it is named in `APART` with the reason.
Gateways and registration: test_device_sdk_gateway, on the same installations.
"""

import hashlib
import json
import logging
import queue
import struct
import time
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from linkkit import linkkit
from linkkit.linkkit import LinkKit

from linli import tsl
from linli.protocols.linkkit import signatures
from tests.real.estate import Estate
from tests.real.gateway import REPLIES, Triple, until
from tests.things.conftest import DOOR_TSL

SCRIPT = (Path(__file__).parents[1] / "things/scripts/door.js").read_text("utf-8")
SERVICE = ("iotx_parking_service_model", "parkingAreaInfoGet")
IMAGE = b"image 2.0 " * 40_000

OF_GATEWAYS = {name for name in vars(LinkKit) if name.startswith("gateway_")} | {
    *REPLIES,
    "on_gateway_topo_change",
}
REGISTRATION = {"on_device_dynamic_register", "on_device_dynamic_register_nwl_reply"}
APART = {
    "connect": "raises: not supported by the SDK",
    "config_http2": "does nothing any more",
    "upload_file_sync": "raises: not supported any more",
    "upload_file_async": "raises: not supported any more",
    "on_file_upload_begin": "of the two above",
    "on_file_upload_end": "of the two above",
    "get_h2_endpoint": "raises: not supported any more",
    "get_actual_h2_endpoint": "raises: not supported any more",
    "on_thing_create": "never called by the SDK",
    "start_worker_loop": "does nothing",
    "destroy": "another name of destruct",
    "Shadow": "what local_get_latest_shadow returns",
    **dict.fromkeys(
        ("ErrorCode", "LinkKitState", "LoopThread", "StateError", "TAG_KEY", "TAG_VALUE"), "no call"
    ),
}
CALLBACKS = [
    name for name, held in vars(LinkKit).items() if name.startswith("on_") and isinstance(held, property)
]

type Step = Callable[["Kit"], None]
CALLS: dict[str, Step] = {}
"""Each call and callback of the SDK, by the step that drives it."""
STEPS: list[Step] = []


def drives(*calls: str) -> Callable[[Step], Step]:
    def note(step: Step) -> Step:
        STEPS.append(step)
        CALLS.update(dict.fromkeys(calls, step))
        return step

    return note


class Kit:
    """The SDK on one device; each callback's arguments wait in a queue of its own, without the user data."""

    def __init__(self, estate: Estate, triple: Triple, folder: Path) -> None:
        self.estate, self.triple, self.folder = estate, triple, folder
        self.key, self.name, self.iot_id = triple["productKey"], triple["deviceName"], triple["iotId"]
        self._heard: dict[str, queue.Queue[tuple[Any, ...]]] = {name: queue.Queue() for name in CALLBACKS}
        self.kit = linkkit.LinkKit(
            host_name="127.0.0.1", product_key=self.key, device_name=self.name,
            device_secret=triple["deviceSecret"],
        )  # fmt: skip
        estate.line.put_to(self.kit)
        for name in CALLBACKS:
            setattr(self.kit, name, lambda *args, name=name: self._heard[name].put(args[:-1]))

    def start(self, document: str | None) -> None:
        assert self.kit.thing_setup(document) == 0
        self.kit.connect_async()
        assert self.hear("on_connect")[1] == 0
        self.hear("on_thing_enable")

    def hear(self, name: str) -> tuple[Any, ...]:
        try:
            return self._heard[name].get(timeout=60)
        except queue.Empty:
            waiting = {other: calls.qsize() for other, calls in self._heard.items() if calls.qsize()}
            raise AssertionError(
                f"no {name} in a minute; {self.kit.check_state()}, not taken: {waiting}"
            ) from None

    def topic(self, tail: str) -> str:
        return f"/sys/{self.key}/{self.name}/{tail}"

    def ask(self, topic: str, body: Any) -> Any:
        """What the SDK has no call for its users publish themselves; the reply comes as a plain message."""
        assert self.kit.publish_topic(topic, json.dumps(body), 1)[0] == 0
        return self.message()[1]

    def message(self) -> tuple[str, Any]:
        topic, payload, _ = self.hear("on_topic_message")
        return topic, json.loads(payload)

    def partner(self, path: str, version: str, **params: Any) -> Any:
        return self.estate.partner.ok(path, version, {"iotId": self.iot_id, **params})

    def tags(self) -> dict[str, str]:
        held: dict[str, str] = json.loads(self.partner("/app/thing/prop/get", "1.0.1"))
        return held

    def within_the_call(self, call: Callable[[], Any], act: Callable[[], None]) -> Any:
        """Make a call that waits for the device, and what the device does meanwhile."""
        with ThreadPoolExecutor(1) as pool:
            waiting = pool.submit(call)
            act()
            return waiting.result(20)


@pytest.fixture(scope="module")
def product(estate: Estate) -> str:
    key = estate.product("多功能门禁")
    estate.model(key, json.dumps(DOOR_TSL))
    return key


@pytest.fixture
def kit(estate: Estate, product: str, tmp_path: Path) -> Iterator[Kit]:
    made = Kit(estate, estate.device(product, "all.01"), tmp_path)
    yield made
    made.kit.destruct()


# --- the steps, in this order ---


@drives(
    "config_mqtt", "config_device_info", "config_logger", "enable_logger", "disable_logger", "thing_setup",
    "connect_async", "check_state", "get_product", "get_device_name", "get_endpoint", "get_actual_endpoint",
    "on_connect", "on_thing_enable",
)  # fmt: skip
def comes_online(one: Kit) -> None:
    kit = one.kit
    kit.enable_logger(logging.CRITICAL)
    kit.config_logger(logging.CRITICAL)
    kit.disable_logger()
    assert (kit.get_product(), kit.get_device_name()) == (one.key, one.name)
    assert kit.check_state() is LinkKit.LinkKitState.INITIALIZED
    assert kit.config_device_info("Eth|03ACDEFF0032") == 0
    document = one.folder / "tsl.json"
    document.write_text(tsl.export_json(tsl.parse(DOOR_TSL), one.key, one.name), "utf-8")
    one.start(str(document))
    assert kit.check_state() is LinkKit.LinkKitState.CONNECTED
    assert (kit.get_endpoint(), kit.get_actual_endpoint()) == (None, "127.0.0.1"), "set by config_mqtt alone"
    until(lambda: one.partner("/app/thing/info/get", "1.0.3")["status"] == 1, "online")


@drives("thing_post_property", "on_thing_prop_post")
def posts_properties(one: Kit) -> None:
    code, request = one.kit.thing_post_property({"Temperature": 21.5, "Label": "大堂"})
    assert code == 0
    assert one.hear("on_thing_prop_post")[:2] == (request, 200)
    held = one.partner("/app/thing/properties/get", "1.0.4")
    assert {row["attribute"]: row["value"] for row in held} == {"Temperature": 21.5, "Label": "大堂"}


@drives("on_thing_prop_changed")
def is_set(one: Kit) -> None:
    one.partner("/app/thing/properties/set", "1.0.3", items={"LightSwitch": 1})
    assert one.hear("on_thing_prop_changed") == ({"LightSwitch": 1},)


@drives("thing_trigger_event", "on_thing_event_post")
def triggers_events(one: Kit) -> None:
    since = int(time.time() * 1000) - 60_000
    for event in (("passEvent", {"code": 0, "type": "qrCode"}), ("tamper", {})):
        code, request = one.kit.thing_trigger_event(event)
        assert code == 0
        assert one.hear("on_thing_event_post")[:3] == (event[0], request, 200)
    told = one.partner(
        "/app/thing/event/timeline/get", "1.0.3", identifier="passEvent", eventType="info", start=since,
        end=since + 3_600_000, pageSize=10, ordered=True,
    )  # fmt: skip
    assert [row["eventCode"] for row in told["items"]] == ["passEvent"]


@drives("thing_answer_service", "on_thing_call_service")
def serves(one: Kit) -> None:
    """A synchronous service gives its caller the output; an asynchronous one answers at once and later by record."""

    def answer(data: Any) -> None:
        name, request, _ = one.hear("on_thing_call_service")
        assert one.kit.thing_answer_service(name, request, 200, data) == 0

    def call(identifier: str, args: Any) -> Any:
        return one.partner("/app/thing/service/invoke", "1.0.3", identifier=identifier, args=args)

    told = one.within_the_call(lambda: call("CloudCallElevator", {"Floor": 3}), lambda: answer({"code": 7}))
    assert json.dumps(told).count("7")
    call("syncPermissions", {"permissionUrl": "u"})
    answer({})
    since = int(time.time() * 1000) - 60_000
    span = {"start": since, "end": since + 3_600_000, "pageSize": 10, "ordered": True}
    until(
        lambda: one.partner(
            "/app/thing/service/data/get", "1.0.3", identifier="syncPermissions", **span
        )["list"],
        "the record of an asynchronous call",
    )  # fmt: skip


@drives("thing_update_shadow", "thing_get_shadow", "local_get_latest_shadow", "on_thing_shadow_get")
def keeps_a_shadow(one: Kit) -> None:
    assert one.kit.thing_update_shadow({"colour": "red"}, 1)[0] == 0
    assert one.hear("on_thing_shadow_get")[0]["payload"] == {"status": "success", "version": 1}
    one.kit.thing_get_shadow()
    one.hear("on_thing_shadow_get")
    assert one.kit.local_get_latest_shadow().get_state()["reported"] == {"colour": "red"}
    one.estate.person("PUT", f"/devices/{one.iot_id}/shadow", {"desired": {"colour": "green"}, "version": 1})
    (pushed,) = one.hear("on_thing_shadow_get")
    assert (pushed["method"], pushed["payload"]["state"]["desired"]) == ("control", {"colour": "green"})


@drives(
    "thing_update_tags", "thing_remove_tags", "thing_update_device_info", "thing_delete_device_info",
    "on_thing_device_info_update", "on_thing_device_info_delete",
)  # fmt: skip
def is_tagged(one: Kit) -> None:
    one.kit.thing_update_tags({"fw": "1.0", "colour": "red"})
    assert one.hear("on_thing_device_info_update")[1] == 200
    one.kit.thing_update_device_info([{"attrKey": "SN", "attrValue": "7", "domain": "SYSTEM"}])
    assert one.hear("on_thing_device_info_update")[1] == 200
    assert {"fw": "1.0", "colour": "red", "SN": "7"}.items() <= one.tags().items()
    one.kit.thing_remove_tags(["colour"])
    assert one.hear("on_thing_device_info_delete")[1] == 200
    one.kit.thing_delete_device_info([{"attrKey": "SN", "domain": "SYSTEM"}])
    assert one.hear("on_thing_device_info_delete")[1] == 200
    assert not {"colour", "SN"} & one.tags().keys()


@drives("publish_topic", "on_topic_message", "on_publish_topic")
def asks_for_what_is_desired_and_for_the_time(one: Kit) -> None:
    one.estate.person("PUT", f"/devices/{one.iot_id}/desired", {"items": {"LightSwitch": 0}})
    assert one.hear("on_thing_prop_changed") == ({"LightSwitch": 0},)
    get, delete = one.topic("thing/property/desired/get"), one.topic("thing/property/desired/delete")
    desired = one.ask(get, {"id": "1", "version": "1.0", "params": ["LightSwitch"]})["data"]
    version = desired.get("LightSwitch", {}).get("version", 1)
    gone = one.ask(delete, {"id": "2", "version": "1.0", "params": {"LightSwitch": {"version": version}}})
    assert gone["code"] == 200
    assert one.ask(get, {"id": "3", "version": "1.0", "params": ["LightSwitch"]})["data"] == {}
    times = one.ask(f"/ext/ntp/{one.key}/{one.name}/request", {"deviceSendTime": "1234"})
    assert times["deviceSendTime"] == "1234"
    assert abs(int(times["serverSendTime"]) - time.time() * 1000) < 60_000
    one.hear("on_publish_topic")


@drives()
def is_configured(one: Kit) -> None:
    person, key = one.estate.person, one.key
    content = '{"volume": 3}'
    person("PUT", f"/products/{key}/config", {"content": content})
    ask = {"configScope": "product", "getType": "file"}
    reply = one.ask(one.topic("thing/config/get"), {"id": "4", "version": "1.0", "params": ask})
    with urllib.request.urlopen(reply["data"]["url"], timeout=60) as answer:
        held = answer.read()
    assert (held.decode(), reply["data"]["sign"]) == (content, hashlib.sha256(held).hexdigest())
    newer = person("PUT", f"/products/{key}/config", {"content": '{"volume": 5}'})
    person("POST", "/config-pushes", {"productKey": key})
    topic, call = one.message()
    assert (topic, call["params"]["configId"]) == (one.topic("thing/config/push"), newer["configId"])
    one.kit.publish_topic(f"{topic}_reply", json.dumps({"id": call["id"], "code": 200, "data": {}}), 1)
    until(lambda: person("GET", f"/config-pushes?productKey={key}")[0]["counts"] == {"taken": 1}, "taken")


@drives("ota_report_version", "query_ota_firmware", "download_ota_firmware", "on_ota_message_arrived")
def is_upgraded(one: Kit) -> None:
    person = one.estate.person
    one.kit.ota_report_version(None, "1.0")
    query = {"productKey": one.key, "version": "2.0", "exempt": "true", "signMethod": "SHA256"}
    made = one.estate.people.post("/firmware", params=query, content=IMAGE)
    assert made.is_success, made.text
    campaign = person(
        "POST", "/firmware-campaigns", {"firmwareId": int(made.json()["id"]), "rules": {}}
    )["id"]  # fmt: skip
    kind, version, size, url, method, sign, *_ = one.hear("on_ota_message_arrived")
    assert (kind, version, size) == (1, "2.0", len(IMAGE))
    one.kit.query_ota_firmware()
    while (notice := one.hear("on_ota_message_arrived"))[0] == 1:
        assert notice[1] == "2.0", "told again, since the report of 1.0 came behind the campaign"
    assert notice[:2] == (2, "2.0")
    into = one.folder / "image"
    assert one.kit.download_ota_firmware(url, str(into), method, sign) is LinkKit.ErrorCode.SUCCESS
    assert into.read_bytes() == IMAGE

    def row() -> dict[str, Any]:
        found: list[dict[str, Any]] = person("GET", f"/firmware-campaigns/{campaign}/devices")["data"]
        return found[0]

    for step in (40, 100):
        body = {"id": 7, "params": {"step": str(step), "desc": ""}}
        one.kit.publish_topic(f"/ota/device/progress/{one.key}/{one.name}", json.dumps(body), 1)
        until(lambda step=step: row().get("progress") == step or row()["state"] != "downloading", "progress")
    one.kit.ota_report_version(None, "2.0")
    until(lambda: row()["state"] == "succeeded", "upgraded")


@drives(
    "subscribe_topic", "unsubscribe_topic", "on_subscribe_topic", "on_unsubscribe_topic", "dump_user_topics",
    "to_full_topic", "to_user_topic",
)  # fmt: skip
def talks_to_an_app_on_user_topics(one: Kit) -> None:
    kit, estate = one.kit, one.estate
    topic = kit.to_full_topic("user/orders")
    assert (topic, kit.to_user_topic(topic)) == (f"/{one.key}/{one.name}/user/orders", "user/orders")
    assert kit.subscribe_topic(topic, 1)[0] == 0
    one.hear("on_subscribe_topic")
    assert topic in kit.dump_user_topics()
    stamp, said = str(int(time.time() * 1000)), queue.Queue[Any]()
    app = estate.line.paho(f"app-1|timestamp={stamp}|")
    app.username_pw_set(estate.app_key, signatures.sign(estate.app_secret, f"app-1{stamp}", "hmacsha256"))
    app.on_connect = lambda client, *_: client.subscribe(f"/{one.key}/+/user/#", 1)
    app.on_subscribe = lambda *_: said.put("subscribed")
    app.on_message = lambda client, user, message: said.put((message.topic, message.payload))
    app.connect("127.0.0.1", estate.line.port)
    app.loop_start()
    try:
        assert said.get(timeout=60) == "subscribed"
        app.publish(topic, b"open", 1)
        assert one.hear("on_topic_message")[:2] == (topic, b"open")
        assert said.get(timeout=60) == (topic, b"open")
        kit.publish_topic(kit.to_full_topic("user/news"), "done", 1)
        assert said.get(timeout=60) == (f"/{one.key}/{one.name}/user/news", b"done")
    finally:
        app.disconnect()
        app.loop_stop()
    assert kit.unsubscribe_topic(topic)[0] == 0
    one.hear("on_unsubscribe_topic")


@drives("subscribe_rrpc_topic", "unsubscribe_rrpc_topic", "thing_answer_rrpc", "on_topic_rrpc_message")
def answers_calls_on_its_own_topics(one: Kit) -> None:
    model, method = SERVICE
    topic = f"/{one.key}/{one.name}/user/servicebus/{model}/{method}"
    assert one.kit.subscribe_rrpc_topic(topic)[0] == 0
    # The SDK tells nobody of this SUBACK; that of a later subscription comes behind it.
    later = f"/{one.key}/{one.name}/user/later"
    assert one.kit.subscribe_topic(later)[0] == 0
    one.hear("on_subscribe_topic")
    assert one.kit.unsubscribe_topic(later)[0] == 0
    one.hear("on_unsubscribe_topic")
    provider = {"modelId": model, "name": "盒子", "kind": "edge", "iotId": one.iot_id}
    one.estate.person("POST", "/service-providers", provider)
    trial = {
        "modelId": model, "method": method, "projectId": one.estate.project_id,
        "params": json.dumps({"parkingLotId": "p1", "areaId": "a1"}),
    }  # fmt: skip

    def answer() -> None:
        number, _, payload, _ = one.hear("on_topic_rrpc_message")
        asked = json.loads(payload)
        assert asked["params"] == {"parkingLotId": "p1", "areaId": "a1"}
        said = {"id": asked["id"], "code": 200, "message": "success", "data": {"name": "地面"}}
        one.kit.thing_answer_rrpc(number, json.dumps(said))

    told = one.within_the_call(lambda: one.estate.person("POST", "/service-calls/try", trial), answer)
    assert json.loads(told["data"]) == {"name": "地面"}
    assert one.kit.unsubscribe_rrpc_topic(topic)[0] == 0


@drives("thing_raw_post_data", "thing_raw_data_reply", "on_thing_raw_data_post", "on_thing_raw_data_arrived")
def speaks_a_format_of_its_own(one: Kit) -> None:
    estate = one.estate
    key = estate.product("透传门禁", dataFormat="custom")
    estate.model(key, json.dumps(DOOR_TSL))
    place = f"/products/{key}/script"
    version = estate.person("PUT", f"{place}/draft", {"source": SCRIPT, "draftVersion": 0})["draftVersion"]
    estate.person("POST", f"{place}/publish", {"draftVersion": version})
    raw = Kit(estate, estate.device(key, "raw.01"), one.folder)
    try:
        raw.start(None)
        assert raw.kit.thing_raw_post_data(struct.pack(">BIhB", 0, 77, 215, 1)) == 0
        assert bytes(raw.hear("on_thing_raw_data_post")[0]) == struct.pack(">BIB", 2, 77, 0)
        held = raw.partner("/app/thing/properties/get", "1.0.4")
        assert {row["attribute"]: row["value"] for row in held} == {"Temperature": 21.5, "LightSwitch": 1}

        def reply() -> None:
            kind, number, value = struct.unpack(">BIB", bytes(raw.hear("on_thing_raw_data_arrived")[0]))
            assert (kind, value) == (1, 0)
            assert raw.kit.thing_raw_data_reply(struct.pack(">BIB", 3, number, 200)) == 0

        setting = {"items": {"LightSwitch": 0}}
        raw.within_the_call(lambda: raw.partner("/app/thing/properties/set", "1.0.3", **setting), reply)
    finally:
        raw.kit.destruct()


@drives("disconnect", "force_reconnect", "destruct", "on_disconnect", "on_thing_disable")
def goes_and_comes_back(one: Kit) -> None:
    kit = one.kit
    kit.disconnect()
    one.hear("on_disconnect")
    one.hear("on_thing_disable")
    until(lambda: one.partner("/app/thing/info/get", "1.0.3")["status"] == 3, "offline")
    kit.connect_async()
    one.hear("on_connect")
    one.hear("on_thing_enable")
    kit.force_reconnect()
    one.hear("on_connect")
    posts_properties(one)
    one.estate.person("PUT", f"/devices/{one.iot_id}", {"enabled": False})
    one.hear("on_thing_disable")
    one.estate.person("PUT", f"/devices/{one.iot_id}", {"enabled": True})
    one.hear("on_thing_enable")
    kit.destruct()
    until(lambda: one.partner("/app/thing/info/get", "1.0.3")["status"] == 3, "offline")


def test_no_call_of_the_sdk_is_forgotten() -> None:
    offered = {name for name in vars(LinkKit) if not name.startswith("_")}
    driven = CALLS.keys() | OF_GATEWAYS | REGISTRATION
    assert offered - driven - APART.keys() == set()
    assert driven & APART.keys() == set()
    assert (driven | APART.keys()) - offered == set(), "named here, and not of the SDK"
    assert {f"gateway_{act}" for act in OF_ESTATE} == {n for n in OF_GATEWAYS if not n.startswith("on_")}


OF_ESTATE = ("add_subdev_topo", "delete_subdev_topo", "login_subdev", "logout_subdev", "register_subdev",
             "product_register_subdev")  # fmt: skip
"""Asked through `SdkGateway.ask` in test_device_sdk_gateway."""


@pytest.mark.timeout(180)
def test_everything_a_device_does(kit: Kit) -> None:
    for step in STEPS:
        try:
            step(kit)
        except BaseException as failure:
            failure.add_note(f"in the step {step.__name__}")
            raise
