"""Residents and their houses."""

from typing import Any, NamedTuple

from sqlalchemy import bindparam, func, literal_column, or_, select

from linli.domains.people.models import (
    employees,
    house_members,
    persons,
    user_group_members,
)
from linli.domains.people.person_rules import MOVED_IN, MOVED_OUT
from linli.domains.people.queries.resident_filters import LIVING_THERE
from linli.domains.people.queries.resident_filters import ResidentConditions as ResidentConditions
from linli.domains.people.queries.resident_filters import ResidentFilter as ResidentFilter
from linli.domains.people.rows import Member
from linli.kernel.db import INT, Query, Reader, any_of, in_scope, paging
from linli.kernel.db.plans import Engine
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope

_m, _p, _g = house_members.c, persons.c, user_group_members.c
_COLUMNS = (
    _m.house_id, _m.community_id, _m.type, _m.status, _m.source, _m.approve_comment, _m.moved_in_ms,
    _m.created_ms, _m.changed_ms,
    _p.id, _p.identity_id, _p.name, _p.phone, _p.id_no, _p.sex, _p.age, _p.degree, _p.health, _p.marriage,
    _p.politics, _p.company, _p.registry, _p.registry_code, _p.residence_address, _p.residence_address_code,
    _p.nationality, _p.ext, _p.face_upload_id,
)  # fmt: skip
_joined = select(*_COLUMNS).join(persons, _p.id == _m.person_id).where(in_scope(house_members))

_of_house = Query(
    _joined.where(_m.house_id == bindparam("house_id", type_=INT), _m.status != MOVED_OUT).order_by(
        _m.type, _m.created_ms, _m.person_id
    ),
    Member,
)
_by_house_and_identity = Query(
    _joined.where(
        _m.house_id == bindparam("house_id", type_=INT), _p.identity_id == bindparam("identity_id")
    ),
    Member,
)
_of_person = Query(
    _joined.where(_m.person_id == bindparam("person_id", type_=INT), _m.status == MOVED_IN).order_by(
        _m.created_ms
    ),
    Member,
)
_living = Query(
    select(_m.house_id, func.count())
    .where(in_scope(house_members), any_of(_m.house_id, "house_ids"), _m.status == MOVED_IN)
    .group_by(_m.house_id)
)
_lives_or_works = Query(
    select(_p.id).where(
        in_scope(persons),
        _p.identity_id == bindparam("identity_id"),
        or_(
            select(_m.person_id)
            .where(
                _m.person_id == _p.id,
                _m.community_id == bindparam("community_id", type_=INT),
                _m.status == MOVED_IN,
            )
            .correlate(persons)
            .exists(),
            select(employees.c.person_id)
            .where(
                employees.c.person_id == _p.id,
                employees.c.community_id == bindparam("community_id", type_=INT),
            )
            .correlate(persons)
            .exists(),
        ),
    )
)
_tied = Query(
    select(func.count()).where(
        in_scope(house_members), any_of(_m.house_id, "house_ids"), _m.status != MOVED_OUT
    )
)
_ties = Query(
    select(_m.house_id, _m.person_id, _p.identity_id, _m.type, _m.status)
    .join(persons, _p.id == _m.person_id)
    .where(in_scope(house_members), any_of(_m.house_id, "house_ids"), _m.status != MOVED_OUT)
    .order_by(_m.house_id, _m.person_id)
)
_in_community = Query(
    select(func.count(func.distinct(_m.person_id))).where(
        in_scope(house_members),
        _m.community_id == bindparam("community_id", type_=INT),
        _m.status == MOVED_IN,
    ),
    heavy=True,
)
_stamp = Query(
    select(func.count(), func.max(_m.changed_ms)).where(
        in_scope(house_members), _m.community_id == bindparam("community_id", type_=INT)
    )
)
_in_houses = (
    select(_m.house_id, _m.type, _m.status, _p.id, _p.identity_id, _p.name, _p.phone)
    .join(persons, _p.id == _m.person_id)
    .where(in_scope(house_members), _m.community_id == bindparam("community_id", type_=INT))
)
_unnumbered: Query[Any] = Query(_in_houses, heavy=True)
_numbered: Query[Any] = Query(_in_houses.add_columns(_p.id_no), heavy=True)


