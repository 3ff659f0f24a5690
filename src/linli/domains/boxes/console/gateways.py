"""Console: gateway instances, their local MQTT, protocols, deployments. Spec C §6, §8 (C081, C082, C100, C103, C104)."""

from collections import Counter
from typing import Any

import msgspec

from linli.domains.boxes.console.hand import MANAGE, SEE, Hand
from linli.domains.boxes.console.rows.deployments import (
    DeployForm,
    DeploymentDetail,
    DeploymentRow,
    RolledBack,
    deployment_row,
    device_row,
)
from linli.domains.boxes.console.rows.drivers import DriverRow
from linli.domains.boxes.console.rows.gateways import (
    GatewayDetail,
    GatewayName,
    GatewayRow,
    InterconnectForm,
    InterconnectRow,
    PeerCheck,
    ProtocolChange,
    ProtocolForm,
    ProtocolRow,
    gateway_row,
)
from linli.domains.boxes.console.rows.new_id import CreatedId
from linli.domains.boxes.errors import (
    ChangesMoved,
    NotCertified,
    NothingChanged,
    ProtocolInUse,
    ProtocolThere,
)
from linli.domains.boxes.queries import clusters as cluster_queries
from linli.domains.boxes.queries import deployments as deployment_queries
from linli.domains.boxes.queries import drivers as driver_queries
from linli.domains.boxes.queries import gateways as queries
from linli.domains.boxes.queries.drivers import version_order
from linli.domains.boxes.rows import Deployment, Gateway
from linli.domains.boxes.service import certificates, deployments, gateways, protocols, rollback
from linli.domains.boxes.snapshots import MASK, Differences, differences, hidden
from linli.domains.people.queries import own_rights
from linli.kernel.db import Database, Reader, Tx
from linli.kernel.entry import Routes
from linli.kernel.errors import NotFound
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets
from linli.protocols.edge_link import DeviceReport
from linli.things.queries.devices import find_devices

gateway_routes = Routes("/edge/gateways", tags=("edge",))


@gateway_routes.get(right=SEE)
async def list_gateways(hand: Hand) -> list[GatewayRow]:
    """Gateway instances in sight, by name."""
    return [
        await _row(hand.within, hand.db, row, hand.now_ms)
        for row in await queries.gateways(hand.within, hand.db)
    ]


@gateway_routes.get("/drivers", right=SEE)
async def drivers(scope: Scope, db: Database) -> list[DriverRow]:
    """Protocols that can be added: the box's own, and those of uploaded packages."""
    certified = await certificates.certified_versions(scope, db)
    return [DriverRow.of(row, certified) for row in await driver_queries.drivers(scope, db)]


@gateway_routes.get("/{gateway_id:int}", right=SEE, raises=(NotFound,))
async def detail(gateway_id: int, hand: Hand) -> GatewayDetail:
    """One gateway with its protocols, the states of their devices, and the changes of the next deployment."""
    row = await queries.gateway(hand.within, hand.db, gateway_id)
    last = await deployment_queries.latest(hand.within, hand.db, row.node_id)
    names = await _names(hand.db, [last] if last else [])
    return GatewayDetail(
        await _row(hand.within, hand.db, row, hand.now_ms),
        await _protocols(hand.within, hand.db, row, hand.secrets),
        await deployments.pending(hand.within, hand.db, gateway_id, secrets=hand.secrets),
        deployment_row(last, names, hand.within.language) if last else None,
        await certificates.uncertified_allowed(hand.within, hand.db, row.project_id),
    )


@gateway_routes.put("/{gateway_id:int}", right=MANAGE, raises=(NotFound,))
async def rename(gateway_id: int, data: GatewayName, hand: Hand, tx: Tx) -> None:
    """Another name."""
    await gateways.rename(hand.within, tx, gateway_id=gateway_id, name=data.name, now_ms=hand.now_ms)


