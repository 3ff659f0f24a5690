"""Gateway instances and their protocols as the console shows them, and what it sends."""

from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, UnsetType

from linli.domains.boxes import rules
from linli.domains.boxes.console.rows.deployments import DeploymentRow
from linli.domains.boxes.rows import Cluster, Gateway, Node
from linli.domains.boxes.snapshots import Differences


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
    certified: Annotated[bool, Meta(description="Its version may be used in projects.")]
    config: Annotated[dict[str, Any], Meta(description="Secrets hidden.")]
    needs_package: Annotated[
        bool,
        Meta(
            description="This version only holds the place for a package of the vendor: no device is online."
        ),
    ]


class GatewayDetail(msgspec.Struct, rename="camel", frozen=True):
    gateway: GatewayRow
    protocols: list[ProtocolRow]
    pending: Differences
    last: DeploymentRow | None
    uncertified_allowed: Annotated[
        bool,
        Meta(description="What is not certified may be tried here: no project yet, or one in development."),
    ]


def gateway_row(
    row: Gateway, cluster: Cluster | None, node: Node | None, devices: int, now_ms: int
) -> GatewayRow:
    seen = node.last_seen_ms if node is not None else None
    return GatewayRow(
        id=str(row.gateway_id),
        name=row.name,
        edition=row.edition,
        cluster_id=str(row.cluster_id),
        cluster_name=cluster.name if cluster else "",
        node_id=str(row.node_id),
        node_name=node.name if node else "",
        online=seen is not None and now_ms - seen <= rules.SILENT_MS,
        iot_id=row.iot_id,
        community_id=str(row.community_id or ""),
        interconnect_on=bool(row.interconnect_on),
        deployed_generation=row.deployed_generation,
        devices=devices,
        created_ms=row.created_ms,
    )


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


class PeerCheck(msgspec.Struct, rename="camel", frozen=True, forbid_unknown_fields=True):
    on: Annotated[bool, Meta(description="False: from any address, for doors that come through NAT.")]


class ProtocolChange(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    version: str | UnsetType = UNSET
    config: dict[str, Any] | UnsetType = UNSET
