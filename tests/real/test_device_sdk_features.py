"""Shadow, tags, raw data, calls and logs, driven by device clients that we did not write.

`aliyun-iot-linkkit` unmodified, and paho as the node and the C SDK use it (spec clients b.1, b.4, b.6).
"""
# ruff: noqa: F811  (fixtures of the thing platform, used here by name)

import asyncio
import json
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
import pytest
from linkkit import linkkit
from sqlalchemy import bindparam, select, update

from linli import tsl
from linli.kernel.clock import SystemClock
from linli.kernel.db import Command, Database, Query
from linli.ops.tls import Authority, ServerTls
from linli.protocols.linkkit import signatures
from linli.things.desired.property_values import Taken, want_properties
from linli.things.device_logs.models import device_log_lines
from linli.things.device_logs.service import switch_logs
from linli.things.models import device_tags, latest_values, points, products, thing_events
from linli.things.mqtt.listen import listen
from linli.things.scripts.service import publish_draft, save_draft
from linli.things.shadow.service import set_wanted, shadow_of
from tests.real.line import LINES, Line
from tests.things.conftest import DOOR_TSL, Site, make_platform, platform, secrets, site  # noqa: F401
from tests.things.device import Platform

SCRIPT = (Path(__file__).parents[1] / "things/scripts/door.js").read_text("utf-8")
CALLBACKS = (
    "on_thing_enable", "on_thing_disable", "on_thing_prop_post", "on_thing_event_post", "on_thing_prop_changed",
    "on_thing_call_service", "on_thing_device_info_update", "on_thing_device_info_delete", "on_thing_shadow_get",
    "on_thing_raw_data_arrived", "on_thing_raw_data_post", "on_topic_message", "on_topic_rrpc_message",
)  # fmt: skip

pytestmark = pytest.mark.engines("sqlite")
_latest = Query(select(latest_values.c.number, latest_values.c.text))
_points = Query(select(points.c.ts, points.c.value).order_by(points.c.ts))
_events = Query(select(thing_events.c.identifier, thing_events.c.type, thing_events.c.body))
_tags = Query(select(device_tags.c.tag_key, device_tags.c.tag_value))
_lines = Query(select(device_log_lines.c.module, device_log_lines.c.content))
_custom = Command(
    update(products).where(products.c.product_key == bindparam("key")).values(data_format="custom"),
    unscoped="the site's own",
)


class Sdk:
    """One LinkKit device; its callbacks come to the test's loop in order, as (name, arguments without the user data)."""

    def __init__(self, line: Line, site: Site) -> None:
        self.kit = linkkit.LinkKit(
            host_name="127.0.0.1",
            product_key=site.product_key,
            device_name=site.device.device_name,
            device_secret=site.device.device_secret,
        )
        line.put_to(self.kit)
        loop = asyncio.get_running_loop()
        self.heard: asyncio.Queue[tuple[str, tuple[Any, ...]]] = asyncio.Queue()
        for name in CALLBACKS:
            setattr(
                self.kit,
                name,
                lambda *args, name=name: loop.call_soon_threadsafe(self.heard.put_nowait, (name, args[:-1])),
            )

    def start(self, document: Path | None) -> None:
        """Without a document it speaks raw data only."""
        assert self.kit.thing_setup(str(document) if document else None) == 0
        self.kit.connect_async()

    async def hear(self, name: str) -> tuple[Any, ...]:
        async with asyncio.timeout(30):
            heard, args = await self.heard.get()
        assert heard == name, (heard, args)
        return args


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    made, now_ms = Authority(tmp_path_factory.mktemp("tls")), SystemClock().now_ms()
    made.create("Test CA", now_ms=now_ms)
    made.issue(["127.0.0.1"], now_ms=now_ms)
    return made


@pytest.fixture(params=LINES)
async def line(
    request: pytest.FixtureRequest, platform: Platform, authority: Authority
) -> AsyncIterator[Line]:
    if request.param == "tcp":
        yield Line(platform.port)
        return
    context = ServerTls(authority.server_certificate, authority.server_key).context
    server = await listen(platform.things.front.connection, "127.0.0.1", 0, tls=context)
    yield Line(server.sockets[0].getsockname()[1], authority.certificate.read_text())
    server.close()


