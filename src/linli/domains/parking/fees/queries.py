"""Tariffs, their versions, and the days of a community that are not what their weekday says."""

from sqlalchemy import bindparam, func, select

from linli.domains.parking.fees.models import calendars, tariffs, versions
from linli.domains.parking.fees.rows import CalendarRow, TariffRow, VersionRow
from linli.kernel.db import INT, Query, Reader, in_scope
from linli.kernel.errors import NotFound
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope

_t, _v = tariffs.c, versions.c
_page = Query(
    select(tariffs)
    .where(in_scope(tariffs))
    .order_by(_t.name, _t.tariff_id)
    .limit(bindparam("limit", type_=INT))
    .offset(bindparam("offset", type_=INT)),
    TariffRow,
)
_count = Query(select(func.count()).select_from(tariffs).where(in_scope(tariffs)))
_tariff = Query(
    select(tariffs).where(in_scope(tariffs), _t.tariff_id == bindparam("row", type_=INT)), TariffRow
)
_versions = Query(
    select(versions)
    .where(in_scope(versions), _v.tariff_id == bindparam("row", type_=INT))
    .order_by(_v.version.desc())
    .limit(bindparam("limit", type_=INT)),
    VersionRow,
)
_calendar = Query(
    select(calendars).where(
        in_scope(calendars), calendars.c.community_id == bindparam("community", type_=INT)
    ),
    CalendarRow,
)


async def page(scope: Scope, db: Reader, page: PageRequest) -> Page[TariffRow]:
    """By name."""
    total = int(await _count.scalar(db, scope))
    return Page.of(page, total, await _page.all(db, scope, limit=page.page_size, offset=page.offset))


async def count(scope: Scope, db: Reader) -> int:
    return int(await _count.scalar(db, scope))


async def tariff(scope: Scope, db: Reader, tariff_id: int) -> TariffRow:
    """Raises NotFound."""
    row = await _tariff.one(db, scope, row=tariff_id)
    if row is None:
        raise NotFound(what="tariff", id=str(tariff_id))
    return row


async def versions_of(scope: Scope, db: Reader, tariff_id: int, *, most: int = 100) -> list[VersionRow]:
    """The newest first."""
    return await _versions.all(db, scope, row=tariff_id, limit=most)


async def calendar(scope: Scope, db: Reader, community_id: int) -> CalendarRow:
    row = await _calendar.one(db, scope, community=community_id)
    return row or CalendarRow(community_id, scope.tenant, "[]", "[]", 0)
