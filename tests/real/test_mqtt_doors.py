"""MQTT over TLS with the platform's own authority, with device certificates, and over WebSocket: paho as it comes."""

import asyncio
import datetime as dt
import ssl
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from linli.kernel.clock import SystemClock
from linli.kernel.http import HttpServer
from linli.ops.tls import Authority, ServerTls
from linli.protocols import mqtt
from linli.protocols.linkkit import signatures
from linli.things.certificates import service
from linli.things.mqtt import websocket
from linli.things.mqtt.listen import listen
from tests.real.mqtt_clients import Paho
from tests.things.conftest import Site, make_platform, other, platform, secrets, site

__all__ = ["make_platform", "other", "platform", "secrets", "site"]


def connect(site: Site, *, secret: str | None = None, client_id: str = "c1") -> mqtt.Connect:
    device = site.device
    text = signatures.device_text(client_id, device.device_name, site.product_key, "1")
    password = signatures.sign(secret, text, "hmacsha256").encode() if secret else None
    username = f"{device.device_name}&{site.product_key}"
    return mqtt.Connect(f"{client_id}|securemode=2,timestamp=1|", username, password)


class Door:
    """A TLS listener of a thing platform, and the authority that signed for it."""

    def __init__(self, platform, authority: Authority, folder: Path, database, now_ms: int) -> None:
        self.platform, self.authority, self.folder, self.database = platform, authority, folder, database
        self.now_ms = now_ms
        self.port = 0
        self.server: asyncio.Server | None = None

    async def start(self) -> "Door":
        served = ServerTls(self.authority.server_certificate, self.authority.server_key)
        served.context.load_verify_locations(self.authority.certificate)
        await self.platform.things.certificates.trust(served.context)
        self.server = await listen(self.platform.things.front.connection, "127.0.0.1", 0, tls=served.context)
        self.port = self.server.sockets[0].getsockname()[1]
        return self

    def tls(self, certificate: bytes = b"", key: bytes = b"") -> ssl.SSLContext:
        """A client's context, with its certificate if it has one."""
        context = ssl.create_default_context(cafile=str(self.authority.certificate))
        if certificate:
            file = self.folder / "client.pem"
            file.write_bytes(certificate + key)
            context.load_cert_chain(file)
        return context

    async def issue(self, site: Site) -> tuple[int, ssl.SSLContext]:
        """A certificate for the site's device: its number, and the context of a client that has it."""
        name = service.common_name(site.product_key, site.device.device_name)
        made = self.authority.issue_client(name, days=30, now_ms=self.now_ms)
        async with self.database.begin() as tx:
            row = await service.keep_issued(
                site.tenant, tx, iot_id=site.device.iot_id, pem=made.certificate, now_ms=self.now_ms
            )
        return row.certificate_no, self.tls(made.certificate, made.key)


@pytest.fixture
async def door(platform, tmp_path, database):
    now_ms = SystemClock().now_ms()  # TLS knows no other clock
    await platform.things._clock.advance(max(0, now_ms - platform.things._clock.now_ms()))
    authority = Authority(tmp_path / "tls")
    authority.create("Test CA", now_ms=now_ms)
    authority.issue(["127.0.0.1"], now_ms=now_ms)
    door = await Door(platform, authority, tmp_path, database, now_ms).start()
    yield door
    assert door.server is not None
    door.server.close()


async def refused(client: Paho) -> int:
    code, _, _ = await client.event("connect")
    await client.stop()
    return int(code)


async def test_tls_with_our_own_authority(door, site):
    client = Paho(door.port, connect(site, secret=site.device.device_secret), tls=door.tls())
    assert not await client.connected()
    await client.publish(f"/sys/{site.product_key}/dev.lobby-01/thing/event/property/post", b"{}")
    await client.stop()


@pytest.mark.parametrize("version", [4, 5])
async def test_a_certificate_instead_of_a_secret(door, site, version):
    _, tls = await door.issue(site)
    client = Paho(door.port, connect(site), tls=tls, version=version)
    assert not await client.connected()
    await client.publish(f"/{site.product_key}/dev.lobby-01/user/x", b"{}")
    await client.stop()


