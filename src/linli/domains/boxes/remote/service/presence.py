"""Heartbeats: figures for the charts, and when a box came and went. Spec C072, H-60, H-98."""

from typing import Any, Final

import msgspec
from sqlalchemy import bindparam, delete, update

from linli.domains.access.rows import AlarmSource
from linli.domains.access.service.alarms import BOX_OFFLINE, end_alarm, raise_alarm
from linli.domains.boxes.events import EdgeMoved
from linli.domains.boxes.models import edge_node_beats
from linli.domains.boxes.queries import clusters
from linli.domains.boxes.queries.beats import beats
from linli.domains.boxes.remote import rules
from linli.domains.boxes.remote.models import (
    edge_node_figures,
    edge_node_lines,
    edge_node_log,
    edge_tunnels,
)
from linli.domains.boxes.remote.service import strangers
from linli.domains.boxes.rows import Beat, Node, place_of
from linli.domains.boxes.rules import SILENT_MS
from linli.kernel.db import INT, Command, Database, Query, Tx
from linli.kernel.db.partitions import day_of, drop_before
from linli.kernel.events import emit
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope
from linli.protocols.edge_link import Heartbeat

BOOT_SLACK_MS: Final = 60_000
"""The machine's own clock moves a little when it is set."""
_b = edge_node_beats.c
_silent = Query(
    update(edge_node_beats)
    .where(_b.present == 1, _b.at_ms < bindparam("before", type_=INT))
    .values(present=0)
    .returning(*edge_node_beats.columns),
    Beat,
    unscoped="the platform looks after all boxes",
)
_old_log = Command(
    delete(edge_node_log).where(edge_node_log.c.at_ms < bindparam("before", type_=INT)), unscoped="retention"
)
_old_tunnels = Command(
    delete(edge_tunnels).where(edge_tunnels.c.asked_ms < bindparam("before", type_=INT)), unscoped="retention"
)


async def take(tx: Tx, node: Node, beat: Heartbeat, *, ids: Ids, now_ms: int) -> None:
    """A heartbeat came. The box has proved who it is."""
    scope = Scope.system(node.tenant_id)
    beat_row = (await beats(scope, tx, [node.node_id])).get(node.node_id)
    cluster = await clusters.cluster(scope, tx, node.cluster_id)
    if cluster.monitor_on:
        await tx.upsert(edge_node_figures, [_figures(node, beat, now_ms)], keys=("node_id", "at_ms", "day"))
    row = {
        **place_of(node),
        "node_id": node.node_id,
        "at_ms": now_ms,
        "present": 1,
        "beat": msgspec.json.encode(beat).decode(),
    }
    await tx.upsert(
        edge_node_beats,
        [row],
        keys=("node_id",),
        update=("tenant_id", "project_id", "community_id", "at_ms", "present", "beat"),
    )
    before = msgspec.json.decode(beat_row.beat, type=Heartbeat) if beat_row is not None else None
    if beat_row is not None and not beat_row.present and node.community_id is not None:
        await end_alarm(tx, door=_source(node, node.community_id, node.name), kind=BOX_OFFLINE, at_ms=now_ms)
    for event, facts in _changes(beat_row, before, beat):
        await note(tx, node, event, facts, ids=ids, now_ms=now_ms)
    fresh = await strangers.take(tx, node, before.strangers if before is not None else [], beat.strangers)
    if fresh is not None:
        await note(tx, node, *fresh, ids=ids, now_ms=now_ms)
    if beat.away != (before.away if before is not None else []):
        # Open lists of devices show why they are away.
        moved = EdgeMoved(node.tenant_id, node.community_id, "devices", node.cluster_id, node.node_id)
        await emit(tx, moved)


def _figures(node: Node, beat: Heartbeat, now_ms: int) -> dict[str, Any]:
    return {
        "node_id": node.node_id,
        "at_ms": now_ms,
        "day": day_of(now_ms),
        "tenant_id": node.tenant_id,
        "cpu": beat.cpu,
        "memory": beat.memory,
        "disk": beat.disk,
        "load": beat.load,
        "temperature": beat.temperature,
        "uplink_backlog": beat.uplink_backlog,
        "clock_offset_ms": beat.clock_offset_ms,
        "drivers_down": sum(driver.state != "running" for driver in beat.drivers),
        "devices_online": sum(driver.online for driver in beat.drivers),
    }


def _changes(
    beat_row: Beat | None, before: Heartbeat | None, beat: Heartbeat
) -> list[tuple[str, dict[str, Any]]]:
    changes: list[tuple[str, dict[str, Any]]] = []
    if before is not None:
        if abs(beat.booted_ms - before.booted_ms) > BOOT_SLACK_MS:
            changes.append(("booted", {"bootedMs": beat.booted_ms}))
        if beat.version != before.version:
            changes.append(("updated", {"before": before.version, "after": beat.version}))
        if sorted(beat.addresses) != sorted(before.addresses):
            changes.append(("moved", {"before": before.addresses, "after": beat.addresses}))
    if beat_row is None or not beat_row.present:
        changes.append(("online", {"addresses": beat.addresses, "version": beat.version}))
    return changes


async def note(
    tx: Tx, node: Node | Beat, event: str, facts: dict[str, Any], *, ids: Ids, now_ms: int
) -> None:
    """One line of the box's on/off-line log."""
    place = {"tenant_id": node.tenant_id, "project_id": node.project_id, "community_id": node.community_id}
    row = {
        **place,
        "entry_no": ids.number(),
        "node_id": node.node_id,
        "at_ms": now_ms,
        "event": event,
        "facts": msgspec.json.encode(facts).decode(),
    }
    await tx.insert(edge_node_log, row)


async def mark_silent(tx: Tx, *, ids: Ids, now_ms: int) -> int:
    """Boxes whose heartbeat stayed away are gone; how many newly so. Two processes that look find each once."""
    gone = await _silent.all(tx, before=now_ms - SILENT_MS)
    for beat in gone:
        await note(tx, beat, "offline", {"lastSeenMs": beat.at_ms}, ids=ids, now_ms=now_ms)
        if beat.community_id is not None:
            node = await clusters.node(Scope.system(beat.tenant_id), tx, beat.node_id)
            await raise_alarm(
                tx,
                door=_source(beat, beat.community_id, node.name),
                kind=BOX_OFFLINE,
                alarm_id=ids.number(),
                at_ms=beat.at_ms,
                received_ms=now_ms,
                lasts=True,
            )
    return len(gone)


def _source(box: Node | Beat, community_id: int, name: str) -> AlarmSource:
    return AlarmSource(f"box:{box.node_id}", box.tenant_id, community_id, name)


async def purge(db: Database, *, now_ms: int) -> None:
    """Retention of figures, logs and tunnels."""
    await drop_before(db, edge_node_figures, day_of(now_ms) - rules.KEPT_FIGURES_DAYS)
    await drop_before(db, edge_node_lines, day_of(now_ms) - rules.KEPT_LINES_DAYS)
    before = now_ms - rules.KEPT_DAYS * 86_400_000

    async def work(tx: Tx) -> None:
        await _old_log.run(tx, before=before)
        await _old_tunnels.run(tx, before=before)

    await db.run(work)
