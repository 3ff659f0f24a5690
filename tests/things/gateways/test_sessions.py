"""Sub-devices that come online through their gateway, speak through it, and leave."""

import json
from typing import Any

import msgspec
import pytest

from linli.kernel.db import Tx
from linli.protocols.linkkit import signatures
from linli.things.certificates.service import choose_demands
from linli.things.inbox.messages import Message
from linli.things.service import devices
from linli.things.service.devices import Triple
from tests.things.device import MakePlatform, Platform, until
from tests.things.gateways.conftest import Estate, Gateway, named, signed


def topic(triple: Triple, tail: str) -> str:
    return f"/sys/{triple.product_key}/{triple.device_name}/{tail}"


async def test_each_sdk_logs_in_its_way(gateway: Gateway, estate: Estate) -> None:
    """Python: batch, whole client id signed. Node: one, number, `method:""`, SHA-1. C: uptime, upper-case hex."""
    python, node, c = await estate.subs(3)
    await gateway.ok("thing/topo/add", [signed(sub) for sub in (python, node, c)])

    def entry(triple: Triple, client_id: str, timestamp: Any, method: str) -> dict[str, Any]:
        text = signatures.device_text(client_id, triple.device_name, triple.product_key, str(timestamp))
        sign = signatures.sign(triple.device_secret, text, method)
        return named(triple)[0] | {
            "clientId": client_id, "timestamp": timestamp, "signMethod": method, "cleanSession": "true", "sign": sign,
        }  # fmt: skip

    one = entry(
        python, f"{python.product_key}.{python.device_name}|lan=Python,_v=2.2.1,_ss=1|", "1", "hmacsha256"
    )
    batch = {"signMethod": "hmacSha256", "deviceList": [one]}
    assert await gateway.ok("combine/batch_login", batch) == named(python)
    of_node = entry(node, f"{node.product_key}&{node.device_name}", 1795528235877, "hmacsha1")
    answer = await gateway.ask("combine/login", of_node, method="")
    assert (answer["code"], answer["data"], answer["method"]) == (200, named(node)[0], "combine.login")
    of_c = entry(c, f"{c.product_key}.{c.device_name}|_v=sdk-c-3.0.1|", "91", "hmacSha1")
    of_c["sign"] = of_c["sign"].upper()
    assert await gateway.ok("combine/login", of_c, method="combine.login") == named(c)[0]
    await estate.settled([python, node, c], "online")

    assert await gateway.ok("combine/logout", named(node)[0], method="") == named(node)[0]
    assert await gateway.ok("combine/batch_logout", named(python)) == named(python)
    await estate.settled([python, node, c], "offline", "offline", "online")


async def test_those_at_fault_keep_nobody_else_out(
    gateway: Gateway, estate: Estate, stranger: Estate
) -> None:
    good, off, loose, wrong = await estate.subs(4)
    await gateway.ok("thing/topo/add", [signed(sub) for sub in (good, off, wrong)])
    async with estate.database.begin() as tx:
        await devices.enable_device(estate.scope, tx, iot_id=off.iot_id, enabled=False)
    await gateway.told("disable", "topo/change")
    foreign = await stranger.device("alien")
    entries = [signed(off), signed(loose), signed(wrong, sign="0" * 64), signed(foreign), signed(good)]
    answer = await gateway.ask("combine/batch_login", {"deviceList": entries})
    assert answer["code"] == 522
    assert answer["message"] == f"{off.product_key}/{off.device_name}: the device is disabled"
    assert [(entry["deviceName"], entry["code"]) for entry in answer["data"]] == [
        (good.device_name, 200), (off.device_name, 522), (loose.device_name, 6401), (wrong.device_name, 6287),
        ("alien", 6100),
    ]  # fmt: skip
    await estate.settled([good, loose, wrong], "online", "unactive", "unactive")
    for entry, code in zip(entries[:4], (522, 6401, 6287, 6100), strict=True):
        assert (await gateway.ask("combine/login", entry))["code"] == code

    answer = await gateway.ask("combine/batch_logout", named(loose, good))
    assert answer["code"] == 520
    assert [entry["code"] for entry in answer["data"]] == [200, 520]
    assert (await gateway.ask("combine/logout", named(good)[0]))["code"] == 520
    await estate.settled([good], "offline")


