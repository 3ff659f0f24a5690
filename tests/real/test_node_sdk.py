"""The vendor's Node device SDK, unmodified: by TCP, by TLS, on three fronts; and mqtt.js alone, over WebSocket too."""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests import node_clients
from tests.node_clients import NodeThing
from tests.real.estate import Estate
from tests.real.gateway import Triple, until
from tests.things.conftest import DOOR_TSL

SERVICES = {
    "CloudCallElevator": {"way": "sync", "data": {"code": 7}},
    "syncPermissions": {"way": "async", "data": {}},
    "remoteOpen": {"way": "sync", "data": {}},
}


def started(estate: Estate, kind: str, triple: Triple) -> NodeThing:
    """Online, by what the guide for devices says of this SDK."""
    scheme = "mqtts" if estate.line.authority else "mqtt"
    config = {name: triple[name] for name in ("productKey", "deviceName", "deviceSecret")}
    config["brokerUrl"] = f"{scheme}://127.0.0.1:{estate.line.port}"
    authority = estate.linli.folder.parent / "linli-ca.pem"
    authority.write_text(estate.line.authority)
    thing = NodeThing(kind, SERVICES, authority=authority if estate.line.authority else None, **config)
    try:
        thing.hear("connect")
    except BaseException:
        thing.close()
        raise
    return thing


@pytest.fixture(scope="module")
def product(estate: Estate) -> str:
    key = estate.product("门禁（Node）")
    estate.model(key, json.dumps(DOOR_TSL))
    return key


@pytest.fixture
def device(estate: Estate, product: str) -> Iterator[tuple[NodeThing, Triple]]:
    triple = estate.device(product, "node.device.01")
    thing = started(estate, "device", triple)
    yield thing, triple
    thing.close()


@pytest.fixture
def gateway(estate: Estate) -> Iterator[tuple[NodeThing, Triple]]:
    triple = estate.device(estate.gateways, "gw-of-node")
    thing = started(estate, "gateway", triple)
    yield thing, triple
    thing.close()


def during[T](call: Callable[[], T], act: Callable[[], object]) -> T:
    """Make a call that waits for the device, and what happens at the device meanwhile."""
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(call)
        act()
        return waiting.result(60)


def test_a_device_does_everything(estate: Estate, device: tuple[NodeThing, Triple]) -> None:
    thing, triple = device
    key, iot_id = triple["productKey"], triple["iotId"]

    def partner(path: str, version: str, **params: Any) -> Any:
        return estate.partner.ok(path, version, {"iotId": iot_id, **params})

    until(lambda: partner("/app/thing/info/get", "1.0.3")["status"] == 1, "online")
    assert thing.ask("postProps", {"Temperature": 21.5, "Label": "大堂"})["code"] == 200
    rows = partner("/app/thing/properties/get", "1.0.4")
    assert {row["attribute"]: row["value"] for row in rows} == {"Temperature": 21.5, "Label": "大堂"}
    assert thing.ask("postEvent", "passEvent", {"code": 0, "type": "qrCode"})["code"] == 200
    assert thing.ask("postProps", {"Temperature": "warm"})["code"] == 460

    partner("/app/thing/properties/set", "1.0.3", items={"LightSwitch": 1})
    assert thing.hear("props")[0]["params"] == {"LightSwitch": 1}
    for service, args in (("CloudCallElevator", {"Floor": 3}), ("syncPermissions", {"permissionUrl": "u"})):
        told = during(
            lambda service=service, args=args: partner(
                "/app/thing/service/invoke", "1.0.3", identifier=service, args=args
            ),
            lambda args=args: _called(thing, args),
        )
        assert service != "CloudCallElevator" or "7" in json.dumps(told)

    assert thing.ask("postTags", [{"attrKey": "fw", "attrValue": "1.0"}])["code"] == 200
    assert json.loads(partner("/app/thing/prop/get", "1.0.1"))["fw"] == "1.0"
    assert thing.ask("deleteTags", ["fw"])["code"] == 200
    assert "fw" not in json.loads(partner("/app/thing/prop/get", "1.0.1"))

    estate.person("PUT", f"/products/{key}/config", {"content": '{"volume": 3}'})
    assert thing.ask("getConfig")["code"] == 200
    estate.person("PUT", f"/products/{key}/config", {"content": '{"volume": 5}'})
    estate.person("POST", "/config-pushes", {"productKey": key})
    assert thing.hear("config")[0]["method"] == "thing.config.push"

    thing.tell("postShadow", {"colour": "red"})
    assert thing.hear("shadow")[0]["payload"]["status"] == "success"
    thing.tell("getShadow")
    assert thing.hear("shadow")[0]["payload"]["state"]["reported"] == {"colour": "red"}
    thing.tell("deleteShadow")
    assert thing.hear("shadow")[0]["payload"]["status"] == "success"


