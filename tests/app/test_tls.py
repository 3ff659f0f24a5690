"""The whole platform behind a certificate of its own authority: HTTPS and MQTT over TLS."""

import asyncio
import shutil
import ssl
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from linli.app.platform import Platform
from linli.kernel.clock import SystemClock
from linli.kernel.settings import Http, Mqtt, Settings, Tls
from linli.ops.tls import Authority
from tests.engines import free_port

pytestmark = pytest.mark.engines("sqlite")


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    made = Authority(tmp_path / "tls")
    now_ms = SystemClock().now_ms()
    made.create("test", now_ms=now_ms)
    made.issue(["localhost", "127.0.0.1"], now_ms=now_ms)
    return made


@pytest.fixture
async def platform(authority: Authority, database_url: str, tmp_path: Path) -> AsyncIterator[Platform]:
    settings = Settings(
        data_dir=str(tmp_path / "data"),
        database_url=database_url,
        http=Http(port=0),
        mqtt=Mqtt(port=0, tls_port=free_port(), x509_port=0),
        tls=Tls(certificate=str(authority.server_certificate), key=str(authority.server_key)),
    )
    running = await Platform.open(settings)
    await running.start()
    yield running
    await running.stop()


async def test_https_is_trusted_through_the_own_authority_alone(
    platform: Platform, authority: Authority
) -> None:
    url = f"https://localhost:{platform.http.port}/healthz"
    trust = ssl.create_default_context(cafile=str(authority.certificate))
    async with httpx.AsyncClient(verify=trust) as client:
        assert (await client.get(url)).status_code == 200
    async with httpx.AsyncClient() as stranger:
        with pytest.raises(httpx.ConnectError, match="certificate"):
            await stranger.get(url)


async def test_mqtt_over_tls_answers_a_foreign_client(platform: Platform, authority: Authority) -> None:
    program = shutil.which("mosquitto_pub")
    if program is None:
        pytest.skip("mosquitto's clients are not installed")
    line = [program, "-h", "localhost", "-p", str(platform.settings.mqtt.tls_port), "-t", "t", "-m", "m"]
    line += [
        "--cafile",
        str(authority.certificate),
        "-i",
        "nobody",
        "-u",
        "nobody",
        "-P",
        "wrong",
        "-V",
        "mqttv311",
    ]
    done = await asyncio.to_thread(subprocess.run, line, capture_output=True, text=True, timeout=30)
    assert "onnection" in done.stderr  # refused by CONNACK: TLS and MQTT were understood
    assert "certificate" not in done.stderr
    assert done.returncode in (4, 5), done.stderr
