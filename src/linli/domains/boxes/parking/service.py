"""What boxes bring of their car parks, taken once; and car parks that fall silent. Spec F 3.6, 5.12, H 5.8."""

import json
from collections.abc import Iterable
from typing import Any, Final

from sqlalchemy import bindparam, update

from linli.databus import files, records, scopes
from linli.domains.access.rows import AlarmSource
from linli.domains.access.service.alarms import LOT_SILENT, end_alarm, raise_alarm
from linli.domains.access.times import write_time
from linli.domains.boxes.parking import details, queries
from linli.domains.boxes.parking.models import edge_parking_lots, edge_parking_streams
from linli.domains.boxes.parking.rows import EdgeLot
from linli.domains.boxes.rows import Node, place_of
from linli.domains.communities.queries.zones import CommunityZones
from linli.kernel.db import INT, Query, Tx
from linli.kernel.errors import LinliError
from linli.kernel.ids import Ids
from linli.kernel.objects import ObjectStore
from linli.kernel.scope import Scope
from linli.kernel.telemetry import logger
from linli.protocols.edge_link import PARKING_SILENT_MS, LotBeat, ParkingBatch, ParkingRecord

log = logger(__name__)

MODELS: Final = frozenset(
    (
        "iot_park_pass_record",
        "iot_park_fee",
        "iot_park_locked_detect",
        "iot_park_blacklist_detect",
        "iot_park_parkinglot_update",
        "iot_park_vehicle_update",
        "iot_park_vehicle_lock_update",
        "iot_park_blacklist_update",
        "iot_park_whitelist_update",
    )
)
HEARTBEAT: Final = "Heartbeat"
SOURCE: Final = "edge_parking"
_l = edge_parking_lots.c
_silent = Query(
    update(edge_parking_lots)
    .where(_l.present == 1, _l.at_ms < bindparam("before", type_=INT))
    .values(present=0)
    .returning(*edge_parking_lots.columns),
    EdgeLot,
    unscoped="the platform looks after all car parks",
)


def picture_folder(node: Node) -> str:
    return f"{node.tenant_id}/parking/{node.node_id}"


async def take(
    tx: Tx, node: Node, batch: ParkingBatch, *, objects: ObjectStore, ids: Ids, now_ms: int
) -> int:
    """The number up to which all records are taken. A record that cannot be kept is left out, with a line in the log."""
    scope = Scope.system(node.tenant_id, "boxes")
    stream = await queries.stream_of(scope, tx, node.node_id)
    last = stream.seq if stream is not None and stream.stream == batch.stream else 0
    for record in batch.records:
        if record.seq <= last:
            continue
        try:
            await details.keep(tx, node, record, ids=ids, now_ms=now_ms)
            if record.model in details.OURS:
                last = record.seq
                continue
            await _insert(scope, tx, node, record, objects=objects, ids=ids)
        except LinliError as error:
            log.warning("a record of a box's car park is not kept: %s: %s", record.model, error)
        last = record.seq
    row = {"node_id": node.node_id, "tenant_id": node.tenant_id, "stream": batch.stream, "seq": last}
    await tx.upsert(edge_parking_streams, [row], keys=("node_id",), update=("tenant_id", "stream", "seq"))
    if batch.lots:
        await _beat(scope, tx, node, batch.lots, now_ms=now_ms)
    return last


async def _insert(
    scope: Scope, tx: Tx, node: Node, record: ParkingRecord, *, objects: ObjectStore, ids: Ids
) -> None:
    """Raises BadInput, NotFound."""
    if record.model not in MODELS:
        log.warning("a box tells of a model that is none of parking: %s", record.model)
        return
    values = dict(record.record)
    for field, content in record.record.items():
        if isinstance(content, dict):
            key = f"{picture_folder(node)}/{ids.hex(32)}.txt"
            text = json.dumps(content, ensure_ascii=False).encode()
            await objects.put(key, text)
            values[field] = await _adopt(scope, tx, node, record.model, field, key, ids)
    for field, key in record.files.items():
        if key.startswith(f"{picture_folder(node)}/"):
            values[field] = await _adopt(scope, tx, node, record.model, field, key, ids)
    await records.insert_record(
        scope, tx, model_id=record.model, row=_present(values), community_id=node.community_id, source=SOURCE
    )


async def _adopt(scope: Scope, tx: Tx, node: Node, model: str, field: str, key: str, ids: Ids) -> str | None:
    """The file's name in the record; None where the box is in no community, whose files nobody could fetch."""
    if node.community_id is None:
        return None
    scope_id = await scopes.scope_id_of(scope, tx, community_id=node.community_id)
    return await files.adopt_file(
        scope,
        tx,
        model_id=model,
        attr_name=field,
        community_id=node.community_id,
        scope_id=scope_id,
        object_key=key,
        ids=ids,
    )


def _present(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


async def _beat(scope: Scope, tx: Tx, node: Node, beats: Iterable[LotBeat], *, now_ms: int) -> None:
    """One that was away is back; one that the box does not name any more is forgotten when it falls silent."""
    zone = await CommunityZones().of(tx, node.community_id) if node.community_id is not None else ""
    before = {(lot.node_id, lot.lot_id): lot for lot in await queries.lots(scope, tx)}
    for beat in beats:
        row = {
            **place_of(node),
            "node_id": node.node_id,
            "lot_id": beat.id,
            "name": beat.name,
            "total": beat.total,
            "free": beat.free,
            "at_ms": now_ms,
            "present": 1,
            "follows": int(beat.follows),
        }
        lot = before.get((node.node_id, beat.id))
        await tx.upsert(
            edge_parking_lots,
            [row],
            keys=("node_id", "lot_id"),
            update=(
                "tenant_id",
                "project_id",
                "community_id",
                "name",
                "total",
                "free",
                "at_ms",
                "present",
                "follows",
            ),
        )
        if lot is not None and not lot.present and lot.community_id is not None:
            await end_alarm(tx, door=_source(lot, lot.community_id), kind=LOT_SILENT, at_ms=now_ms)
        values = {"parkingLotId": beat.id, "eventTime": write_time(now_ms, zone), "status": 1}
        await records.insert_record(
            scope, tx, model_id=HEARTBEAT, row=values, community_id=node.community_id, source=SOURCE
        )


async def mark_silent(tx: Tx, *, ids: Ids, now_ms: int) -> int:
    """Car parks without a heartbeat for 90 s; how many newly so."""
    lots = await _silent.all(tx, before=now_ms - PARKING_SILENT_MS)
    for lot in lots:
        if lot.community_id is not None:
            await raise_alarm(
                tx,
                door=_source(lot, lot.community_id),
                kind=LOT_SILENT,
                alarm_id=ids.number(),
                at_ms=lot.at_ms,
                received_ms=now_ms,
                lasts=True,
            )
    return len(lots)


def _source(lot: EdgeLot, community_id: int) -> AlarmSource:
    return AlarmSource(f"lot:{lot.node_id}:{lot.lot_id}", lot.tenant_id, community_id, lot.name or lot.lot_id)
