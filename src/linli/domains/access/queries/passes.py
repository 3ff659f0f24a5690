"""Pass records."""

from collections.abc import AsyncIterator
from typing import Any

import msgspec
from sqlalchemy import and_, bindparam, case, func, or_, select

from linli.domains.access.models import passes
from linli.domains.access.queries.doors import code_binds, ends_with, pattern
from linli.domains.access.rows import Pass
from linli.kernel.db import INT, Query, Reader, any_of, in_scope
from linli.kernel.ids import Ids
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope

HOUR_MS = 3_600_000
_p = passes.c


class PassFilter(msgspec.Struct, frozen=True):
    """Conditions that must all hold; an empty one is none."""

    community_id: int | None = None
    iot_id: str = ""
    iot_ids: tuple[str, ...] = ()
    """Any of these doors."""
    identity_id: str = ""
    credential: str = ""
    """A whole credential, as the pass has it."""
    types: tuple[str, ...] = ()
    refused: bool | None = None
    """True: only refusals; False: only those who passed."""
    from_ms: int = 0
    to_ms: int = 2**52
    text: str = ""
    """Part of the person's name or the door's; a whole credential, or the end that lists show."""


_filtered = and_(
    in_scope(passes),
    _p.passed_ms >= bindparam("from_ms", type_=INT),
    _p.passed_ms <= bindparam("to_ms", type_=INT),
    or_(bindparam("community_id", type_=INT) == 0, _p.community_id == bindparam("community_id", type_=INT)),
    or_(bindparam("iot_id") == "", _p.iot_id == bindparam("iot_id")),
    or_(bindparam("any_door", type_=INT) == 1, any_of(_p.iot_id, "iot_ids")),
    or_(bindparam("credential") == "", _p.credential == bindparam("credential")),
    or_(bindparam("identity_id") == "", _p.identity_id == bindparam("identity_id")),
    or_(bindparam("any_type", type_=INT) == 1, any_of(_p.type, "types")),
    or_(
        bindparam("outcome", type_=INT) == 0,
        and_(bindparam("outcome", type_=INT) == 1, _p.code != 0),
        and_(bindparam("outcome", type_=INT) == 2, _p.code == 0),
    ),
    or_(
        bindparam("text") == "",
        func.lower(_p.name).like(bindparam("text"), escape="\\"),
        func.lower(_p.door_name).like(bindparam("text"), escape="\\"),
        ends_with(_p.credential),
    ),
)
_list = Query(
    select(passes)
    .where(_filtered)
    .order_by(_p.id.desc())
    .limit(bindparam("limit", type_=INT))
    .offset(bindparam("offset", type_=INT)),
    Pass,
)
_count = Query(select(func.count()).select_from(passes).where(_filtered))
_before = Query(
    select(passes)
    .where(_filtered, _p.id < bindparam("before", type_=INT))
    .order_by(_p.id.desc())
    .limit(bindparam("limit", type_=INT)),
    Pass,
)
_one = Query(
    select(passes).where(
        in_scope(passes), _p.id == bindparam("pass_id", type_=INT), _p.iot_id == bindparam("iot_id")
    ),
    Pass,
)

_hour = (_p.passed_ms - bindparam("since", type_=INT)) // HOUR_MS
_by_hour = Query(
    select(_hour, func.count(), func.sum(case((_p.code != 0, 1), else_=0)))
    .where(
        in_scope(passes),
        _p.community_id == bindparam("community", type_=INT),
        _p.id >= bindparam("from_id", type_=INT),
        _p.passed_ms >= bindparam("since", type_=INT),
        _p.passed_ms < bindparam("until", type_=INT),
    )
    .group_by(_hour)
)


async def count_by_hour(
    scope: Scope, db: Reader, *, community_id: int, since_ms: int
) -> tuple[list[int], int]:
    """(passes in each of the 24 hours from `since_ms`, refusals in all of them).

    Records are numbered as they arrive, so only those that arrived since need be looked at.
    """
    hours, refused = [0] * 24, 0
    binds = {"since": since_ms, "until": since_ms + 24 * HOUR_MS, "from_id": Ids.number_at(since_ms)}
    for hour, count, bad in await _by_hour.all(db, scope, community=community_id, **binds):
        hours[int(hour)] = int(count)
        refused += int(bad)
    return hours, refused


async def list_passes(scope: Scope, db: Reader, *, where: PassFilter, page: PageRequest) -> Page[Pass]:
    """Newest first."""
    binds = _binds(where)
    total = await _count.scalar(db, scope, **binds)
    return Page.of(page, total, await _list.all(db, scope, **binds, **page.binds))


async def find_pass(scope: Scope, db: Reader, *, iot_id: str, pass_id: int) -> Pass | None:
    """A pass at this door."""
    return await _one.one(db, scope, iot_id=iot_id, pass_id=pass_id)


async def count_passes(scope: Scope, db: Reader, *, where: PassFilter) -> int:
    return int(await _count.scalar(db, scope, **_binds(where)))


async def walk_passes(
    scope: Scope, db: Reader, *, where: PassFilter, at_once: int
) -> AsyncIterator[list[Pass]]:
    """All that fit, newest first, some at a time; each read is short, so that nothing waits for the reader."""
    binds, before = _binds(where), 2**62
    while rows := await _before.all(db, scope, **binds, before=before, limit=at_once):
        yield rows
        before = rows[-1].id


def _binds(where: PassFilter) -> dict[str, Any]:
    return {
        "from_ms": where.from_ms,
        "to_ms": where.to_ms,
        "community_id": where.community_id or 0,
        "iot_id": where.iot_id,
        "any_door": int(not where.iot_ids),
        "iot_ids": list(where.iot_ids),
        "credential": where.credential,
        "identity_id": where.identity_id,
        "any_type": int(not where.types),
        "types": list(where.types),
        "outcome": 0 if where.refused is None else 1 if where.refused else 2,
        "text": pattern(where.text),
        **code_binds(where.text),
    }
