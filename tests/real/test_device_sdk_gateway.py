"""A gateway of fifty sub-devices, and devices that register themselves: the vendor's Python SDK against the platform.

The platform runs as a process that is reached by TCP and by TLS, and as three fronts and a worker (`estate`); people act
through the console's routes, the integrator through the open API with the vendor's client. A second client speaks as the
Node and C SDKs do, on paho.
"""

import json
import queue
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from linkkit import linkkit

from linli.protocols.linkkit import signatures
from tests.real.estate import FIFTY, Estate
from tests.real.gateway import SdkGateway, Triple, until
from tests.real.line import Line


@pytest.fixture
def gateway(estate: Estate) -> Iterator[SdkGateway]:
    made = SdkGateway(estate.line, estate.gateway)
    yield made
    made.close()


def secrets_of(subs: list[Triple]) -> list[list[str]]:
    """As the SDK takes sub-devices."""
    return [[sub["productKey"], sub["deviceName"], sub["deviceSecret"]] for sub in subs]


def names(subs: list[Triple]) -> list[dict[str, str]]:
    return [{"productKey": sub["productKey"], "deviceName": sub["deviceName"]} for sub in subs]


def topic(sub: Triple, tail: str) -> str:
    return f"/sys/{sub['productKey']}/{sub['deviceName']}/{tail}"


@pytest.mark.covers("API-08")
def test_a_gateway_of_fifty_lives_its_day(estate: Estate, gateway: SdkGateway) -> None:
    subs, partner = estate.subs, estate.partner
    gateway.publish(topic(subs[0], "thing/event/property/post"), {"DoorState": 1})
    where, refusal = gateway.hear("message")
    assert (where, refusal["code"]) == (f"/ext/error/{estate.gateways}/gw-01", 520), "not before the log-in"

    assert gateway.ok("add_subdev_topo", secrets_of(subs)) == names(subs)
    assert gateway.ok("login_subdev", secrets_of(subs)) == names(subs)
    until(lambda: set(estate.states().values()) == {"online"}, "all online")
    assert len(estate.states()) == FIFTY

    replies = []
    for number, sub in enumerate(subs):
        gateway.publish(topic(sub, "thing/event/property/post"), {"Temperature": number}, str(1000 + number))
        if number % 10 == 9:  # the SDK takes some twenty unanswered ones
            replies += [gateway.hear("message") for _ in range(10)]
    assert {body["id"] for _, body in replies} == {str(1000 + number) for number in range(FIFTY)}
    assert {body["code"] for _, body in replies} == {200}
    event = {"code": 0, "message": "ok", "type": "qrCode", "content": "1", "extInfo": "{}"}
    gateway.publish(topic(subs[3], "thing/event/passEvent/post"), {"value": event}, "7")
    where, body = gateway.hear("message")
    assert (where, body["code"]) == (topic(subs[3], "thing/event/passEvent/post_reply"), 200)
    values = partner.ok("/app/thing/properties/get", "1.0.4", {"iotId": subs[9]["iotId"]})
    assert [item["value"] for item in values if item["attribute"] == "Temperature"] == [9]

    # Downlinks come unasked, as plain messages of the sub-device's topics.
    called: queue.Queue[tuple[str, Any]] = queue.Queue()

    def answer(topic: str, message: Any) -> Any:
        called.put((topic, message["params"]))
        return {}

    gateway.answer = answer
    partner.ok(
        "/app/thing/properties/set", "1.0.3", {"iotId": subs[5]["iotId"], "items": {"RSAPublicKey": "k"}}
    )
    assert called.get(timeout=60) == (topic(subs[5], "thing/service/property/set"), {"RSAPublicKey": "k"})
    partner.ok(
        "/app/thing/service/invoke",
        "1.0.3",
        {"iotId": subs[6]["iotId"], "identifier": "remoteOpen", "args": {}},
    )
    where, _ = called.get(timeout=60)
    assert where.startswith(topic(subs[6], "rrpc/request/"))

    listed = partner.ok(
        "/app/thing/topo/get", "1.0.0", {"iotId": estate.gateway["iotId"], "pageNo": 1, "pageSize": 100}
    )
    assert listed["total"] == FIFTY
    assert {row["deviceName"] for row in listed["data"]} == {sub["deviceName"] for sub in subs}

    assert gateway.ok("logout_subdev", [sub[:2] for sub in secrets_of(subs)]) == names(subs)
    until(lambda: set(estate.states().values()) == {"offline"}, "all offline")
    assert gateway.ok("delete_subdev_topo", [sub[:2] for sub in secrets_of(subs[:10])]) == names(subs[:10])
    assert len(estate.states()) == FIFTY - 10
    code, data, _ = gateway.ask("login_subdev", secrets_of(subs[9:11]))
    assert code == 6401
    assert {entry["deviceName"]: entry["code"] for entry in data} == {"sub.10": 6401, "sub.11": 200}