@pytest.fixture
async def sdk(line: Line, site: Site, tmp_path: Path) -> AsyncIterator[Sdk]:
    document = tmp_path / "tsl.json"
    document.write_text(
        tsl.export_json(tsl.parse(DOOR_TSL), site.product_key, site.device.device_name), "utf-8"
    )
    sdk = Sdk(line, site)
    sdk.start(document)
    await sdk.hear("on_thing_enable")
    yield sdk
    await asyncio.to_thread(sdk.kit.destruct)


async def test_the_sdk_uses_its_shadow(sdk: Sdk, platform: Platform, site: Site, database: Database) -> None:
    assert sdk.kit.thing_update_shadow({"colour": "red", "level": {"now": 3}}, 1)[0] == 0
    (told,) = await sdk.hear("on_thing_shadow_get")
    assert told["payload"] == {"status": "success", "version": 1}
    sdk.kit.thing_update_shadow({"colour": "blue"}, 1)
    (refused,) = await sdk.hear("on_thing_shadow_get")
    assert (refused["payload"]["status"], refused["payload"]["content"]["errorcode"]) == ("error", "409")
    sdk.kit.thing_get_shadow()
    await sdk.hear("on_thing_shadow_get")
    local = sdk.kit.local_get_latest_shadow().to_dict()
    assert (local["version"], local["state"]["reported"]) == (1, {"colour": "red", "level": {"now": 3}})
    assert local["metadata"]["reported"]["colour"]["timestamp"] == local["timestamp"]

    async with database.begin() as tx:
        no, shadow = await set_wanted(
            site.tenant, tx, iot_id=site.device.iot_id, desired={"colour": "green"}, version=2
        )
        platform.things.features.shadows.after(tx, no, shadow)
    (pushed,) = await sdk.hear("on_thing_shadow_get")
    assert (pushed["method"], pushed["version"]) == ("control", 2)
    assert sdk.kit.local_get_latest_shadow().get_state()["desired"] == {"colour": "green"}
    sdk.kit.thing_update_shadow({"colour": "green", "level": "null"}, 3)
    await sdk.hear("on_thing_shadow_get")
    assert (await shadow_of(database, device_no=no)).reported == {"colour": "green"}


async def test_the_sdk_posts_events_of_every_level_and_tags(sdk: Sdk, database: Database) -> None:
    _, request = sdk.kit.thing_trigger_event(("passEvent", {"code": 0, "type": "qrCode"}))
    assert await sdk.hear("on_thing_event_post") == ("passEvent", request, 200, {}, "success")
    _, request = sdk.kit.thing_trigger_event(("tamper", {}))
    assert (await sdk.hear("on_thing_event_post"))[:3] == ("tamper", request, 200)
    assert [row[:2] for row in await _events.all(database)] == [("passEvent", "info"), ("tamper", "alert")]

    before = dict(await _tags.all(database))
    sdk.kit.thing_update_tags({"fw": "1.0", "colour": "red"})
    assert (await sdk.hear("on_thing_device_info_update"))[1] == 200
    sdk.kit.thing_update_device_info([{"attrKey": "SN", "attrValue": "7", "domain": "SYSTEM"}])
    assert (await sdk.hear("on_thing_device_info_update"))[1] == 200
    sdk.kit.thing_remove_tags(["colour"])
    assert (await sdk.hear("on_thing_device_info_delete"))[1] == 200
    assert dict(await _tags.all(database)) == before | {"fw": "1.0", "SN": "7"}


async def test_the_sdk_is_set_what_is_wanted_and_called_both_ways(
    sdk: Sdk, platform: Platform, site: Site, database: Database
) -> None:
    invoker, iot_id = platform.things.invoker, site.device.iot_id
    wanted = await want_properties(
        site.tenant, database, invoker, iot_id=iot_id, values={"LightSwitch": 1, "Label": "大堂"}
    )
    assert wanted.taken is Taken.BY_DEVICE
    assert await sdk.hear("on_thing_prop_changed") == ({"LightSwitch": 1, "Label": "大堂"},)
    for identifier, given, data in (
        ("CloudCallElevator", {"Floor": 3}, {"code": 0}), ("syncPermissions", {"permissionUrl": "u"}, {}),
    ):  # fmt: skip
        call = asyncio.create_task(invoker.invoke(site.tenant, iot_id, identifier, given))
        name, request, params = await sdk.hear("on_thing_call_service")
        assert (name, params) == (identifier, given)
        assert sdk.kit.thing_answer_service(identifier, request, 200, data) == 0
        assert await call == data


