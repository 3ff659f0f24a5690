"""docs/guides/devices: every command and program of it is run as it stands there, and what it says of refusals holds.

By mosquitto's clients, curl, openssl, paho and the vendor's Python SDK, against a platform with TLS; only names, ports
and secrets are put in their place.
"""

import json
import os
import queue
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from linkkit import linkkit

from linli.protocols.linkkit import signatures
from tests.engines import free_port
from tests.real.estate import Estate
from tests.real.gateway import SdkGateway, Triple, until
from tests.real.platform import Installation

GUIDES = Path(__file__).parents[2] / "docs" / "guides"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
HERE = "127.0.0.1"
SECONDS = 100

pytestmark = [
    pytest.mark.xdist_group("device guide"),
    pytest.mark.skipif(shutil.which("mosquitto_rr") is None, reason="mosquitto's clients are not installed"),
]


def blocks(language: str) -> list[str]:
    return [text for _, text in BLOCK.findall((GUIDES / f"devices.{language}.md").read_text("utf-8"))]


_, CA, POST, VALUE, LISTEN, SIGNED, PROGRAM, BY_HTTP, BY_MQTT, GATEWAY, X509, ROOT_CA, SDK = blocks("en")


def bare(block: str) -> str:
    """Without the words that are for people."""
    return re.sub(r"[ \t]+#.*", "", block)


def test_both_languages_run_the_same() -> None:
    assert [bare(block) for block in blocks("zh")] == [bare(block) for block in blocks("en")]


class Shell(NamedTuple):
    """Where the commands are run, as one who follows the guide: with a device's names in the environment."""

    folder: Path
    variables: dict[str, str]

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, **self.variables}

    def run(self, *texts: str, fails: bool = False) -> str:
        """What the commands print, one block after the other in one shell."""
        done = subprocess.run(
            ["bash", "-c", "\n".join(("set -eu", *texts))],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        assert (done.returncode != 0) == fails, done.stdout + done.stderr
        return done.stdout

    def begin(self, line: list[str]) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            line, cwd=self.folder, env=self.environment, stdout=subprocess.PIPE, text=True
        )


FUNCTIONS = POST[: POST.index("\n}\n") + 3]
"""`sign` and `as_device`."""


class House(NamedTuple):
    estate: Estate
    tls_port: int
    x509_port: int

    def shell(self, folder: Path, device: Triple) -> Shell:
        own = {
            "HOST": HERE, "PORT": str(self.tls_port), "WEB": self.estate.linli.url,
            "PK": device["productKey"], "DN": device["deviceName"], "DS": device["deviceSecret"],
        }  # fmt: skip
        made = Shell(folder, own)
        made.run(CA)
        return made

    def state(self, device: Triple) -> str:
        return str(self.estate.person("GET", f"/devices/{device['iotId']}")["state"])

    def call(self, device: Triple, kind: str, **more: Any) -> Any:
        """As the page of online debugging does."""
        return self.estate.person("POST", f"/devices/{device['iotId']}/debug/call", {"kind": kind, **more})

    def listed(self, path: str, fits: Callable[[Any], bool]) -> Any:
        """A row of a list of the console, once it is there."""

        def look() -> Any:
            rows = self.estate.person("GET", path, params={"pageSize": 50})["data"]
            return next((row for row in rows if fits(row)), None)

        return until(look, path)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("guide") / "data"
    folder.mkdir()
    tls_port, x509_port = free_port(), free_port()
    more = {"LINLI_MQTT_TLS_PORT": str(tls_port), "LINLI_MQTT_X509_PORT": str(x509_port)}
    linli = Installation(folder, more=more)
    try:
        linli.start()
        made = Estate(linli, subs=1)
        yield House(made, tls_port, x509_port)
        made.people.close()
    finally:
        linli.stop()