_all_of_person = Query(
    _joined.where(_m.person_id == bindparam("person_id", type_=INT)).order_by(
        _m.status, _m.created_ms, _m.house_id
    ),
    Member,
)
_homes_of = Query(
    select(_m.person_id, _m.house_id)
    .where(
        in_scope(house_members),
        _m.community_id == bindparam("community_id", type_=INT),
        any_of(_m.person_id, "person_ids"),
        _m.status == MOVED_IN,
    )
    .order_by(_m.person_id, _m.house_id)
)


class HouseResident(NamedTuple):
    """One row of the whole community, as an import compares it."""

    house_id: int
    type: int
    status: int
    person_id: int
    identity_id: str
    name: str
    phone: str | None
    id_no: str = ""


async def of_house(scope: Scope, db: Reader, house_id: int) -> list[Member]:
    """Members of a house, owners first: living there, under review, or refused. Not those who moved out."""
    return await _of_house.all(db, scope, house_id=house_id)


async def member(scope: Scope, db: Reader, house_id: int, identity_id: str) -> Member | None:
    """One person in one house, moved out or not."""
    return await _by_house_and_identity.one(db, scope, house_id=house_id, identity_id=identity_id)


async def houses_of(scope: Scope, db: Reader, person_id: int) -> list[Member]:
    """The houses in which a person lives now, in the communities of the scope."""
    return await _of_person.all(db, scope, person_id=person_id)


async def ties_of_person(scope: Scope, db: Reader, person_id: int) -> list[Member]:
    """Every tie of a person in the communities of the scope, those who live there first, moved out or not."""
    return await _all_of_person.all(db, scope, person_id=person_id)


async def homes_of_persons(
    scope: Scope, db: Reader, community_id: int, person_ids: list[int]
) -> list[tuple[int, int]]:
    """(person, house) for everybody of these who lives in a house of the community."""
    rows = await _homes_of.all(db, scope, community_id=community_id, person_ids=person_ids)
    return [(person_id, house_id) for person_id, house_id in rows]


async def living_in(scope: Scope, db: Reader, house_ids: list[int]) -> dict[int, int]:
    """House id → number of residents who live there now; houses without residents are absent."""
    return dict(await _living.all(db, scope, house_ids=house_ids))


async def belongs(scope: Scope, db: Reader, *, community_id: int, identity_id: str) -> bool:
    """Whether a person lives in a community or works for its property. Rights at doors depend on this."""
    binds = {"community_id": community_id, "identity_id": identity_id}
    return await _lives_or_works.scalar(db, scope, **binds) is not None


async def count_tied(scope: Scope, db: Reader, house_ids: list[int]) -> int:
    """Residents, living there or waiting for review, of any of these houses."""
    return int(await _tied.scalar(db, scope, house_ids=house_ids))


async def ties_of(scope: Scope, db: Reader, house_ids: list[int]) -> list[tuple[int, int, str, int, int]]:
    """(house, person, identityId, type, status) of everybody tied to these houses who has not moved out."""
    return [tuple(row) for row in await _ties.all(db, scope, house_ids=house_ids)]


async def count_in_community(scope: Scope, db: Reader, community_id: int) -> int:
    """Persons who live in a community."""
    return int(await _in_community.scalar(db, scope, community_id=community_id))


