"""Which passes are read, and what a reading does: it lets a car go on, or asks a person.

A camera that read no plate left a car before a closed barrier. A sure reading of ours lets the pass go on as if the
camera had read it, for a car that would pass here by itself: one with a right, a guest whose stay is inside under
exactly this plate, a guest who comes where the lane lets guests in. Everything else is a hint for a person, and so is a
reading that differs from a camera's: a wrong car let through is worse than a question (ADR 0125).
"""

from typing import Final

import msgspec
from sqlalchemy import bindparam, delete, update

from linli.domains.communities.events import SpaceDeleting
from linli.domains.communities.queries import spaces
from linli.domains.communities.space_rules import path_ids
from linli.domains.parking.errors import OtherProvider, ServiceOff
from linli.domains.parking.events import VehiclePassed
from linli.domains.parking.fees import exit_queries, lots, places, stay_queries
from linli.domains.parking.models import passes
from linli.domains.parking.queries import readings as queries
from linli.domains.parking.queries.rights import find_rights
from linli.domains.parking.queries.settings import require_own
from linli.domains.parking.reading_models import reading_rules, readings
from linli.domains.parking.reading_rows import (
    AGREES,
    DIFFERS,
    HINT,
    NONE,
    READ,
    Outcome,
    PlateReading,
    ReadingRule,
)
from linli.domains.parking.rows import BLACKLIST, WHITELIST, LanePass
from linli.domains.parking.tickets import waits
from linli.kernel import history, outbox
from linli.kernel.db import INT, Command, Database, Reader, Tx, in_scope
from linli.kernel.errors import BadInput
from linli.kernel.events import emit
from linli.kernel.scope import Scope
from linli.rules.parking_entry import (
    PARK_RECORD_V2,
    Arrival,
    Lane,
    Reason,
    Right,
    RightKind,
    State,
    Verdict,
    judge,
)
from linli.rules.plate_readings import SURE, Reading

READ_PLATE, OPEN = "parking.read_plate", "parking.open_for_reading"
HISTORY_KIND: Final = "parking_reading_rule"
_NORMAL, _OUT = 0, 1
_COLORS: Final = {"white": 0, "yellow": 1, "blue": 2, "black": 3, "green": 5}
"""`plateColorNumber` of spec B 2.8."""
_DAY_MS: Final = 86_400_000
_name_pass = Command(
    update(passes)
    .where(
        in_scope(passes),
        passes.c.id == bindparam("passing", type_=INT),
        passes.c.day == bindparam("of_day", type_=INT),
        passes.c.plate == "",
    )
    .values(
        plate=bindparam("to_plate"),
        permission=bindparam("to_permission", type_=INT),
        plate_color=bindparam("to_color", type_=INT),
        reliability=bindparam("to_reliability"),
    )
)
_surer = Command(
    update(passes)
    .where(
        in_scope(passes),
        passes.c.id == bindparam("passing", type_=INT),
        passes.c.day == bindparam("of_day", type_=INT),
    )
    .values(reliability=bindparam("to_reliability"))
)
_drop_rule = Command(
    delete(reading_rules).where(
        in_scope(reading_rules), reading_rules.c.lane_id == bindparam("lane", type_=INT)
    )
)
_purge = Command(
    delete(readings).where(readings.c.made_ms < bindparam("before", type_=INT)), unscoped="kept their time"
)


class PassToRead(msgspec.Struct, frozen=True):
    """Outbox payload."""

    tenant_id: str
    community_id: int
    lane_id: int
    pass_id: int
    asked_ms: int


