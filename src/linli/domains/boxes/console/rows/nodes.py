"""Boxes as the console shows them, and what it sends."""

from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from linli.domains.boxes import rules
from linli.domains.boxes.rows import Node
from linli.domains.boxes.service.door_access import Access
from linli.kernel import i18n


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
    door_address: Annotated[
        str, Meta(description="How it names itself to doors; empty: as it finds its way to them.")
    ]

    @staticmethod
    def of(row: Node, now_ms: int, language: str) -> "NodeRow":
        stage = rules.stage_of(row.percent)
        since = row.created_ms if stage == "waiting" else row.activated_ms or row.created_ms
        late = stage != "running" and now_ms - since > rules.LATE_MS[stage]
        online = row.last_seen_ms is not None and now_ms - row.last_seen_ms <= rules.SILENT_MS
        return NodeRow(
            id=str(row.node_id),
            cluster_id=str(row.cluster_id),
            name=row.name,
            serial_number=row.serial_number,
            model=row.model,
            state=row.state,
            online=online,
            percent=row.percent,
            stage=stage,
            late=late,
            refusal=i18n.text(f"edge.refusal.{row.refusal}", language) if row.refusal else "",
            tried_ms=row.tried_ms,
            version=row.version,
            iot_id=row.iot_id,
            product_key=row.product_key,
            device_name=row.device_name,
            activated_ms=row.activated_ms,
            last_seen_ms=row.last_seen_ms,
            created_ms=row.created_ms,
            door_address=row.door_address,
        )


class NodeForm(msgspec.Struct, rename="camel", frozen=True):
    name: str
    serial_number: str


class NodeChange(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """Absent fields stay as they are."""

    name: str | UnsetType = UNSET
    door_address: Annotated[
        str | UnsetType,
        Meta(description="IPv4 of the box on the doors' network; empty: it finds out itself."),
    ] = UNSET


class NodeLabel(msgspec.Struct, rename="camel", frozen=True):
    """The code to enter at the box: as text, as an address and as a QR code of the address."""

    name: str
    serial_number: str
    model: str
    activation_code: str
    cloud: str
    address: str
    qr: Annotated[str, Meta(description="An image address.")]


class BoxForm(msgspec.Struct, rename="camel", frozen=True):
    """A box that is added by itself."""

    name: str
    serial_number: Annotated[str, Meta(description="As its label says.")]
    model: Annotated[str, Meta(description="As its label says.")]
    community_id: Annotated[int | None, Meta(description="Where it stands.")] = None
    project_id: str | None = None


class DoorAccessForm(msgspec.Struct, rename="camel", frozen=True):
    driver_id: Annotated[str, Meta(max_length=64, description="Of the doors' protocol.")]


class ProtocolRef(msgspec.Struct, rename="camel", frozen=True):
    id: str
    driver_id: str
    name: str


class DoorAccess(msgspec.Struct, rename="camel", frozen=True):
    """How far a box is set up for doors."""

    gateway_id: Annotated[str | None, Meta(description="null: not begun.")]
    protocols: list[ProtocolRef]

    @staticmethod
    def of(access: Access) -> "DoorAccess":
        return DoorAccess(
            str(access.gateway.gateway_id) if access.gateway else None,
            [ProtocolRef(str(row.protocol_id), row.driver_id, row.name) for row in access.protocols],
        )
