"""A vendor's driver from its package to the cloud: trusted, uploaded, deployed with a device, run by a box."""

import base64
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import delete, update

from linli.domains.boxes import package_file
from linli.domains.boxes.console.rows.deployments import deployment_row, device_row
from linli.domains.boxes.errors import ComponentRefused
from linli.domains.boxes.models import edge_driver_roots, edge_packages, edge_trusted_keys
from linli.domains.boxes.queries import deployments as deployment_queries
from linli.domains.boxes.queries import drivers as driver_queries
from linli.domains.boxes.queries import gateways as gateway_queries
from linli.domains.boxes.service import components, deployments, devices, packages, protocols, roots
from linli.domains.boxes.service.component_rules import situation
from linli.edge.cloud import load_identity, save_identity
from linli.edge.foreign.package import pack
from linli.edge.framework.manifest import Manifest
from linli.edge.runtime.trust import UNTRUSTED, DriverTrust
from linli.kernel.db import Command
from linli.kernel.pages import PageRequest
from linli.protocols.edge_link import CommunityName, Deployment, DeviceReport, DriverRoot, GatewayName, trust
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


async def _upload(
    town: Town, folder: Path, version: str = "1.0.0", key: Ed25519PrivateKey | None = None
) -> Ed25519PrivateKey:
    """What a developer packs and an administrator hands in, with the key that the company trusts: that key."""
    folder.mkdir()
    (folder / "index.py").write_text(CONTROLLER, "utf-8")
    package = pack(
        folder,
        Manifest(
            id=DRIVER, name="Acme_PerAccess_CardController", version=version, protocol="自定义", owner="Acme"
        ),
    )
    trusted, key = key is not None, key or Ed25519PrivateKey.generate()
    public = base64.b64encode(key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()
    manifest = package_file.read_manifest(package)
    made: dict[str, Any] = {"ids": town.platform.ids, "now_ms": town.platform.clock.now_ms()}
    await town.platform.store.put(packages.key_of(str(town.scope.tenant), package, manifest), package)
    async with town.platform.db.begin() as tx:
        if not trusted:
            await packages.trust(
                town.scope, tx, name="Acme", public_key=public, secrets=town.platform.secrets, **made
            )
        await packages.add(
            town.scope, tx, package=package, signature=key.sign(package), manifest=manifest, **made
        )
    return key


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
            scope,
            tx,
            values=products.ProductValues(name="门禁控制器", category_code="community/people/card"),
            ids=platform.ids,
            secrets=platform.secrets,
        )
        device = await devices.add(
            scope,
            tx,
            gateway=gateway,
            protocol=protocol,
            values=devices.EdgeDeviceValues(
                product_key=product.product_key,
                device_name="gate.3",
                alias="北门控制器",
                custom={"ip": HERE, "port": port},
            ),
            **made,
        )
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

        await until(online, 60)
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


@pytest.mark.covers("CB-06")
async def test_a_driver_is_upgraded_from_the_component_manager(town: Town, tmp_path: Path) -> None:
    """The version shown is that of the package which the box runs, not the one that was wished."""
    box, code = await town.new_box(), f"driver.{DRIVER}"
    controller = CardController()
    key = await _upload(town, tmp_path / "code")
    await _deploy(town, await controller.start())
    made: dict[str, Any] = {
        "ids": town.platform.ids, "secrets": town.platform.secrets, "now_ms": town.platform.clock.now_ms()
    }  # fmt: skip
    cluster = (await town.node()).cluster_id

    async def shown() -> tuple[str, str]:
        await box.pulse.once()
        state = (await situation(town.scope, town.platform.db, cluster)).shown(code)
        return state.state, state.version

    async def upgrade(what: str = code) -> None:
        async with town.platform.db.begin() as tx:
            await components.upgrade(town.scope, tx, cluster_id=cluster, code=what, **made)

    try:
        await box.deployer.refresh()
        assert await shown() == ("running", "1.0.0")
        with pytest.raises(ComponentRefused, match="最新版本"):
            await upgrade()
        await _upload(town, tmp_path / "newer", "1.1.0", key)
        await upgrade()
        assert await shown() == ("running", "1.0.0"), "nothing is upgraded before the box has done it"
        await box.deployer.refresh()

        async def runs() -> bool:
            """The box may hear of it by itself at the same moment, and starts the driver once more."""
            return await shown() == ("running", "1.1.0")

        await until(runs)
        assert {one.driver: one.version for one in box.supervisor.status()}[DRIVER] == "1.1.0"
        # What is of the box's own release comes with that.
        with pytest.raises(ComponentRefused, match="随边缘主机升级"):
            await upgrade("device_access")
    finally:
        await controller.stop()


async def told_of(town: Town) -> tuple[str, list[str]]:
    """State of the newest deployment, and what the console says of it, in English."""
    scope = town.scope
    row = await deployment_queries.latest(scope, town.platform.db, town.node_id)
    assert row is not None
    shown = deployment_row(row, {}, "en")
    said = msgspec.json.decode(row.devices, type=list[DeviceReport])
    return shown.state, [shown.reason, *(device_row(one, "en").why for one in said)]


async def _rewrite(town: Town, **values: str) -> None:
    """Somebody who can write the cloud's tables, or answers in its place, exchanges a vendor's key."""
    async with town.platform.db.begin() as tx:
        await Command(update(edge_trusted_keys).values(**values), unscoped="a forger's").run(tx)


