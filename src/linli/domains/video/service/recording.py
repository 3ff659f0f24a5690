"""What people say of recording: plans, recording by hand, locks; and what the recorder writes of its files."""

from typing import Final, NamedTuple

from sqlalchemy import and_, bindparam, delete, update

from linli.domains.video.models import recording_gaps, recording_plans, recording_segments, recording_views
from linli.domains.video.queries import recording as queries
from linli.domains.video.recording_rows import ERASED, ERASING, EVENT, MODES, NEAR_MS, Gap, Plan, Segment
from linli.domains.video.service.looks import Look, note_look
from linli.kernel import history
from linli.kernel.db import INT, Command, Tx, any_of, in_scope
from linli.kernel.errors import BadInput
from linli.kernel.scope import Scope

HISTORY: Final = "recording_plan"
MOST_DAYS: Final = 365
MOST_MB: Final = 100_000_000
MOST_MANUAL_MS: Final = 24 * 3_600_000
AFTER_EVENT_MS: Final = 30_000
"""An alarm is recorded for so long after it came."""
VIEW_DAYS: Final = 180
_RECORDER: Final = "the recorder writes of its own files"
_s, _g = recording_segments.c, recording_gaps.c
_row = bindparam("row", type_=INT)

_grown = Command(
    update(recording_segments)
    .where(_s.segment_id == _row, _s.state != ERASING)
    .values(
        end_ms=bindparam("new_end", type_=INT),
        bytes=bindparam("new_bytes", type_=INT),
        state=bindparam("new_state"),
    ),
    unscoped=_RECORDER,
)
_drop = Command(delete(recording_segments).where(any_of(_s.segment_id, "rows")), unscoped=_RECORDER)
_end_gap = Command(
    update(recording_gaps).where(_g.gap_id == _row).values(end_ms=bindparam("new_end", type_=INT)),
    unscoped=_RECORDER,
)
_erased_on = Command(
    update(recording_gaps)
    .where(
        _g.iot_id == bindparam("camera"),
        _g.cause == ERASED,
        _g.end_ms >= bindparam("after", type_=INT),
        _g.end_ms <= bindparam("before", type_=INT),
    )
    .values(end_ms=bindparam("new_end", type_=INT)),
    unscoped=_RECORDER,
)
_lock = Command(
    update(recording_segments)
    .where(
        in_scope(recording_segments),
        _s.iot_id == bindparam("camera"),
        _s.state != ERASING,
        _s.end_ms > bindparam("after", type_=INT),
        _s.begin_ms < bindparam("before", type_=INT),
        _s.locked != bindparam("new_locked", type_=INT),
    )
    .values(locked=bindparam("new_locked", type_=INT))
)
_erase = Command(
    update(recording_segments)
    .where(in_scope(recording_segments), _s.iot_id == bindparam("camera"))
    .values(state=ERASING, locked=0)
)
_forget = tuple(
    Command(delete(table).where(in_scope(table), table.c.iot_id == bindparam("camera")))
    for table in (recording_plans, recording_gaps, recording_views)
)
_alarmed = Command(
    update(recording_plans)
    .where(
        in_scope(recording_plans),
        recording_plans.c.iot_id == bindparam("camera"),
        recording_plans.c.mode == EVENT,
        recording_plans.c.event_until_ms < bindparam("until", type_=INT),
    )
    .values(event_until_ms=bindparam("until", type_=INT))
)
_old_gaps = Command(
    delete(recording_gaps).where(
        _g.iot_id == bindparam("camera"), and_(_g.end_ms != 0, _g.end_ms < bindparam("before", type_=INT))
    ),
    unscoped="gaps go with the recordings around them",
)
_old_views = Command(
    delete(recording_views).where(recording_views.c.at_ms < bindparam("before", type_=INT)),
    unscoped="views of every tenant are forgotten in time",
)


class PlanForm(NamedTuple):
    mode: str
    hours: str
    sub: bool
    days: int
    most_mb: int


def _kept(plan: Plan) -> dict[str, object]:
    names = ("mode", "hours", "sub", "days", "most_mb")
    return {name: getattr(plan, name) for name in names}


async def set_plan(
    scope: Scope, tx: Tx, *, community_id: int, iot_id: str, form: PlanForm, now_ms: int
) -> None:
    """Say when a camera is recorded here. Raises BadInput."""
    if form.mode not in MODES:
        raise BadInput(field="mode", rule="one_of", allowed=", ".join(MODES))
    if not 1 <= form.days <= MOST_DAYS:
        raise BadInput(field="days", rule="range", low=1, high=MOST_DAYS)
    if not 0 <= form.most_mb <= MOST_MB:
        raise BadInput(field="mostMb", rule="range", low=0, high=MOST_MB)
    before = await _plan(scope, tx, community_id, iot_id)
    after = before._replace(**{**form._asdict(), "sub": int(form.sub)}, changed_ms=now_ms)
    await _write(tx, after)
    await history.note(
        scope, tx, history.Record(HISTORY, iot_id, community_id), "changed",
        before=_kept(before), after=_kept(after), now_ms=now_ms,
    )  # fmt: skip