@pytest.mark.parametrize(
    "payload", [b"", b"[", b"[]", b'{"id":{}}', b'{"id":"1"}', b'{"id":"1","params":[]}']
)
async def test_what_is_no_log_in_is_refused(gateway: Gateway, estate: Estate, payload: bytes) -> None:
    place = f"/ext/session/{estate.gateway.product_key}/{estate.gateway.device_name}/combine"
    for name in ("login", "batch_login", "logout", "batch_logout"):
        await gateway.device.publish(f"{place}/{name}", payload)
        reply = await gateway.device.next()
        assert reply.topic == f"{place}/{name}_reply"
        assert msgspec.json.decode(reply.payload)["code"] == 460


async def test_nobody_speaks_through_a_gateway_before_the_log_in(gateway: Gateway, estate: Estate) -> None:
    (sub,) = await estate.subs(1)
    await gateway.ok("thing/topo/add", [signed(sub)])
    post = topic(sub, "thing/event/property/post")
    await gateway.device.publish(post, b'{"id":"1","params":{"LightSwitch":1}}')
    refusal = await gateway.device.next()
    assert refusal.topic == f"/ext/error/{estate.gateway.product_key}/gw-01"
    told = msgspec.json.decode(refusal.payload)
    assert (told["code"], told["data"]) == (520, named(sub)[0])
    await gateway.login(sub)
    assert await gateway.ok("thing/event/property/post", {"LightSwitch": 1}, of=sub) == {}


async def test_posts_events_and_calls_go_by_the_gateway(
    platform: Platform, gateway: Gateway, estate: Estate
) -> None:
    one, two = await estate.subs(2)
    await gateway.ok("thing/topo/add", [signed(one), signed(two)])
    await gateway.login(one, two)
    for sub, value in ((one, 1), (two, 0)):
        assert await gateway.ok("thing/event/property/post", {"LightSwitch": value}, of=sub) == {}
    assert await gateway.ok("thing/event/passEvent/post", {"value": {"code": 0, "type": "t"}}, of=one) == {}
    for sub, value in ((one, 1), (two, 0)):
        assert await estate.value(sub, "LightSwitch") == value

    def answered(params: Any) -> dict[str, Any]:
        return {"data": {"code": params.get("Floor", 7)}}

    gateway.device.answers["thing.service.CloudCallElevator"] = answered
    gateway.device.answers["thing.service.property.set"] = lambda params: {}
    invoker = platform.things.invoker
    assert await invoker.invoke(estate.scope, one.iot_id, "CloudCallElevator", {"Floor": 3}) == {"code": 3}
    await invoker.set_properties(estate.scope, two.iot_id, {"LightSwitch": 1})


async def test_its_synchronous_calls_come_as_its_own_log_in_says(
    platform: Platform, gateway: Gateway, estate: Estate
) -> None:
    plain, modern = await estate.subs(2)
    await gateway.ok("thing/topo/add", [signed(plain), signed(modern)])
    client_id = "x|ext=1,_ss=1|"
    text = signatures.device_text(client_id, modern.device_name, modern.product_key, "1")
    sign = signatures.sign(modern.device_secret, text)
    entry = named(modern)[0] | {"clientId": client_id, "timestamp": "1", "sign": sign}
    await gateway.ok("combine/login", entry)
    await gateway.login(plain)
    fleet = platform.things.fleet
    styles = [fleet.named(*t[1:3]) for t in (plain, modern)]
    assert [device and device.rrpc_style for device in styles] == ["sys", "ext"]


async def test_all_go_with_the_gateway_and_come_again(
    platform: Platform, gateway: Gateway, estate: Estate
) -> None:
    subs = await estate.subs(3)
    await gateway.ok("thing/topo/add", [signed(sub) for sub in subs])
    await gateway.login(*subs)
    await estate.settled(subs, "online")
    await gateway.device.vanish()
    await estate.settled([*subs, estate.gateway], "offline")
    again = Gateway(await platform.connect(estate.gateway))
    assert (await again.ask("combine/logout", named(subs[0])[0]))["code"] == 520
    await again.login(*subs)
    await estate.settled(subs, "online")


async def test_a_second_connection_of_the_gateway_takes_over(
    platform: Platform, gateway: Gateway, estate: Estate
) -> None:
    (sub,) = await estate.subs(1)
    await gateway.ok("thing/topo/add", [signed(sub)])
    await gateway.login(sub)
    second = Gateway(await platform.connect(estate.gateway))
    assert await gateway.device.closed()
    await estate.settled([sub, estate.gateway], "offline", "online")
    await second.login(sub)
    await estate.settled([sub], "online")