def test_people_change_the_topology_and_the_gateway_hears(estate: Estate, gateway: SdkGateway) -> None:
    one, two = estate.door("told.01"), estate.door("told.02")
    place = f"/devices/{estate.gateway['iotId']}"
    both = {"iotIds": [one["iotId"], two["iotId"]]}
    assert estate.person("POST", f"{place}/subs", both) == {"added": 2}
    assert gateway.hear("topo_change") == {"status": 0, "subList": names([one, two])}
    where, notice = gateway.hear("message")
    assert (where, notice["params"]) == (topic(estate.gateway, "thing/topo/add/notify"), names([one, two]))
    gateway.ok("login_subdev", secrets_of([one, two]))

    estate.person("PUT", f"/devices/{one['iotId']}", {"enabled": False})
    assert gateway.hear("topo_change") == {"status": 8, "subList": names([one])}
    where, notice = gateway.hear("message")
    assert (where, notice["params"]) == (topic(one, "thing/disable"), {})
    gateway.kit.publish_topic(f"{where}_reply", json.dumps({"id": notice["id"], "code": 200, "data": {}}), 1)
    assert gateway.ask("login_subdev", secrets_of([one]))[0] == 522
    assert estate.person("GET", f"/devices/{one['iotId']}")["state"] == "disabled"
    estate.person("PUT", f"/devices/{one['iotId']}", {"enabled": True})
    assert gateway.hear("topo_change") == {"status": 2, "subList": names([one])}
    assert gateway.hear("message")[0] == topic(one, "thing/enable")
    gateway.ok("login_subdev", secrets_of([one]))

    estate.person("POST", f"{place}/subs/remove", {"iotIds": [two["iotId"]]})
    assert gateway.hear("topo_change") == {"status": 1, "subList": names([two])}
    assert gateway.ask("login_subdev", secrets_of([two]))[0] == 6401


def test_a_sub_device_moves_to_another_gateway(estate: Estate, gateway: SdkGateway) -> None:
    moving = estate.door("moving.01")
    body = {"productKey": estate.gateways, "deviceName": "gw-02"}
    other = estate.person("POST", "/devices", body)
    second = SdkGateway(estate.line, other)
    try:
        gateway.ok("add_subdev_topo", secrets_of([moving]))
        gateway.ok("login_subdev", secrets_of([moving]))
        second.ok("add_subdev_topo", secrets_of([moving]))
        assert gateway.hear("topo_change") == {"status": 1, "subList": names([moving])}
        second.ok("login_subdev", secrets_of([moving]))
        until(lambda: estate.states(other) == {"moving.01": "online"}, "online at the second gateway")
    finally:
        second.close()
    until(lambda: estate.states(other) == {"moving.01": "offline"}, "gone with its gateway")


def test_a_gateway_fetches_identities(estate: Estate, gateway: SdkGateway) -> None:
    one, two = estate.door("fresh.01"), estate.door("fresh.02")
    keys = [sub[:2] for sub in secrets_of([one, two])]
    made = gateway.ok("register_subdev", keys)
    assert [item["deviceSecret"] for item in made] == [one["deviceSecret"], two["deviceSecret"]]
    assert gateway.ask("register_subdev", [[estate.doors, "nobody"]])[0] == 6100
    asked = [[*key, estate.product_secret] for key in keys]
    made = gateway.ok("product_register_subdev", [*asked, [estate.doors, "nobody", estate.product_secret]])
    assert [item["deviceSecret"] for item in made["successes"]] == [one["deviceSecret"], two["deviceSecret"]]
    assert [item["code"] for item in made["failures"]] == [6100]
    assert gateway.ok("product_register_subdev", [[*keys[0], "wrong"]])["successes"] == []


