"""Device by device: how much of what should hold there does, and how its last comparison came out."""

from typing import NamedTuple

import msgspec
from sqlalchemy import and_, bindparam, case, func, literal_column, or_, select

from linli.delivery.models import desired, devices
from linli.delivery.schemas import Compared
from linli.kernel.db import INT, Query, Reader, in_scope
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope
from linli.sync import State

_d = desired.c


def _sum(condition: str) -> object:
    return func.sum(case((literal_column(condition), 1), else_=0))


_confirmed = _sum(f"delivery_desired.wanted <> '' AND delivery_desired.state = '{State.HELD}'")
_cannot = _sum(f"delivery_desired.wanted <> '' AND delivery_desired.state <> '{State.HELD}'")
_should_not = _sum(f"delivery_desired.wanted = '' AND delivery_desired.state <> '{State.REMOVED}'")
_person = _sum(f"delivery_desired.state = '{State.NEEDS_PERSON}'")
_is_refused = f"delivery_desired.reason = 'refused' AND delivery_desired.state NOT IN ('{State.HELD}', '{State.REMOVED}')"
_refused = _sum(_is_refused)
_words = func.max(case((literal_column(_is_refused), _d.detail), else_=""))
_here = and_(
    in_scope(desired),
    or_(bindparam("community_id", type_=INT) == 0, _d.community_id == bindparam("community_id", type_=INT)),
    or_(bindparam("device") == "", _d.device == bindparam("device")),
)
_boards = Query(
    select(
        _d.device, _confirmed, _cannot, _should_not, _person, _refused, _words, func.max(_d.changed_ms),
        devices.c.compared_ms, devices.c.compared,
    )  # type: ignore[call-overload]
    .select_from(desired.outerjoin(devices, devices.c.device == _d.device))
    .where(_here)
    .group_by(_d.device, devices.c.compared_ms, devices.c.compared)
    .order_by(_person.desc(), (_cannot + _should_not).desc(), _d.device)  # type: ignore[attr-defined, operator]
    .limit(bindparam("limit", type_=INT))
    .offset(bindparam("offset", type_=INT)),
    heavy=True,
)  # fmt: skip
_count = Query(select(func.count(_d.device.distinct())).where(_here), heavy=True)


class Board(NamedTuple):
    device: str
    confirmed: int
    """Confirmed by the device."""
    cannot: int
    """Should be there and is not confirmed: the person should enter and cannot."""
    should_not: int
    """Should be deleted and is not confirmed: the person may still enter and should not."""
    needs_person: int
    refused: int
    """Of the unconfirmed rows: the number that the device refused, such as all entries of a refused file."""
    refusal: str
    """In the device's own words."""
    changed_ms: int
    compared_ms: int | None
    compared: Compared | None


async def boards(
    scope: Scope, db: Reader, *, page: PageRequest, community_id: int | None = None, device: str = ""
) -> Page[Board]:
    """Devices that anything was ever delivered to, those with the most to do first."""
    binds = {"community_id": community_id or 0, "device": device}
    total = await _count.scalar(db, scope, **binds)
    rows = [
        Board(
            device=row[0],
            confirmed=int(row[1]),
            cannot=int(row[2]),
            should_not=int(row[3]),
            needs_person=int(row[4]),
            refused=int(row[5]),
            refusal=row[6],
            changed_ms=row[7],
            compared_ms=row[8],
            compared=msgspec.json.decode(row[9], type=Compared) if row[9] else None,
        )
        for row in await _boards.all(db, scope, **binds, **page.binds)
    ]
    return Page.of(page, total, rows)
