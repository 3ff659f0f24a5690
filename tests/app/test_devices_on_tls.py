"""MQTT over TLS from the first start on, without anybody's help, for clients as they are."""

import asyncio
import re
import shutil
import ssl
import stat
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import paho.mqtt.client as paho
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from linkkit import linkkit

from linli.app.addresses import DeviceAddresses
from linli.app.certificates import ANY_HOST, Certificates
from linli.app.platform import Platform
from linli.edge.runtime.line import Line
from linli.kernel.clock import ManualClock, SystemClock
from linli.kernel.settings import Http, Mqtt, Settings
from linli.ops.own_certificate import OwnCertificate
from linli.ops.tls import Authority, read
from linli.protocols.edge_link import DeviceKey
from linli.protocols.linkkit import signatures
from linli.things.connections.queries import connection_of
from tests.engines import free_port
from tests.things.conftest import Site, build_site

pytestmark = pytest.mark.engines("sqlite")
HERE = "127.0.0.1"
GUIDES = Path(__file__).parents[2] / "docs" / "guides"
DAY_MS = 86_400_000


class House(NamedTuple):
    platform: Platform
    site: Site
    ca: Path

    @property
    def web(self) -> str:
        return f"http://{HERE}:{self.platform.http.port}"


@pytest.fixture
async def house(database_url: str, tmp_path: Path) -> AsyncIterator[House]:
    """Set up with nothing but free ports."""
    settings = Settings(
        data_dir=str(tmp_path / "data"),
        database_url=database_url,
        http=Http(port=0),
        mqtt=Mqtt(port=0, tls_port=free_port(), x509_port=free_port()),
    )
    running = await Platform.open(settings)
    await running.start()
    site = await build_site(running.db, running.ids, running.secrets)
    async with httpx.AsyncClient(trust_env=False) as client:
        told = await client.get(f"http://{HERE}:{running.http.port}/ca.pem")
    ca = tmp_path / "ca.pem"
    ca.write_bytes(told.content)
    yield House(running, site, ca)
    await running.stop()


async def openssl(port: int, *words: str) -> str:
    """What `openssl s_client` saw of a handshake."""
    line = ["openssl", "s_client", "-connect", f"{HERE}:{port}", "-msg", *words]
    done = await asyncio.to_thread(
        subprocess.run, line, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=30
    )
    return done.stdout + done.stderr


@pytest.mark.parametrize("cipher", ["AES128-SHA", "AES256-SHA", "AES256-SHA256", "AES128-GCM-SHA256"])
async def test_a_client_with_rsa_key_exchange_and_no_certificate_is_served(house: House, cipher: str) -> None:
    """As the C SDK's mbedTLS: TLS 1.2, and it hangs up when it is asked for a certificate."""
    seen = await openssl(
        house.platform.addresses.ports.tls, "-tls1_2", "-cipher", cipher, "-CAfile", str(house.ca)
    )
    assert "Verify return code: 0 (ok)" in seen, seen
    assert f"Cipher    : {cipher}" in seen
    assert "CertificateRequest" not in seen


async def test_modern_clients_get_forward_secrecy_and_tls_1_3(house: House) -> None:
    port = house.platform.addresses.ports.tls
    assert "ECDHE" in await openssl(port, "-tls1_2")
    assert "TLSv1.3" in await openssl(port)
    old = await openssl(port, "-tls1_1", "-cipher", "DEFAULT@SECLEVEL=0")
    assert "Cipher is (NONE)" in old or "alert" in old


async def test_certificates_are_asked_for_at_a_port_of_their_own(house: House) -> None:
    assert "CertificateRequest" in await openssl(house.platform.addresses.ports.x509, "-tls1_2")


async def test_paho_connects_with_the_authority_that_anybody_may_fetch(house: House) -> None:
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
    await asyncio.to_thread(client.connect, HERE, house.platform.addresses.ports.tls)
    client.loop_start()
    async with asyncio.timeout(30):
        assert await answered == 0
    client.disconnect()
    await asyncio.to_thread(client.loop_stop)


