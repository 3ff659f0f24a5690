"""Plain and TLS listeners, and the port that tells MQTT, TLS and HTTP apart. Source: design 4.7."""

import asyncio
import datetime
import ssl
from collections.abc import AsyncIterator
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from linli.protocols import mqtt
from linli.things.auth_http import AuthHttp
from linli.things.mqtt.listen import SharedPort, listen
from tests.things.mqtt.backend import Client, device_connect, post

REQUEST = b"POST /nowhere HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A self-signed certificate for 127.0.0.1, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    folder = tmp_path_factory.mktemp("tls")
    cert_file, key_file = folder / "cert.pem", folder / "key.pem"
    cert_file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return cert_file, key_file


@pytest.fixture
def server_tls(certificate) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    return context


@pytest.fixture
def client_tls(certificate) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(certificate[0]))


@pytest.fixture
async def shared(rig, server_tls) -> AsyncIterator[int]:
    http = AuthHttp(rig.backend, clock=rig.clock)
    door = SharedPort(mqtt=rig.front.connection, http=http.connection, tls=server_tls)
    yield await door.start("127.0.0.1", 0)
    await door.stop()
    http.close()


async def converse(client: Client) -> None:
    client.send(device_connect("door"))
    assert await client.read() == mqtt.Connack(0)
    client.send(post("door", b"x" * 100_000), post("door", b"y", packet_id=2))
    assert {await client.read(), await client.read()} == {mqtt.Puback(1), mqtt.Puback(2)}
    client.send(mqtt.Disconnect())
    assert await client.closed()


async def http_answer(port: int, **options) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, **options)
    writer.write(REQUEST)
    async with asyncio.timeout(30):
        answer = await reader.read()
    writer.close()
    return answer


async def test_tls_listener(rig, server_tls, client_tls):
    server = await listen(rig.front.connection, "127.0.0.1", 0, tls=server_tls)
    port = server.sockets[0].getsockname()[1]
    await converse(await Client.dial(port, ssl=client_tls))
    server.close()
    assert [u.connection.security[:3] for u in rig.backend.uplinks] == ["TLS", "TLS"]


async def test_shared_port_mqtt_plain_and_tls(rig, shared, client_tls):
    await converse(await Client.dial(shared))
    await converse(await Client.dial(shared, ssl=client_tls))
    assert [u.connection.security[:3] for u in rig.backend.uplinks] == ["pla", "pla", "TLS", "TLS"]
    assert all(u.connection.peer.startswith("127.0.0.1:") for u in rig.backend.uplinks)


async def test_shared_port_http_plain_and_tls(shared, client_tls):
    for options in ({}, {"ssl": client_tls}):
        assert (await http_answer(shared, **options)).startswith(b"HTTP/1.1 404 ")


@pytest.mark.parametrize("wire", [b"\x00", b"\xff" * 100, b"\x16\x03\x01\x00\x02hi" + b"x" * 50, b"\x30\x00"])
async def test_shared_port_turns_others_away(rig, shared, wire):
    client = await Client.dial(shared)
    client.send(wire)
    assert await client.closed()
    await converse(await Client.dial(shared))


async def test_shared_port_without_tls_turns_tls_away(rig, client_tls):
    door = SharedPort(mqtt=rig.front.connection, http=AuthHttp(rig.backend, clock=rig.clock).connection)
    port = await door.start("127.0.0.1", 0)
    with pytest.raises((ConnectionError, ssl.SSLError)):
        await Client.dial(port, ssl=client_tls)
    await converse(await Client.dial(port))
    await door.stop()


async def test_shared_port_lets_silence_go_and_stops(rig, shared, monkeypatch):
    monkeypatch.setattr("linli.kernel.lobby.SECONDS", 0.02)
    silent = await Client.dial(shared)
    assert await silent.closed()
    open_one = await Client.dial(shared)
    open_one.close()
    with pytest.raises(OSError, match="use"):
        await SharedPort(mqtt=rig.front.connection, http=rig.front.connection).start("127.0.0.1", shared)
