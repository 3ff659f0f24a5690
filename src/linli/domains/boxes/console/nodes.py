"""Console: boxes, their activation, replacement and the sync of their data. Spec C §5, D §5.9, H §5.10 (H-64, H-87)."""

from typing import Annotated, Final
from urllib.parse import quote

from msgspec import UNSET, Meta

from linli.domains.boxes.console.hand import MANAGE, SEE, Hand
from linli.domains.boxes.console.rows.new_id import CreatedId
from linli.domains.boxes.console.rows.nodes import (
    BoxForm,
    DoorAccess,
    DoorAccessForm,
    NodeChange,
    NodeForm,
    NodeLabel,
    NodeRow,
)
from linli.domains.boxes.console.rows.replacements import ReplaceForm, ReplacementDetail, SyncFailure
from linli.domains.boxes.errors import (
    ComponentRefused,
    ModelDiffers,
    NodeInUse,
    NodeNameTaken,
    NotCertified,
    NotReplaceable,
    SerialTaken,
    TooOld,
)
from linli.domains.boxes.queries import clusters as queries
from linli.domains.boxes.queries import replacements as replacement_queries
from linli.domains.boxes.service import clusters, replacements
from linli.domains.boxes.service import door_access as access_service
from linli.domains.boxes.service import nodes as service
from linli.kernel.db import Database, Tx
from linli.kernel.entry import Routes
from linli.kernel.errors import NotFound
from linli.kernel.qr import qr_image
from linli.kernel.scope import Scope
from linli.kernel.settings import Settings

ACTIVATE_PAGE: Final = "/activate-box"
"""Of the console: where the QR code of a label leads."""


node_routes = Routes("/edge", tags=("edge",))


@node_routes.post(
    "/clusters/{cluster_id:int}/nodes", right=MANAGE, raises=(NotFound, NodeNameTaken, SerialTaken)
)
async def add(cluster_id: int, data: NodeForm, hand: Hand, tx: Tx) -> CreatedId:
    """Add a box by the serial number on its label (添加融合实例节点)."""
    node = await service.add(
        hand.within,
        tx,
        cluster_id=cluster_id,
        name=data.name,
        serial_number=data.serial_number,
        **hand.stamp,
    )
    return CreatedId(str(node.node_id))


@node_routes.post("/boxes", right=MANAGE, raises=(NotFound, NodeNameTaken, SerialTaken))
async def add_box(data: BoxForm, hand: Hand, tx: Tx) -> CreatedId:
    """Add a box by itself: with a group of its own, called as the box is."""
    form = clusters.ClusterForm(
        name=data.name, model=data.model, project_id=data.project_id, community_id=data.community_id
    )
    cluster = await clusters.create(hand.within, tx, form=form, ids=hand.ids, now_ms=hand.now_ms)
    node = await service.add(
        hand.within,
        tx,
        cluster_id=cluster.cluster_id,
        name=data.name,
        serial_number=data.serial_number,
        **hand.stamp,
    )
    return CreatedId(str(node.node_id))


@node_routes.get("/nodes/{node_id:int}/door-access", right=SEE, raises=(NotFound,))
async def door_access(node_id: int, scope: Scope, db: Database) -> DoorAccess:
    """How far a box is set up for doors."""
    return DoorAccess.of(await access_service.door_access(scope, db, node_id))


@node_routes.post(
    "/nodes/{node_id:int}/door-access",
    right=MANAGE,
    status=200,
    raises=(NotFound, ComponentRefused, NotCertified),
)
async def begin_door_access(node_id: int, data: DoorAccessForm, hand: Hand, tx: Tx) -> DoorAccess:
    """Have a box serve doors of a protocol: component, gateway and protocol, as far as they are not there yet."""
    begun = await access_service.begin(
        hand.within, tx, node_id=node_id, driver_id=data.driver_id, **hand.stamp
    )
    return DoorAccess.of(begun)


@node_routes.get("/replaceable", right=SEE)
async def replaceable(
    hand: Hand, model: Annotated[str, Meta(description="Of the new box.")] = ""
) -> list[NodeRow]:
    """Boxes that a new one can take the place of."""
    nodes = await queries.active_nodes(hand.within, hand.db)
    fit = [row for row in nodes if model in ("", row.model)]
    return [NodeRow.of(row, hand.now_ms, hand.within.language) for row in fit]