def registering(
    estate: Estate, name: str, kind: str, secret: str
) -> tuple[linkkit.LinkKit, queue.Queue[Any]]:
    said: queue.Queue[Any] = queue.Queue()
    kit = linkkit.LinkKit(
        host_name="127.0.0.1", product_key=estate.doors, device_name=name, device_secret="",
        product_secret=secret, auth_type=kind,
    )  # fmt: skip
    estate.line.put_to(kit)
    kit.on_device_dynamic_register = lambda code, value, user: said.put((code, value))
    kit.on_device_dynamic_register_nwl_reply = lambda *answer: said.put(answer[:4])
    kit.connect_async()
    return kit, said


def test_devices_register_themselves_by_mqtt(estate: Estate) -> None:
    """Set up beforehand: the secret. Not set up: a token to connect with. Both end with the first connection."""
    known = estate.door("pre.01")
    kit, said = registering(estate, "pre.01", "register", estate.product_secret)
    assert said.get(timeout=60) == (0, known["deviceSecret"])
    kit.destruct()
    for name, secret in (("pre.01", "wrong"), ("nobody", estate.product_secret)):
        kit, said = registering(estate, name, "register", secret)
        assert said.get(timeout=60)[0] == -0x301
        kit.destruct()

    kit, said = registering(estate, "new.01", "regnwl", estate.product_secret)
    code, client_id, username, password = said.get(timeout=60)
    assert (code, username) == (0, f"new.01&{estate.doors}")
    kit.destruct()
    online: queue.Queue[int] = queue.Queue()
    device = estate.line.paho(f"{client_id}|authType=connwl,securemode=-2,_ss=1,ext=3,lan=Python,_v=1.2.13|")
    device.username_pw_set(username, password)
    device.on_connect = lambda client, user, flags, code: online.put(code)
    device.connect("127.0.0.1", estate.line.port)
    device.loop_start()
    assert online.get(timeout=60) == 0
    until(lambda: "new.01" in active(estate), "active")
    kit, said = registering(estate, "new.01", "regnwl", estate.product_secret)
    assert said.get(timeout=60)[0] != 0, "already active"
    kit.destruct()
    device.disconnect()
    device.loop_stop()


def active(estate: Estate) -> set[str]:
    rows = estate.people.get(
        "/devices", params={"productKey": estate.doors, "pageSize": 100, "q": "0"}
    ).json()
    return {row["deviceName"] for row in rows["data"] if row["state"] != "unactive"}


def test_and_by_http(estate: Estate) -> None:
    """As the Node and C clients do: other hashes, C's constant random, a refusal is HTTP 200 with another code.

    On the fixed port of devices and on that of the web.
    """
    known = estate.door("http.01")

    def ask(name: str, secret: str, method: str, port: int = estate.auth_port) -> Any:
        text = signatures.register_text(name, estate.doors, "8Ygb7ULYh53B6OA")
        form = {
            "productKey": estate.doors, "deviceName": name, "random": "8Ygb7ULYh53B6OA",
            "sign": signatures.sign(secret, text, method), "signMethod": method,
        }  # fmt: skip
        url = f"http://127.0.0.1:{port}/auth/register/device"
        with urllib.request.urlopen(url, urllib.parse.urlencode(form).encode(), timeout=60) as answer:
            assert answer.status == 200
            return json.load(answer)

    ways = [
        (method, port)
        for method in ("hmacsha256", "hmacsha1", "hmacmd5")
        for port in (estate.auth_port, estate.linli.http_port)
    ]
    for method, port in ways:
        answer = ask("http.01", estate.product_secret, method, port)
        assert (answer["code"], answer["data"]["deviceSecret"]) == (200, known["deviceSecret"])
    assert ask("http.01", "wrong", "hmacsha256")["code"] == 401
    assert ask("nobody", estate.product_secret, "hmacsha256")["code"] == 404
    gateway = SdkGateway(estate.line, known)
    gateway.close()
    until(lambda: "http.01" in active(estate), "active")
    assert ask("http.01", estate.product_secret, "hmacsha256") == {
        "code": 403, "message": "the device is already active",
    }  # fmt: skip