async def set_rule(
    scope: Scope, tx: Tx, *, lane_id: int, is_on: bool, lets_guests_in: bool, doubt_below: float, now_ms: int
) -> ReadingRule:
    """What is read at a lane. Raises NotFound, BadInput."""
    if not 0 <= doubt_below <= 1:
        raise BadInput(field="doubtBelow", rule="range", low=0, high=100)
    lane = await spaces.space(scope, tx, lane_id)
    before = await queries.rule_of(scope, tx, lane_id)
    row = ReadingRule(
        lane_id, lane.tenant_id, lane.community_id, int(is_on), int(lets_guests_in), doubt_below, now_ms
    )
    await tx.upsert(
        reading_rules,
        [row._asdict()],
        keys=("lane_id",),
        update=("is_on", "lets_guests_in", "doubt_below", "changed_ms"),
    )
    record = history.Record(HISTORY_KIND, str(lane_id), lane.community_id)
    await history.note(
        scope, tx, record, "changed", now_ms=now_ms, before=_values(before), after=_values(row)
    )
    return row


async def passed(tx: Tx, event: VehiclePassed) -> None:
    """Inline: a pass whose picture says more than its camera is read after the commit."""
    scope = Scope.system(event.tenant_id, "parking")
    rule = await queries.rule_of(scope, tx, event.lane_id)
    if rule is None or not rule.is_on:
        return
    row = await stay_queries.vehicle_pass(scope, tx, community_id=event.community_id, pass_id=event.pass_id)
    if row.open_type != _NORMAL or not row.picture or (row.plate and not _is_doubted(row, rule)):
        return
    if await queries.readings_of(scope, tx, [row.id]):
        return  # it goes on with what was read
    job = PassToRead(row.tenant_id, row.community_id, row.lane_id, row.id, row.received_ms)
    await outbox.add(tx, READ_PLATE, job, key=f"read:{row.lane_id}")


async def settle(
    scope: Scope, tx: Tx, row: LanePass, reading: Reading | None, *, pictures: int, model_id: str, now_ms: int
) -> Outcome:
    """Keep what was read for a pass, and let it go on where that is sure. Once a pass."""
    plate, confidence = (reading.plate, reading.confidence) if reading is not None else ("", 0.0)
    outcome: Outcome = NONE
    opens = False
    if reading is not None and row.plate:
        sure = confidence >= SURE
        outcome = AGREES if plate == row.plate else DIFFERS if sure else NONE
        if outcome == AGREES:
            surest = max(confidence, row.reliability or 0.0)
            await _surer.run(tx, scope, passing=row.id, of_day=row.day, to_reliability=surest)
    elif reading is not None:
        to_ask = confidence < SURE or await _was_just_read(scope, tx, row, plate)
        verdict = None if to_ask else await _verdict(scope, tx, row, plate)
        goes_on = verdict is not None and await waits.take(scope, tx, row, now_ms=now_ms)
        outcome = READ if goes_on else HINT
        if goes_on and verdict is not None:
            opens = not await _waits_for_fee(scope, tx, row, verdict)
            await _go_on(scope, tx, row, reading, verdict)
    row_of = PlateReading(
        row.id, row.tenant_id, row.community_id, row.lane_id, outcome, plate, confidence, pictures, int(opens),
        model_id, now_ms,
    )  # fmt: skip
    await tx.insert(readings, row_of._asdict())
    if outcome == READ:
        # After the row of the reading: who hears of the pass again must see that it was read.
        await emit(tx, VehiclePassed(row.tenant_id, row.community_id, row.lane_id, row.id), key=row.iot_id)
    if opens:
        job = PassToRead(row.tenant_id, row.community_id, row.lane_id, row.id, now_ms)
        await outbox.add(tx, OPEN, job, key=f"read:{row.lane_id}")
    return outcome


async def space_deleting(tx: Tx, event: SpaceDeleting) -> None:
    """Inline: nothing is read at a lane that goes."""
    await _drop_rule.run(tx, Scope.system(event.tenant_id, "parking"), lane=event.space_id)


async def purge_readings(db: Database, *, now_ms: int, days: int) -> None:
    """Remove what was read more than `days` ago, with its passes."""
    await db.run(lambda tx: _purge.run(tx, before=now_ms - days * _DAY_MS))