async def all_of_community(
    scope: Scope, db: Reader, community_id: int, *, numbers: bool = False
) -> list[HouseResident]:
    """Every tie of person and house, moved out or not: for imports. `numbers`: with ID numbers."""
    rows = list(await (_numbered if numbers else _unnumbered).all(db, scope, community_id=community_id))
    for at, row in enumerate(rows):
        rows[at] = HouseResident(*row)  # in place: of a town both would take 20 MB
    return rows


async def stamp(scope: Scope, db: Reader, community_id: int) -> tuple[Any, ...]:
    """A value that changes when any tie of person and house in a community does."""
    return await _stamp.one(db, scope, community_id=community_id) or ()


_FITS: dict[str, Any] = {
    "phone": _p.phone == bindparam("phone"),
    "name": _p.name.like(bindparam("name"), escape="\\"),
    "text": _p.name.like(bindparam("text"), escape="\\") | _p.phone.like(bindparam("text"), escape="\\"),
}
_FILTERS: dict[str, Any] = {
    "group_id": select(_g.person_id)
    .where(_g.user_group_id == bindparam("group_id"), _g.person_id == _m.person_id)
    .correlate(house_members)
    .exists(),
    "house_id": _m.house_id == bindparam("house_id", type_=INT),
    "house_ids": any_of(_m.house_id, "house_ids"),
    "status": _m.status == bindparam("status", type_=INT),
    "type": _m.type == bindparam("type", type_=INT),
    "types": any_of(_m.type, "types"),
    "hits": any_of(_m.person_id, "hits"),
    "few": any_of(_m.person_id, "few"),
    "lives_in": any_of(_m.house_id, "lives_in") | any_of(_m.person_id, "lives_in_or"),
    "phone": _m.person_phone == bindparam("phone"),
    "name": _m.person_name.like(bindparam("name"), escape="\\"),
    "text": _m.person_name.like(bindparam("text"), escape="\\")
    | _m.person_phone.like(bindparam("text"), escape="\\"),
    "since": _m.changed_ms >= bindparam("since", type_=INT),
    "until": _m.changed_ms <= bindparam("until", type_=INT),
}
_ORDERS: dict[str, Any] = {
    "created": (_m.created_ms.desc(), _m.person_id.desc(), _m.house_id.desc()),
    "changed": (_m.changed_ms.desc(), _m.person_id.desc(), _m.house_id.desc()),
    "name": (_m.person_name, _m.person_id, _m.house_id),
    "-name": (_m.person_name.desc(), _m.person_id.desc(), _m.house_id.desc()),
    "type": (_m.type, _m.person_id, _m.house_id),
    "-created": (_m.created_ms, _m.person_id, _m.house_id),
}
ORDERS = tuple(_ORDERS)
_OF_PERSONS = frozenset({"phone", "name", "text"})
_HITS_MAX = 20_000
_FEW = 500
"""Up to this many persons are read one by one; more are searched among all residents."""
_hits: dict[frozenset[str], Query[Any]] = {}
_NO_TERMS = frozenset({"lives_in_or"})
"""Binds that belong to another one's term."""


async def _hits_of(scope: Scope, db: Reader, binds: dict[str, Any]) -> dict[str, Any]:
    """The filters with the ids of matching persons in place of the search text, so the search runs once. Unchanged if
    the matches are very many."""
    binds = dict(binds)
    houses, also = binds.pop("or_houses", []), binds.pop("or_persons", [])
    key = frozenset(_OF_PERSONS & binds.keys())
    if not key:
        return binds
    if key not in _hits:
        # The tenant by itself, beside the scope's own condition: only so is it looked up in the index and not asked of
        # every row.
        tenant = _p.tenant_id == bindparam("scope_tenant")
        where = select(_p.id).where(tenant, in_scope(persons), *(_FITS[name] for name in sorted(key)))
        _hits[key] = Query(where.limit(_HITS_MAX + 1), heavy=True)
    rows = await _hits[key].all(db, scope, **{name: binds[name] for name in key})
    if len(rows) > _HITS_MAX:
        return binds
    rest = {name: value for name, value in binds.items() if name not in key}
    person_ids = list({*also, *(person_id for (person_id,) in rows)})
    if houses:
        return rest | {"lives_in": houses, "lives_in_or": person_ids}
    return rest | {"few" if len(person_ids) <= _FEW else "hits": person_ids}