async def test_a_sub_device_with_a_connection_of_its_own_closes_nobody(
    platform: Platform, gateway: Gateway, estate: Estate
) -> None:
    """One SDK logs its sub-devices in through the gateway and connects them itself (trap 2)."""
    (sub,) = await estate.subs(1)
    await gateway.ok("thing/topo/add", [signed(sub)])
    await gateway.login(sub)
    own = await platform.connect(sub)
    assert await gateway.ok("thing/event/property/post", {"LightSwitch": 1}, of=sub) == {}
    assert (await own.post({"LightSwitch": 0}))["code"] == 200
    own.answers["thing.service.CloudCallElevator"] = lambda params: {"data": {"code": 1}}
    gateway.device.answers["thing.service.CloudCallElevator"] = lambda params: {"data": {"code": 2}}
    invoke = platform.things.invoker.invoke
    assert await invoke(estate.scope, sub.iot_id, "CloudCallElevator", {}) == {"code": 1}

    await own.close()
    assert await invoke(estate.scope, sub.iot_id, "CloudCallElevator", {}) == {"code": 2}
    await estate.settled([sub], "online")
    own = await platform.connect(sub)
    await gateway.ok("combine/logout", named(sub)[0])
    assert (await own.post({"LightSwitch": 1}))["code"] == 200
    await estate.settled([sub], "online")
    await gateway.login(sub)
    await gateway.device.close()
    assert (await own.post({"LightSwitch": 1}))["code"] == 200
    await estate.settled([sub], "online")
    await own.close()
    await estate.settled([sub], "offline")


async def test_handlers_hear_each_coming_and_going_once(make_platform: MakePlatform, estate: Estate) -> None:
    platform = await make_platform()
    heard: list[tuple[str, str]] = []

    async def on_status(tx: Tx, message: Message) -> None:
        heard.append((message.device.device_name, message.identifier))

    platform.things.handlers.on_status(on_status)
    await platform.start()
    gateway = Gateway(await platform.connect(estate.gateway))
    (sub,) = await estate.subs(1)
    await gateway.ok("thing/topo/add", [signed(sub)])
    await gateway.login(sub)
    await gateway.login(sub)
    await gateway.ok("combine/logout", named(sub)[0])
    await gateway.login(sub)
    await gateway.ok("thing/topo/delete", named(sub))

    async def done() -> bool:
        return len(heard) >= 5

    await until(done)
    assert [what for name, what in heard if name == sub.device_name] == ["online", "offline"] * 2


async def test_a_gateway_of_fifty(platform: Platform, gateway: Gateway, estate: Estate) -> None:
    subs = await estate.subs(50)
    assert await gateway.ok("thing/topo/add", [signed(sub) for sub in subs]) == named(*subs)
    assert await gateway.login(*subs) == named(*subs)
    for number, sub in enumerate(subs):
        await gateway.ok("thing/event/property/post", {"Temperature": number}, of=sub)
    await estate.settled(subs, "online")
    for number, sub in enumerate(subs):
        assert await estate.value(sub, "Temperature") == number
    assert await gateway.ok("combine/batch_logout", named(*subs)) == named(*subs)
    await estate.settled(subs, "offline")
    assert json.dumps(await gateway.ok("thing/topo/delete", named(*subs)))
    assert await gateway.ok("thing/topo/get", {}) == []


async def test_a_plain_gateway_is_no_way_for_a_product_that_demands_tls(
    gateway: Gateway, estate: Estate, platform: Platform
) -> None:
    inside, late = await estate.subs(2)
    await gateway.ok("thing/topo/add", [signed(sub) for sub in (inside, late)])
    await gateway.login(inside)
    await estate.settled([inside], "online")

    async with estate.database.begin() as tx:
        await choose_demands(
            estate.scope, tx, product_key=inside.product_key, tls_only=True, fresh_time=False
        )
    await estate.settled([inside], "offline")  # it was logged in
    answer = await gateway.ask("combine/login", signed(late))
    assert answer["code"] == 522
    assert "TLS only" in answer["message"]
    answer = await gateway.ask("thing/sub/register", named(late))
    assert answer["code"] == 522  # its secret is not told there either

    async with estate.database.begin() as tx:
        await choose_demands(
            estate.scope, tx, product_key=inside.product_key, tls_only=False, fresh_time=False
        )

    async def taken() -> bool:
        return (await gateway.ask("combine/login", signed(late)))["code"] == 200

    await until(taken)
