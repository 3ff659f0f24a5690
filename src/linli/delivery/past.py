"""The rows on a device at a past time, and their grants, read from the append-only histories."""

from itertools import batched
from typing import NamedTuple

from sqlalchemy import bindparam, or_, select

from linli.delivery.models import desired, desired_history, grant_history, grants
from linli.delivery.queries import find_row
from linli.delivery.schemas import ON_DEVICE
from linli.kernel.db import INT, Query, Reader, any_of, in_scope
from linli.kernel.scope import Scope
from linli.sync import State

CHUNK = 500


class PastRight(NamedTuple):
    """A credential on a device at that time, and a grant behind it. Times are UTC ms."""

    kind: str
    credential: str
    subject: str
    source: str
    held_since_ms: int
    starts_ms: int
    ends_ms: int
    schedule: str
    """When within the window it opened the door (`linli.rules.schedules`); empty: always."""
    granted_by: str
    granted_ms: int
    reason: str
    ended_by: str
    """The person or app that revoked it since; empty: it is not revoked."""
    ended_ms: int | None
    end_reason: str


class PastWindow(NamedTuple):
    """How a credential stood towards a device at a time. Times are UTC ms."""

    given_ms: int
    """When it was first given; after the time asked about: not given yet then."""
    starts_ms: int
    ends_ms: int
    ended_ms: int | None
    """When it had been taken away; None: it had not."""
    end_reason: str
    state: str
    """Of its row on the device then; empty: the device was to have none."""
    row_id: int | None
    schedule: str


class _Step(NamedTuple):
    desired_id: int
    kind: str
    credential: str
    subject: str
    state: str
    deleting: int
    at_ms: int
    schedule: str


class _Grant(NamedTuple):
    id: int
    kind: str
    credential: str
    subject: str
    source: str


class _Action(NamedTuple):
    grant_id: int
    action: str
    starts_ms: int
    ends_ms: int
    caller: str
    reason: str
    at_ms: int


_steps = Query(
    select(
        desired_history.c.desired_id,
        desired.c.kind,
        desired.c.credential,
        desired.c.subject,
        desired_history.c.state,
        desired_history.c.deleting,
        desired_history.c.at_ms,
        desired_history.c.schedule,
    )
    .join(desired, desired.c.id == desired_history.c.desired_id)
    .where(
        in_scope(desired),
        desired.c.device == bindparam("device"),
        desired_history.c.at_ms <= bindparam("at", type_=INT),
        any_of(desired_history.c.state, "states"),
    )
    .order_by(desired_history.c.id),
    _Step,
    heavy=True,
)
_grants = Query(
    select(grants.c.id, grants.c.kind, grants.c.credential, grants.c.subject, grants.c.source).where(
        in_scope(grants),
        any_of(grants.c.credential, "credentials"),
        or_(grants.c.target_type != ON_DEVICE, grants.c.target == bindparam("device")),
    ),
    _Grant,
    heavy=True,
)
_actions = Query(
    select(
        grant_history.c.grant_id,
        grant_history.c.action,
        grant_history.c.starts_ms,
        grant_history.c.ends_ms,
        grant_history.c.caller,
        grant_history.c.reason,
        grant_history.c.at_ms,
    )
    .where(in_scope(grant_history), any_of(grant_history.c.grant_id, "grant_ids"))
    .order_by(grant_history.c.id),
    _Action,
    heavy=True,
)
_last_step = Query(
    select(desired_history.c.state, desired_history.c.deleting, desired_history.c.schedule)
    .where(
        in_scope(desired_history),
        desired_history.c.desired_id == bindparam("row_id", type_=INT),
        desired_history.c.at_ms <= bindparam("at", type_=INT),
    )
    .order_by(desired_history.c.id.desc())
    .limit(1)
)
_SETTLED = [str(State.HELD), str(State.REMOVED)]