async def _go_on(scope: Scope, tx: Tx, row: LanePass, reading: Reading, verdict: Verdict) -> None:
    color = _COLORS.get(reading.color, row.plate_color)
    await _name_pass.run(
        tx,
        scope,
        passing=row.id,
        of_day=row.day,
        to_plate=reading.plate,
        to_permission=PARK_RECORD_V2[verdict.standing],
        to_color=color,
        to_reliability=reading.confidence,
    )


async def _was_just_read(scope: Scope, tx: Tx, row: LanePass, plate: str) -> bool:
    """Whether the barrier went up for this car already: a camera that sees it leave reports it once more."""
    return any(
        last.outcome == READ and last.plate == plate and row.received_ms - last.made_ms < waits.SAME_CAR_MS
        for last in await queries.last_at(scope, tx, row.lane_id)
    )


async def _verdict(scope: Scope, tx: Tx, row: LanePass, plate: str) -> Verdict | None:
    """The verdict on a car that passes here by itself; None: a person must look."""
    try:
        await require_own(scope, tx, community_id=row.community_id)
    except (OtherProvider, ServiceOff):
        return None
    lane = (await spaces.spaces_by_id(scope, tx, [row.lane_id])).get(row.lane_id)
    if lane is None:
        return None
    around = path_ids(lane.path)
    kept = await find_rights(scope, tx, space_ids=around, plates=[plate])
    rights = [
        Right(_kind(right.kind), right.plate, str(right.space_id), right.starts_ms, right.ends_ms)
        for right in kept.values()
    ]
    where = Lane("out" if row.direction == _OUT else "in", frozenset(str(space) for space in around))
    state = State(free=await _free(scope, tx, row))
    verdict = judge(Arrival(plate, row.passed_ms), where, rights, state)
    if not verdict.open:
        return None
    return verdict if verdict.reason is not Reason.GUEST or await _may_guest(scope, tx, row, plate) else None


async def _free(scope: Scope, db: Reader, row: LanePass) -> tuple[int | None, ...]:
    """Free parking spaces of the lot into which a lane leads."""
    lot_id = await lots.lot_of(scope, db, row.area_id) if row.direction != _OUT else None
    if lot_id is None or lot_id != row.area_id:
        return ()
    return (await places.left(scope, db, community_id=row.community_id, lot_id=lot_id),)


async def _may_guest(scope: Scope, tx: Tx, row: LanePass, plate: str) -> bool:
    if row.direction != _OUT:
        rule = await queries.rule_of(scope, tx, row.lane_id)
        return rule is not None and bool(rule.lets_guests_in)
    lot_id = await lots.lot_of(scope, tx, row.area_id)
    if lot_id is None:
        return False
    return bool(
        await stay_queries.inside(scope, tx, community_id=row.community_id, lot_id=lot_id, plate=plate)
    )


async def _waits_for_fee(scope: Scope, db: Reader, row: LanePass, verdict: Verdict) -> bool:
    """Whether the exit itself decides when the barrier opens: its lot holds guests who owe."""
    if row.direction != _OUT or verdict.reason is not Reason.GUEST:
        return False
    lot_id = await lots.lot_of(scope, db, row.area_id)
    return lot_id is not None and await exit_queries.holds_unpaid(scope, db, lot_id)


def _is_doubted(row: LanePass, rule: ReadingRule) -> bool:
    return row.reliability is not None and row.reliability < rule.doubt_below


def _kind(kind: str) -> RightKind:
    return "whitelist" if kind == WHITELIST else "blacklist" if kind == BLACKLIST else "ordinary"


def _values(rule: ReadingRule | None) -> dict[str, object]:
    if rule is None:
        return {}
    return {
        "isOn": bool(rule.is_on),
        "letsGuestsIn": bool(rule.lets_guests_in),
        "doubtBelow": round(rule.doubt_below * 100),
    }