def test_a_device_gets_online_speaks_and_listens(house: House, tmp_path: Path) -> None:
    device = house.estate.door("by-hand")
    shell = house.shell(tmp_path, device)
    entry = house.estate.person("GET", "/device-entry")
    assert entry["sha256"] in shell.run(CA)
    assert json.loads(shell.run(POST))["code"] == 200
    assert json.loads(shell.run(FUNCTIONS, VALUE))["code"] == 200
    values = house.estate.partner.ok("/app/thing/properties/get", "1.0.4", {"iotId": device["iotId"]})
    assert {"Temperature": 21.5}.items() <= {row["attribute"]: row["value"] for row in values}.items()

    listening = shell.begin(["bash", "-c", f"{FUNCTIONS}\n{LISTEN}"])
    until(lambda: house.state(device) == "online", "online")

    def told() -> bool:
        house.call(device, "set", args={"RSAPublicKey": "k"})
        return listening.poll() is not None

    until(told, "the property has come")
    said, _ = listening.communicate(timeout=SECONDS)
    assert said.startswith(f"/sys/{device['productKey']}/by-hand/thing/service/property/set ")
    assert '"RSAPublicKey":"k"' in said


def test_the_program_of_the_guide_answers_calls(house: House, tmp_path: Path) -> None:
    device = house.estate.door("by-program")
    shell = house.shell(tmp_path, device)
    program = shell.begin([sys.executable, "-c", PROGRAM])
    try:
        assert program.stdout is not None
        assert program.stdout.readline().strip() == "online"
        row = {"attribute": "Temperature", "value": 21.5}
        asked = {"iotId": device["iotId"]}
        get = "/app/thing/properties/get"
        # By then the reply to its post was sent too, which is no call.
        until(
            lambda: any(
                row.items() <= value.items() for value in house.estate.partner.ok(get, "1.0.4", asked)
            ),
            "its value is there",
        )
        for _ in range(2):
            until(lambda: house.call(device, "service", identifier="remoteOpen")["ok"], "the door is opened")
            assert "/rrpc/request/" in program.stdout.readline()
        assert program.poll() is None
    finally:
        program.kill()
        program.communicate()


def test_the_worked_signature_is_right() -> None:
    text = (GUIDES / "devices.en.md").read_text("utf-8")
    printed = subprocess.run(["sh", "-c", SIGNED], capture_output=True, text=True, check=True).stdout
    signed, secret = re.findall(r"'([0-9A-Za-z-]+)'", SIGNED)
    assert signed == signatures.device_text("c", "door-01", "a1b2c3d4e5f", "1764403200000")
    wanted = signatures.sign(secret, signed, "hmacsha256")
    assert printed.split()[-1] == wanted
    assert f"gives `{wanted}`" in text


def test_devices_register_over_http_and_mqtt(house: House, tmp_path: Path) -> None:
    estate = house.estate
    known = estate.door("door-02")
    shell = house.shell(tmp_path, known)
    secret = f"PS={estate.product_secret} NEW=door-02"
    by_http = BY_HTTP.replace("PS=the-product-secret NEW=door-02", secret)
    assert secret in by_http
    assert json.loads(shell.run(FUNCTIONS, by_http))["data"]["deviceSecret"] == known["deviceSecret"]
    old, new = map(json.loads, shell.run(FUNCTIONS, secret, BY_MQTT).split())
    assert old["deviceSecret"] == known["deviceSecret"]
    names = f'-i "{new["clientId"]}|securemode=-2,authType=connwl|" -u "door-03&$PK" -P {new["deviceToken"]}'
    topic = '-t "/sys/$PK/door-03/thing/event/property/post" -m {}'
    shell.run(f'mosquitto_pub --cafile linli-ca.pem -h "$HOST" -p "$PORT" -q 1 {names} {topic}')