async def rights_at(scope: Scope, db: Reader, *, device: str, at_ms: int) -> list[PastRight]:
    """The rows that a device had confirmed and not yet dropped at `at_ms`, with the grants of that time.

    A row whose grants were all over by then, but that the device still held, is told too: its `source` is empty.
    """
    steps: dict[int, _Step] = {}
    for step in await _steps.all(db, scope, device=device, at=at_ms, states=_SETTLED):
        if step.state == State.HELD and not step.deleting:
            steps[step.desired_id] = steps.get(step.desired_id, step)._replace(schedule=step.schedule)
        else:
            steps.pop(step.desired_id, None)
    by_key = {(step.kind, step.credential): step for step in steps.values()}
    past_rights: dict[tuple[str, str], list[PastRight]] = {}
    for chunk in batched(sorted({step.credential for step in steps.values()}), CHUNK, strict=False):
        rows = [
            row
            for row in await _grants.all(db, scope, credentials=list(chunk), device=device)
            if (row.kind, row.credential) in by_key
        ]
        actions: dict[int, list[_Action]] = {}
        for action in await _actions.all(db, scope, grant_ids=[row.id for row in rows]):
            actions.setdefault(action.grant_id, []).append(action)
        for row in rows:
            right = _right(by_key[row.kind, row.credential], row, actions.get(row.id, []), at_ms)
            if right is not None:
                past_rights.setdefault((row.kind, row.credential), []).append(right)
    rights = []
    for key, step in by_key.items():
        bare = PastRight(
            kind=step.kind,
            credential=step.credential,
            subject=step.subject,
            source="",
            held_since_ms=step.at_ms,
            starts_ms=0,
            ends_ms=0,
            schedule="",
            granted_by="",
            granted_ms=0,
            reason="",
            ended_by="",
            ended_ms=None,
            end_reason="",
        )
        rights += past_rights.get(key, [bare])
    return sorted(rights, key=lambda right: (right.subject, right.kind, right.credential))


def _right(step: _Step, row: _Grant, actions: list[_Action], at_ms: int) -> PastRight | None:
    before = [action for action in actions if action.at_ms <= at_ms]
    if not before or before[-1].action == "revoked":
        return None
    given = before[-1]
    end = next((action for action in actions if action.at_ms > at_ms and action.action == "revoked"), None)
    return PastRight(
        kind=row.kind,
        credential=row.credential,
        subject=row.subject or step.subject,
        source=row.source,
        held_since_ms=step.at_ms,
        starts_ms=given.starts_ms,
        ends_ms=given.ends_ms,
        schedule=step.schedule,
        granted_by=given.caller,
        granted_ms=given.at_ms,
        reason=given.reason,
        ended_by=end.caller if end else "",
        ended_ms=end.at_ms if end else None,
        end_reason=end.reason if end else "",
    )


async def window_at(
    scope: Scope, db: Reader, *, device: str, kind: str, credential: str, at_ms: int
) -> PastWindow | None:
    """The best grant of a credential towards a device at `at_ms`; None: it never was for this device."""
    named = await _grants.all(db, scope, credentials=[credential], device=device)
    wanted = [row for row in named if row.kind == kind]
    actions: dict[int, list[_Action]] = {}
    for action in await _actions.all(db, scope, grant_ids=[row.id for row in wanted]):
        actions.setdefault(action.grant_id, []).append(action)
    if not actions:
        return None
    row = await find_row(db, device=device, kind=kind, credential=credential)
    state, schedule = "", ""
    if row is not None:
        step = await _last_step.one(db, scope, row_id=row.id, at=at_ms)
        state = "" if step is None or step[1] else str(step[0])
        schedule = str(step[2]) if step else ""
    row_id = row.id if row else None
    windows = [_window(steps, at_ms, state, row_id, schedule) for steps in actions.values()]
    return min(
        windows,
        key=lambda window: (
            window.given_ms > at_ms,
            window.ended_ms is not None,
            -(window.ended_ms or window.ends_ms),
        ),
    )


def _window(actions: list[_Action], at_ms: int, state: str, row_id: int | None, schedule: str) -> PastWindow:
    before = [action for action in actions if action.at_ms <= at_ms] or actions[:1]
    last = before[-1]
    over = last.action == "revoked"
    given = next((action for action in reversed(before) if action.action != "revoked"), last)
    return PastWindow(
        given_ms=actions[0].at_ms,
        starts_ms=given.starts_ms,
        ends_ms=given.ends_ms,
        ended_ms=last.at_ms if over else None,
        end_reason=last.reason if over else "",
        state=state,
        row_id=row_id,
        schedule=schedule,
    )
