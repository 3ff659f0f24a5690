"""The handling of an alarm, and the verdict on it. Each step can be taken back."""

from typing import Final

from sqlalchemy import bindparam, update

from linli.domains.access.errors import AlarmClosed, AlarmMovedOn, AlarmNotClosed, AlarmNotTaken, AlarmTaken
from linli.domains.access.models import alarms
from linli.domains.access.queries.alarms import alarm_for_change
from linli.domains.access.rows import DoorAlarm
from linli.domains.access.service.alarms import ENDED_BY_PERSONS, HISTORY, publish
from linli.domains.people.queries.callers import caller_names
from linli.kernel import history
from linli.kernel.db import INT, Command, Tx, in_scope
from linli.kernel.errors import BadInput
from linli.kernel.history import Change
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope

OUTCOMES: Final = ("real", "false", "work", "test", "other")
NOTE_MAX: Final = 200
"""Characters."""
TAKEN, RELEASED, CLOSED, REOPENED = "alarm_taken", "alarm_released", "alarm_closed", "alarm_reopened"
"""Actions in the history."""

_a = alarms.c
_keep = Command(
    update(alarms)
    .where(in_scope(alarms), _a.id == bindparam("of_id", type_=INT))
    .values(
        taken_by=bindparam("new_taken_by"),
        taken_ms=bindparam("new_taken_ms", type_=INT),
        closed_by=bindparam("new_closed_by"),
        closed_ms=bindparam("new_closed_ms", type_=INT),
        outcome=bindparam("new_outcome"),
        outcome_note=bindparam("new_note"),
        over_ms=bindparam("new_over", type_=INT),
    )
)


async def take(scope: Scope, tx: Tx, alarm_id: int, *, now_ms: int) -> None:
    """The caller looks after it; taking twice changes nothing. Raises NotFound, AlarmTaken, AlarmClosed."""
    before = await _unclosed(scope, tx, alarm_id)
    me = _caller(scope)
    if before.taken_by == me:
        return
    if before.taken_ms is not None:
        names = await caller_names(tx, [before.taken_by])
        raise AlarmTaken(name=names.get(before.taken_by, before.taken_by))
    await _change(scope, tx, before, before._replace(taken_by=me, taken_ms=now_ms), TAKEN, now_ms)


async def release(scope: Scope, tx: Tx, alarm_id: int, *, now_ms: int) -> None:
    """Nobody looks after it any more, whoever took it. Raises NotFound, AlarmClosed, AlarmNotTaken."""
    before = await _unclosed(scope, tx, alarm_id)
    if before.taken_ms is None:
        raise AlarmNotTaken
    await _change(scope, tx, before, before._replace(taken_by="", taken_ms=None), RELEASED, now_ms)


async def close(scope: Scope, tx: Tx, alarm_id: int, *, outcome: str, note: str, now_ms: int) -> None:
    """Say what it was; one that nobody took was the caller's. Raises NotFound, BadInput, AlarmClosed."""
    note = " ".join(note.split())
    if outcome not in OUTCOMES:
        raise BadInput(field="outcome", rule="one_of", allowed=", ".join(OUTCOMES))
    if len(note) > NOTE_MAX:
        raise BadInput(field="note", rule="too_long", limit=NOTE_MAX)
    if not note.isprintable():
        raise BadInput(field="note", rule="control_character")
    if outcome == "other" and not note:
        raise BadInput(field="note", rule="required")
    before = await _unclosed(scope, tx, alarm_id)
    me = _caller(scope)
    after = before._replace(
        taken_by=before.taken_by or me,
        taken_ms=now_ms if before.taken_ms is None else before.taken_ms,
        closed_by=me,
        closed_ms=now_ms,
        outcome=outcome,
        outcome_note=note,
        over_ms=now_ms if _ends_with(before) else before.over_ms,
    )
    await _change(scope, tx, before, after, CLOSED, now_ms)


async def reopen(scope: Scope, tx: Tx, alarm_id: int, *, now_ms: int) -> None:
    """It was closed by mistake: whoever took it looks after it again. Raises NotFound, AlarmNotClosed."""
    before = await alarm_for_change(scope, tx, alarm_id)
    if before.closed_ms is None:
        raise AlarmNotClosed
    over_ms = None if before.kind in ENDED_BY_PERSONS else before.over_ms
    after = before._replace(closed_by="", closed_ms=None, outcome="", outcome_note="", over_ms=over_ms)
    await _change(scope, tx, before, after, REOPENED, now_ms)


async def take_back(scope: Scope, tx: Tx, change: Change, *, ids: Ids, now_ms: int) -> None:
    """Undo the step that a line of the history tells of, if it was the last. Raises NotFound, AlarmMovedOn."""
    alarm = await alarm_for_change(scope, tx, int(change.target))
    if change.action == TAKEN and alarm.handling == "taken" and alarm.taken_ms == change.at_ms:
        await release(scope, tx, alarm.id, now_ms=now_ms)
    elif change.action == CLOSED and alarm.closed_ms == change.at_ms:
        await reopen(scope, tx, alarm.id, now_ms=now_ms)
    else:
        raise AlarmMovedOn


def _ends_with(alarm: DoorAlarm) -> bool:
    """Whether it is over because a person says so: its device never will."""
    return alarm.over_ms is None and alarm.kind in ENDED_BY_PERSONS


async def _unclosed(scope: Scope, tx: Tx, alarm_id: int) -> DoorAlarm:
    alarm = await alarm_for_change(scope, tx, alarm_id)
    if alarm.closed_ms is not None:
        raise AlarmClosed
    return alarm


async def _change(
    scope: Scope, tx: Tx, before: DoorAlarm, after: DoorAlarm, action: str, now_ms: int
) -> None:
    await _keep.run(
        tx,
        scope,
        of_id=after.id,
        new_taken_by=after.taken_by,
        new_taken_ms=after.taken_ms,
        new_closed_by=after.closed_by,
        new_closed_ms=after.closed_ms,
        new_outcome=after.outcome,
        new_note=after.outcome_note,
        new_over=after.over_ms,
    )
    await history.note(
        scope,
        tx,
        history.Record(HISTORY, after.id, after.community_id),
        action,
        before=_facts(before),
        after=_facts(after),
        now_ms=now_ms,
    )
    await publish(tx, after)


def _facts(alarm: DoorAlarm) -> dict[str, object]:
    return {
        "alarm_handling": alarm.handling,
        "alarm_outcome": alarm.outcome,
        "alarm_note": alarm.outcome_note,
    }


def _caller(scope: Scope) -> str:
    return f"{scope.caller.kind}:{scope.caller.id}"