async def test_the_sdk_speaks_a_format_of_its_own(
    platform: Platform, site: Site, database: Database, line: Line
) -> None:
    async with database.begin() as tx:
        await _custom.run(tx, key=site.product_key)
        await save_draft(site.tenant, tx, product_key=site.product_key, source=SCRIPT, draft_version=0)
        await publish_draft(site.tenant, tx, product_key=site.product_key, draft_version=1)
    sdk = Sdk(line, site)
    sdk.start(None)
    try:
        await sdk.hear("on_thing_enable")
        assert sdk.kit.thing_raw_post_data(struct.pack(">BIhB", 0, 77, 215, 1)) == 0
        (reply,) = await sdk.hear("on_thing_raw_data_post")
        assert bytes(reply) == struct.pack(">BIB", 2, 77, 0)
        assert sorted(number for number, _ in await _latest.all(database)) == [1, 21.5]

        setting = asyncio.create_task(
            platform.things.invoker.set_properties(site.tenant, site.device.iot_id, {"LightSwitch": 0})
        )
        (command,) = await sdk.hear("on_thing_raw_data_arrived")
        kind, number, value = struct.unpack(">BIB", bytes(command))
        assert (kind, value) == (1, 0)
        assert sdk.kit.thing_raw_data_reply(struct.pack(">BIB", 3, number, 200)) == 0
        await setting
    finally:
        await asyncio.to_thread(sdk.kit.destruct)


class PahoDevice:
    """A device on paho, connecting and subscribing as the node SDK does. Messages come as (topic, JSON)."""

    def __init__(self, line: Line, site: Site) -> None:
        key, name = site.product_key, site.device.device_name
        self.base, self.names = f"/sys/{key}/{name}", f"{key}/{name}"
        client_id = f"{key}&{name}"
        self.client = line.paho(
            f"{client_id}|securemode={line.secure_mode},signmethod=hmacsha1,timestamp=1795528235877,lan=NodeJS,_v=1.2.8|",
            clean_session=False,
        )
        text = signatures.device_text(client_id, name, key, "1795528235877")
        self.client.username_pw_set(
            f"{name}&{key}", signatures.sign(site.device.device_secret, text, "hmacsha1")
        )
        loop = asyncio.get_running_loop()
        self.heard: asyncio.Queue[tuple[str, Any]] = asyncio.Queue()
        self.ready = asyncio.Event()

        def connected(client: paho.Client, *_: Any) -> None:
            topics = [f"{self.base}/thing/event/+/post_reply", f"{self.base}/thing/+/+/post_reply"]
            client.subscribe([(topic, 1) for topic in (*topics, f"/shadow/get/{self.names}")])

        def heard(client: paho.Client, data: Any, message: paho.MQTTMessage) -> None:
            loop.call_soon_threadsafe(
                self.heard.put_nowait, (message.topic, json.loads(message.payload or b"null"))
            )

        self.client.on_connect = connected
        self.client.on_subscribe = lambda *_: loop.call_soon_threadsafe(self.ready.set)
        self.client.on_message = heard
        self.client.connect_async("127.0.0.1", line.port, 60)
        self.client.loop_start()

    async def ask(self, topic: str, body: Any, qos: int = 0) -> tuple[str, Any]:
        self.client.publish(topic, json.dumps(body), qos)
        async with asyncio.timeout(30):
            return await self.heard.get()

    async def stop(self) -> None:
        self.client.disconnect()
        await asyncio.to_thread(self.client.loop_stop)


@asynccontextmanager
async def on_paho(line: Line, site: Site) -> AsyncIterator[PahoDevice]:
    device = PahoDevice(line, site)
    async with asyncio.timeout(30):
        await device.ready.wait()
    yield device
    await device.stop()


@pytest.fixture
async def node(line: Line, site: Site) -> AsyncIterator[PahoDevice]:
    async with on_paho(line, site) as device:
        yield device