async def test_a_certificate_says_who_it_is(door, site):
    """Without any names: the device learns them."""
    _, tls = await door.issue(site)
    client = Paho(door.port, mqtt.Connect("any"), tls=tls)
    assert not await client.connected()
    got = await client.message()
    assert got.topic == "/ext/auth/identity/response"
    assert f'"productKey":"{site.product_key}"'.encode() in got.payload
    assert b'"deviceName":"dev.lobby-01"' in got.payload
    await client.stop()


async def test_a_certificate_is_for_its_device_alone(door, site, other):
    _, tls = await door.issue(other)
    client = Paho(door.port, connect(site, secret=site.device.device_secret), tls=tls)
    assert await refused(client) == 4


async def test_no_certificate_and_no_password(door, site):
    assert await refused(Paho(door.port, connect(site), tls=door.tls())) == 4


async def test_revoked_means_out(door, site):
    number, tls = await door.issue(site)
    client = Paho(door.port, connect(site), tls=tls)
    client.client.reconnect_delay_set(60, 60)
    assert not await client.connected()
    async with door.database.begin() as tx:
        await service.revoke_certificate(
            site.tenant, tx, iot_id=site.device.iot_id, certificate_no=number, now_ms=door.now_ms
        )
    await client.event("disconnect")
    await client.stop()
    assert await refused(Paho(door.port, connect(site), tls=tls)) == 4


def self_signed() -> tuple[bytes, bytes]:
    """A certificate as a device maker brings it: elliptic curve, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "SN-0001")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return certificate.public_bytes(serialization.Encoding.PEM), pem


async def test_a_certificate_made_elsewhere(door, site):
    certificate, key = self_signed()
    async with door.database.begin() as tx:
        await service.register_certificate(
            site.tenant, tx, iot_id=site.device.iot_id, pem=certificate.decode(), now_ms=door.now_ms
        )
    await asyncio.gather(*door.platform.things.certificates._tasks)
    client = Paho(door.port, connect(site), tls=door.tls(certificate, key))
    assert not await client.connected()
    await client.stop()


async def test_a_product_may_insist_on_either(door, site):
    _, tls = await door.issue(site)
    secret = connect(site, secret=site.device.device_secret)

    async def allow(*, secrets: bool, certificates: bool) -> None:
        async with door.database.begin() as tx:
            await service.choose_authentication(
                site.tenant, tx, product_key=site.product_key, secrets=secrets, certificates=certificates
            )
        await asyncio.gather(*door.platform.things.certificates._tasks)

    await allow(secrets=False, certificates=True)
    assert await refused(Paho(door.port, secret, tls=door.tls())) == 5
    await allow(secrets=True, certificates=False)
    assert await refused(Paho(door.port, connect(site), tls=tls)) == 5
    client = Paho(door.port, secret, tls=door.tls())
    assert not await client.connected()
    await client.stop()


# --- WebSocket ---


@pytest.fixture(params=[False, True], ids=["http", "https"])
async def web(request, platform, door):
    """The HTTP server with the front behind /mqtt: (port, the client's TLS context)."""

    async def nothing(scope, receive, send):
        await send({"type": "http.response.start", "status": 404, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    tls = ServerTls(door.authority.server_certificate, door.authority.server_key).context
    server = HttpServer(
        nothing,
        tls=tls if request.param else None,
        upgrades={websocket.PATH: websocket.upgrade(platform.things.front.connection)},
    )
    await server.start()
    yield server.port, door.tls() if request.param else None
    await server.stop(grace_seconds=0.1)


@pytest.mark.parametrize("version", [4, 5])
async def test_over_websocket(web, site, version):
    port, tls = web
    client = Paho(
        port,
        connect(site, secret=site.device.device_secret),
        version=version,
        websocket="/mqtt",
        tls=tls,
    )
    assert not await client.connected()
    topic = f"/{site.product_key}/dev.lobby-01/user/x"
    assert await client.subscribe(topic, 2) == (2,)
    for size in (1, 200, 70_000):
        await client.publish(topic, b"x" * size, 2)
    await client.publish(topic, b"kept", 1, retain=True)
    await client.subscribe(topic, 1)
    got = await client.message()
    assert (got.payload, got.retain) == (b"kept", True)
    await client.stop()


async def test_elsewhere_there_is_no_websocket(web, site):
    port, tls = web
    client = Paho(port, connect(site, secret=site.device.device_secret), websocket="/other", tls=tls)
    await asyncio.sleep(0.3)
    assert client.events.empty()
    await client.stop()