class Spoken:
    """A gateway that subscribes to what it wants and compares what it gets, as the Node and C SDKs do."""

    def __init__(
        self, line: Line, triple: Triple, client_id: str, params: str, stamp: str, *, upper: bool
    ) -> None:
        self.triple = triple
        self.heard: queue.Queue[tuple[str, Any]] = queue.Queue()
        ready: queue.Queue[Any] = queue.Queue()
        self.client = line.paho(f"{client_id}|{params}|", clean_session=False)
        text = signatures.device_text(client_id, triple["deviceName"], triple["productKey"], stamp)
        password = signatures.sign(triple["deviceSecret"], text, "hmacsha1")
        user = f"{triple['deviceName']}&{triple['productKey']}"
        self.client.username_pw_set(user, password.upper() if upper else password)
        place = f"/ext/session/{triple['productKey']}/{triple['deviceName']}/combine"
        wanted = [topic(triple, "thing/topo/add_reply"), topic(triple, "thing/topo/get_reply")]
        wanted += [f"{place}/login_reply", f"{place}/logout_reply"]
        self.client.on_connect = lambda client, *_: client.subscribe([(name, 1) for name in wanted])
        self.client.on_subscribe = lambda *_: ready.put(None)
        self.client.on_message = lambda client, user, message: self.heard.put(
            (message.topic, json.loads(message.payload))
        )
        self.client.connect("127.0.0.1", line.port)
        self.client.loop_start()
        ready.get(timeout=60)

    def ask(self, where: str, body: dict[str, Any]) -> Any:
        self.client.publish(where, json.dumps(body), 0)
        topic, reply = self.heard.get(timeout=60)
        assert topic == f"{where}_reply"
        assert reply["id"] == body["id"]
        assert type(reply["code"]) is int
        return reply

    def close(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()


@pytest.mark.parametrize("sdk", ["node", "c"])
def test_gateways_of_other_sdks(estate: Estate, sdk: str) -> None:
    body = {"productKey": estate.gateways, "deviceName": f"gw-{sdk}-01"}
    triple, sub = estate.person("POST", "/devices", body), estate.door(f"{sdk}.01")
    pk, dn = triple["productKey"], triple["deviceName"]
    mode = f"securemode={estate.line.secure_mode}"
    if sdk == "node":
        stamp, client_id = str(int(time.time() * 1000)), f"{pk}&{dn}_aliyun-iot-device-sdk-js"
        params = f"{mode},\n        signmethod=hmacsha1,\n        timestamp={stamp}"
        entry_id, entry_stamp = f"{sub['productKey']}&{sub['deviceName']}", int(stamp)
        login_id = entry_id
    else:
        stamp, client_id = "2524608000000", f"{pk}.{dn}"
        params = f"timestamp={stamp},_v=sdk-c-3.0.1,{mode},signmethod=hmacsha1,lan=C,gw=0,ext=0"
        entry_id, entry_stamp = f"{sub['productKey']}.{sub['deviceName']}", "48123"
        login_id = f"{entry_id}|_v=sdk-c-3.0.1|"
    gateway = Spoken(estate.line, triple, client_id, params, stamp, upper=sdk == "c")

    def entry(client_id: str) -> dict[str, Any]:
        text = signatures.device_text(client_id, sub["deviceName"], sub["productKey"], str(entry_stamp))
        sign = signatures.sign(sub["deviceSecret"], text, "hmacsha1")
        return names([sub])[0] | {
            "clientId": client_id, "timestamp": entry_stamp, "sign": sign.upper() if sdk == "c" else sign,
            "signMethod" if sdk == "node" else "signmethod": "hmacsha1",
        }  # fmt: skip

    add = topic(triple, "thing/topo/add")
    session = f"/ext/session/{pk}/{dn}/combine"
    number = f"1|exp-topic|{add}_reply" if sdk == "node" else "1"
    methods: tuple[dict[str, str], ...] = ({"method": ""}, {}) if sdk == "node" else (
        {"method": "combine.login"}, {"method": "thing.topo.add"},
    )  # fmt: skip
    reply = gateway.ask(add, {"id": number, "version": "1.0", "params": [entry(entry_id)], **methods[1]})
    assert (reply["code"], reply["data"], reply["method"]) == (200, names([sub]), "thing.topo.add")
    reply = gateway.ask(f"{session}/login", {"id": "2", "params": entry(login_id), **methods[0]})
    assert (reply["code"], reply["data"]) == (200, names([sub])[0])
    until(lambda: estate.states(triple) == {sub["deviceName"]: "online"}, "online")
    reply = gateway.ask(topic(triple, "thing/topo/get"), {"id": "3", "version": "1.0", "params": {}})
    assert reply["data"] == names([sub])
    reply = gateway.ask(f"{session}/logout", {"id": "4", "params": names([sub])[0], **methods[0]})
    assert reply["code"] == 200
    until(lambda: estate.states(triple) == {sub["deviceName"]: "offline"}, "offline")
    gateway.close()
