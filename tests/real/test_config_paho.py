"""Configurations on paho-mqtt, as node and C devices speak: subscribing first, ids are strings; over a real process."""

import hashlib
import json
import queue
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from linli.protocols.linkkit import signatures
from linli.sim import models
from tests.real.line import LINES, Line, serving
from tests.real.platform import Installation, running
from tests.real.test_device_sdk_ota import Desk, until


class PahoDevice:
    """Subscribes to what node 1.2.8 subscribes to, answers a push when told so."""

    def __init__(self, line: Line, triple: dict[str, str]) -> None:
        pk, dn = triple["productKey"], triple["deviceName"]
        self.base = f"/sys/{pk}/{dn}/thing/config/"
        self.said: queue.Queue[tuple[str, dict[str, Any]]] = queue.Queue()
        self._subscribed: queue.Queue[int] = queue.Queue()
        text = signatures.device_text(f"{pk}&{dn}", dn, pk, "1795528235877")
        self.client = line.paho(
            f"{pk}&{dn}|securemode={line.secure_mode},signmethod=hmacsha1,timestamp=1795528235877,lan=NodeJS|"
        )
        self.client.username_pw_set(f"{dn}&{pk}", signatures.sign(triple["deviceSecret"], text, "hmacsha1"))
        self.client.on_message = lambda client, user, message: self.said.put(
            (message.topic.removeprefix(self.base), json.loads(message.payload))
        )
        self.client.on_connect = lambda client, user, flags, code: client.subscribe(
            [(self.base + "get_reply", 1), (self.base + "push", 1)]
        )
        self.client.on_subscribe = lambda client, user, number, granted: self._subscribed.put(number)
        self.client.connect("127.0.0.1", line.port)
        self.client.loop_start()
        self._subscribed.get(timeout=60)

    def publish(self, what: str, body: dict[str, Any]) -> None:
        self.client.publish(self.base + what, json.dumps(body), 1).wait_for_publish(10)

    def close(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()


@pytest.fixture(scope="module", params=LINES)
def linli(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with running(tmp_path_factory.mktemp("config") / "data", more=serving(request.param)) as installation:
        yield installation


def test_get_and_push(linli: Installation, tmp_path: Path) -> None:
    desk = Desk(linli)
    tsl = tmp_path / "door.json"
    tsl.write_text(models.tsl("smart_door"), "utf-8")
    key = linli.admin("create-product", "门禁", "--tenant", desk.tenant, "--tsl", str(tsl))["productKey"]
    device = PahoDevice(Line.to(linli), linli.admin("create-device", key, "--name", "lobby-01"))
    ask = {
        "id": f"1|exp-topic|{device.base}get_reply",
        "version": "1.0",
        "params": {"configScope": "product", "getType": "file"},
        "method": "thing.config.get",
    }
    device.publish("get", ask)
    assert device.said.get(timeout=60)[1]["code"] == 6710

    content = '{"volume": 3}'
    made = desk.ok("PUT", f"/products/{key}/config", json={"content": content})
    device.publish("get", ask)
    topic, reply = device.said.get(timeout=60)
    assert (topic, reply["id"], reply["code"], reply["method"]) == (
        "get_reply",
        ask["id"],
        200,
        ask["method"],
    )
    with urllib.request.urlopen(reply["data"]["url"], timeout=60) as answer:
        held = answer.read()
    assert held.decode() == content
    assert reply["data"]["sign"] == hashlib.sha256(held).hexdigest()
    assert reply["data"]["configId"] == made["configId"]

    until(lambda: desk.ok("GET", f"/devices?productKey={key}")["data"][0]["state"] == "online")
    newer = desk.ok("PUT", f"/products/{key}/config", json={"content": '{"volume": 5}'})
    desk.ok("POST", "/config-pushes", json={"productKey": key})
    topic, call = device.said.get(timeout=60)
    assert (topic, call["method"], call["params"]["configId"]) == (
        "push",
        "thing.config.push",
        newer["configId"],
    )
    device.publish("push_reply", {"id": call["id"], "code": 200, "data": {}})
    until(lambda: desk.ok("GET", f"/config-pushes?productKey={key}")[0]["counts"] == {"taken": 1})
    until(lambda: desk.ok("GET", f"/config-pushes?productKey={key}")[0]["state"] == "finished")
    assert desk.ok("GET", f"/products/{key}/config")["holders"] == 1
    device.close()
    desk.http.close()
