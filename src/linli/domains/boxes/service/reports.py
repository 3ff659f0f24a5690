"""The configuration that a box should have, as sent to it, and the results that it reports. Spec C §8.10."""

from typing import Final

import msgspec
from sqlalchemy import bindparam, update

from linli.domains.boxes import components as kinds
from linli.domains.boxes.catalogue.box_forms import for_box
from linli.domains.boxes.events import EdgeMoved
from linli.domains.boxes.models import edge_deployments
from linli.domains.boxes.queries import clusters as cluster_queries
from linli.domains.boxes.queries import components as component_queries
from linli.domains.boxes.queries import deployments as queries
from linli.domains.boxes.queries import drivers as driver_queries
from linli.domains.boxes.rows import Deployment as Row
from linli.domains.boxes.rows import Node
from linli.domains.boxes.service import replacements, roots, video_gateways
from linli.domains.boxes.service.deployments import DONE, OPEN, RUNNING, WAITING, snapshot_of
from linli.domains.boxes.snapshots import Differences, SnapshotDriver
from linli.domains.communities.queries.zones import CommunityZones
from linli.kernel.db import INT, Command, Tx, in_scope, update_of
from linli.kernel.events import emit
from linli.kernel.pages import PageRequest
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets
from linli.protocols.edge_link import (
    BoxSettings,
    CommunityName,
    DeployedDevice,
    DeployedDriver,
    DeployedPackage,
    Deployment,
    DeploymentReport,
    DeviceReport,
    GatewayName,
    Interconnect,
    package_path,
    trust,
)
from linli.rules.schedules import SITE_ZONE
from linli.things.queries.devices import find_devices
from linli.things.service.devices import read_secret

WHY_MOST: Final = 500
_LOOK_BACK: Final = 20
"""Deployments in a row that none of was done."""

_d = edge_deployments.c
_taken = Command(
    update(edge_deployments)
    .where(in_scope(edge_deployments), _d.deployment_id == bindparam("row", type_=INT), _d.state == WAITING)
    .values(state=RUNNING, taken_ms=bindparam("now", type_=INT))
)
_reported = update_of(
    edge_deployments,
    ("state", "percent", "devices", "reason", "finished_ms"),
    in_scope(edge_deployments),
    _d.deployment_id == bindparam("row", type_=INT),
)


async def wanted_by(tx: Tx, node: Node, *, secrets: Secrets, now_ms: int) -> Deployment:
    """All that is wanted of a box, with its devices' secrets; taken from now on. `generation` 0: nothing yet."""
    scope = Scope.system(node.tenant_id, "boxes")
    row = await queries.latest(scope, tx, node.node_id)
    snapshot = snapshot_of(row, secrets)
    zone = await CommunityZones().of(tx, node.community_id) if node.community_id is not None else ""
    community = CommunityName(id=str(node.community_id or ""), zone=zone or SITE_ZONE)
    if row is None:
        return Deployment(
            generation=0, community=community, gateway=GatewayName(id="", name=""), components=[]
        )
    if row.state == WAITING:
        await _taken.run(tx, scope, row=row.deployment_id, now=now_ms)
        await _tell(tx, node, row)
    drivers = [await _driver(scope, tx, driver, secrets) for driver in snapshot.drivers]
    currents = await roots.current(scope, tx, secrets=secrets, now_ms=now_ms)
    secret = await read_secret(scope, tx, iot_id=node.iot_id, secrets=secrets)
    gateway_id = str(snapshot.gateway_id or "")
    return Deployment(
        generation=row.generation,
        community=community,
        gateway=GatewayName(id=gateway_id, name=snapshot.gateway_name),
        drivers=drivers,
        interconnect=Interconnect(
            on=snapshot.interconnect.on,
            user=snapshot.interconnect.user,
            password=snapshot.interconnect.password,
        ),
        settings=await _settings(scope, tx, node),
        components=await video_gateways.with_triples(
            scope, tx, await component_queries.wanted_at(scope, tx, node), secrets
        ),
        packages=await _packages(scope, tx, snapshot.drivers),
        driver_roots=roots.driver_roots(currents),
        driver_root_proof=trust.introduction(secret, currents[-1].public_key),
    )


async def _settings(scope: Scope, tx: Tx, node: Node) -> BoxSettings:
    """As they are now: components and switches hold at once, whatever else waits to be deployed."""
    cluster = await cluster_queries.cluster(scope, tx, node.cluster_id)
    settings = await component_queries.settings_of(scope, tx, cluster)
    return BoxSettings(
        log=settings["log"],
        monitor=settings["monitor"],
        local_accounts=settings.get(kinds.LOCAL_ACCOUNTS),
        page_password=settings.get(kinds.PAGE_PASSWORD),
        door_address=node.door_address,
    )


