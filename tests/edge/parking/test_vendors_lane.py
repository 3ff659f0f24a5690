"""The example of the drivers' guide as a vendor hands it in: packed, signed, trusted, deployed, and run at two lanes."""

import asyncio
import base64
import json
import re
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from linli.domains.boxes import package_file
from linli.domains.boxes.service import packages
from linli.edge.foreign.package import pack
from linli.edge.framework.manifest import Manifest
from tests.edge.parking.charged_town import ChargedTown, tariff
from tests.edge.parking.lane_town import CAMERAS
from tests.edge.runtime.small_box import until
from tests.servicebus.conftest import Bench, bench  # noqa: F401

pytestmark = pytest.mark.engines("sqlite")
GUIDES = Path(__file__).parents[3] / "docs" / "guides"
DRIVER = "acme_barrier"
HERE = "127.0.0.1"


def example(language: str) -> str:
    text = (GUIDES / f"drivers.{language}.md").read_text("utf-8")
    (code,) = [block for block in re.findall(r"```python\n(.*?)```", text, re.S) if "OperateGate" in block]
    return code


class AcmeBarrier:
    """The maker's device: it serves one connection, says what it reads, and does as it is told."""

    def __init__(self) -> None:
        self.did: list[str] = []
        self._lines: asyncio.StreamWriter | None = None
        self._connected = asyncio.Event()

    async def power(self) -> None:
        self._server = await asyncio.start_server(self._serve, HERE, 0)
        self.port: int = self._server.sockets[0].getsockname()[1]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._lines = writer
        self._connected.set()
        while line := await reader.readline():
            self.did.append(json.loads(line)["gate"])

    async def read(self, plate: str) -> None:
        await self._connected.wait()
        assert self._lines is not None
        self._lines.write(json.dumps({"plate": plate, "sure": 0.9}).encode() + b"\n")
        await self._lines.drain()

    async def stop(self) -> None:
        self._connected.clear()

    async def close(self) -> None:
        if self._lines is not None:
            self._lines.close()
        self._server.close()


class VendorTown(ChargedTown):
    serials = CAMERAS

    def driver_of(self, name: str) -> str:
        return DRIVER

    def custom_of(self, name: str) -> dict[str, Any]:
        return {"ip": HERE, "port": self.cameras[name].port}

    async def meet(self, name: str, camera: Any) -> None:
        """It is the driver that connects."""

    async def hand_in(self, folder: Path) -> None:
        """What the vendor packs and signs, and the company trusts."""
        folder.mkdir()
        (folder / "index.py").write_text(example("en"), "utf-8")
        named = Manifest(
            id=DRIVER, name="Acme_VehAccess_Barrier", version="1.0.0", protocol="自定义", owner="Acme"
        )
        package, key = pack(folder, named), Ed25519PrivateKey.generate()
        public = base64.b64encode(key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()
        manifest, scope, platform = package_file.read_manifest(package), self.bench.owner, self.platform
        made: dict[str, Any] = {"ids": platform.ids, "now_ms": platform.clock.now_ms()}
        await platform.objects.put(packages.key_of(str(scope.tenant), package, manifest), package)
        async with platform.db.begin() as tx:
            await packages.trust(scope, tx, name="Acme", public_key=public, secrets=platform.secrets, **made)
            await packages.add(
                scope, tx, package=package, signature=key.sign(package), manifest=manifest, **made
            )


@pytest.mark.covers("C023")
async def test_a_barrier_of_another_maker_joins_by_the_guides_driver(
    bench: Bench, tmp_path: Path  # noqa: F811
) -> None:  # fmt: skip
    assert example("zh") == example("en")
    town = VendorTown(bench, tmp_path)
    town.with_lot()
    town.cameras = {name: AcmeBarrier() for name in CAMERAS}
    for barrier in town.cameras.values():
        await barrier.power()
    await town.hand_in(tmp_path / "code")
    await town.build()
    await town.open_desk()
    try:
        await town.publish(tariff(500), 900)
        await town.wake()
        await town.held()
        await town.entry.read("浙A12345")
        await until(lambda: town.entry.did == ["open"])
        town.clock.ahead_ms = 2 * 3_600_000 - 60_000
        await town.way_out.read("浙A12345")
        (due,) = await town.rows("orders", 1)
        assert (due["status"], due["fen"], town.way_out.did) == ("unpaid", 900, [])
        settle = f"{town.at}/edge-parking/orders/{due['nodeId']}/{due['number']}/settle"
        await town.told("POST", settle, {"status": "paid_here"})
        await until(lambda: town.way_out.did == ["open"])
        (came, left) = await town.records("iot_park_pass_record", 2)
        assert (came["direction"], left["direction"], left["orderNumber"]) == (0, 1, due["number"])
    finally:
        await town.stop()
