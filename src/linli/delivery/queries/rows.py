"""Desired rows of devices, and their progress."""

from typing import Any, NamedTuple

from sqlalchemy import (
    Boolean,
    ColumnElement,
    and_,
    bindparam,
    case,
    func,
    literal_column,
    not_,
    or_,
    select,
)

from linli.delivery.models import LOCK_ORDER, desired, desired_history, devices
from linli.delivery.schemas import DesiredFilter, DesiredRow, HistoryRow
from linli.kernel.db import INT, Query, Reader, Tx, any_of, in_scope
from linli.kernel.errors import NotFound
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope
from linli.sync import State, wire_status
from linli.sync.states import FAULTS, faults_of, states_of

_d = desired.c
_WORKER = "workers serve every tenant; the row names its own"

# Literals, not binds: PostgreSQL groups by the text of an expression.
_reasons = ", ".join(f"'{reason}'" for reason in FAULTS)
_faulty: ColumnElement[bool] = literal_column(
    f"(delivery_desired.state IN ('{State.FAILED}', '{State.TIMED_OUT}') AND delivery_desired.reason IN ({_reasons}))",
    Boolean(),
)
_cannot: ColumnElement[bool] = literal_column(
    f"(delivery_desired.wanted <> '' AND delivery_desired.state <> '{State.HELD}')", Boolean()
)
_should_not: ColumnElement[bool] = literal_column(
    f"(delivery_desired.wanted = '' AND delivery_desired.state <> '{State.REMOVED}')", Boolean()
)
_filtered = and_(
    in_scope(desired),
    or_(bindparam("any_community", type_=INT) == 1, _d.community_id == bindparam("community_id", type_=INT)),
    or_(bindparam("any_device", type_=INT) == 1, _d.device == bindparam("device")),
    or_(bindparam("any_subject", type_=INT) == 1, _d.subject == bindparam("subject")),
    or_(bindparam("any_credential", type_=INT) == 1, _d.credential == bindparam("credential")),
    or_(bindparam("any_kind", type_=INT) == 1, any_of(_d.kind, "kinds")),
    or_(
        bindparam("verdict") == "",
        and_(bindparam("verdict") == "cannot", _cannot),
        and_(bindparam("verdict") == "should_not", _should_not),
    ),
    or_(
        bindparam("any_status", type_=INT) == 1,
        and_(any_of(_d.state, "deleting"), _d.wanted == ""),
        and_(_d.wanted != "", any_of(_d.state, "writing"), not_(_faulty)),
        and_(_d.wanted != "", _faulty, any_of(_d.reason, "reasons")),
    ),
)
_list = Query(
    select(desired)
    .where(_filtered)
    .order_by(_d.changed_ms.desc(), _d.id.desc())
    .limit(bindparam("limit", type_=INT))
    .offset(bindparam("offset", type_=INT)),
    DesiredRow,
)
_count = Query(select(func.count()).select_from(desired).where(_filtered))
_deleting = _d.wanted == literal_column("''")
_fault = case((_faulty, _d.reason), else_=literal_column("''"))
_counts = Query(
    select(_d.state, _deleting, _fault, func.count()).where(_filtered).group_by(_d.state, _deleting, _fault)
)
_of_devices = Query(
    select(_d.device, _d.kind, _d.state, _deleting, _fault, func.count())
    .where(any_of(_d.device, "devices"), in_scope(desired))
    .group_by(_d.device, _d.kind, _d.state, _deleting, _fault)
)
_of_credentials = Query(
    select(desired).where(any_of(_d.credential, "credentials"), in_scope(desired)).order_by(_d.id), DesiredRow
)
_on_devices = Query(
    select(_d.credential)
    .where(_d.kind == bindparam("kind"), any_of(_d.credential, "credentials"), _d.state != str(State.REMOVED))
    .distinct(),
    unscoped="retention counts for every tenant alike",
)
_of_subject = Query(
    select(desired)
    .where(
        in_scope(desired),
        _d.subject == bindparam("subject"),
        _d.community_id == bindparam("community_id", type_=INT),
    )
    .order_by(_d.id),
    DesiredRow,
)
_by_id = Query(select(desired).where(_d.id == bindparam("row_id", type_=INT), in_scope(desired)), DesiredRow)
_locked = Query(
    select(desired)
    .where(any_of(_d.id, "row_ids"), in_scope(desired))
    .order_by(*LOCK_ORDER)
    .with_for_update(),
    DesiredRow,
)
_history = Query(
    select(
        desired_history.c.at_ms,
        desired_history.c.generation,
        desired_history.c.state,
        desired_history.c.deleting,
        desired_history.c.reason,
        desired_history.c.detail,
        desired_history.c.caller,
    )
    .where(desired_history.c.desired_id == bindparam("row_id", type_=INT), in_scope(desired_history))
    .order_by(desired_history.c.id.desc())
    .limit(bindparam("limit", type_=INT)),
    HistoryRow,
)
_row_by_key = select(desired).where(
    _d.device == bindparam("device"),
    _d.kind == bindparam("kind"),
    _d.credential == bindparam("credential"),
)
row_by_key = Query(_row_by_key.with_for_update(), DesiredRow, unscoped="a device belongs to one tenant")
_row_to_see = Query(_row_by_key, DesiredRow, unscoped="asked by rooms that checked the device's scope")
rows_of_device = Query(
    select(desired).where(_d.device == bindparam("device"), any_of(_d.kind, "kinds")).order_by(_d.id),
    DesiredRow,
    unscoped=_WORKER,
)
rows_to_change = Query(
    select(desired).where(any_of(_d.id, "row_ids")).order_by(*LOCK_ORDER).with_for_update(),
    DesiredRow,
    unscoped=_WORKER,
)
due_rows = Query(
    select(desired)
    .where(
        _d.device == bindparam("device"),
        any_of(_d.kind, "kinds"),
        _d.next_try_ms <= bindparam("now", type_=INT),
    )
    .order_by(_d.failures, _d.next_try_ms, _d.id)
    .limit(bindparam("limit", type_=INT))
    # Rows that a grant holds just now come with the next round: waiting for them in another order would deadlock.
    .with_for_update(skip_locked=True),
    DesiredRow,
    unscoped=_WORKER,
)
due_devices = Query(
    select(_d.device, _d.kind)
    .where(
        _d.next_try_ms <= bindparam("now", type_=INT),
        any_of(_d.kind, "kinds"),
        ~select(devices.c.device)
        .where(devices.c.device == _d.device, devices.c.lease_until_ms > bindparam("now", type_=INT))
        .exists(),
    )
    .group_by(_d.device, _d.kind)
    .order_by(func.min(_d.next_try_ms))
    .limit(bindparam("limit", type_=INT)),
    unscoped=_WORKER,
)
due_rechecks = Query(
    select(_d.device, _d.kind, _d.credential)
    .where(_d.recheck_ms <= bindparam("now", type_=INT))
    .order_by(_d.recheck_ms)
    .limit(bindparam("limit", type_=INT)),
    unscoped=_WORKER,
)