@pytest.mark.parametrize(
    "id", ["1|exp-topic|/sys/a/b/thing/event/property/post_reply", 4294967295, "", "号", -7]
)
async def test_ids_of_every_kind_come_back_as_they_were(node: PahoDevice, id: Any) -> None:
    for qos in (0, 1, 2):
        topic, reply = await node.ask(
            f"{node.base}/thing/event/property/post",
            {"id": id, "version": "1.0", "params": {"LightSwitch": 1}, "method": "thing.event.property.post"},
            qos,
        )
        assert topic == f"{node.base}/thing/event/property/post_reply"
        assert (reply["id"], reply["code"], reply["message"]) == (id, 200, "success")


async def test_the_node_sdk_deletes_from_its_shadow(node: PahoDevice) -> None:
    update = f"/shadow/update/{node.names}"
    for version, body in enumerate(
        (
            {"method": "update", "state": {"reported": {"a": 1, "b": 2}}},
            {"method": "delete", "state": {"reported": {"a": "null"}}},
        ),
        start=1,
    ):
        topic, reply = await node.ask(update, {**body, "version": version})
        assert (topic, reply["payload"]["status"]) == (f"/shadow/get/{node.names}", "success")
    assert (await node.ask(update, {"method": "get"}))[1]["payload"]["state"]["reported"] == {"b": 2}
    await node.ask(update, {"method": "delete", "state": {"reported": "null"}, "version": 3})
    assert (await node.ask(update, {"method": "get"}))[1]["payload"]["state"]["reported"] == {}


async def test_the_c_sdk_asks_and_posts(
    platform: Platform, site: Site, database: Database, line: Line
) -> None:
    """Answers come without a subscription, ids are what was sent, times are strings."""
    invoker, iot_id = platform.things.invoker, site.device.iot_id
    wanted = await want_properties(site.tenant, database, invoker, iot_id=iot_id, values={"LightSwitch": 1})
    assert wanted.taken is Taken.WAITING
    async with on_paho(line, site) as node:
        await _asks_and_posts(node, platform, site, database)


async def _asks_and_posts(node: PahoDevice, platform: Platform, site: Site, database: Database) -> None:
    get, delete = (f"{node.base}/thing/property/desired/{verb}" for verb in ("get", "delete"))
    ask = {"id": "3", "version": "1.0", "params": ["LightSwitch"], "method": "thing.property.desired.get"}
    assert (await node.ask(get, ask))[1]["data"] == {"LightSwitch": {"value": 1, "version": 1}}
    gone_now = {"id": "4", "version": "1.0", "params": {"LightSwitch": {"version": 1}}}
    assert (await node.ask(delete, gone_now))[1]["code"] == 200

    topic, times = await node.ask(f"/ext/ntp/{node.names}/request", {"deviceSendTime": "1234"})
    assert topic == f"/ext/ntp/{node.names}/response"
    assert times["deviceSendTime"] == "1234"
    assert all(isinstance(value, str) and value.isdigit() for value in times.values())

    async with database.begin() as tx:
        device = await switch_logs(site.tenant, tx, iot_id=site.device.iot_id, on=True)
        platform.things.features.logs.tell(tx, device.product_key, device.device_name, on=True)
    async with asyncio.timeout(30):
        topic, pushed = await node.heard.get()
    assert (topic, pushed["params"]["content"]) == (f"{node.base}/thing/config/log/push", {"mode": 1})
    line = {"utcTime": "2026-11-24T20:00:00.000+0800", "logLevel": "WARN", "module": "m", "logContent": "寒"}
    assert (await node.ask(f"{node.base}/thing/log/post", {"id": "5", "params": [line]}))[1]["code"] == 200
    assert await _lines.all(database) == [("m", "寒")]


async def test_past_and_batch_posts_of_paho(node: PahoDevice, platform: Platform, database: Database) -> None:
    now = platform.things._clock.now_ms()
    batch = {"properties": {"Temperature": [{"value": 1, "time": now - 3}, {"value": 2, "time": now - 2}]}}
    topic = f"{node.base}/thing/event/property/batch/post"
    assert (await node.ask(topic, {"id": "6", "params": batch}))[1]["code"] == 200
    past = [{"properties": [{"Temperature": {"value": 9, "time": now - 9}}], "events": []}]
    topic = f"{node.base}/thing/event/property/history/post"
    assert (await node.ask(topic, {"id": "7", "params": past}, 1))[1]["code"] == 200
    assert await _points.all(database) == [(now - 9, 9), (now - 3, 1), (now - 2, 2)]
    assert await _latest.all(database) == [(2, None)]