@gateway_routes.get("/{gateway_id:int}/interconnect", right=MANAGE, raises=(NotFound,))
async def interconnect(gateway_id: int, hand: Hand) -> InterconnectRow:
    """The local MQTT (网关互联) with its user and password."""
    row = await queries.gateway(hand.within, hand.db, gateway_id)
    latest = await deployment_queries.latest(hand.within, hand.db, row.node_id)
    sent = deployments.snapshot_of(latest, hand.secrets).interconnect
    password = gateways.password_of(row, hand.secrets)
    same = (sent.on, sent.user, sent.password) == (
        bool(row.interconnect_on),
        row.interconnect_user,
        password,
    )
    done = latest is not None and latest.state == deployments.DONE
    return InterconnectRow(bool(row.interconnect_on), row.interconnect_user, password, same and done)


@gateway_routes.put("/{gateway_id:int}/interconnect", right=MANAGE, raises=(NotFound,))
async def set_interconnect(gateway_id: int, data: InterconnectForm, hand: Hand, tx: Tx) -> None:
    """Switch it on or off; the box learns of it with the next deployment."""
    await gateways.connect_locally(
        hand.within,
        tx,
        gateway_id=gateway_id,
        on=data.on,
        user=data.user,
        password=data.password,
        secrets=hand.secrets,
        now_ms=hand.now_ms,
    )


@gateway_routes.post(
    "/{gateway_id:int}/protocols", right=MANAGE, raises=(NotFound, NotCertified, ProtocolThere)
)
async def add_protocol(gateway_id: int, data: ProtocolForm, hand: Hand, tx: Tx) -> CreatedId:
    """新建协议, 添加协议."""
    protocol = await protocols.add(
        hand.within,
        tx,
        gateway_id=gateway_id,
        driver_id=data.driver_id,
        version=data.version,
        config=data.config,
        **hand.stamp,
    )
    return CreatedId(str(protocol.protocol_id))


@gateway_routes.post(
    "/{gateway_id:int}/deployments",
    right=MANAGE,
    raises=(NotFound, ChangesMoved, NotCertified, NothingChanged),
)
async def deploy(gateway_id: int, data: DeployForm, hand: Hand, tx: Tx) -> CreatedId:
    """部署: bring what changed to the box."""
    deployment = await deployments.deploy(
        hand.within, tx, gateway_id=gateway_id, offline=data.offline, force=data.force, **hand.stamp
    )
    return CreatedId(str(deployment.deployment_id))


@gateway_routes.get("/{gateway_id:int}/deployments", right=SEE, raises=(NotFound,))
async def history(gateway_id: int, scope: Scope, db: Database, page: PageRequest) -> Page[DeploymentRow]:
    """Deployments to the gateway's box, the latest first."""
    row = await queries.gateway(scope, db, gateway_id)
    matches = await deployment_queries.page(scope, db, row.node_id, page)
    names = await _names(db, matches.data)
    return Page.of(
        page,
        matches.total,
        [deployment_row(deployment, names, scope.language) for deployment in matches.data],
    )


protocol_routes = Routes("/edge/protocols/{protocol_id:int}", tags=("edge",))


@protocol_routes.put(right=MANAGE, raises=(NotFound, NotCertified))
async def change(protocol_id: int, data: ProtocolChange, hand: Hand, tx: Tx) -> None:
    """Another version (软件版本 更新) or configuration; hidden values that come back hidden stay."""
    config = None
    if isinstance(data.config, dict):
        configs = protocols.config_of(await queries.protocol(hand.within, tx, protocol_id), hand.secrets)
        config = {
            name: configs.get(name, "") if value == MASK else value for name, value in data.config.items()
        }
    version = data.version if isinstance(data.version, str) else None
    await protocols.change(
        hand.within,
        tx,
        protocol_id=protocol_id,
        version=version,
        config=config,
        secrets=hand.secrets,
        now_ms=hand.now_ms,
    )


@protocol_routes.put("/peer-check", right=MANAGE, raises=(NotFound,))
async def check_peers(protocol_id: int, data: PeerCheck, hand: Hand, tx: Tx) -> None:
    """Take doors' calls from their own addresses only, or from any; from the next deployment on."""
    await protocols.check_peers(
        hand.within, tx, protocol_id=protocol_id, on=data.on, secrets=hand.secrets, now_ms=hand.now_ms
    )


