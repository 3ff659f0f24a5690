"""Users: all persons whom a community knows, page by page."""

from typing import Any, Final

import msgspec
from sqlalchemy import bindparam, func, select

from linli.domains.people.models import community_persons, persons, user_group_members
from linli.domains.people.queries.persons import like
from linli.domains.people.rows import Person, PersonOfCommunity
from linli.kernel.db import INT, Query, Reader, any_of, in_scope, paging
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope

_k, _p, _g = community_persons.c, persons.c, user_group_members.c
_PERSONAL: dict[str, Any] = {
    "name": _p.name.like(bindparam("name"), escape="\\"),
    "text": _p.name.like(bindparam("text"), escape="\\") | _p.phone.like(bindparam("text"), escape="\\"),
    "phone": _p.phone == bindparam("phone"),
    "identity_id": _p.identity_id == bindparam("identity_id"),
    "face_id": _p.face_id == bindparam("face_id"),
    "upload_id": _p.face_upload_id == bindparam("upload_id"),
    "id_no": _p.id_no == bindparam("id_no"),
    "age": _p.age == bindparam("age", type_=INT),
    "sex": _p.sex == bindparam("sex", type_=INT),
}
_HITS_MAX = 20_000
"""More persons than this are not listed in a statement; they are checked one by one while the page is read."""
_FILTERS: dict[str, Any] = {
    "group_id": select(_g.person_id)
    .where(_g.user_group_id == bindparam("group_id"), _g.person_id == _k.person_id)
    .correlate(community_persons)
    .exists(),
    "hits": any_of(_k.person_id, "hits"),
    "since": _k.changed_ms >= bindparam("since", type_=INT),
    "until": _k.changed_ms <= bindparam("until", type_=INT),
}
_ORDERS = {
    False: (_k.created_ms.desc(), _k.person_id.desc()),
    True: (_k.changed_ms.desc(), _k.person_id.desc()),
}
_rows = (
    select(*persons.c, _k.created_ms, _k.changed_ms)
    .join(community_persons, _k.person_id == _p.id)
    .where(in_scope(community_persons))
)
_group_count: Query[Any] = Query(
    select(func.count()).where(
        in_scope(user_group_members),
        _g.user_group_id == bindparam("group_id"),
        _g.community_id == bindparam("community_id", type_=INT),
    ),
    heavy=True,
)
_WIDTH = len(persons.c)


def _user(*row: Any) -> PersonOfCommunity:
    return PersonOfCommunity(Person(*row[:_WIDTH]), row[_WIDTH], row[_WIDTH + 1])


_hits: dict[frozenset[str], Query[Any]] = {}
_pages: dict[tuple[frozenset[str], bool], tuple[paging.Pair[PersonOfCommunity], Query[Any]]] = {}


def _page_queries(
    filters: frozenset[str], by_change: bool
) -> tuple[paging.Pair[PersonOfCommunity], Query[Any]]:
    """(rows, count) for one set of filters; each set is compiled once, so that the engine can use its indexes."""
    key = (filters, by_change)
    if key not in _pages:
        keys = select(_k.community_id, _k.person_id).where(
            in_scope(community_persons),
            _k.community_id == bindparam("community_id", type_=INT),
            *(_FILTERS[name] for name in sorted(filters & _FILTERS.keys())),
        )
        if personal := [_PERSONAL[name] for name in sorted(filters & _PERSONAL.keys())]:
            keys = keys.join(persons, _p.id == _k.person_id).where(*personal)
        # Members of a group are persons of its community, so the group alone gives the number.
        count = (
            _group_count
            if filters == {"group_id"}
            else Query(keys.with_only_columns(func.count()), heavy=True)
        )

        def rows(order_by: list[Any]) -> Query[PersonOfCommunity]:
            chosen = paging.limited(keys.order_by(*order_by)).subquery("chosen")
            # By both, else SQLite reads the whole community for one page.
            same = (chosen.c.community_id == _k.community_id) & (chosen.c.person_id == _k.person_id)
            return Query(_rows.join(chosen, same).order_by(*order_by), _user, heavy=True)

        _pages[key] = paging.both_ways(rows, _ORDERS[by_change]), count
    return _pages[key]


async def _with_hits(scope: Scope, db: Reader, binds: dict[str, Any]) -> dict[str, Any]:
    """The filters with the ids of matching persons in place of the search text; unchanged if very many match."""
    key = frozenset(_PERSONAL.keys() & binds.keys())
    if not key:
        return binds
    if key not in _hits:
        where = select(_p.id).where(in_scope(persons), *(_PERSONAL[name] for name in sorted(key)))
        _hits[key] = Query(where.limit(_HITS_MAX + 1), heavy=True)
    rows = await _hits[key].all(db, scope, **{name: binds[name] for name in key})
    if len(rows) > _HITS_MAX:
        return binds
    rest = {name: value for name, value in binds.items() if name not in key}
    return rest | {"hits": [person_id for (person_id,) in rows]}


class UserConditions(msgspec.Struct, frozen=True, kw_only=True):
    """The filter of users; None: all. Times are inclusive, UTC ms.

    `text` is a part of the name or phone; `exactly`: phone, identity_id, face_id, upload_id, id_no, age, sex.
    """

    group_id: str | None = None
    name: str | None = None
    text: str | None = None
    since_ms: int | None = None
    until_ms: int | None = None
    exactly: dict[str, Any] | None = None

    @property
    def binds(self) -> dict[str, Any]:
        """The conditions, by the names that the statements use."""
        given: dict[str, Any] = {
            "group_id": self.group_id,
            "name": like(self.name) if self.name else None,
            "text": like(self.text) if self.text else None,
            **(self.exactly or {}),
            "since": self.since_ms,
            "until": self.until_ms,
        }
        return {key: value for key, value in given.items() if value is not None}


EVERYBODY: Final = UserConditions()


async def page(
    scope: Scope,
    db: Reader,
    community_id: int,
    request: PageRequest,
    *,
    where: UserConditions = EVERYBODY,
    by_change: bool = False,
) -> Page[PersonOfCommunity]:
    """Persons known to a community, newest first."""
    binds = await _with_hits(scope, db, where.binds)
    if binds.get("hits") == []:
        return Page.of(request, 0, [])
    rows, count = _page_queries(frozenset(binds), by_change)
    binds["community_id"] = community_id
    return await paging.page_of(rows, count, db, scope, request, binds)
