"""Reads of visits: one, lists of a community, of houses and of a resident, and the figures of a day."""

from typing import Any, NamedTuple

import msgspec
from sqlalchemy import bindparam, func, or_, select

from linli.domains.people.queries.persons import like
from linli.domains.visitors.models import visit_posters, visits
from linli.domains.visitors.rows import ASKED, EXPECTED, STATES, Visit
from linli.kernel.db import INT, Query, Reader, any_of, in_scope, total
from linli.kernel.errors import NotFound
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope
from linli.rules.plates import clean_plate

_v = visits.c
_row_by_id = select(visits).where(in_scope(visits), _v.apply_id == bindparam("apply_id", type_=INT))
_by_id = Query(_row_by_id, Visit)
_locked = Query(_row_by_id.with_for_update(), Visit)
_of_pass = Query(
    select(visits).where(_v.apply_id == bindparam("apply_id", type_=INT)),
    Visit,
    unscoped="a pass page is reached by a link that carries its own proof",
)
_expected_now = Query(
    select(visits)
    .where(
        _v.visitor_identity == bindparam("identity"),
        _v.tenant_id == bindparam("tenant"),
        _v.community_id == bindparam("community_id", type_=INT),
        _v.state == EXPECTED,
        _v.starts_ms <= bindparam("at_ms", type_=INT),
        _v.ends_ms >= bindparam("at_ms", type_=INT),
    )
    .order_by(_v.starts_ms, _v.apply_id)
    .limit(1)
    .with_for_update(),
    Visit,
    unscoped="a pass names its own door; tenant and community are conditions of their own",
)
_live = Query(
    select(visits).where(
        in_scope(visits),
        _v.community_id == bindparam("community_id", type_=INT),
        any_of(_v.state, "states"),
        _v.ends_ms > bindparam("now", type_=INT),
    ),
    Visit,
)
_invited_to = Query(
    select(visits).where(
        in_scope(visits),
        _v.house_id == bindparam("house_id", type_=INT),
        _v.submitter_id == bindparam("submitter", type_=INT),
        any_of(_v.state, "states"),
    ),
    Visit,
)
_of_visitor = Query(
    select(visits).where(
        in_scope(visits),
        _v.visitor_identity == bindparam("identity"),
        _v.community_id == bindparam("community_id", type_=INT),
    ),
    Visit,
)
_waiting_of_phone = Query(
    select(func.count()).where(
        in_scope(visits),
        _v.community_id == bindparam("community_id", type_=INT),
        _v.state == ASKED,
        _v.phone == bindparam("phone"),
        _v.ends_ms > bindparam("now", type_=INT),
    )
)
_figures = Query(
    select(_v.state, func.count(), func.coalesce(total(_v.people), 0))
    .where(
        in_scope(visits),
        _v.community_id == bindparam("community_id", type_=INT),
        _v.starts_ms < bindparam("until", type_=INT),
        _v.ends_ms >= bindparam("since", type_=INT),
    )
    .group_by(_v.state)
)
_poster = Query(
    select(visit_posters).where(
        in_scope(visit_posters), visit_posters.c.community_id == bindparam("community_id", type_=INT)
    )
)
_poster_of_code = Query(
    select(visit_posters).where(visit_posters.c.code == bindparam("code")),
    unscoped="whoever scans a poster at the gate sees that community's form",
)
_FILTERS: dict[str, Any] = {
    "since": _v.ends_ms >= bindparam("since", type_=INT),
    "until": _v.starts_ms <= bindparam("until", type_=INT),
    "house_id": _v.house_id == bindparam("house_id", type_=INT),
    "house_ids": any_of(_v.house_id, "house_ids"),
    "states": any_of(_v.state, "states"),
    "sources": any_of(_v.source, "sources"),
    "submitter": _v.submitter_id == bindparam("submitter", type_=INT),
    "text": or_(
        _v.name.like(bindparam("text"), escape="\\"),
        _v.phone.like(bindparam("text"), escape="\\"),
        _v.plate.like(bindparam("plate_text"), escape="\\"),
    ),
}
_ORDERS: dict[str, Any] = {
    "starts": (_v.starts_ms.desc(), _v.apply_id.desc()),
    "-starts": (_v.starts_ms, _v.apply_id),
    "name": (_v.name, _v.apply_id),
    "-name": (_v.name.desc(), _v.apply_id),
    "changed": (_v.changed_ms.desc(), _v.apply_id.desc()),
}
ORDERS = tuple(_ORDERS)
_pages: dict[tuple[frozenset[str], str], tuple[Query[Visit], Query[Any]]] = {}


class VisitConditions(msgspec.Struct, frozen=True, kw_only=True):
    """The filter of a list of visits; None: no filter."""

    since_ms: int | None = None
    """The window of a visit touches the time from here to `until_ms`. UTC ms."""
    until_ms: int | None = None
    house_id: int | None = None
    house_ids: list[int] | None = None
    """Of residents: their own houses."""
    states: list[str] | None = None
    sources: list[str] | None = None
    submitter_id: int | None = None
    text: str | None = None
    """A part of the name, phone or plate."""


