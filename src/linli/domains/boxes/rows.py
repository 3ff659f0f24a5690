"""Rows of the room's tables, in the order of their columns."""

from typing import NamedTuple


class Cluster(NamedTuple):
    cluster_id: int
    tenant_id: str
    project_id: str | None
    community_id: int | None
    name: str
    model: str
    lan_cidr: str
    log_on: int
    monitor_on: int
    remark: str
    created_ms: int
    changed_ms: int
    associated_ms: int | None


class Node(NamedTuple):
    node_id: int
    tenant_id: str
    project_id: str | None
    community_id: int | None
    cluster_id: int
    name: str
    serial_number: str
    model: str
    state: str
    percent: int
    iot_id: str
    product_key: str
    device_name: str
    code_sealed: str
    hardware_id: str
    version: str
    tries: int
    locked_until_ms: int
    tried_ms: int | None
    refusal: str
    activated_ms: int | None
    last_seen_ms: int | None
    generation: int
    created_ms: int
    changed_ms: int
    components: str = ""
    door_address: str = ""


class Gateway(NamedTuple):
    gateway_id: int
    tenant_id: str
    project_id: str | None
    community_id: int | None
    cluster_id: int
    node_id: int
    name: str
    edition: str
    iot_id: str
    interconnect_on: int
    interconnect_user: str
    interconnect_sealed: str
    deployed_generation: int
    created_ms: int
    changed_ms: int


class Protocol(NamedTuple):
    protocol_id: int
    tenant_id: str
    project_id: str | None
    community_id: int | None
    gateway_id: int
    driver_id: str
    name: str
    version: str
    config_sealed: str
    created_ms: int
    changed_ms: int


class EdgeDevice(NamedTuple):
    edge_device_id: int
    tenant_id: str
    project_id: str | None
    community_id: int | None
    gateway_id: int
    protocol_id: int
    iot_id: str
    product_key: str
    device_name: str
    alias: str
    custom_sealed: str
    space_id: int | None
    created_ms: int
    changed_ms: int


class Component(NamedTuple):
    cluster_id: int
    code: str
    tenant_id: str
    project_id: str | None
    community_id: int | None
    state: str
    stopped: int
    params: str
    reason: str
    asked_by: str
    decided_by: str
    asked_ms: int | None
    changed_ms: int


class Deployment(NamedTuple):
    deployment_id: int
    tenant_id: str
    project_id: str | None
    community_id: int | None
    cluster_id: int
    node_id: int
    gateway_id: int | None
    generation: int
    kind: str
    state: str
    percent: int
    snapshot_sealed: str
    changes: str
    devices: str
    reason: str
    by_kind: str
    by_id: str
    created_ms: int
    taken_ms: int | None
    finished_ms: int | None


class Package(NamedTuple):
    package_id: int
    tenant_id: str
    driver_id: str
    version: str
    name: str
    protocol: str
    owner: str
    manifest: str
    sha256: str
    signature: str
    size: int
    object_key: str
    key_id: int
    by_id: str
    created_ms: int


class TrustedKey(NamedTuple):
    key_id: int
    tenant_id: str
    name: str
    public_key: str
    by_id: str
    created_ms: int
    proof: str = ""
    """The root in use vouches for it."""


class Replacement(NamedTuple):
    replacement_id: int
    tenant_id: str
    project_id: str | None
    community_id: int | None
    cluster_id: int
    node_id: int
    old_serial: str
    new_serial: str
    old_version: str
    new_version: str
    state: str
    reason: str
    generation: int
    synced_ms: int | None
    by_id: str
    created_ms: int
    activated_ms: int | None
    finished_ms: int | None


type Placed = Cluster | Node | Gateway | Protocol | EdgeDevice


def place_of(row: Placed) -> dict[str, object]:
    """Tenant, project and community of a row, for those below it."""
    return {"tenant_id": row.tenant_id, "project_id": row.project_id, "community_id": row.community_id}


class Beat(NamedTuple):
    node_id: int
    tenant_id: str
    project_id: str | None
    community_id: int | None
    at_ms: int
    present: int
    beat: str
