"""Reads of notices: one, lists, recipients and readers."""

from collections.abc import Iterable
from typing import Annotated, Any, Final, NamedTuple

from msgspec import Meta
from sqlalchemy import bindparam, func, or_, select

from linli.domains.communities import space_rules
from linli.domains.communities.queries import spaces
from linli.domains.communities.rows import Space
from linli.domains.notices.models import notice_reads, notice_targets, notice_terminal_reads, notices
from linli.domains.notices.rows import PUBLISHED, STATES, Notice
from linli.domains.notices.schemas import PHONES
from linli.domains.people.queries import persons, residents
from linli.kernel.db import INT, Query, Reader, any_of, in_scope
from linli.kernel.entry import Filter
from linli.kernel.errors import NotFound
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope

_n = notices.c
_by_id = Query(
    select(notices).where(in_scope(notices), _n.notice_id == bindparam("notice_id", type_=INT)), Notice
)
_locked = Query(
    select(notices)
    .where(in_scope(notices), _n.notice_id == bindparam("notice_id", type_=INT))
    .with_for_update(),
    Notice,
)
_targets = Query(
    select(notice_targets.c.notice_id, notice_targets.c.space_id)
    .where(in_scope(notice_targets), any_of(notice_targets.c.notice_id, "notice_ids"))
    .order_by(notice_targets.c.notice_id, notice_targets.c.space_id)
)
_readers = Query(
    select(notice_reads.c.person_id, notice_reads.c.read_ms)
    .where(in_scope(notice_reads), notice_reads.c.notice_id == bindparam("notice_id", type_=INT))
    .order_by(notice_reads.c.read_ms.desc(), notice_reads.c.person_id)
    .limit(bindparam("limit", type_=INT))
)
_read_count = Query(
    select(func.count()).where(
        in_scope(notice_reads), notice_reads.c.notice_id == bindparam("notice_id", type_=INT)
    )
)
_read_by = Query(
    select(notice_reads.c.notice_id).where(
        in_scope(notice_reads),
        notice_reads.c.person_id == bindparam("person_id", type_=INT),
        any_of(notice_reads.c.notice_id, "notice_ids"),
    )
)
_read_at = Query(
    select(notice_terminal_reads.c.notice_id).where(
        in_scope(notice_terminal_reads),
        notice_terminal_reads.c.number == bindparam("number"),
        any_of(notice_terminal_reads.c.notice_id, "notice_ids"),
    )
)
_terminal_count = Query(
    select(func.count()).where(
        in_scope(notice_terminal_reads),
        notice_terminal_reads.c.notice_id == bindparam("notice_id", type_=INT),
    )
)
_reached = or_(
    _n.in_spaces == 0,
    _n.notice_id.in_(select(notice_targets.c.notice_id).where(any_of(notice_targets.c.space_id, "way"))),
)
_FILTERS: dict[str, Any] = {
    "state": _n.state == bindparam("state"),
    "type": _n.type == bindparam("type", type_=INT),
    "channels": _n.publish_type.op("&")(bindparam("channels", type_=INT)) != 0,
    "way": _reached,
    "text": or_(
        _n.title.like(bindparam("text"), escape="\\"),
        _n.publications.like(bindparam("text"), escape="\\"),
    ),
}
_ORDERS: dict[str, Any] = {
    "top": (_n.is_top.desc(), _n.publish_ms.desc(), _n.notice_id.desc()),
    "published": (_n.publish_ms.desc(), _n.notice_id.desc()),
    "changed": (_n.changed_ms.desc(), _n.notice_id.desc()),
    "deleted": (_n.deleted_ms.desc(), _n.notice_id.desc()),
    "title": (_n.title, _n.notice_id),
    "-title": (_n.title.desc(), _n.notice_id),
    "when": (_n.publish_ms, _n.notice_id),
    "-when": (_n.publish_ms.desc(), _n.notice_id.desc()),
    "-changed": (_n.changed_ms, _n.notice_id),
}
SORTS: Final = ("title", "-title", "when", "-when", "changed", "-changed")
"""The orders that a page may ask for; the others follow from the shown state."""
_pages: dict[tuple[frozenset[str], str], tuple[Query[Notice], Query[Any]]] = {}


def _page(filters: frozenset[str], order: str) -> tuple[Query[Notice], Query[Any]]:
    """(rows, count) for one set of filters; each set is compiled once, so that the engine can use its indexes."""
    key = (filters, order)
    if key not in _pages:
        base = select(notices).where(
            in_scope(notices),
            _n.community_id == bindparam("community_id", type_=INT),
            _n.deleted_ms > 0 if order == "deleted" else _n.deleted_ms == 0,
            *(_FILTERS[name] for name in sorted(filters)),
        )
        rows = base.order_by(*_ORDERS[order])
        rows = rows.limit(bindparam("limit", type_=INT)).offset(bindparam("offset", type_=INT))
        _pages[key] = Query(rows, Notice), Query(base.with_only_columns(func.count()))
    return _pages[key]


async def notice(
    scope: Scope,
    db: Reader,
    notice_id: int,
    *,
    published: bool = False,
    deleted: bool = False,
    lock: bool = False,
) -> Notice:
    """Raises NotFound; also for a deleted notice unless `deleted`, and for an unpublished one if `published`."""
    notice_row = await (_locked if lock else _by_id).one(db, scope, notice_id=notice_id)
    if (
        notice_row is None
        or (notice_row.deleted_ms and not deleted)
        or (published and notice_row.state != PUBLISHED)
    ):
        raise NotFound(what="notice", id=notice_id)
    return notice_row