ANY = VisitConditions()


def _page(filters: frozenset[str], order: str) -> tuple[Query[Visit], Query[Any]]:
    """(rows, count) for one set of filters; each set is compiled once, so that the engine can use its indexes."""
    key = (filters, order)
    if key not in _pages:
        base = select(visits).where(
            in_scope(visits),
            _v.community_id == bindparam("community_id", type_=INT),
            *(_FILTERS[name] for name in sorted(filters)),
        )
        rows = base.order_by(*_ORDERS[order])
        rows = rows.limit(bindparam("limit", type_=INT)).offset(bindparam("offset", type_=INT))
        _pages[key] = Query(rows, Visit), Query(base.with_only_columns(func.count()))
    return _pages[key]


async def visit(scope: Scope, db: Reader, apply_id: int, *, lock: bool = False) -> Visit:
    """Raises NotFound."""
    if (visit_row := await (_locked if lock else _by_id).one(db, scope, apply_id=apply_id)) is None:
        raise NotFound(what="visit", id=apply_id)
    return visit_row


async def page(
    scope: Scope,
    db: Reader,
    community_id: int,
    request: PageRequest,
    where: VisitConditions = ANY,
    *,
    order: str = "starts",
) -> Page[Visit]:
    """Visits of a community. `order` is one of ORDERS."""
    binds: dict[str, Any] = {
        "since": where.since_ms,
        "until": where.until_ms,
        "house_id": where.house_id,
        "house_ids": where.house_ids,
        "states": where.states,
        "sources": where.sources,
        "submitter": where.submitter_id,
        "text": like(where.text) if where.text else None,
    }
    binds = {key: value for key, value in binds.items() if value is not None}
    rows, count = _page(frozenset(binds), order)
    if where.text:
        binds["plate_text"] = like(clean_plate(where.text) or where.text)
    binds["community_id"] = community_id
    total = int(await count.scalar(db, scope, **binds))
    return Page.of(request, total, await rows.all(db, scope, **binds, **request.binds))


async def live(scope: Scope, db: Reader, community_id: int, states: list[str], *, now_ms: int) -> list[Visit]:
    """Visits in some states that are not over."""
    return await _live.all(db, scope, community_id=community_id, states=states, now=now_ms)


async def invited_to(
    scope: Scope, db: Reader, house_id: int, submitter_id: int, states: list[str]
) -> list[Visit]:
    """Visits that a resident invited to a house."""
    return await _invited_to.all(db, scope, house_id=house_id, submitter=submitter_id, states=states)


async def of_visitor(scope: Scope, db: Reader, community_id: int, identity_id: str) -> list[Visit]:
    """Every visit of a person to a community."""
    return await _of_visitor.all(db, scope, community_id=community_id, identity=identity_id)


async def waiting_of_phone(scope: Scope, db: Reader, community_id: int, phone: str, *, now_ms: int) -> int:
    """Number of a phone's registrations that wait for consent."""
    return int(await _waiting_of_phone.scalar(db, scope, community_id=community_id, phone=phone, now=now_ms))


async def expected_now(
    db: Reader, *, tenant_id: str, community_id: int, identity_id: str, at_ms: int
) -> Visit | None:
    """The visit that a person who passes a door is expected for at this time."""
    return await _expected_now.one(
        db, tenant=tenant_id, community_id=community_id, identity=identity_id, at_ms=at_ms
    )


async def of_pass(db: Reader, apply_id: int) -> Visit | None:
    """The visit of a pass whose link was verified."""
    return await _of_pass.one(db, apply_id=apply_id)


class Figures(NamedTuple):
    """Number of applications in a span of time. `guests` counts the people of those expected or arrived."""

    asked: int
    expected: int
    arrived: int
    left: int
    void: int
    refused: int
    guests: int


async def figures(scope: Scope, db: Reader, community_id: int, *, since_ms: int, until_ms: int) -> Figures:
    """For the overview: a day from midnight to midnight of the site."""
    rows = await _figures.all(db, scope, community_id=community_id, since=since_ms, until=until_ms)
    counts = {state: int(count) for state, count, _ in rows}
    heads = sum(int(people) for state, _, people in rows if state in ("expected", "arrived", "left"))
    return Figures(**{state: counts.get(state, 0) for state in STATES}, guests=heads)


class Poster(NamedTuple):
    """A row of `visit_posters`."""

    community_id: int
    tenant_id: str
    code: str
    is_open: int
    changed_ms: int


async def poster(scope: Scope, db: Reader, community_id: int) -> Poster | None:
    row = await _poster.one(db, scope, community_id=community_id)
    return Poster(*row) if row else None


async def poster_of_code(db: Reader, code: str) -> Poster | None:
    row = await _poster_of_code.one(db, code=code)
    return Poster(*row) if row else None
