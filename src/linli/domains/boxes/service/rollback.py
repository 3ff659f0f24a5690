"""Undoes a deployment: protocols, devices and the local MQTT become as before, and are deployed again."""

from linli.domains.boxes.queries import deployments as queries
from linli.domains.boxes.queries import gateways as gateway_queries
from linli.domains.boxes.rows import Deployment, EdgeDevice, Gateway, Protocol
from linli.domains.boxes.service import deployments, devices, gateways, protocols
from linli.domains.boxes.service.products import whole
from linli.domains.boxes.snapshots import Snapshot, SnapshotDriver
from linli.kernel.db import Tx
from linli.kernel.errors import NotFound
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets
from linli.things.queries.devices import find_devices


async def roll_back(
    scope: Scope,
    tx: Tx,
    *,
    deployment_id: int,
    ids: Ids,
    secrets: Secrets,
    now_ms: int,
    offline: int | None = None,
) -> tuple[Deployment, list[str]]:
    """The new deployment, and the names of devices that cannot come back since their things were deleted.

    Raises NotFound, BadInput (a version that is gone), NothingChanged, ChangesMoved.
    """
    row = await queries.deployment(scope, tx, deployment_id)
    if row.gateway_id is None:
        raise NotFound(what="edge_deployment", id=deployment_id)
    gateway = await gateway_queries.gateway(scope, tx, row.gateway_id)
    snapshot = deployments.snapshot_of(row, secrets)
    await _drop_newer(scope, tx, gateway, snapshot, now_ms)
    lost: list[str] = []
    for driver in snapshot.drivers:
        protocol = await _protocol(scope, tx, gateway, driver, ids=ids, secrets=secrets, now_ms=now_ms)
        lost += await _devices(scope, tx, gateway, protocol, driver, ids=ids, secrets=secrets, now_ms=now_ms)
    wanted = snapshot.interconnect
    await gateways.connect_locally(
        scope,
        tx,
        gateway_id=gateway.gateway_id,
        on=wanted.on,
        user=wanted.user,
        password=wanted.password,
        secrets=secrets,
        now_ms=now_ms,
    )
    deployment = await deployments.deploy(
        scope,
        tx,
        gateway_id=gateway.gateway_id,
        ids=ids,
        secrets=secrets,
        now_ms=now_ms,
        offline=offline,
        kind=deployments.ROLL_BACK,
    )
    return deployment, lost


async def _drop_newer(scope: Scope, tx: Tx, gateway: Gateway, snapshot: Snapshot, now_ms: int) -> None:
    """Devices and protocols that were not there then; and devices that hung on another protocol."""
    then = {device.iot_id: driver.id for driver in snapshot.drivers for device in driver.devices}
    protocols_by_id = {
        row.protocol_id: row for row in await gateway_queries.protocols(whole(scope), tx, gateway.gateway_id)
    }
    for device in await gateway_queries.devices(whole(scope), tx, gateway.gateway_id):
        if then.get(device.iot_id) != protocols_by_id[device.protocol_id].driver_id:
            await devices.remove(scope, tx, device=device, now_ms=now_ms)
    driver_ids = {driver.id for driver in snapshot.drivers}
    for row in protocols_by_id.values():
        if row.driver_id not in driver_ids:
            await protocols.remove(scope, tx, protocol_id=row.protocol_id, now_ms=now_ms)


async def _protocol(
    scope: Scope,
    tx: Tx,
    gateway: Gateway,
    snapshot_driver: SnapshotDriver,
    *,
    ids: Ids,
    secrets: Secrets,
    now_ms: int,
) -> Protocol:
    protocol_rows = await gateway_queries.protocols(whole(scope), tx, gateway.gateway_id)
    protocol = next((row for row in protocol_rows if row.driver_id == snapshot_driver.id), None)
    if protocol is None:
        return await protocols.add(
            scope,
            tx,
            gateway_id=gateway.gateway_id,
            driver_id=snapshot_driver.id,
            version=snapshot_driver.version,
            config=snapshot_driver.config,
            ids=ids,
            secrets=secrets,
            now_ms=now_ms,
        )
    if (
        protocol.version == snapshot_driver.version
        and protocols.config_of(protocol, secrets) == snapshot_driver.config
    ):
        return protocol
    return await protocols.change(
        scope,
        tx,
        protocol_id=protocol.protocol_id,
        version=snapshot_driver.version,
        config=snapshot_driver.config,
        secrets=secrets,
        now_ms=now_ms,
    )


async def _devices(
    scope: Scope,
    tx: Tx,
    gateway: Gateway,
    protocol: Protocol,
    snapshot_driver: SnapshotDriver,
    *,
    ids: Ids,
    secrets: Secrets,
    now_ms: int,
) -> list[str]:
    """Names of those that are lost."""
    rows = await gateway_queries.devices(whole(scope), tx, gateway.gateway_id)
    edge_devices: dict[str, EdgeDevice] = {row.iot_id: row for row in rows}
    absent = [device.iot_id for device in snapshot_driver.devices if device.iot_id not in edge_devices]
    there = {row.iot_id for row in await find_devices(whole(scope), tx, iot_ids=absent)} if absent else set()
    lost = []
    for device in snapshot_driver.devices:
        row = edge_devices.get(device.iot_id)
        if row is not None:
            if row.alias != device.alias or devices.custom_of(row, secrets) != device.custom:
                await devices.change(
                    scope,
                    tx,
                    device=row,
                    alias=device.alias,
                    custom=device.custom,
                    secrets=secrets,
                    now_ms=now_ms,
                )
        elif device.iot_id in there:
            await devices.add(
                scope,
                tx,
                gateway=gateway,
                protocol=protocol,
                values=devices.EdgeDeviceValues(
                    product_key=device.product_key,
                    device_name=device.device_name,
                    alias=device.alias,
                    custom=device.custom,
                ),
                ids=ids,
                secrets=secrets,
                now_ms=now_ms,
            )
        else:
            lost.append(device.device_name)
    return lost