class NoticeFilter(Filter, frozen=True):
    """Notices of a community."""

    q: Annotated[str, Meta(description="A part of the title or text.")] = ""
    state: Annotated[str, Meta(description="draft, scheduled, published or deleted")] = ""
    type: int | None = None
    space_id: Annotated[int | None, Meta(description="Leaves what reaches this space.")] = None


ALL: Final = NoticeFilter()


async def page(
    scope: Scope,
    db: Reader,
    community_id: int,
    request: PageRequest,
    *,
    where: NoticeFilter = ALL,
    order: str = "top",
    channels: int = 0,
) -> Page[Notice]:
    """Notices of a community. `order`: top, published, changed, or deleted for those taken away.

    `channels` are bits; a notice matches if it has one of them; 0 is any. A notice reaches a space if it goes to the
    whole community, to the space itself or to a space above it. Raises NotFound for a space outside the scope.
    """
    way = None
    if where.space_id is not None:
        way = space_rules.path_ids((await spaces.space(scope, db, where.space_id)).path)
    binds: dict[str, Any] = {
        "state": where.state if where.state in STATES else None,
        "type": where.type,
        "channels": channels or None,
        "way": way,
        "text": persons.like(where.q.strip()) if where.q.strip() else None,
    }
    binds = {key: value for key, value in binds.items() if value is not None}
    rows, count = _page(frozenset(binds), order)
    binds["community_id"] = community_id
    total = int(await count.scalar(db, scope, **binds))
    return Page.of(request, total, await rows.all(db, scope, **binds, **request.binds))


async def targets(scope: Scope, db: Reader, notice_ids: list[int]) -> dict[int, list[int]]:
    """Notice id → ids of its target spaces. Notices to the whole community are absent."""
    spaces_by_notice: dict[int, list[int]] = {}
    for notice_id, space_id in await _targets.all(db, scope, notice_ids=notice_ids):
        spaces_by_notice.setdefault(notice_id, []).append(space_id)
    return spaces_by_notice


async def read_by(scope: Scope, db: Reader, person_id: int, notice_ids: list[int]) -> set[int]:
    """The notices among these that a person has opened."""
    rows = await _read_by.all(db, scope, person_id=person_id, notice_ids=notice_ids)
    return {notice_id for (notice_id,) in rows}


async def read_at_terminal(scope: Scope, db: Reader, number: str, notice_ids: list[int]) -> set[int]:
    """The notices among these that the terminal of a number has read."""
    rows = await _read_at.all(db, scope, number=number, notice_ids=notice_ids)
    return {notice_id for (notice_id,) in rows}


class Reading(NamedTuple):
    person_id: int
    name: str
    read_ms: int


class Reach(NamedTuple):
    """The reach of a notice: number of its recipients, how many opened it, and the last who did."""

    residents: int
    read: int
    last: list[Reading]
    terminals: int
    """How many indoor terminals have read it."""


async def reach(scope: Scope, db: Reader, notice_row: Notice, *, limit: int = 50) -> Reach:
    """The present recipients: a person who moved in after the publication can read the notice too."""
    readers = await _readers.all(db, scope, notice_id=notice_row.notice_id, limit=limit)
    persons_by_id = await persons.persons_by_id(scope, db, [person_id for person_id, _ in readers])
    last = [
        Reading(person_id, persons_by_id[person_id].name if person_id in persons_by_id else "", read_ms)
        for person_id, read_ms in readers
    ]
    read = int(await _read_count.scalar(db, scope, notice_id=notice_row.notice_id))
    terminals = int(await _terminal_count.scalar(db, scope, notice_id=notice_row.notice_id))
    return Reach(await _residents(scope, db, notice_row), read, last, terminals)


async def _residents(scope: Scope, db: Reader, notice_row: Notice) -> int:
    if not notice_row.publish_type & PHONES:
        return 0
    houses = await houses_reached(scope, db, notice_row)
    if houses is None:
        return await residents.count_in_community(scope, db, notice_row.community_id)
    return await _living_in(scope, db, notice_row.community_id, houses)


async def _living_in(scope: Scope, db: Reader, community_id: int, houses: list[int]) -> int:
    everybody = PageRequest(1, 1_000_000)
    where = residents.ResidentConditions(house_ids=houses)
    rows = await residents.page(scope, db, community_id, everybody, where=where)
    return len({row.person_id for row in rows.data})


async def would_reach(scope: Scope, db: Reader, community_id: int, space_ids: list[int]) -> int:
    """Residents who live now in these spaces of a community; in none of them: in the whole community."""
    if not space_ids:
        return await residents.count_in_community(scope, db, community_id)
    rows = (await spaces.spaces_by_id(scope, db, space_ids)).values()
    houses = await _houses_of(scope, db, [row for row in rows if row.community_id == community_id])
    return await _living_in(scope, db, community_id, houses)


async def houses_reached(scope: Scope, db: Reader, notice_row: Notice) -> list[int] | None:
    """Houses that a notice goes to; None: the whole community."""
    if not notice_row.in_spaces:
        return None
    wanted = (await targets(scope, db, [notice_row.notice_id])).get(notice_row.notice_id, [])
    return await _houses_of(scope, db, (await spaces.spaces_by_id(scope, db, wanted)).values())


async def _houses_of(scope: Scope, db: Reader, aims: Iterable[Space]) -> list[int]:
    """The houses among these spaces and below them."""
    houses: set[int] = set()
    for space in aims:
        below = await spaces.subtree(scope, db, space)
        houses.update(space_row.space_id for space_row in below if space_row.kind == space_rules.HOUSE)
    return sorted(houses)
