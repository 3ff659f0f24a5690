"""The edge as the console shows it, and what it sends."""

import json
from typing import Annotated, Any

import msgspec
from litestar.datastructures import UploadFile
from msgspec import UNSET, Meta, UnsetType

from linli.domains.appliances import components as kinds
from linli.domains.appliances import rules
from linli.domains.appliances.queries.drivers import Driver, version_order
from linli.domains.appliances.queries.replacements import Floor, Sync
from linli.domains.appliances.rows import (
    Cluster,
    Component,
    Deployment,
    Gateway,
    Node,
    Package,
    Replacement,
    TrustedKey,
)
from linli.domains.appliances.service.components import hindrance
from linli.domains.appliances.service.replacements import PERCENT
from linli.domains.appliances.snapshots import Differences
from linli.domains.communities.queries import communities
from linli.domains.projects.queries import get_project
from linli.kernel import i18n
from linli.kernel.db import Reader
from linli.kernel.errors import NotFound
from linli.kernel.scope import Scope
from linli.protocols.edge_link import DeviceReport

type Names = dict[object, str]
"""Project ids and community numbers to names."""


class NodeRow(msgspec.Struct, rename="camel", frozen=True):
    """A box. `state` as kept; `online`: heard of within 90 seconds."""

    id: str
    cluster_id: str
    name: str
    serial_number: str
    model: str
    state: Annotated[str, Meta(description="unactivated, activating, running, replacing")]
    online: bool
    percent: Annotated[int, Meta(description="Of the activation: 0, 34, 54, 100")]
    stage: Annotated[str, Meta(description="waiting, identity, connected, running")]
    late: Annotated[bool, Meta(description="The stage takes longer than it should.")]
    refusal: Annotated[str, Meta(description="Why the last activation was refused, in words.")]
    tried_ms: int | None
    version: str
    iot_id: str
    product_key: str
    device_name: str
    activated_ms: int | None
    last_seen_ms: int | None
    created_ms: int

    @staticmethod
    def of(row: Node, now_ms: int, language: str) -> "NodeRow":
        stage = rules.stage_of(row.percent)
        since = row.created_ms if stage == "waiting" else row.activated_ms or row.created_ms
        late = stage != "running" and now_ms - since > rules.LATE_MS[stage]
        online = row.last_seen_ms is not None and now_ms - row.last_seen_ms <= rules.SILENT_MS
        return NodeRow(
            str(row.node_id), str(row.cluster_id), row.name, row.serial_number, row.model, row.state, online,
            row.percent, stage, late, i18n.text(f"edge.refusal.{row.refusal}", language) if row.refusal else "",
            row.tried_ms, row.version, row.iot_id, row.product_key, row.device_name, row.activated_ms,
            row.last_seen_ms, row.created_ms,
        )  # fmt: skip


class ClusterRow(msgspec.Struct, rename="camel", frozen=True):
    id: str
    name: str
    model: str
    edition: Annotated[str, Meta(description="What the model is called; empty for others.")]
    lan_cidr: str
    log_on: bool
    monitor_on: bool
    remark: str
    project_id: str
    project_name: str
    community_id: str
    community_name: str
    associated_ms: int | None
    created_ms: int
    nodes: list[NodeRow]

    @staticmethod
    def of(row: Cluster, nodes: list[Node], names: Names, now_ms: int, language: str) -> "ClusterRow":
        edition = rules.MODELS.get(row.model, ("", ""))[1 if language == "en" else 0]
        return ClusterRow(
            str(row.cluster_id), row.name, row.model, edition, row.lan_cidr, bool(row.log_on),
            bool(row.monitor_on), row.remark, row.project_id or "", names.get(row.project_id, ""),
            str(row.community_id or ""), names.get(row.community_id, ""), row.associated_ms, row.created_ms,
            [NodeRow.of(one, now_ms, language) for one in nodes if one.cluster_id == row.cluster_id],
        )  # fmt: skip