@pytest.mark.parametrize("proof", ["kept", "own"])
async def test_a_driver_by_another_key_is_refused_in_words_on_both_sides(
    town: Town, tmp_path: Path, proof: str
) -> None:
    """The key comes along with the deployment; the box goes by the one that it got at activation."""
    box = await town.new_box()
    await _upload(town, tmp_path / "code")
    evil_root, _ = trust.new_root()
    evil = Ed25519PrivateKey.generate()
    pem, _ = package_file.read_key(
        base64.b64encode(evil.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()
    )
    await _rewrite(town, public_key=pem, **({"proof": trust.vouch(evil_root, pem)} if proof == "own" else {}))
    async with town.platform.db.begin() as tx:
        (row,) = await driver_queries.packages(town.scope, tx)
        package = await town.platform.store.get(row.object_key)
        signature = base64.b64encode(evil.sign(package)).decode()
        await Command(update(edge_packages).values(signature=signature), unscoped="a forger's").run(tx)
    await _deploy(town, 1)
    await box.deployer.refresh()
    assert [(one.driver, one.code) for one in box.deployer.faults.values()] == [(DRIVER, UNTRUSTED)]
    assert [one.code for one in box.state.summary().refused_drivers] == [UNTRUSTED]
    assert not (box.home / "drivers" / DRIVER).exists()
    state, words = await told_of(town)
    assert state == "failed"
    assert "the box got at activation" in words[0]
    assert any("the box got at activation" in one for one in words[1:])


async def test_a_new_root_is_followed_when_the_old_one_signed_it(town: Town, tmp_path: Path) -> None:
    box = await town.new_box()
    first = box.trusted.root
    assert first
    made: dict[str, Any] = {"secrets": town.platform.secrets, "now_ms": town.platform.clock.now_ms()}
    async with town.platform.db.begin() as tx:
        await roots.rotate(town.scope, tx, **made)
        await roots.rotate(town.scope, tx, **made)
    await box.deployer.refresh()
    assert box.trusted.root != first
    kept = load_identity(box.home)
    assert kept is not None
    assert kept.activated.driver_root == box.trusted.root
    controller = CardController()
    await _upload(town, tmp_path / "code")
    iot_id = await _deploy(town, await controller.start())
    try:
        await box.deployer.refresh()

        async def online() -> bool:
            return bool((await get_device(town.scope, town.platform.db, iot_id=iot_id)).online)

        await until(online, 60)
    finally:
        await controller.stop()


async def test_keys_that_were_trusted_before_there_were_roots_go_on(town: Town, tmp_path: Path) -> None:
    """An upgraded platform: its first root vouches for them once; a key written into the table later has no word."""
    await _upload(town, tmp_path / "code")
    async with town.platform.db.begin() as tx:
        await Command(update(edge_trusted_keys).values(proof=""), unscoped="as before").run(tx)
        await Command(delete(edge_driver_roots), unscoped="as before").run(tx)
    box = await town.new_box()
    controller = CardController()
    iot_id = await _deploy(town, await controller.start())
    try:
        await box.deployer.refresh()

        async def online() -> bool:
            return bool((await get_device(town.scope, town.platform.db, iot_id=iot_id)).online)

        await until(online, 60)
        await _rewrite(town, proof="")
        async with town.platform.db.begin() as tx:
            await roots.current(
                town.scope, tx, secrets=town.platform.secrets, now_ms=town.platform.clock.now_ms()
            )
            (key,) = await driver_queries.trusted_keys(town.scope, tx)
        assert key.proof == ""
    finally:
        await controller.stop()


async def test_a_root_that_ours_did_not_sign_changes_nothing(tmp_path: Path, town: Town) -> None:
    box = await town.new_box()
    ours = box.trusted.root
    private, public = trust.new_root()
    wanted = box.deployer.current
    assert wanted is not None
    secret = box.identity.activated.device.device_secret
    for chain in (
        [DriverRoot(public_key=public)],
        [DriverRoot(public_key=public, proof=trust.succeed(private, public))],
    ):
        forged = msgspec.structs.replace(
            wanted, driver_roots=chain, driver_root_proof=trust.introduction(secret, public)
        )
        box.trusted.follow(forged)
        assert box.trusted.root == ours, "a proof by the shared secret is for boxes without any root"


async def test_a_box_of_before_takes_its_first_root_once_and_proved(town: Town) -> None:
    """Upgraded: its identity has none. The cloud proves one by the secret that only the two of them know."""
    identity = await town.activate_box()
    bare = msgspec.structs.replace(
        identity, activated=msgspec.structs.replace(identity.activated, driver_root="")
    )
    save_identity(town.folder / "box", bare)
    held = DriverTrust(town.folder / "box", bare)
    _, public = trust.new_root()
    forged = Deployment(
        generation=1, community=CommunityName(id="1"), gateway=GatewayName(id="1", name="x"),
        driver_roots=[DriverRoot(public_key=public)], driver_root_proof=trust.introduction("guessed", public),
    )  # fmt: skip
    held.follow(forged)
    assert held.root == ""
    box = await town.wake(town.folder / "box")
    await box.deployer.refresh()
    assert box.trusted.root == identity.activated.driver_root


def test_a_proof_is_of_one_key_and_one_purpose() -> None:
    private, public = trust.new_root()
    other = trust.new_root()[1]
    assert trust.is_vouched(public, other, trust.vouch(private, other))
    assert not trust.is_vouched(public, public, trust.vouch(private, other))
    assert not trust.is_vouched(public, other, trust.succeed(private, other)), "a root is no vendor"
    assert trust.follow(public, [DriverRoot(public_key=other, proof=trust.vouch(private, other))]) == public
    for proof in ("", "x", "AAAA"):
        assert not trust.is_vouched(public, other, proof)
    assert not trust.is_vouched("no key", other, trust.vouch(private, other))
