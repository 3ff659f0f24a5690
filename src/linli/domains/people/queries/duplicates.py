"""Residents who seem to be registered twice."""

from typing import NamedTuple

from sqlalchemy import bindparam, func, select

from linli.domains.people.models import community_persons, house_members, persons
from linli.domains.people.person_rules import MOVED_OUT
from linli.kernel.db import INT, Query, Reader, in_scope
from linli.kernel.scope import Scope

_m, _p = house_members.c, persons.c
TWINS_MAX = 400
_here = (
    select(community_persons.c.person_id)
    .where(
        community_persons.c.person_id == _p.id,
        in_scope(community_persons),
        community_persons.c.community_id == bindparam("community_id", type_=INT),
    )
    .correlate(persons)
    .exists()
)
_same_number = (
    select(_p.id_no)
    .where(in_scope(persons), _here, _p.id_no != "")
    .group_by(_p.id_no)
    .having(func.count() > 1)
)
_by_number = Query(
    select(_p.id_no, _p.id)
    .where(in_scope(persons), _here, _p.id_no.in_(_same_number))
    .order_by(_p.id_no, _p.id)
    .limit(TWINS_MAX),
    heavy=True,
)
_namesakes = (
    select(_m.house_id, _p.name)
    .join(persons, _p.id == _m.person_id)
    .where(
        in_scope(house_members),
        _m.community_id == bindparam("community_id", type_=INT),
        _m.status != MOVED_OUT,
    )
    .group_by(_m.house_id, _p.name)
    .having(func.count() > 1)
    .subquery()
)
_by_name = Query(
    select(_m.house_id, _p.name, _p.id)
    .join(persons, _p.id == _m.person_id)
    .join(_namesakes, (_namesakes.c.house_id == _m.house_id) & (_namesakes.c.name == _p.name))
    .where(in_scope(house_members), _m.status != MOVED_OUT)
    .order_by(_m.house_id, _p.name, _p.id)
    .limit(TWINS_MAX),
    heavy=True,
)


class TwinGroup(NamedTuple):
    """Persons who may be one."""

    why: str
    """`idNo`: the same ID number; `name`: namesakes of one house."""
    person_ids: list[int]


async def twins(scope: Scope, db: Reader, community_id: int) -> list[TwinGroup]:
    """Residents of a community who seem to be registered twice, each group once."""
    groups: dict[tuple[object, ...], list[int]] = {}
    for number, person_id in await _by_number.all(db, scope, community_id=community_id):
        groups.setdefault(("idNo", number), []).append(person_id)
    for house_id, name, person_id in await _by_name.all(db, scope, community_id=community_id):
        groups.setdefault(("name", house_id, name), []).append(person_id)
    twin_groups: dict[tuple[int, ...], TwinGroup] = {}
    for (why, *_), people in groups.items():
        twin_groups.setdefault(tuple(people), TwinGroup(str(why), people))
    return list(twin_groups.values())
