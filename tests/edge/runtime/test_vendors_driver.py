"""A vendor's driver from its package to the cloud: trusted, uploaded, deployed with a device, run by a box."""

import base64
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from linli.domains.appliances import package_file
from linli.domains.appliances.queries import gateways as gateway_queries
from linli.domains.appliances.service import deployments, devices, packages, protocols
from linli.edge.foreign.package import pack
from linli.edge.framework.manifest import Manifest
from linli.kernel.pages import PageRequest
from linli.things.queries.devices import get_device
from linli.things.queries.history import events_of
from linli.things.service import products
from tests.domains.access.platform import until
from tests.edge.foreign.packages import CONTROLLER, CardController
from tests.edge.runtime import test_with_cloud
from tests.edge.runtime.town import HERE, Town

pytestmark = pytest.mark.engines("sqlite")
DRIVER = "acme_controller"
town = test_with_cloud.town


async def _upload(town: Town, folder: Path) -> None:
    """What a developer packs and an administrator hands in, with the key that the company trusts."""
    folder.mkdir()
    (folder / "index.py").write_text(CONTROLLER, "utf-8")
    package = pack(
        folder,
        Manifest(
            id=DRIVER, name="Acme_PerAccess_CardController", version="1.0.0", protocol="自定义", owner="Acme"
        ),
    )
    key = Ed25519PrivateKey.generate()
    public = base64.b64encode(key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()
    manifest = package_file.read_manifest(package)
    made: dict[str, Any] = {"ids": town.platform.ids, "now_ms": town.platform.clock.now_ms()}
    await town.platform.store.put(packages.key_of(str(town.scope.tenant), package, manifest), package)
    async with town.platform.db.begin() as tx:
        await packages.trust(town.scope, tx, name="Acme", public_key=public, **made)
        await packages.add(
            town.scope, tx, package=package, signature=key.sign(package), manifest=manifest, **made
        )


async def _deploy(town: Town, port: int) -> str:
    """The iotId of the controller behind the driver."""
    platform, scope = town.platform, town.scope
    made: dict[str, Any] = {
        "ids": platform.ids,
        "secrets": platform.secrets,
        "now_ms": platform.clock.now_ms(),
    }
    async with platform.db.begin() as tx:
        gateway = await gateway_queries.gateway(scope, tx, town.gateway_id)
        protocol = await protocols.add(
            scope, tx, gateway_id=gateway.gateway_id, driver_id=DRIVER, config={"vendor": "Acme"}, **made
        )
        product = await products.create_product(
            scope, tx, name="门禁控制器", ids=platform.ids, secrets=platform.secrets,
            category_code="community/people/card",
        )  # fmt: skip
        device = await devices.add(
            scope, tx, gateway=gateway, protocol=protocol, product_key=product.product_key, device_name="gate.3",
            alias="北门控制器", custom={"ip": HERE, "port": port}, **made,
        )  # fmt: skip
        await deployments.deploy(scope, tx, gateway_id=gateway.gateway_id, **made)
    return device.iot_id


@pytest.mark.covers("C006", "G-C40")
async def test_a_vendors_driver_from_its_package_to_a_pass_in_the_cloud(town: Town, tmp_path: Path) -> None:
    box = await town.new_box()
    controller = CardController()
    await _upload(town, tmp_path / "code")
    iot_id = await _deploy(town, await controller.start())
    try:
        await box.deployer.refresh()

        async def online() -> bool:
            return bool((await get_device(town.scope, town.platform.db, iot_id=iot_id)).online)

        await until(online, 20)
        assert not controller.swipe("0000")

        async def told() -> bool:
            number = (await get_device(town.scope, town.platform.db, iot_id=iot_id)).device_no
            found = await events_of(town.platform.db, device_no=number, page=PageRequest())
            return any(one.identifier == "passEvent" and "0000" in str(one) for one in found.data)

        await until(told)
        states = {one.driver: one.state.value for one in box.supervisor.status()}
        assert states == {"door_device": "running", DRIVER: "running"}
    finally:
        await controller.stop()
