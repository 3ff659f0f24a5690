"""Our SDK where it needs what the vendor's needs too: firmware over the air, and X.509 certificates over TLS."""

import asyncio
import os
import sys
from pathlib import Path

import msgspec
import pytest

from linli.sim import models
from linli.things.certificates import service
from linli_sdk.device import AsyncDevice, ChecksumWrong, Endpoint, Firmware, Triple, download
from linli_sdk.errors import ConnectRefused
from tests.real.platform import ROOT, Installation
from tests.real.test_device_sdk_ota import IMAGES, Desk, desk, linli
from tests.real.test_mqtt_doors import door, make_platform, other, platform, secrets, site

__all__ = ["desk", "door", "linli", "make_platform", "other", "platform", "secrets", "site"]


async def test_firmware_is_announced_loaded_resumed_checked_and_told(
    linli: Installation, desk: Desk, tmp_path: Path
) -> None:
    tsl = tmp_path / "door.json"
    tsl.write_text(models.tsl("smart_door"), "utf-8")
    product = linli.admin("create-product", "SDK 门禁", "--tenant", desk.tenant, "--tsl", str(tsl))
    made = linli.admin("create-device", product["productKey"], "--name", "sdk-lobby-01")
    who = Triple(made["productKey"], made["deviceName"], made["deviceSecret"])
    async with AsyncDevice(Endpoint("127.0.0.1", linli.mqtt_port), who) as device:
        told: asyncio.Queue[Firmware] = asyncio.Queue()
        device.on_firmware(told.put_nowait)
        await device.report_version("1.0")
        assert await device.firmware() is None
        image = await asyncio.to_thread(desk.upload, who.product_key, "2.0")
        campaign = await asyncio.to_thread(desk.start, image)
        offered = await asyncio.wait_for(told.get(), 60)
        assert (offered.version, offered.size) == ("2.0", len(IMAGES["2.0"]))
        again = await device.firmware()
        assert again is not None
        # Each answer has an address of its own, which is good for a while.
        assert msgspec.structs.replace(again, url=offered.url) == offered
        # An earlier run broke off in the middle: only the rest is loaded.
        (tmp_path / "new.bin.part").write_bytes(IMAGES["2.0"][:100_000])
        seen: list[int] = []
        loaded = await download(offered, tmp_path / "new.bin", progress=seen.append)
        assert loaded.read_bytes() == IMAGES["2.0"]
        assert seen[0] > 10, "it began again from nothing"
        await device.report_progress(100)
        await asyncio.to_thread(desk.wait, campaign, "installing")
        await device.report_version("2.0")
        done = await asyncio.to_thread(desk.wait, campaign, "succeeded")
        assert done["currentVersion"] == "2.0"
        # A file that is not what was announced is not kept.
        other_file = Firmware(offered.version, offered.url, offered.size, "0" * 32, offered.sign_method)
        with pytest.raises(ChecksumWrong):
            await download(other_file, tmp_path / "bad.bin")
        assert list(tmp_path.glob("bad.bin*")) == []


async def test_a_certificate_instead_of_a_secret(door, site, other, tmp_path) -> None:
    number, tls = await door.issue(site)
    who = Triple(site.product_key, site.device.device_name)
    async with AsyncDevice(Endpoint("127.0.0.1", door.port, tls=tls), who) as device:
        await device.post_properties({"RSAPublicKey": "by certificate"})
    # Of another device it proves nothing, and revoked it proves nothing at all.
    stranger = Triple(other.product_key, other.device.device_name)
    with pytest.raises(ConnectRefused):
        await AsyncDevice(Endpoint("127.0.0.1", door.port, tls=tls), stranger).connect()
    # The example, as it stands.
    example = await asyncio.create_subprocess_exec(
        sys.executable, str(ROOT / "sdk" / "examples" / "certificate.py"),
        env={
            **os.environ, "PYTHONPATH": str(ROOT / "sdk" / "src"), "LINLI_CA": str(door.authority.certificate),
            "LINLI_CERTIFICATE": str(door.folder / "client.pem"), "LINLI_HOST": "127.0.0.1",
            "LINLI_MQTT_TLS_PORT": str(door.port), "LINLI_PRODUCT_KEY": who.product_key,
            "LINLI_DEVICE_NAME": who.device_name,
        },
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    said, failed = await asyncio.wait_for(example.communicate(), 30)
    assert b"online by certificate" in said, failed.decode()
    async with door.database.begin() as tx:
        await service.revoke_certificate(
            site.tenant, tx, iot_id=site.device.iot_id, certificate_no=number, now_ms=door.now_ms
        )
    with pytest.raises(ConnectRefused):
        await AsyncDevice(Endpoint("127.0.0.1", door.port, tls=tls), who).connect()
