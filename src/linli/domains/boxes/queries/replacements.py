"""Boxes that took the place of others, and how far their data has come back. Spec D §5.9."""

from collections.abc import Iterable
from typing import Final, NamedTuple

from sqlalchemy import bindparam, select

from linli.delivery.queries import counts_of_devices, list_rows
from linli.delivery.schemas import DesiredFilter, DesiredRow
from linli.domains.boxes import components as kinds
from linli.domains.boxes.models import edge_replacements
from linli.domains.boxes.queries import components as component_queries
from linli.domains.boxes.queries import gateways as gateway_queries
from linli.domains.boxes.queries.drivers import version_order
from linli.domains.boxes.rows import EdgeDevice, Node, Replacement
from linli.kernel import outbox
from linli.kernel.db import INT, Query, Reader, in_scope
from linli.kernel.errors import NotFound
from linli.kernel.pages import PageRequest
from linli.kernel.scope import Scope

PROTOCOL_FLOORS: Final[dict[str, str]] = {"door_device": "2.10.0", "door_terminal": "1.0.3"}
"""Spec D §5.9; components have theirs in `components.FLOORS`."""
BASE_FLOOR: Final = "0.1"
"""Of the box's own software: the first that can be replaced."""
_WAITING: Final = frozenset({"toBeTransferred", "transferring"})
_DONE: Final = frozenset({"transferred", "transferDeleted"})
_DETAILS: Final = 200

_r = edge_replacements.c
_of_node = Query(
    select(edge_replacements)
    .where(in_scope(edge_replacements), _r.node_id == bindparam("node_id", type_=INT))
    .order_by(_r.created_ms.desc(), _r.replacement_id.desc())
    .limit(20),
    Replacement,
)
_by_id = Query(
    select(edge_replacements).where(
        in_scope(edge_replacements), _r.replacement_id == bindparam("replacement_id", type_=INT)
    ),
    Replacement,
)


class SyncKind(NamedTuple):
    """How far one kind of data has come: `kind` as in deliveries (face, card, qrcode, …)."""

    kind: str
    total: int
    waiting: int
    done: int
    failed: int


class SyncDevice(NamedTuple):
    """How far one device behind the box has come."""

    device: EdgeDevice
    waiting: int
    done: int
    failed: int


class Sync(NamedTuple):
    """`state`: idle (nothing to bring), running, success, partial, failed."""

    state: str
    kinds: list[SyncKind]
    devices: list[SyncDevice]
    """Rows that should be on devices, failed ones first."""

    @property
    def offered(self) -> bool:
        """Whether 手动同步 may be pressed: while something has not come."""
        return self.state in ("partial", "failed")


class Floor(NamedTuple):
    """Something whose version is too old to restore data with."""

    name: str
    version: str
    floor: str


async def of_node(scope: Scope, db: Reader, node_id: int) -> list[Replacement]:
    """The latest first."""
    return await _of_node.all(db, scope, node_id=node_id)


async def replacement(scope: Scope, db: Reader, replacement_id: int) -> Replacement:
    """Raises NotFound."""
    if (replacement_row := await _by_id.one(db, scope, replacement_id=replacement_id)) is None:
        raise NotFound(what="edge_replacement", id=replacement_id)
    return replacement_row


async def devices_of(scope: Scope, db: Reader, node: Node) -> list[EdgeDevice]:
    gateway = await gateway_queries.gateway_of_node(scope, db, node.node_id)
    return await gateway_queries.devices(scope, db, gateway.gateway_id) if gateway is not None else []


def sync_key(iot_id: str) -> str:
    """Outbox key of sending a door's rows again."""
    return f"edge.sync:{iot_id}"


async def sync_of(scope: Scope, db: Reader, node: Node) -> Sync:
    """The delivery of rights and libraries to the doors behind a box."""
    behind = {row.iot_id: row for row in await devices_of(scope, db, node)}
    # Until the worker has begun, the rows still stand as they were before the sync was asked for.
    begun = not await outbox.unfinished(db, [sync_key(iot_id) for iot_id in behind])
    kinds: dict[str, list[int]] = {}
    devices: dict[str, list[int]] = {}
    for kind_count in await counts_of_devices(scope, db, devices=list(behind)) if behind else []:
        place = 0 if kind_count.status in _WAITING else 1 if kind_count.status in _DONE else 2
        for tally in (
            kinds.setdefault(kind_count.kind, [0, 0, 0]),
            devices.setdefault(kind_count.device, [0, 0, 0]),
        ):
            tally[place] += kind_count.rows
    sync_kinds = [
        SyncKind(kind, waiting + done + failed, waiting, done, failed)
        for kind, (waiting, done, failed) in sorted(kinds.items())
    ]
    each = [SyncDevice(behind[iot_id], *counts) for iot_id, counts in devices.items()]
    each.sort(
        key=lambda sync_device: (-sync_device.failed, -sync_device.waiting, sync_device.device.device_name)
    )
    return Sync(_state(sync_kinds) if begun else "running", sync_kinds, each)


def _state(sync_kinds: Iterable[SyncKind]) -> str:
    rows = list(sync_kinds)
    if not rows:
        return "idle"
    if any(row.waiting for row in rows):
        return "running"
    if not any(row.failed for row in rows):
        return "success"
    return "partial" if any(row.done for row in rows) else "failed"


async def failures(scope: Scope, db: Reader, node: Node) -> list[tuple[EdgeDevice, DesiredRow]]:
    """失败详情: rows that did not arrive, device by device; the first two hundred."""
    failed: list[tuple[EdgeDevice, DesiredRow]] = []
    for device in await devices_of(scope, db, node):
        if len(failed) >= _DETAILS:
            break
        wanted = DesiredFilter(device=device.iot_id, verdict="cannot")
        page = await list_rows(scope, db, wanted=wanted, page=PageRequest(1, 100))
        failed += [(device, row) for row in page.data if row.state not in ("waiting", "sending")]
    return failed[:_DETAILS]


async def too_old(scope: Scope, db: Reader, node: Node) -> list[Floor]:
    """The parts to upgrade before data is restored on a new box."""
    floors = []
    if node.version and version_order(node.version) < version_order(BASE_FLOOR):
        floors.append(Floor(node.name, node.version, BASE_FLOOR))
    gateway = await gateway_queries.gateway_of_node(scope, db, node.node_id)
    for row in await gateway_queries.protocols(scope, db, gateway.gateway_id) if gateway else []:
        floor = PROTOCOL_FLOORS.get(row.driver_id, "")
        if floor and version_order(row.version) < version_order(floor):
            floors.append(Floor(row.name, row.version, floor))
    report = kinds.report_of(node)
    for code in await component_queries.of_cluster(scope, db, node.cluster_id) if report is not None else ():
        health, floor = report.of(code) if report is not None else None, kinds.FLOORS.get(code, "")
        if floor and health is not None and version_order(health.version) < version_order(floor):
            floors.append(Floor(kinds.KINDS[code].called(scope.language), health.version, floor))
    return floors