async def list_rows(
    scope: Scope, db: Reader, *, wanted: DesiredFilter, page: PageRequest
) -> Page[DesiredRow]:
    """Desired rows, the last changed first."""
    binds = _binds(wanted)
    total = await _count.scalar(db, scope, **binds)
    rows = await _list.all(db, scope, **binds, **page.binds)
    return Page.of(page, total, rows)


async def count_by_status(scope: Scope, db: Reader, *, wanted: DesiredFilter) -> dict[str, int]:
    """How many rows show each wire status."""
    counts: dict[str, int] = {}
    for state, deleting, fault, number in await _counts.all(db, scope, **_binds(wanted)):
        status = wire_status(State(state), deleting=bool(deleting), reason=fault)
        counts[status] = counts.get(status, 0) + number
    return counts


class KindCount(NamedTuple):
    """The number of rows of a kind with a wire status on a device."""

    device: str
    kind: str
    status: str
    rows: int


async def counts_of_devices(scope: Scope, db: Reader, *, devices: list[str]) -> list[KindCount]:
    rows = await _of_devices.all(db, scope, devices=devices)
    return [
        KindCount(device, kind, wire_status(State(state), deleting=bool(deleting), reason=fault), count)
        for device, kind, state, deleting, fault, count in rows
    ]


async def get_row(scope: Scope, db: Reader, *, row_id: int) -> DesiredRow:
    """Raises NotFound."""
    row = await _by_id.one(db, scope, row_id=row_id)
    if row is None:
        raise NotFound(what="delivery", id=row_id)
    return row


async def lock_rows(scope: Scope, tx: Tx, *, row_ids: list[int]) -> list[DesiredRow]:
    """Rows that are about to change. Raises NotFound for the first that is not there."""
    rows = await _locked.all(tx, scope, row_ids=row_ids)
    there = {row.id for row in rows}
    for row_id in row_ids:
        if row_id not in there:
            raise NotFound(what="delivery", id=row_id)
    return rows


async def rows_of_credentials(scope: Scope, db: Reader, *, credentials: list[str]) -> list[DesiredRow]:
    """The rows of these credentials on every device of the scope."""
    return await _of_credentials.all(db, scope, credentials=credentials)


async def credentials_on_devices(db: Reader, *, kind: str, credentials: list[str]) -> set[str]:
    """The given credentials that a device has, or may have until it confirms their removal."""
    return {credential for (credential,) in await _on_devices.all(db, kind=kind, credentials=credentials)}


async def rows_of_subject(scope: Scope, db: Reader, *, community_id: int, subject: str) -> list[DesiredRow]:
    """Everything that a community's devices should hold, or should lose, of one person."""
    return await _of_subject.all(db, scope, subject=subject, community_id=community_id)


async def find_row(db: Reader, *, device: str, kind: str, credential: str) -> DesiredRow | None:
    """The row of one device, for rooms that already checked the device's scope."""
    return await _row_to_see.one(db, device=device, kind=kind, credential=credential)


async def history_of(scope: Scope, db: Reader, *, row_id: int, limit: int = 100) -> list[HistoryRow]:
    """The history of a row, newest first."""
    return await _history.all(db, scope, row_id=row_id, limit=limit)


def _binds(wanted: DesiredFilter) -> dict[str, Any]:
    statuses = list(wanted.statuses or ())
    return {
        "any_community": int(wanted.community_id is None),
        "community_id": wanted.community_id or 0,
        "any_device": int(wanted.device is None),
        "device": wanted.device or "",
        "any_subject": int(wanted.subject is None),
        "subject": wanted.subject or "",
        "any_credential": int(wanted.credential is None),
        "credential": wanted.credential or "",
        "any_kind": int(wanted.kinds is None),
        "kinds": list(wanted.kinds or ()),
        "any_status": int(wanted.statuses is None),
        "writing": [str(state) for state in states_of(statuses, deleting=False)],
        "deleting": [str(state) for state in states_of(statuses, deleting=True)],
        "reasons": faults_of(statuses),
        "verdict": wanted.verdict or "",
    }