async def test_the_linkkit_sdk_connects_with_our_authority(house: House) -> None:
    device = house.site.device
    kit = linkkit.LinkKit(
        host_name=HERE, product_key=house.site.product_key, device_name=device.device_name,
        device_secret=device.device_secret,
    )  # fmt: skip
    kit.config_mqtt(port=house.platform.addresses.ports.tls, secure="TLS", cadata=house.ca.read_text())
    loop = asyncio.get_running_loop()
    answered: asyncio.Future[Any] = loop.create_future()
    kit.on_connect = lambda flag, code, user: loop.call_soon_threadsafe(answered.set_result, code)
    kit.connect_async()
    async with asyncio.timeout(30):
        assert await answered == 0
    await asyncio.to_thread(kit.destruct)


@pytest.mark.parametrize("guide", ["devices-on-tls.en.md", "devices-on-tls.zh.md"])
async def test_the_commands_of_the_guide_connect_a_device(house: House, guide: str, tmp_path: Path) -> None:
    """As they stand there, but for the names."""
    if shutil.which("mosquitto_pub") is None:
        pytest.skip("mosquitto's clients are not installed")
    found = re.search(r"```sh\n(.*?)```", (GUIDES / guide).read_text("utf-8"), re.DOTALL)
    assert found is not None
    device = house.site.device
    own = (
        f"HOST={HERE} PORT={house.platform.addresses.ports.tls} WEB={house.web}",
        f"PK={house.site.product_key} DN={device.device_name} DS={device.device_secret}",
    )
    lines = "\n".join(("set -eu", *own, *found[1].splitlines()[2:]))
    done = await asyncio.to_thread(
        subprocess.run, ["bash", "-c", lines], cwd=tmp_path, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    trust = house.platform.addresses.certificates.trust()
    assert trust is not None
    assert trust.authority is not None
    assert trust.authority.fingerprint in done.stdout
    await house.platform.things.book.flush()
    known = await house.platform.things.fleet.find(house.site.product_key, device.device_name)
    assert known is not None
    newest = await connection_of(house.site.tenant, house.platform.db, device_no=known.device_no)
    assert newest is not None
    assert newest.security == "TLSv1.3"


async def test_the_authority_is_told_with_its_fingerprint(house: House) -> None:
    async with httpx.AsyncClient(base_url=house.web, trust_env=False) as web:
        pem, der, facts = [await web.get(path) for path in ("/ca.pem", "/ca.der", "/ca.json")]
        refused = await web.post("/ca.pem")
    one = x509.load_pem_x509_certificate(pem.content)
    assert x509.load_der_x509_certificate(der.content) == one
    assert one.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    assert facts.json()["sha256"] == one.fingerprint(hashes.SHA256()).hex(":").upper()
    assert {"localhost", HERE} <= set(facts.json()["names"])
    assert refused.status_code == 405
    assert b"PRIVATE" not in pem.content


async def test_keys_are_for_the_process_alone(house: House) -> None:
    folder = house.platform.settings.data_path / "tls"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for name in ("ca.key", "server.key"):
        assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600


def test_a_second_start_makes_nothing_new(tmp_path: Path, clock: ManualClock) -> None:
    wanted = ["linli.example", HERE]
    own = OwnCertificate(Authority(tmp_path / "tls"), lambda: wanted)
    assert own.ensure(now_ms=clock.now_ms())
    before = {file.name: file.read_bytes() for file in (tmp_path / "tls").iterdir()}
    assert not own.ensure(now_ms=clock.now_ms() + 366 * DAY_MS)
    assert {file.name: file.read_bytes() for file in (tmp_path / "tls").iterdir()} == before
    wanted[:] = ["linli.example", "192.0.2.7"]  # moved to another network
    assert own.ensure(now_ms=clock.now_ms())
    assert read(tmp_path / "tls" / "server.crt").names == ("linli.example", "192.0.2.7")
    assert (tmp_path / "tls" / "ca.crt").read_bytes() == before["ca.crt"]


async def _shown(port: int, ca: Path) -> bytes:
    """The certificate that a client that trusts the authority is shown."""
    trust = ssl.create_default_context(cafile=str(ca))
    _, writer = await asyncio.open_connection(HERE, port, ssl=trust, server_hostname="localhost")
    shown: bytes = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
    writer.close()
    return shown


async def test_a_certificate_is_renewed_while_devices_come(tmp_path: Path) -> None:
    clock = ManualClock(SystemClock().now_ms() - 2 * 3600_000)  # what is made later on is valid today
    authority = Authority(tmp_path / "tls")
    certificates = Certificates(Settings(data_dir=str(tmp_path)), clock, authority)
    await certificates.start()
    server = await asyncio.start_server(
        lambda _, writer: writer.close(), HERE, 0, ssl=certificates.device_context()
    )
    port = server.sockets[0].getsockname()[1]
    authority.issue(["localhost", HERE], now_ms=clock.now_ms() - (397 - 29) * DAY_MS)
    await asyncio.sleep(0)
    await clock.advance(60_000)
    first = await _shown(port, authority.certificate)
    await clock.advance(3_600_000)
    async with asyncio.timeout(30):
        while (second := await _shown(port, authority.certificate)) == first:
            await asyncio.sleep(0.05)
    before, after = (x509.load_der_x509_certificate(one) for one in (first, second))
    assert after.not_valid_after_utc > before.not_valid_after_utc
    await certificates.stop()
    server.close()


async def test_a_taken_port_that_nobody_asked_for_stops_nothing(database_url: str, tmp_path: Path) -> None:
    settings = Settings(
        data_dir=str(tmp_path / "data"), database_url=database_url, http=Http(port=0),
        mqtt=Mqtt(port=0, tls_port=free_port(), x509_port=None),
    )  # fmt: skip
    taken = await asyncio.start_server(lambda *_: None, HERE, settings.mqtt.x509_at)
    running = await Platform.open(settings)
    await running.start()
    assert "cannot be had" in (await running.condition.all_faults())["tls"]
    await running.stop()
    taken.close()


async def test_plain_can_be_turned_off(database_url: str, tmp_path: Path) -> None:
    plain = free_port()
    settings = Settings(
        data_dir=str(tmp_path / "data"), database_url=database_url, http=Http(port=0),
        mqtt=Mqtt(plain="off", port=plain, tls_port=free_port(), x509_port=0),
    )  # fmt: skip
    running = await Platform.open(settings)
    await running.start()
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection(HERE, plain)
    assert running.addresses.ports.plain == 0
    await running.stop()


def test_no_address_that_says_only_everywhere_is_told(tmp_path: Path, clock: ManualClock) -> None:
    def entry(asked: str = "", **more: Any) -> str:
        settings = Settings(data_dir=str(tmp_path), mqtt=Mqtt(**more))
        return DeviceAddresses(settings, Certificates(settings, clock, Authority(tmp_path))).host(asked)

    assert entry(host="0.0.0.0", public_host="iot.example") == "iot.example"
    assert entry("linli.local", host="0.0.0.0") == "linli.local"
    for asked in ("", "0.0.0.0", "::"):
        assert entry(asked, host="0.0.0.0") not in ANY_HOST
        assert entry(asked, host="::") not in ANY_HOST
    assert entry("linli.local", host="127.0.0.1") == "127.0.0.1"  # it listens for this machine alone


async def test_a_box_takes_our_authority_along(house: House) -> None:
    told = house.platform.addresses.for_trusting_boxes("localhost")
    assert (told.host, told.port, told.tls) == ("localhost", house.platform.addresses.ports.tls, True)
    assert told.authority == house.ca.read_text()
    unknown = house.platform.addresses.for_trusting_boxes("nat.example")
    assert (unknown.tls, unknown.authority) == (False, "")  # the certificate does not name it
    old = house.platform.addresses.for_boxes("localhost")
    assert (old.tls, old.port) == (False, house.platform.mqtt_port)

    device, up = house.site.device, asyncio.Event()

    async def on_up() -> None:
        up.set()

    key = DeviceKey(
        product_key=house.site.product_key, device_name=device.device_name, device_secret=device.device_secret
    )
    line = Line(key, told)
    await line.start(lambda topic, payload: None, on_up)
    async with asyncio.timeout(30):
        await up.wait()
    await line.stop()
    await house.platform.things.book.flush()
    known = await house.platform.things.fleet.find(house.site.product_key, device.device_name)
    assert known is not None
    newest = await connection_of(house.site.tenant, house.platform.db, device_no=known.device_no)
    assert newest is not None
    assert newest.security == "TLSv1.3"