def test_a_gateway_brings_a_device_in_and_logs_it_in(house: House, tmp_path: Path) -> None:
    (sub,), gateway = house.estate.subs, house.estate.gateway
    names = f"SUB_PK={sub['productKey']} SUB_DN={sub['deviceName']} SUB_DS={sub['deviceSecret']}"
    commands, put_in = re.subn(r"^SUB_PK=.*$", names, GATEWAY, flags=re.MULTILINE)
    assert put_in == 1
    added, entered = map(json.loads, house.shell(tmp_path, gateway).run(FUNCTIONS, commands).split())
    assert (added["code"], entered["code"]) == (200, 200)
    assert house.estate.states().keys() == {sub["deviceName"]}


def test_a_certificate_takes_the_place_of_the_secret(house: House, tmp_path: Path) -> None:
    device = house.estate.door("by-certificate")
    place = f"/products/{house.estate.doors}/authentication"
    house.estate.person("PUT", place, {"secrets": True, "certificates": True})
    issued = house.estate.person("POST", f"/devices/{device['iotId']}/certificates", {"days": 30})
    (tmp_path / "device.pem").write_text(issued["certificate"])
    (tmp_path / "device.key").write_text(issued["privateKey"])
    commands, put_in = re.subn(r"^X509_PORT=\d+", f"X509_PORT={house.x509_port}", X509, flags=re.MULTILINE)
    assert put_in == 1
    house.shell(tmp_path, device).run(commands)
    assert house.state(device) != "unactive"


def test_the_c_sdk_is_given_the_authority(house: House, tmp_path: Path) -> None:
    if shutil.which("cc") is None:
        pytest.skip("there is no C compiler")
    shell = house.shell(tmp_path, house.estate.gateway)
    shell.run(ROOT_CA)
    source = "#include <stdio.h>\nextern const char *iotx_ca_crt;\nint main(void) { return puts(iotx_ca_crt) < 0; }\n"
    (tmp_path / "main.c").write_text(source)
    printed = shell.run("cc -o main main.c root_ca.c", "./main")
    assert printed.replace("\r\n", "\n").strip() == (tmp_path / "linli-ca.pem").read_text().strip()


def test_the_python_sdk_connects_as_the_guide_says(house: House, tmp_path: Path) -> None:
    device = house.estate.door("by-sdk")
    shell = house.shell(tmp_path, device)
    done = subprocess.run(
        [sys.executable, "-c", SDK], cwd=tmp_path, env=shell.environment, capture_output=True, text=True,
        timeout=SECONDS, check=False,
    )  # fmt: skip
    assert done.stdout.strip() == "online", done.stderr
    assert house.state(device) != "unactive"


def test_the_vendors_gateway_lives_over_tls_as_without(house: House, tmp_path: Path) -> None:
    """Topology, log-in, messages up and calls down, through the SDK's own TLS."""
    estate, sub = house.estate, house.estate.door("over-tls.01")
    house.shell(tmp_path, estate.gateway)
    gateway = SdkGateway(estate.line, estate.gateway)
    try:
        triple = [sub["productKey"], sub["deviceName"], sub["deviceSecret"]]
        gateway.ok("add_subdev_topo", [triple])
        gateway.ok("login_subdev", [triple])
        gateway.publish(f"/sys/{triple[0]}/{triple[1]}/thing/event/property/post", {"Temperature": 20})
        topic, reply = gateway.hear("message")
        assert (topic.rpartition("/")[2], reply["code"]) == ("post_reply", 200)
        gateway.answer = lambda topic, message: {}
        assert house.call(sub, "service", identifier="remoteOpen")["ok"]
        page = f"/devices/{estate.gateway['iotId']}"
        newest = until(
            lambda: estate.person("GET", page)["connection"], "its connection is told"
        )  # some seconds later
        assert newest["security"].startswith("TLSv1.")
    finally:
        gateway.close()


