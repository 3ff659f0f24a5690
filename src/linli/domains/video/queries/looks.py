"""Reads of who looked at cameras."""

from typing import Any, NamedTuple

from sqlalchemy import bindparam, func, not_, select

from linli.domains.video.models import cameras, recording_views
from linli.domains.video.recording_rows import SEEING, View
from linli.kernel.db import INT, Query, Reader, any_of, in_scope
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope

_v = recording_views.c
_here = (in_scope(recording_views), _v.community_id == bindparam("community_id", type_=INT))
_FILTERS: dict[str, Any] = {
    "iot_id": _v.iot_id == bindparam("iot_id"),
    "caller": _v.caller == bindparam("caller"),
    "whats": any_of(_v.what, "whats"),
    "from_ms": _v.at_ms >= bindparam("from_ms", type_=INT),
    "to_ms": _v.at_ms < bindparam("to_ms", type_=INT),
}
_COLUMNS = (
    _v.view_id, _v.iot_id, _v.caller, _v.what, _v.surface, _v.begin_ms, _v.end_ms, _v.over, _v.reason, _v.sha256,
    _v.at_ms,
)  # fmt: skip
_pages: dict[frozenset[str], tuple[Query[View], Query[Any]]] = {}
_callers = Query(select(_v.caller).where(*_here).group_by(_v.caller).order_by(_v.caller).limit(500))
_names = Query(
    select(cameras.c.iot_id, cameras.c.camera_id, cameras.c.name).where(
        in_scope(cameras),
        cameras.c.community_id == bindparam("community_id", type_=INT),
        any_of(cameras.c.iot_id, "iot_ids"),
    )
)


_at_spaces = Query(
    select(cameras.c.iot_id, cameras.c.name)
    .where(
        in_scope(cameras),
        cameras.c.community_id == bindparam("community_id", type_=INT),
        any_of(cameras.c.space_id, "space_ids"),
    )
    .order_by(cameras.c.name, cameras.c.camera_id)
    .limit(200)
)
_at_door = (
    *_here,
    any_of(_v.iot_id, "iot_ids"),
    any_of(_v.what, "whats"),
    _v.at_ms >= bindparam("from_ms", type_=INT),
    not_(_v.caller.like("resident:%")),
)
_door_page = Query(
    select(*_COLUMNS)
    .where(*_at_door)
    .order_by(_v.at_ms.desc(), _v.view_id.desc())
    .limit(bindparam("limit", type_=INT))
    .offset(bindparam("offset", type_=INT)),
    View,
)
_door_count = Query(select(func.count()).select_from(recording_views).where(*_at_door))


class Wanted(NamedTuple):
    """Which looks; what is empty does not narrow."""

    iot_id: str = ""
    caller: str = ""
    whats: tuple[str, ...] = ()
    from_ms: int = 0
    to_ms: int = 0


def _page(filters: frozenset[str]) -> tuple[Query[View], Query[Any]]:
    """(rows, count) for one set of filters; each set is compiled once."""
    if filters not in _pages:
        base = select(*_COLUMNS).where(*_here, *(_FILTERS[name] for name in sorted(filters)))
        rows = base.order_by(_v.at_ms.desc(), _v.view_id.desc())
        rows = rows.limit(bindparam("limit", type_=INT)).offset(bindparam("offset", type_=INT))
        _pages[filters] = Query(rows, View), Query(base.with_only_columns(func.count()))
    return _pages[filters]


async def looks(scope: Scope, db: Reader, community_id: int, wanted: Wanted, page: PageRequest) -> Page[View]:
    """Who looked at cameras of a community, the last first."""
    binds = {name: value for name, value in wanted._asdict().items() if value}
    rows, count = _page(frozenset(binds))
    total = int(await count.scalar(db, scope, community_id=community_id, **binds) or 0)
    views = await rows.all(db, scope, community_id=community_id, **binds, **page.binds)
    return Page.of(page, total, views)


async def callers(scope: Scope, db: Reader, community_id: int) -> list[str]:
    """Those who looked at something."""
    return [str(caller) for (caller,) in await _callers.all(db, scope, community_id=community_id)]


async def camera_names(
    scope: Scope, db: Reader, community_id: int, iot_ids: list[str]
) -> dict[str, tuple[int, str]]:
    """iotId → the camera's number and name."""
    named = await _names.all(db, scope, community_id=community_id, iot_ids=iot_ids) if iot_ids else []
    return {str(iot_id): (int(camera_id), str(name)) for iot_id, camera_id, name in named}


async def cameras_at(scope: Scope, db: Reader, community_id: int, space_ids: list[int]) -> dict[str, str]:
    """iotId → name of cameras that stand in one of the spaces."""
    rows = await _at_spaces.all(db, scope, community_id=community_id, space_ids=space_ids)
    return {str(iot_id): str(name) for iot_id, name in rows}


async def looks_at_door(
    scope: Scope, db: Reader, community_id: int, iot_ids: list[str], since_ms: int, page: PageRequest
) -> Page[View]:
    """Who of the staff, or which program, saw pictures of some cameras since then, the last first."""
    binds = {"community_id": community_id, "iot_ids": iot_ids, "whats": SEEING, "from_ms": since_ms}
    total = int(await _door_count.scalar(db, scope, **binds) or 0)
    return Page.of(page, total, await _door_page.all(db, scope, **binds, **page.binds))
