"""How many persons of which kind are in a community."""

from collections.abc import Sequence

from sqlalchemy import Column, bindparam, case, func, select

from linli.domains.people.models import community_persons, house_members, persons
from linli.domains.people.person_rules import MOVED_IN
from linli.kernel.db import INT, Query, Reader, in_scope
from linli.kernel.scope import Scope

type Counts = dict[str, int]
"""By code; an empty code for persons without a value."""

AGES = ((0, 6, "0-6"), (7, 17, "7-17"), (18, 34, "18-34"), (35, 59, "35-59"), (60, 200, "60+"))
"""Bands of the population: pre-school, school, young, middle and old age, both ends in them."""

_c, _m, _p = community_persons.c, house_members.c, persons.c
_community = bindparam("community_id", type_=INT)
_here = (in_scope(community_persons), _c.community_id == _community)

_registered = Query(select(func.count()).select_from(community_persons).where(*_here), heavy=True)
_any = Query(
    select(_m.house_id)
    .where(in_scope(house_members), _m.community_id == _community, _m.status == MOVED_IN)
    .limit(1)
)
_by_tie = Query(
    select(_m.type, func.count(func.distinct(_m.person_id)))
    .where(in_scope(house_members), _m.community_id == _community, _m.status == MOVED_IN)
    .group_by(_m.type),
    heavy=True,
)
_lived_in = Query(
    select(func.count(func.distinct(_m.house_id))).where(
        in_scope(house_members), _m.community_id == _community, _m.status == MOVED_IN
    ),
    heavy=True,
)


def _shares(column: Column[int]) -> Query[tuple[int | None, int]]:
    return Query(
        select(column, func.count())
        .select_from(community_persons.join(persons, _p.id == _c.person_id))
        .where(*_here)
        .group_by(column),
        heavy=True,
    )


_band = case(*(((_p.age >= first) & (_p.age <= last), first) for first, last, _ in AGES), else_=None)
_by = {name: _shares(_p[name]) for name in ("sex", "degree", "marriage", "politics")}
_by_age = Query(
    select(_band, func.count())
    .select_from(community_persons.join(persons, _p.id == _c.person_id))
    .where(*_here)
    .group_by(_band),
    heavy=True,
)
_AGE_NAMES = {first: name for first, _, name in AGES}


async def any_resident(scope: Scope, db: Reader, community_id: int) -> bool:
    """Whether anybody lives there."""
    return await _any.scalar(db, scope, community_id=community_id) is not None


async def count_registered(scope: Scope, db: Reader, community_id: int) -> int:
    """All persons that a community knows, living there or not."""
    return int(await _registered.scalar(db, scope, community_id=community_id))


async def count_by_tie(scope: Scope, db: Reader, community_id: int) -> dict[int, int]:
    """MEMBER_TYPE -> persons who live in a house as that."""
    rows: Sequence[tuple[int, int]] = await _by_tie.all(db, scope, community_id=community_id)
    return {int(type): int(count) for type, count in rows}


async def count_lived_in(scope: Scope, db: Reader, community_id: int) -> int:
    """Houses with at least one member living in them."""
    return int(await _lived_in.scalar(db, scope, community_id=community_id))


async def count_by(scope: Scope, db: Reader, community_id: int, field: str) -> Counts:
    """Registered persons by `sex`, `degree`, `marriage` or `politics`, under the numbers of spec B §2."""
    return {
        "" if code is None else str(code): int(count)
        for code, count in await _by[field].all(db, scope, community_id=community_id)
    }


async def count_by_age(scope: Scope, db: Reader, community_id: int) -> Counts:
    """Registered persons by the bands of AGES."""
    return {
        "" if first is None else _AGE_NAMES[int(first)]: int(count)
        for first, count in await _by_age.all(db, scope, community_id=community_id)
    }