async def names_of(scope: Scope, db: Reader, rows: list[Cluster]) -> Names:
    """Names of projects and communities; what the caller may not see keeps its number."""
    found: Names = {}
    for project_id in {row.project_id for row in rows if row.project_id}:
        try:
            found[project_id] = (await get_project(scope, db, project_id=project_id)).name
        except NotFound:
            found[project_id] = str(project_id)
    numbers = sorted({row.community_id for row in rows if row.community_id is not None})
    for number, one in (await communities.by_id(scope, db, numbers)).items() if numbers else ():
        found[number] = one.name
    return found


class ClusterForm(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    name: str
    model: Annotated[str, Meta(description="As the label says.")]
    lan_cidr: str = rules.DEFAULT_CIDR
    log_on: bool = True
    monitor_on: bool = True
    remark: str = ""
    project_id: str | None = None
    community_id: int | None = None


class ClusterChange(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """What is absent stays."""

    name: str | UnsetType = UNSET
    model: str | UnsetType = UNSET
    lan_cidr: str | UnsetType = UNSET
    log_on: bool | UnsetType = UNSET
    monitor_on: bool | UnsetType = UNSET
    remark: str | UnsetType = UNSET

    def said(self) -> dict[str, Any]:
        return {name: value for name in self.__struct_fields__ if (value := getattr(self, name)) is not UNSET}


class Association(msgspec.Struct, rename="camel", frozen=True):
    project_id: str
    community_id: Annotated[int | None, Meta(description="Where the boxes stand.")] = None


class NodeForm(msgspec.Struct, rename="camel", frozen=True):
    name: str
    serial_number: str


class NodeName(msgspec.Struct, rename="camel", frozen=True):
    name: str


class Made(msgspec.Struct, rename="camel", frozen=True):
    id: str


class NodeLabel(msgspec.Struct, rename="camel", frozen=True):
    """What is needed at the box: its code, as text, as an address and as a QR code of that."""

    name: str
    serial_number: str
    model: str
    activation_code: str
    cloud: str
    address: str
    qr: Annotated[str, Meta(description="An image address.")]


class ComponentRow(msgspec.Struct, rename="camel", frozen=True):
    code: str
    name: str
    mode: Annotated[str, Meta(description="install, deploy, ask")]
    state: Annotated[str, Meta(description="empty, asked, approved, refused, deploying, running, failed")]
    version: str
    wanted_version: str
    versions: list[str]
    upgradable: bool
    heavy: bool
    needs: list[str]
    params: dict[str, Any]
    fields: Annotated[list[str], Meta(description="Parameters that it takes.")]
    reason: str
    hindrance: Annotated[str, Meta(description="Why it cannot be installed now; empty: it can.")]
    asked_ms: int | None
    changed_ms: int | None


def component_rows(scope: Scope, held: dict[str, Component]) -> list[ComponentRow]:
    """Every component of the catalogue, as a cluster has it."""
    found = []
    for code, kind in kinds.KINDS.items():
        row = held.get(code)
        running = row is not None and row.state == kinds.RUNNING
        newer = bool(row and running and version_order(kind.versions[0]) > version_order(row.version))
        found.append(
            ComponentRow(
                code, kind.called(scope.language), kind.mode, row.state if row else "", row.version if row else "",
                row.wanted_version if row else "", list(kind.versions), newer, kind.heavy,
                [kinds.KINDS[one].called(scope.language) for one in kind.needs],
                json.loads(row.params) if row else {}, list(kind.params), row.reason if row else "",
                hindrance(scope, kind, held), row.asked_ms if row else None, row.changed_ms if row else None,
            )
        )  # fmt: skip
    return found


class ComponentRequest(msgspec.Struct, rename="camel", frozen=True):
    cluster_id: str
    cluster_name: str
    code: str
    name: str
    reason: str
    asked_ms: int | None


class AskForm(msgspec.Struct, rename="camel", frozen=True):
    reason: str = ""


class DecideForm(msgspec.Struct, rename="camel", frozen=True):
    approved: bool
    reason: str = ""


class InstallForm(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    params: dict[str, Any] = {}
    version: str = ""
    gateway_name: Annotated[str, Meta(description="Of the gateway instance that device access makes.")] = ""


class UpgradeForm(msgspec.Struct, rename="camel", frozen=True):
    version: Annotated[str, Meta(description="Empty: the newest.")] = ""


class ParamsForm(msgspec.Struct, rename="camel", frozen=True):
    params: dict[str, Any]


class GatewayRow(msgspec.Struct, rename="camel", frozen=True):
    id: str
    name: str
    edition: str
    cluster_id: str
    cluster_name: str
    node_id: str
    node_name: str
    online: bool
    iot_id: str
    community_id: str
    interconnect_on: bool
    deployed_generation: int
    devices: int
    created_ms: int


class ProtocolRow(msgspec.Struct, rename="camel", frozen=True):
    id: str
    driver_id: str
    name: str
    version: str
    versions: list[str]
    upgradable: bool
    listens: list[int]
    devices: int
    online: int
    offline: int
    unactive: int
    config: Annotated[dict[str, Any], Meta(description="Secrets hidden.")]


class GatewayDetail(msgspec.Struct, rename="camel", frozen=True):
    gateway: GatewayRow
    protocols: list[ProtocolRow]
    pending: Differences
    last: "DeploymentRow | None"


def gateway_row(
    row: Gateway, cluster: Cluster | None, node: Node | None, devices: int, now_ms: int
) -> GatewayRow:
    seen = node.last_seen_ms if node is not None else None
    return GatewayRow(
        str(row.gateway_id), row.name, row.edition, str(row.cluster_id), cluster.name if cluster else "",
        str(row.node_id), node.name if node else "", seen is not None and now_ms - seen <= rules.SILENT_MS,
        row.iot_id, str(row.community_id or ""), bool(row.interconnect_on), row.deployed_generation, devices,
        row.created_ms,
    )  # fmt: skip


class GatewayName(msgspec.Struct, rename="camel", frozen=True):
    name: str


class InterconnectForm(msgspec.Struct, rename="camel", frozen=True):
    on: bool
    user: Annotated[str, Meta(description="Empty: the one before, or a random one.")] = ""
    password: Annotated[str, Meta(description="Empty: the one before, or a random one.")] = ""


class InterconnectRow(msgspec.Struct, rename="camel", frozen=True):
    on: bool
    user: str
    password: str
    deployed: Annotated[bool, Meta(description="Whether the box has been told.")]


class ProtocolForm(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    driver_id: str
    version: Annotated[str, Meta(description="Empty: the newest.")] = ""
    config: dict[str, Any] = {}


class ProtocolChange(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    version: str | UnsetType = UNSET
    config: dict[str, Any] | UnsetType = UNSET


class DriverRow(msgspec.Struct, rename="camel", frozen=True):
    id: str
    name: str
    protocol: str
    owner: str
    versions: list[str]
    built_in: bool
    listens: list[int]

    @staticmethod
    def of(row: Driver) -> "DriverRow":
        return DriverRow(
            row.driver_id, row.name, row.protocol, row.owner, row.versions, bool(row.built_in), row.listens
        )


class DeploymentRow(msgspec.Struct, rename="camel", frozen=True):
    id: str
    gateway_id: str
    generation: int
    kind: Annotated[str, Meta(description="devices, settings, roll_back, restore")]
    state: Annotated[str, Meta(description="waiting, running, done, failed, superseded")]
    percent: int
    reason: str
    by_name: str
    drivers: int
    devices: int
    created_ms: int
    taken_ms: int | None
    finished_ms: int | None


class DeploymentDetail(msgspec.Struct, rename="camel", frozen=True):
    deployment: DeploymentRow
    changes: Differences
    devices: list[DeviceReport]
    rolls_back: Annotated[Differences, Meta(description="What putting this one back would change now.")]


def deployment_row(row: Deployment, names: dict[int, str]) -> DeploymentRow:
    found = msgspec.json.decode(row.changes, type=Differences)
    by = names.get(int(row.by_id), row.by_id) if row.by_id.isdecimal() else row.by_id
    return DeploymentRow(
        str(row.deployment_id), str(row.gateway_id or ""), row.generation, row.kind, row.state, row.percent,
        row.reason, by, len(found.drivers), len(found.devices), row.created_ms, row.taken_ms, row.finished_ms,
    )  # fmt: skip


class DeployForm(msgspec.Struct, rename="camel", frozen=True):
    offline: Annotated[
        int | None, Meta(description="How many devices the person saw go off-line; another number refuses.")
    ] = None
    force: Annotated[bool, Meta(description="Send all of it though nothing changed.")] = False


class RolledBack(msgspec.Struct, rename="camel", frozen=True):
    id: str
    lost: Annotated[list[str], Meta(description="Devices that cannot come back: they were deleted.")]


class PackageRow(msgspec.Struct, rename="camel", frozen=True):
    id: str
    driver_id: str
    name: str
    version: str
    protocol: str
    owner: str
    size: int
    sha256: str
    key_name: str
    created_ms: int

    @staticmethod
    def of(row: Package, keys: dict[int, TrustedKey]) -> "PackageRow":
        key = keys.get(row.key_id)
        return PackageRow(
            str(row.package_id), row.driver_id, row.name, row.version, row.protocol, row.owner, row.size,
            row.sha256, key.name if key else "", row.created_ms,
        )  # fmt: skip


class PackageFiles(msgspec.Struct):
    package: UploadFile
    signature: UploadFile


class TrustedKeyForm(msgspec.Struct, rename="camel", frozen=True):
    name: str
    public_key: Annotated[str, Meta(description="Ed25519, PEM or base64.")]


class TrustedKeyRow(msgspec.Struct, rename="camel", frozen=True):
    id: str
    name: str
    public_key: str
    created_ms: int


class ReplaceForm(msgspec.Struct, rename="camel", frozen=True):
    serial_number: str
    model: Annotated[str, Meta(description="Of the new box, as its label says.")]


class ReplacementRow(msgspec.Struct, rename="camel", frozen=True):
    id: str
    old_serial: str
    new_serial: str
    old_version: str
    new_version: str
    state: Annotated[
        str,
        Meta(description="waiting, restoring, configuring, syncing, done, failed, cancelled"),
    ]
    percent: int
    reason: str
    created_ms: int
    activated_ms: int | None
    synced_ms: int | None
    finished_ms: int | None

    @staticmethod
    def of(row: Replacement) -> "ReplacementRow":
        return ReplacementRow(
            str(row.replacement_id), row.old_serial, row.new_serial, row.old_version, row.new_version, row.state,
            PERCENT[row.state], row.reason, row.created_ms, row.activated_ms, row.synced_ms, row.finished_ms,
        )  # fmt: skip


class SyncKindRow(msgspec.Struct, rename="camel", frozen=True):
    kind: str
    total: int
    waiting: int
    done: int
    failed: int


class FloorRow(msgspec.Struct, rename="camel", frozen=True):
    name: str
    version: str
    floor: str

    @staticmethod
    def of(row: Floor) -> "FloorRow":
        return FloorRow(*row)


class ReplacementDetail(msgspec.Struct, rename="camel", frozen=True):
    """The last replacement of a box and how far its data has come."""

    replacement: ReplacementRow | None
    sync_state: Annotated[str, Meta(description="idle, running, success, partial, failed")]
    sync_offered: bool
    kinds: list[SyncKindRow]
    too_old: list[FloorRow]

    @staticmethod
    def of(found: Replacement | None, sync: Sync, floors: list[Floor]) -> "ReplacementDetail":
        waits = found is not None and found.state in ("configuring", "syncing") and found.synced_ms is None
        return ReplacementDetail(
            ReplacementRow.of(found) if found else None, sync.state, bool(sync.offered or (waits and sync.kinds)),
            [SyncKindRow(*one) for one in sync.kinds], [FloorRow.of(one) for one in floors],
        )  # fmt: skip


class SyncFailure(msgspec.Struct, rename="camel", frozen=True):
    device_name: str
    alias: str
    kind: str
    state: str
    reason: str
    detail: str


class ModelRow(msgspec.Struct, rename="camel", frozen=True):
    model: str
    edition: str
