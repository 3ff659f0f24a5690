"""Registration of devices where the web is, and the port of HTTPS that devices share with it."""

import asyncio
import json
import socket
import ssl
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode

import httpx
import paho.mqtt.client as paho
import pytest

from linli.app.platform import Platform
from linli.app.registration import registration
from linli.kernel.http import HttpServer
from linli.kernel.settings import DeviceAuth, Http, Mqtt, Settings
from linli.protocols.linkkit import signatures
from linli.things.certificates.service import choose_demands
from linli.things.mqtt.listen import sharing
from linli.things.service import products
from tests.engines import free_port
from tests.things.conftest import Site, build_site

pytestmark = pytest.mark.engines("sqlite")
HERE = "127.0.0.1"
RANDOM = "8Ygb7ULYh53B6OA"


class House(NamedTuple):
    platform: Platform
    site: Site
    product_secret: str
    ca: Path
    https: int

    def form(self, secret: str = "", name: str = "") -> dict[str, str]:
        """As the C SDK registers a device with the product's secret."""
        key, name = self.site.product_key, name or self.site.device.device_name
        text = signatures.register_text(name, key, RANDOM)
        sign = signatures.sign(secret or self.product_secret, text, "hmacsha256")
        return {
            "productKey": key,
            "deviceName": name,
            "random": RANDOM,
            "sign": sign,
            "signMethod": "hmacsha256",
        }


@pytest.fixture
async def house(database_url: str, tmp_path: Path) -> AsyncIterator[House]:
    """The port of HTTPS is also the one that devices have built in."""
    https = free_port()
    settings = Settings(
        data_dir=str(tmp_path / "data"),
        database_url=database_url,
        http=Http(port=0, tls_port=https),
        mqtt=Mqtt(port=0, tls_port=free_port(), x509_port=free_port()),
        device_auth=DeviceAuth(port=https),
    )
    running = await Platform.open(settings)
    await running.start()
    site = await build_site(running.db, running.ids, running.secrets)
    async with running.db.begin() as tx:
        await products.change_product(site.tenant, tx, product_key=site.product_key, dynamic_register=True)
    async with httpx.AsyncClient(trust_env=False) as client:
        answer = await client.get(f"http://{HERE}:{running.http.port}/ca.pem")
    ca = tmp_path / "ca.pem"
    ca.write_bytes(answer.content)
    secret = await products.product_secret(
        site.tenant, running.db, product_key=site.product_key, secrets=running.secrets
    )
    yield House(running, site, secret, ca, https)
    await running.stop()


async def exchange(port: int, path: str, form: dict[str, str], *, tls: ssl.SSLContext | None = None) -> bytes:
    """The bytes that a device gets, as they are."""
    body = urlencode(form).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    async with asyncio.timeout(30):
        reader, writer = await asyncio.open_connection(
            HERE, port, ssl=tls, server_hostname="localhost" if tls else None
        )
        writer.write(head.encode() + body)
        content = await reader.read()
        writer.close()
    return content


@pytest.mark.parametrize("secured", [False, True], ids=["plain", "https"])
async def test_a_device_registers_where_the_web_is(house: House, secured: bool) -> None:
    """The smallest parsers want the length spelled so, nothing in chunks, few headers and 255 bytes at most."""
    port = house.https if secured else house.platform.http.port
    tls = ssl.create_default_context(cafile=str(house.ca)) if secured else None
    content = await exchange(port, "/auth/register/device", house.form(), tls=tls)
    head, _, body = content.partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    assert lines[0] == "HTTP/1.1 200 OK"
    assert f"Content-Length: {len(body)}" in lines
    assert len(lines) <= 5
    assert len(body) <= 255
    device = house.site.device
    assert json.loads(body) == {
        "code": 200,
        "message": "success",
        "data": {
            "productKey": house.site.product_key,
            "deviceName": device.device_name,
            "deviceSecret": device.device_secret,
        },
    }
    assert body.startswith(b'{"code":200,')


async def test_refusals_say_no_more_than_on_the_devices_port(house: House) -> None:
    async with httpx.AsyncClient(
        base_url=f"http://{HERE}:{house.platform.http.port}", trust_env=False
    ) as web:
        wrong = await web.post("/auth/register/device", data=house.form("wrong"))
        nobody = await web.post("/auth/register/device", data=house.form(name="nobody"))
        empty = await web.post("/auth/register/device")
        get = await web.get("/auth/register/device")
        large = await web.post("/auth/register/device", content=b"a=" + b"x" * 9000)
        many = await web.post("/auth/register/device", content=b"&".join(b"a=1" for _ in range(40)))
        other = await web.post("/auth/register/devices")
    assert (wrong.status_code, wrong.json()["code"]) == (200, 401)
    assert (nobody.status_code, nobody.json()["code"]) == (200, 404)
    assert (empty.status_code, empty.json()["code"]) == (200, 401)
    assert [get.status_code, large.status_code, many.status_code] == [405, 413, 400]
    assert other.status_code != 200