def _called(thing: NodeThing, args: Any) -> None:
    assert thing.hear("service")[0]["params"] == args


def test_a_gateway_brings_devices_in(estate: Estate, gateway: tuple[NodeThing, Triple]) -> None:
    thing, triple = gateway
    sub = estate.door("sub-of-node.01")
    name, secrets = sub["deviceName"], {k: sub[k] for k in ("productKey", "deviceName", "deviceSecret")}
    named = {k: sub[k] for k in ("productKey", "deviceName")}
    found = thing.ask("regiestSubDevice", [named])
    assert found["data"][0]["deviceSecret"] == sub["deviceSecret"]
    assert thing.ask("addTopo", [secrets])["code"] == 200
    assert thing.ask("getTopo")["data"] == [named]
    assert thing.ask("login", secrets)["code"] == 200
    thing.hear("connect", name)
    until(lambda: estate.states(triple) == {name: "online"}, "online")
    assert thing.ask("postProps", {"Temperature": 20}, thing=name)["code"] == 200
    estate.partner.ok(
        "/app/thing/properties/set", "1.0.3", {"iotId": sub["iotId"], "items": {"RSAPublicKey": "k"}}
    )
    assert thing.hear("props", name)[0]["params"] == {"RSAPublicKey": "k"}
    during(
        lambda: estate.partner.ok(
            "/app/thing/service/invoke",
            "1.0.3",
            {"iotId": sub["iotId"], "identifier": "remoteOpen", "args": {}},
        ),
        lambda: thing.hear("service", name),
    )
    assert thing.ask("logout", named)["code"] == 200
    until(lambda: estate.states(triple) == {name: "offline"}, "offline")
    assert thing.ask("removeTopo", [named])["code"] == 200
    assert thing.ask("getTopo")["data"] == []


def test_a_device_registers_over_http(estate: Estate) -> None:
    known = estate.door("registers-on-node")
    config = {
        "kind": "register", "services": {}, "productKey": estate.doors, "deviceName": "registers-on-node",
        "registerURL": f"{estate.linli.url}/auth/register/device",
    }  # fmt: skip
    (said,) = node_clients.run("thing.cjs", {**config, "productSecret": estate.product_secret})
    assert said["told"][0]["data"]["deviceSecret"] == known["deviceSecret"]
    (said,) = node_clients.run("thing.cjs", {**config, "productSecret": "wrong"})
    assert said["told"][0]["code"] == 401


def test_mqtt_js_alone_speaks_every_version_over_every_transport(estate: Estate, product: str) -> None:
    triple = estate.device(product, "node.alone.01")
    urls = [
        (f"mqtt://127.0.0.1:{estate.linli.mqtt_port}", 3),
        (f"ws://127.0.0.1:{estate.linli.http_port}/mqtt", 3),
    ]
    if estate.line.authority:
        urls.append((f"mqtts://127.0.0.1:{estate.line.port}", 2))
    said = {k: triple[k] for k in ("productKey", "deviceName", "deviceSecret")}
    printed = node_clients.run("anyone.mjs", {**said, "urls": urls, "authority": estate.line.authority})
    assert printed == [[url, version, 200] for url, _ in urls for version in (4, 5)]