@protocol_routes.delete(right=MANAGE, raises=(NotFound, ProtocolInUse))
async def remove(protocol_id: int, hand: Hand, tx: Tx) -> None:
    """Take a protocol without devices from its gateway."""
    await protocols.remove(hand.within, tx, protocol_id=protocol_id, now_ms=hand.now_ms)


deployment_routes = Routes("/edge/deployments/{deployment_id:int}", tags=("edge",))


@deployment_routes.get(right=SEE, name="detail", raises=(NotFound,))
async def show_deployment(deployment_id: int, hand: Hand) -> DeploymentDetail:
    """The deployment's changes, the box's report on each device, and the changes of a roll-back."""
    language = hand.within.language
    row = await deployment_queries.deployment(hand.within, hand.db, deployment_id)
    latest = await deployment_queries.latest(hand.within, hand.db, row.node_id)
    back = differences(
        deployments.snapshot_of(latest, hand.secrets), deployments.snapshot_of(row, hand.secrets)
    )
    return DeploymentDetail(
        deployment_row(row, await _names(hand.db, [row]), language),
        msgspec.json.decode(row.changes, type=Differences),
        [
            device_row(device_report, language)
            for device_report in msgspec.json.decode(row.devices, type=list[DeviceReport])
        ],
        msgspec.structs.replace(back, settings=[]),
    )


@deployment_routes.post("/roll-back", right=MANAGE, raises=(NotFound, ChangesMoved, NothingChanged))
async def roll_back(deployment_id: int, data: DeployForm, hand: Hand, tx: Tx) -> RolledBack:
    """Put protocols, devices and local MQTT back to what it brought, and deploy that."""
    deployment, lost = await rollback.roll_back(
        hand.within, tx, deployment_id=deployment_id, offline=data.offline, **hand.stamp
    )
    return RolledBack(str(deployment.deployment_id), lost)


async def _row(scope: Scope, db: Reader, row: Gateway, now_ms: int) -> GatewayRow:
    cluster = await cluster_queries.cluster(scope, db, row.cluster_id)
    node = await cluster_queries.node(scope, db, row.node_id)
    counts = await queries.device_counts(scope, db, row.gateway_id)
    return gateway_row(row, cluster, node, sum(counts.values()), now_ms)


async def _protocols(scope: Scope, db: Reader, row: Gateway, secrets: Secrets) -> list[ProtocolRow]:
    drivers_by_id = {
        driver_row.driver_id: driver_row for driver_row in await driver_queries.drivers(scope, db)
    }
    edge_devices = await queries.devices(scope, db, row.gateway_id)
    things = (
        await find_devices(scope, db, iot_ids=[edge_device.iot_id for edge_device in edge_devices])
        if edge_devices
        else []
    )
    state_of = {thing.iot_id: thing.state for thing in things}
    states = Counter(
        (edge_device.protocol_id, state_of.get(edge_device.iot_id, "unactive"))
        for edge_device in edge_devices
    )
    certified = await certificates.certified_versions(scope, db)
    rows = []
    for protocol in await queries.protocols(scope, db, row.gateway_id):
        driver = drivers_by_id.get(protocol.driver_id)
        versions = driver.versions if driver else [protocol.version]
        number = protocol.protocol_id
        rows.append(
            ProtocolRow(
                id=str(number),
                driver_id=protocol.driver_id,
                name=protocol.name,
                version=protocol.version,
                versions=versions,
                upgradable=version_order(versions[0]) > version_order(protocol.version),
                listens=driver.listens if driver else [],
                devices=sum(device.protocol_id == number for device in edge_devices),
                online=states[number, "online"],
                offline=states[number, "offline"] + states[number, "disabled"],
                unactive=states[number, "unactive"],
                certified=(protocol.driver_id, protocol.version) in certified,
                config=_shown(protocols.config_of(protocol, secrets)),
                needs_package=driver is not None and driver.needs_package(protocol.version),
            )
        )
    return rows


def _shown(config: dict[str, Any]) -> dict[str, Any]:
    return {name: MASK if value and hidden(name) else value for name, value in config.items()}


async def _names(db: Reader, rows: list[Deployment]) -> dict[int, str]:
    staff = {int(row.by_id) for row in rows if row.by_kind == "staff" and row.by_id.isdecimal()}
    return await own_rights.names(db, sorted(staff))
