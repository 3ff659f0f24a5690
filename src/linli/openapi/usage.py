"""The use by keys and companies, for pages: calls and refusals by day, with the present limits."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, FromClause, Select, bindparam, func, or_, select

from linli.kernel import tenancy
from linli.kernel.db import INT, Query, Reader, in_scope, total
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope
from linli.openapi.limits import ALL, EVERYBODY, Rule
from linli.openapi.models import limits, usage

_KEYS, _TENANTS = tenancy.app_keys, tenancy.tenants
_OPERATOR: Final = "the operator sees the counts of every company; others name a key of their own"


class Subject(NamedTuple):
    """A key or a company with what it called on one day."""

    subject: str
    name: str
    tenant_id: str
    tenant_name: str
    calls: int
    refused: int
    own_rules: int
    """Limits set for it alone."""


class Sums(NamedTuple):
    """Calls of one path, or of one day."""

    calls: int = 0
    failures: int = 0
    refused: int = 0


class Search(NamedTuple):
    """The filter of a list of subjects: by text, with their own limits, refused on the day."""

    text: str = ""
    own: bool = False
    refused: bool = False


def _subjects(
    subject: ColumnElement[str], name: ColumnElement[str], whole: FromClause, counted_by: ColumnElement[str]
) -> Select[Any]:
    counts = (
        select(
            counted_by.label("subject"),
            total(usage.c.calls).label("calls"),
            total(usage.c.refused).label("refused"),
        )
        .where(usage.c.day == bindparam("day", type_=INT))
        .group_by(counted_by)
        .subquery()
    )
    rules = (
        select(limits.c.subject, func.count().label("rules"))
        .where(limits.c.subject != EVERYBODY)
        .group_by(limits.c.subject)
        .subquery()
    )
    calls = func.coalesce(counts.c.calls, 0)
    refused, own = func.coalesce(counts.c.refused, 0), func.coalesce(rules.c.rules, 0)
    joined = whole.outerjoin(counts, counts.c.subject == subject)
    words = (name, _TENANTS.c.name, subject)
    return (
        select(
            subject.label("subject"),
            name.label("name"),
            _TENANTS.c.id.label("tenant_id"),
            _TENANTS.c.name.label("tenant_name"),
            calls.label("calls"),
            refused.label("refused"),
            own.label("own_rules"),
        )
        .select_from(joined.outerjoin(rules, rules.c.subject == subject))
        .where(
            or_(
                bindparam("text") == "",
                *(func.lower(word).like(bindparam("text"), escape="\\") for word in words),
            ),
            or_(bindparam("own", type_=INT) == 0, own > 0),
            or_(bindparam("over", type_=INT) == 0, refused > 0),
        )
    )


def _paged(statement: Select[Any]) -> tuple[Query[Subject], Query[tuple[int]]]:
    listed = statement.subquery()
    page = (
        select(*listed.c)
        .order_by(listed.c.refused.desc(), listed.c.calls.desc(), listed.c.subject)
        .limit(bindparam("limit", type_=INT))
        .offset(bindparam("offset", type_=INT))
    )
    return (
        Query(page, Subject, unscoped=_OPERATOR, heavy=True),
        Query(select(func.count()).select_from(listed), unscoped=_OPERATOR, heavy=True),
    )


_PAGES: Final = {
    "key": _paged(
        _subjects(
            _KEYS.c.app_key,
            _KEYS.c.name,
            _KEYS.join(_TENANTS, _TENANTS.c.id == _KEYS.c.tenant_id),
            usage.c.app_key,
        )
    ),
    "company": _paged(_subjects(_TENANTS.c.id, _TENANTS.c.name, _TENANTS, usage.c.tenant_id)),
}
_sums = [func.coalesce(total(usage.c[name]), 0) for name in Sums._fields]
_of_subject = or_(
    bindparam("subject") == EVERYBODY,
    usage.c.app_key == bindparam("subject"),
    usage.c.tenant_id == bindparam("subject"),
)
_by_path = Query(
    select(usage.c.path, *_sums)
    .where(usage.c.day == bindparam("day", type_=INT), _of_subject)
    .group_by(usage.c.path),
    unscoped=_OPERATOR,
    heavy=True,
)
_by_day = Query(
    select(usage.c.day, *_sums)
    .where(
        usage.c.day >= bindparam("first", type_=INT),
        usage.c.day <= bindparam("last", type_=INT),
        _of_subject,
    )
    .group_by(usage.c.day),
    unscoped=_OPERATOR,
    heavy=True,
)
_any = Query(select(usage.c.calls).where(in_scope(usage), usage.c.calls > usage.c.failures).limit(1))
_own_rules = Query(
    select(limits.c.subject, limits.c.per_second, limits.c.per_day).where(
        limits.c.path == ALL, limits.c.subject != EVERYBODY
    ),
    unscoped=_OPERATOR,
)


async def page_of(db: Reader, kind: str, search: Search, page: PageRequest, *, day: int) -> Page[Subject]:
    """Keys or companies, those that were refused first, then by their calls."""
    listing, count = _PAGES[kind]
    escaped = search.text.strip().lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    binds: dict[str, Any] = {
        "text": f"%{escaped}%" if escaped else "",
        "own": int(search.own),
        "over": int(search.refused),
        "day": day,
    }
    count_of_all = int(await count.scalar(db, **binds) or 0)
    return Page.of(page, count_of_all, await listing.all(db, **binds, **page.binds))


async def any_call(scope: Scope, db: Reader) -> bool:
    """Whether a call of the company was ever answered, as long as counts are kept."""
    return await _any.scalar(db, scope) is not None


async def rules_in_all(db: Reader) -> dict[str, Rule]:
    """The limits set for keys and companies on all of their calls together."""
    return {subject: Rule(second, day) for subject, second, day in await _own_rules.all(db)}


async def by_path(db: Reader, subject: str, day: int) -> dict[str, Sums]:
    """Calls of a key, of a company, or of everybody on one day."""
    return {path: Sums(*sums) for path, *sums in await _by_path.all(db, subject=subject, day=day)}


async def by_day(db: Reader, subject: str, *, first: int, last: int) -> dict[int, Sums]:
    """The same, day by day."""
    rows = await _by_day.all(db, subject=subject, first=first, last=last)
    return {day: Sums(*sums) for day, *sums in rows}


def total_of(sums: dict[str, Sums]) -> Sums:
    return Sums(*(sum(column) for column in zip(*sums.values(), strict=True))) if sums else Sums()