async def record_by_hand(
    scope: Scope, tx: Tx, *, community_id: int, iot_id: str, lasts_ms: int, now_ms: int
) -> None:
    """Record from now on for so long, whatever the plan says; 0: no longer. Raises BadInput."""
    if not 0 <= lasts_ms <= MOST_MANUAL_MS:
        raise BadInput(field="minutes", rule="range", low=0, high=MOST_MANUAL_MS // 60_000)
    before = await _plan(scope, tx, community_id, iot_id)
    goes_on = before.manual_until_ms > now_ms
    after = before._replace(
        manual_since_ms=before.manual_since_ms if goes_on else now_ms,
        manual_until_ms=now_ms + lasts_ms if lasts_ms else 0,
        manual_by=f"{scope.caller.kind}:{scope.caller.id}",
        changed_ms=now_ms,
    )
    await _write(tx, after)
    await history.note(
        scope, tx, history.Record(HISTORY, iot_id, community_id), "changed",
        before={"manual_minutes": 0}, after={"manual_minutes": lasts_ms // 60_000}, now_ms=now_ms,
    )  # fmt: skip


async def _plan(scope: Scope, tx: Tx, community_id: int, iot_id: str) -> Plan:
    return await queries.plan_of(scope, tx, iot_id) or Plan(iot_id, scope.tenant, community_id)


async def _write(tx: Tx, plan: Plan) -> None:
    row = plan._asdict()
    await tx.upsert(
        recording_plans, [row], keys=("iot_id",), update=tuple(name for name in row if name != "iot_id")
    )


async def lock(scope: Scope, tx: Tx, look: Look, *, community_id: int, locked: bool, now_ms: int) -> int:
    """Keep files of a span until they are unlocked; how many changed."""
    changed = await _lock.run(
        tx, scope, camera=look.iot_id, after=look.begin_ms, before=look.end_ms, new_locked=int(locked)
    )
    await note_look(scope, tx, look, community_id=community_id, now_ms=now_ms)
    return changed


async def forget(tx: Tx, *, tenant_id: str, iot_id: str) -> None:
    """A camera that is gone or stands elsewhere now: its plan ends, and the recorder erases its files."""
    scope = Scope.system(tenant_id, "video")
    await _erase.run(tx, scope, camera=iot_id)
    for command in _forget:
        await command.run(tx, scope, camera=iot_id)


async def alarm_came(tx: Tx, *, tenant_id: str, iot_id: str, now_ms: int) -> None:
    """A camera that is recorded around alarms has one."""
    scope = Scope.system(tenant_id, "video")
    await _alarmed.run(tx, scope, camera=iot_id, until=now_ms + AFTER_EVENT_MS)


# ---------------------------------------------------------------- the recorder's own


async def begin_segment(tx: Tx, segment: Segment) -> None:
    await tx.insert(recording_segments, segment._asdict())


async def grow_segment(tx: Tx, segment: Segment) -> None:
    """Its end and size so far; `state` says whether it is over."""
    await _grown.run(
        tx, row=segment.segment_id, new_end=segment.end_ms, new_bytes=segment.bytes, new_state=segment.state
    )


async def drop_segments(tx: Tx, segment_ids: list[int]) -> None:
    await _drop.run(tx, rows=segment_ids)


async def drop_for_room(tx: Tx, segment: Segment) -> None:
    """It went before its days were over: that is said where it was, as one gap with those beside it."""
    await drop_segments(tx, [segment.segment_id])
    changed = await _erased_on.run(
        tx, camera=segment.iot_id, after=segment.begin_ms - NEAR_MS, before=segment.end_ms,
        new_end=segment.end_ms,
    )  # fmt: skip
    if not changed:
        gap = Gap(
            segment.segment_id, segment.tenant_id, segment.community_id, segment.iot_id, segment.begin_ms,
            segment.end_ms, ERASED,
        )  # fmt: skip
        await begin_gap(tx, gap)


async def begin_gap(tx: Tx, gap: Gap) -> None:
    await tx.insert(recording_gaps, gap._asdict())


async def end_gap(tx: Tx, gap_id: int, end_ms: int) -> None:
    await _end_gap.run(tx, row=gap_id, new_end=end_ms)


async def drop_old_gaps(tx: Tx, iot_id: str, before_ms: int) -> None:
    await _old_gaps.run(tx, camera=iot_id, before=before_ms)


async def drop_old_views(tx: Tx, now_ms: int) -> None:
    await _old_views.run(tx, before=now_ms - VIEW_DAYS * 86_400_000)