def test_a_device_of_the_vendors_sdk_registers_over_tls(house: House, tmp_path: Path) -> None:
    estate = house.estate
    known = estate.door("over-tls.02")
    house.shell(tmp_path, known)
    told: queue.Queue[Any] = queue.Queue()
    kit = linkkit.LinkKit(
        host_name=HERE, product_key=estate.doors, device_name="over-tls.02", device_secret="",
        product_secret=estate.product_secret, auth_type="register",
    )  # fmt: skip
    estate.line.put_to(kit)
    kit.on_device_dynamic_register = lambda code, value, user: told.put((code, value))
    kit.connect_async()
    assert told.get(timeout=60) == (0, known["deviceSecret"])
    kit.destruct()


def test_what_is_refused_shows_with_address_and_reason(house: House, tmp_path: Path) -> None:
    """The device's own people, those of its product, and the operator see what the guide's table says."""
    device = house.estate.door("refused-01")
    shell = house.shell(tmp_path, device)

    def fails(text: str = POST, **wrong: str) -> None:
        Shell(tmp_path, {**shell.variables, **wrong}).run(text, fails=True)

    def of_device(reason: str) -> Callable[[Any], bool]:
        return lambda row: row["iotId"] == device["iotId"] and row["reason"] == f"connect refused: {reason}"

    fails(DS="wrong")
    row = house.listed("/refused-uplinks", of_device("wrong password"))
    assert json.loads(row["payload"])["peer"].startswith(f"{HERE}:")
    assert row["cause"] == "connect"
    registering = BY_HTTP.replace("PS=the-product-secret NEW=door-02", "PS=wrong NEW=refused-01")
    assert json.loads(shell.run(FUNCTIONS, registering))["code"] == 401
    wrong_signature = "registration: the signature does not fit the product secret"
    row = house.listed("/refused-uplinks", of_device(wrong_signature))
    assert row["topic"] == "REGISTER"
    log = house.estate.person("GET", f"/devices/{device['iotId']}/log", params={"kinds": "refused"})["rows"]
    assert {line["reason"] for line in log} >= {
        f"connect refused: {reason}" for reason in ("wrong password", wrong_signature)
    }

    fails(DN="nobody")
    row = house.listed("/refused-strangers", lambda row: row["deviceName"] == "nobody")
    assert (row["reason"], row["productName"]) == ("connect refused: unknown device", "门禁")
    assert row["peer"].startswith(f"{HERE}:")
    fails(PK="a1nothing00")
    everything = "/health/refused-strangers"
    row = house.listed(everything, lambda row: row["productKey"] == "a1nothing00")
    assert (row["reason"], row["productName"]) == ("connect refused: unknown device", "")

    def of_handshake(reason: str) -> Callable[[Any], bool]:
        return lambda row: row["reason"] == f"connect refused: {reason}"

    Shell(tmp_path, {}).run("openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=x -keyout o.key -out o.pem")
    fails(POST.replace("linli-ca.pem", "o.pem"))
    row = house.listed(
        everything,
        of_handshake("TLS handshake failed: the client does not trust the server's certificate"),
    )
    assert (row["step"], row["peer"].partition(":")[0]) == ("TLS", HERE)
    fails(PORT=str(house.estate.linli.mqtt_port))
    house.listed(everything, of_handshake("TLS at a port without TLS"))
    fails(POST.replace("--cafile linli-ca.pem", ""))
    house.listed(everything, of_handshake("TLS handshake failed: no TLS at a port that is for TLS"))
    named = house.estate.person("GET", "/refused-strangers")["data"]
    assert {row["productName"] for row in named} == {"门禁"}, (
        "what names no product is for the operator alone"
    )


def test_a_call_to_an_offline_device_says_so(house: House) -> None:
    device = house.estate.door("offline-01")
    for language, words in (("en", "is offline"), ("zh-CN", "不在线")):
        answer = house.estate.partner.call(
            "/app/thing/service/invoke",
            "1.0.3",
            {"iotId": device["iotId"], "identifier": "remoteOpen", "args": {}},
            language=language,
        )
        assert answer.code == 20004
        assert answer.body["message"] == f"The device {device['iotId']} is offline; nothing was sent."
        assert words in answer.body["localizedMsg"]