@node_routes.get("/nodes/{node_id:int}", right=SEE, raises=(NotFound,))
async def detail(node_id: int, hand: Hand) -> NodeRow:
    """One box with the progress of its activation."""
    return NodeRow.of(await queries.node(hand.within, hand.db, node_id), hand.now_ms, hand.within.language)


@node_routes.put("/nodes/{node_id:int}", right=MANAGE, raises=(NotFound, NodeNameTaken))
async def change(node_id: int, data: NodeChange, hand: Hand, tx: Tx) -> None:
    """Another name, or another address for doors, which the box follows at once."""
    if data.name is not UNSET:
        await service.rename(hand.within, tx, node_id=node_id, name=data.name, now_ms=hand.now_ms)
    if data.door_address is not UNSET:
        await service.name_to_doors(
            hand.within, tx, node_id=node_id, address=data.door_address, now_ms=hand.now_ms
        )


@node_routes.delete("/nodes/{node_id:int}", right=MANAGE, raises=(NotFound, NodeInUse))
async def remove(node_id: int, hand: Hand, tx: Tx) -> None:
    """Remove a box without devices; its serial number is free again."""
    await service.remove(hand.within, tx, node_id=node_id, now_ms=hand.now_ms)


@node_routes.get("/nodes/{node_id:int}/label", right=MANAGE, raises=(NotFound,))
async def label(node_id: int, hand: Hand, settings: Settings) -> NodeLabel:
    """The activation code of a box, with a QR code for its label."""
    row = await queries.node(hand.within, hand.db, node_id)
    code = service.code_of(row, hand.secrets)
    query = f"sn={quote(row.serial_number)}&model={quote(row.model)}"
    address = f"{settings.public_url}{ACTIVATE_PAGE}?{query}"
    return NodeLabel(
        row.name, row.serial_number, row.model, code, settings.public_url, address, qr_image(address)
    )


@node_routes.post("/nodes/{node_id:int}/reset", right=MANAGE, raises=(NotFound,))
async def reset(node_id: int, hand: Hand, tx: Tx) -> None:
    """Let the box activate again, with another code, on whatever hardware has the serial number."""
    await service.reset(hand.within, tx, node_id=node_id, **hand.stamp)


@node_routes.post(
    "/nodes/{node_id:int}/replace", right=MANAGE, raises=(NotFound, ModelDiffers, NotReplaceable, SerialTaken)
)
async def replace(node_id: int, data: ReplaceForm, hand: Hand, tx: Tx) -> CreatedId:
    """立即替换: a new box takes the place of this one. This one is disconnected."""
    replacement_row = await replacements.begin(
        hand.within,
        tx,
        node_id=node_id,
        serial_number=data.serial_number,
        model=data.model,
        **hand.stamp,
    )
    return CreatedId(str(replacement_row.replacement_id))


@node_routes.get("/nodes/{node_id:int}/replacement", right=SEE, raises=(NotFound,))
async def replacement(node_id: int, hand: Hand) -> ReplacementDetail:
    """The last replacement, how far the data has come, and what is too old for it."""
    node = await queries.node(hand.within, hand.db, node_id)
    rows = await replacement_queries.of_node(hand.within, hand.db, node_id)
    sync = await replacement_queries.sync_of(hand.within, hand.db, node)
    if rows and rows[0].state == replacements.SYNCING and rows[0].synced_ms and sync.state == "success":
        async with hand.db.begin() as tx:
            await replacements.finish(
                hand.within, tx, replacement_id=rows[0].replacement_id, now_ms=hand.now_ms
            )
        rows = await replacement_queries.of_node(hand.within, hand.db, node_id)
    floors = await replacement_queries.too_old(hand.within, hand.db, node)
    return ReplacementDetail.of(rows[0] if rows else None, sync, floors)


@node_routes.post("/nodes/{node_id:int}/sync", right=MANAGE, raises=(NotFound, TooOld))
async def sync(node_id: int, hand: Hand, tx: Tx) -> None:
    """手动同步: everything that its doors should hold is sent again."""
    await replacements.sync(hand.within, tx, node_id=node_id, now_ms=hand.now_ms)


@node_routes.get("/nodes/{node_id:int}/sync/failures", right=SEE, raises=(NotFound,))
async def failures(node_id: int, scope: Scope, db: Database) -> list[SyncFailure]:
    """失败详情: rows that did not reach their door, and the reasons."""
    node = await queries.node(scope, db, node_id)
    return [
        SyncFailure.of(device, row, scope.language)
        for device, row in await replacement_queries.failures(scope, db, node)
    ]