async def _driver(scope: Scope, tx: Tx, snapshot_driver: SnapshotDriver, secrets: Secrets) -> DeployedDriver:
    """Devices whose thing was deleted meanwhile are left out."""
    things = {
        row.iot_id: row
        for row in await find_devices(
            scope, tx, iot_ids=[device.iot_id for device in snapshot_driver.devices]
        )
    }
    devices = [
        DeployedDevice(
            product_key=device.product_key,
            device_name=device.device_name,
            alias=device.alias,
            custom=for_box(snapshot_driver.id, device.custom),
            device_secret=secrets.open(things[device.iot_id].secret, about=f"device:{device.iot_id}"),
        )
        for device in snapshot_driver.devices
        if device.iot_id in things
    ]
    return DeployedDriver(id=snapshot_driver.id, config=snapshot_driver.config, devices=devices)


async def _packages(scope: Scope, tx: Tx, drivers: list[SnapshotDriver]) -> list[DeployedPackage]:
    deployed_packages = []
    keys = {row.key_id: row for row in await driver_queries.trusted_keys(scope, tx)}
    for driver in drivers:
        row = await driver_queries.package_of(scope, tx, driver.id, driver.version)
        if row is None:
            continue
        key = keys.get(row.key_id)
        deployed_packages.append(
            DeployedPackage(
                id=row.driver_id,
                version=row.version,
                url=package_path(row.driver_id, row.version),
                sha256=row.sha256,
                signature=row.signature,
                public_key=key.public_key if key else "",
                key_proof=key.proof if key else "",
            )
        )
    return deployed_packages


async def report(
    tx: Tx, node: Node, generation: int, deployment_report: DeploymentReport, *, now_ms: int
) -> None:
    """A box's report on a deployment. One that is over already, or that there never was, changes nothing."""
    scope = Scope.system(node.tenant_id, "boxes")
    row = await queries.of_generation(scope, tx, node.node_id, generation)
    if row is None or row.state not in OPEN:
        return
    device_reports = merged(row.devices, deployment_report.devices)
    failed = [device_report for device_report in device_reports if device_report.state == "failed"]
    over = deployment_report.state != "running"
    worst = (
        next((device_report for device_report in failed if device_report.why), None)
        if deployment_report.state == "failed"
        else None
    )
    why = worst.why if worst is not None else ""
    await _reported.run(
        tx,
        scope,
        row=row.deployment_id,
        state=deployment_report.state,
        reason=((worst.code or why) if worst is not None else "")[:WHY_MOST],
        percent=100 if deployment_report.state == "done" else deployment_report.percent,
        finished_ms=now_ms if over else None,
        devices=msgspec.json.encode(device_reports).decode(),
    )
    running = {
        device_report.device_name for device_report in device_reports if device_report.state == "running"
    }
    if over and running:
        await replacements.greet(tx, node, running & await _newcomers(scope, tx, node, row))
    if over:
        await replacements.deployed(tx, node, row, deployment_report.state, why[:WHY_MOST], now_ms=now_ms)
    await _tell(tx, node, row)


async def _newcomers(scope: Scope, tx: Tx, node: Node, row: Row) -> set[str]:
    """DeviceNames that came since a deployment was last done: those of superseded ones came with this one, too."""
    added: set[str] = set()
    for deployment in (await queries.page(scope, tx, node.node_id, PageRequest(1, _LOOK_BACK))).data:
        if deployment.generation < row.generation and deployment.state == DONE:
            break
        if deployment.generation <= row.generation:
            changes = msgspec.json.decode(deployment.changes, type=Differences).devices
            added |= {each.device_name for each in changes if each.change == "added"}
    return added


def merged(stored: str, device_reports: list[DeviceReport]) -> list[DeviceReport]:
    """The latest report of each device."""
    reports = {
        device_report.device_name: device_report
        for device_report in msgspec.json.decode(stored, type=list[DeviceReport])
    }
    for device_report in device_reports:
        reports[device_report.device_name] = msgspec.structs.replace(
            device_report, why=device_report.why[:WHY_MOST]
        )
    return list(reports.values())


async def _tell(tx: Tx, node: Node, row: Row) -> None:
    moved = EdgeMoved(
        node.tenant_id, node.community_id, "deployment", node.cluster_id, node.node_id, row.gateway_id or 0
    )
    await emit(tx, moved)
