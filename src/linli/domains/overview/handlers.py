"""Counts passes, in the transaction that records them."""

from collections import Counter
from typing import Any, Final

from sqlalchemy import bindparam, update

from linli.databus.events import RecordsInserted
from linli.domains.access.events import PassRecorded
from linli.domains.overview.models import traffic_hours
from linli.domains.overview.schemas import IN, OUT, PERSON, VEHICLE
from linli.kernel.db import INT, Command, Tx, in_scope
from linli.kernel.handlers import Handlers
from linli.kernel.scope import Scope

HOUR_MS: Final = 3_600_000
PARK_RECORD: Final = "iot_park_record_v2_model"
"""A vehicle passed a barrier (spec B §4.2). `direction`: 0 in, 1 out."""
_DOOR_WAYS: Final = {"ENTRANCE": IN, "EXIT": OUT}
_LANE_WAYS: Final = {0: IN, 1: OUT}

_t = traffic_hours.c
_count = Command(
    update(traffic_hours)
    .where(
        in_scope(traffic_hours),
        _t.community_id == bindparam("community", type_=INT),
        _t.hour == bindparam("in_hour", type_=INT),
        _t.kind == bindparam("of_kind"),
        _t.direction == bindparam("way"),
    )
    .values(
        passed=_t.passed + bindparam("more_passed", type_=INT),
        refused=_t.refused + bindparam("more_refused", type_=INT),
    )
)


def register(handlers: Handlers[Tx]) -> None:
    handlers.inline(PassRecorded, on_pass)
    handlers.inline(RecordsInserted, on_records)


async def on_pass(tx: Tx, event: PassRecorded) -> None:
    await _add(
        tx,
        event.tenant_id,
        event.community_id,
        PERSON,
        _DOOR_WAYS.get(event.direction, ""),
        at_ms=event.passed_ms,
        passed=int(event.code == 0),
        refused=int(event.code != 0),
    )


async def on_records(tx: Tx, event: RecordsInserted) -> None:
    if event.model_id != PARK_RECORD or event.community_id is None:
        return
    now_ms = tx.db.clock.now_ms()
    ways: Counter[str] = Counter(_LANE_WAYS.get(_number(row.get("direction")), "") for row in event.rows)
    for way, count in ways.items():
        await _add(
            tx, event.tenant_id, event.community_id, VEHICLE, way, at_ms=now_ms, passed=count, refused=0
        )


def _number(value: Any) -> int:
    return value if isinstance(value, int) else -1


async def _add(
    tx: Tx, tenant_id: str, community_id: int, kind: str, way: str, *, at_ms: int, passed: int, refused: int
) -> None:
    row = {
        "community_id": community_id,
        "hour": at_ms // HOUR_MS,
        "kind": kind,
        "direction": way,
        "tenant_id": tenant_id,
        "passed": 0,
        "refused": 0,
    }
    await tx.upsert(traffic_hours, [row], keys=("community_id", "hour", "kind", "direction"))
    await _count.run(
        tx,
        Scope.system(tenant_id),
        community=community_id,
        in_hour=row["hour"],
        of_kind=kind,
        way=way,
        more_passed=passed,
        more_refused=refused,
    )