def _count(filters: frozenset[str], wanted: tuple[Any, ...], engine: Engine) -> Any:
    """How many rows there are. Of a group: from its members to their houses, which halves the time on SQLite (and
    PostgreSQL hashes both anyway); the community stands in an expression, else it begins with all residents."""
    if "group_id" not in filters or engine == "postgresql":
        return select(func.count()).select_from(house_members).where(*wanted)
    in_group = (_g.user_group_id == bindparam("group_id"), _g.person_id == _m.person_id)
    here = _m.community_id + literal_column("0") == bindparam("community_id", type_=INT)
    rest = (_FILTERS[name] for name in sorted(filters - {"group_id", "status"}))
    status = (
        (_m.status + literal_column("0") == bindparam("status", type_=INT),) if "status" in filters else ()
    )
    statement = select(func.count()).select_from(user_group_members).join(house_members, in_group[1])
    return statement.where(in_group[0], in_scope(house_members), here, *status, *rest)


_DEEP = 5_000
"""So many rows passed over, and PostgreSQL reads a group's members once rather than asking for each row's."""
_hashed_group = _m.person_id.in_(select(_g.person_id).where(_g.user_group_id == bindparam("group_id"))).is_(
    True
)
"""The filter `group_id` such that it is not made a join of: PostgreSQL hashes the members (90 ms in place of 140 at row
50,000 of 150,000)."""

_queries: dict[tuple[frozenset[str], str, Engine, bool], tuple[paging.Pair[Member], Query[Any]]] = {}


def _page_queries(
    filters: frozenset[str], order: str, engine: Engine = "sqlite", *, deep: bool = False
) -> tuple[paging.Pair[Member], Query[Any]]:
    """(rows, count) for one set of filters; each set is compiled once, so that the engine can use its indexes."""
    hashed = deep and engine == "postgresql" and "group_id" in filters
    key = (filters, order, engine, hashed)
    if key not in _queries:
        # Of few persons by their own index: the community in an expression, else engines read all its residents.
        here = _m.community_id + literal_column("0") if "few" in filters else _m.community_id
        wanted = (
            in_scope(house_members),
            here == bindparam("community_id", type_=INT),
            *(_FILTERS[name] for name in sorted(filters)),
        )
        passed = ((_hashed_group if hashed and term is _FILTERS["group_id"] else term) for term in wanted)
        keys = select(_m.house_id, _m.person_id).where(*passed)
        count = Query(_count(filters, wanted, engine), heavy=True)

        def rows(order_by: list[Any]) -> Query[Member]:
            chosen = paging.limited(keys.order_by(*order_by)).subquery("chosen")
            on = (_m.house_id == chosen.c.house_id) & (_m.person_id == chosen.c.person_id)
            return Query(_joined.join(chosen, on).order_by(*order_by), Member, heavy=True)

        _queries[key] = paging.both_ways(rows, _ORDERS[order]), count
    return _queries[key]


async def page(
    scope: Scope,
    db: Reader,
    community_id: int,
    request: PageRequest,
    *,
    where: ResidentConditions = LIVING_THERE,
    order: str = "created",
) -> Page[Member]:
    """Residents of a community, one row for each house a person belongs to. `order` is one of ORDERS."""
    binds = await _hits_of(scope, db, where.binds)
    if binds.get("few") == []:
        return Page.of(request, 0, [])
    filters = frozenset(binds) - _NO_TERMS
    rows, count = _page_queries(filters, order, db.engine, deep=request.offset > _DEEP)
    binds["community_id"] = community_id
    return await paging.page_of(rows, count, db, scope, request, binds)