async def test_pre_auth_on_the_web_names_the_port_of_its_kind(house: House) -> None:
    device, key = house.site.device, house.site.product_key
    client_id, stamp = f"{key}.{device.device_name}", "2524608000000"
    text = signatures.device_text(client_id, device.device_name, key, stamp)
    form = {
        "productKey": key, "deviceName": device.device_name, "signmethod": "hmacsha256", "clientId": client_id,
        "timestamp": stamp, "resources": "mqtt", "sign": signatures.sign(device.device_secret, text, "hmacsha256"),
    }  # fmt: skip
    ports = house.platform.addresses.ports
    trusting = ssl.create_default_context(cafile=str(house.ca))
    for port, tls, named in (
        (house.platform.http.port, None, ports.plain),
        (house.https, trusting, ports.tls),
    ):
        content = await exchange(port, "/auth/devicename", form, tls=tls)
        answer = json.loads(content.partition(b"\r\n\r\n")[2])
        assert answer["code"] == 200
        assert answer["data"]["resources"]["mqtt"]["port"] == named


async def test_devices_speak_mqtt_on_the_port_of_https(house: House) -> None:
    device = house.site.device
    text = signatures.device_text("c", device.device_name, house.site.product_key, "1")
    client = paho.Client("c|securemode=2,signmethod=hmacsha256,timestamp=1|")
    client.username_pw_set(
        f"{device.device_name}&{house.site.product_key}",
        signatures.sign(device.device_secret, text, "hmacsha256"),
    )
    client.tls_set(ca_certs=str(house.ca))
    loop = asyncio.get_running_loop()
    answered: asyncio.Future[int] = loop.create_future()
    client.on_connect = lambda *args: loop.call_soon_threadsafe(answered.set_result, args[3])
    await asyncio.to_thread(client.connect, HERE, house.https)
    client.loop_start()
    async with asyncio.timeout(30):
        assert await answered == 0
    client.disconnect()
    await asyncio.to_thread(client.loop_stop)
    async with httpx.AsyncClient(
        base_url=f"https://{HERE}:{house.https}", verify=ssl.create_default_context(cafile=str(house.ca))
    ) as web:
        assert (await web.get("/healthz")).text == "ok"


async def test_the_shared_port_serves_the_handshake_of_the_c_sdk(house: House) -> None:
    """TLS 1.2 with RSA key exchange, and it hangs up when it is asked for a certificate."""
    line = [
        "openssl",
        "s_client",
        "-connect",
        f"{HERE}:{house.https}",
        "-msg",
        "-tls1_2",
        "-CAfile",
        str(house.ca),
    ]
    for cipher in ("AES256-SHA256", "ECDHE-RSA-AES128-GCM-SHA256"):
        done = await asyncio.to_thread(
            subprocess.run, [*line, "-cipher", cipher],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=30,
        )  # fmt: skip
        assert "Verify return code: 0 (ok)" in done.stdout, done.stdout
        assert f"Cipher    : {cipher}" in done.stdout
        assert "CertificateRequest" not in done.stdout


@pytest.mark.parametrize(("proxy", "code"), [(HERE, 200), ("192.0.2.9", 403)])
async def test_a_product_of_tls_only_believes_its_proxy(house: House, proxy: str, code: int) -> None:
    """What a proxy that is not named says of TLS is nobody's word."""
    async with house.platform.db.begin() as tx:
        await choose_demands(
            house.site.tenant, tx, product_key=house.site.product_key, tls_only=True, fresh_time=False
        )
    rules = house.platform.things.certificates
    async with asyncio.timeout(30):
        while not any(rule.tls_only for rule in rules._rules.values()):
            await asyncio.sleep(0.01)
    app = registration(house.platform.things.backend, frozenset({proxy}), behind_tls=False)
    server = HttpServer(app)
    await server.start()
    async with httpx.AsyncClient(trust_env=False, headers={"x-forwarded-proto": "https"}) as web:
        answer = await web.post(f"http://{HERE}:{server.port}/auth/register/device", data=house.form())
    await server.stop()
    assert answer.json()["code"] == code


@pytest.mark.parametrize(
    ("tls_port", "fixed", "expected"), [(443, None, 443), (8443, None, 0), (443, 0, 0), (0, 1443, 1443)]
)
def test_the_fixed_port_is_443_where_https_is_there(tls_port: int, fixed: int | None, expected: int) -> None:
    settings = Settings(http=Http(tls_port=tls_port), device_auth=DeviceAuth(port=fixed))
    assert settings.device_auth_at == expected


async def test_the_silent_are_bounded_before_their_first_byte() -> None:
    """The oldest gives its place up."""
    loop = asyncio.get_running_loop()
    factory = sharing(asyncio.Protocol, most=2)(asyncio.Protocol)
    server = await loop.create_server(factory, HERE, 0)
    port = server.sockets[0].getsockname()[1]
    silent = [socket.create_connection((HERE, port)) for _ in range(3)]
    async with asyncio.timeout(30):
        assert await asyncio.to_thread(_ended, silent[0])
    for one in silent:
        one.close()
    server.close()


def _ended(connection: socket.socket) -> bool:
    try:
        return connection.recv(1) == b""
    except ConnectionResetError:
        return True
