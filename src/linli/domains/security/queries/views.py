"""Who looked at pictures of people."""

from typing import NamedTuple

from sqlalchemy import bindparam, func, select

from linli.domains.security.models import views
from linli.kernel.db import INT, Query, Reader, in_scope
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope

_v = views.c
_where = (in_scope(views), _v.community_id == bindparam("community_id", type_=INT))


class View(NamedTuple):
    view_id: int
    caller: str
    what: str
    target: str
    at_ms: int


_page = Query(
    select(_v.view_id, _v.caller, _v.what, _v.target, _v.at_ms)
    .where(*_where)
    .order_by(_v.at_ms.desc(), _v.view_id.desc())
    .limit(bindparam("limit", type_=INT))
    .offset(bindparam("offset", type_=INT)),
    View,
)
_count = Query(select(func.count()).select_from(views).where(*_where))


async def page_of(scope: Scope, db: Reader, community_id: int, page: PageRequest) -> Page[View]:
    total = int(await _count.scalar(db, scope, community_id=community_id) or 0)
    rows = await _page.all(db, scope, community_id=community_id, limit=page.page_size, offset=page.offset)
    return Page.of(page, total, rows)
