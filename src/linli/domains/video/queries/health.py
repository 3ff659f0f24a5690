"""Reads of picture health."""

from typing import Any

from sqlalchemy import and_, bindparam, case, func, or_, select

from linli.domains.video.health_rows import Due, Finding, Health, ListedFinding, View
from linli.domains.video.models import (
    camera_findings,
    camera_health,
    camera_views,
    cameras,
    gb_channels,
    gb_devices,
)
from linli.kernel.db import INT, Query, Reader, in_scope, total
from linli.kernel.scope import Scope

_h, _v, _f = camera_health.c, camera_views.c, camera_findings.c
_iot: Any = bindparam("iot_id")
_community = bindparam("community_id", type_=INT)
_health = Query(select(camera_health).where(in_scope(camera_health), _h.iot_id == _iot), Health)
_views = Query(
    select(camera_views).where(in_scope(camera_views), _v.iot_id == _iot).order_by(_v.period), View
)
_findings = Query(
    select(camera_findings).where(in_scope(camera_findings), _f.iot_id == _iot).order_by(_f.kind), Finding
)
_due = Query(
    select(gb_channels.c.iot_id, gb_channels.c.tenant_id, _h.tried_ms)
    .join(gb_devices, gb_devices.c.device_id == gb_channels.c.device_id)
    .join(camera_health, _h.iot_id == gb_channels.c.iot_id, isouter=True)
    .where(
        gb_devices.c.state == "online",
        gb_channels.c.online == 1,
        gb_channels.c.iot_id != "",
        or_(_h.iot_id.is_(None), and_(_h.off == 0, _h.tried_ms <= bindparam("before", type_=INT))),
    )
    .order_by(_h.tried_ms.nulls_first(), gb_channels.c.iot_id)
    .limit(bindparam("limit", type_=INT)),
    Due,
    unscoped="pictures of the cameras of every tenant are looked at",
)
_listed = Query(
    select(
        cameras.c.camera_id, cameras.c.name, _f.iot_id, _f.kind, _f.sure, _f.facts, _f.since_ms, _f.seen_ms,
        _f.muted_until_ms, case((func.length(_f.jpeg) > 0, 1), else_=0),
    )
    .join(cameras, (cameras.c.iot_id == _f.iot_id) & (cameras.c.community_id == _f.community_id))
    .where(in_scope(camera_findings), in_scope(cameras), _f.community_id == _community, _f.counts == 1)
    .order_by(_f.iot_id, _f.kind)
    .limit(5000),
    ListedFinding,
)  # fmt: skip
_counted = Query(
    select(
        func.count(),
        func.coalesce(total(_h.off), 0),
        func.coalesce(func.max(_h.looked_ms), 0),
    ).where(in_scope(camera_health), _h.community_id == _community)
)


async def health_of(scope: Scope, db: Reader, iot_id: str) -> Health | None:
    """None: it was never looked at."""
    return await _health.one(db, scope, iot_id=iot_id)


async def views_of(scope: Scope, db: Reader, iot_id: str) -> list[View]:
    return await _views.all(db, scope, iot_id=iot_id)


async def findings_of(scope: Scope, db: Reader, iot_id: str) -> list[Finding]:
    """Those too that do not count yet."""
    return await _findings.all(db, scope, iot_id=iot_id)


async def due(db: Reader, before_ms: int, limit: int) -> list[Due]:
    """Cameras that are online and were not looked at since then, and those that are new."""
    return await _due.all(db, before=before_ms, limit=limit)


async def findings_in(scope: Scope, db: Reader, community_id: int) -> list[ListedFinding]:
    """Of cameras in the community's list, those that count."""
    return await _listed.all(db, scope, community_id=community_id)


async def counted(scope: Scope, db: Reader, community_id: int) -> tuple[int, int, int]:
    """Cameras that are known, those of them that are switched off, and when the last look was."""
    row = (await _counted.all(db, scope, community_id=community_id))[0]
    return int(row[0]), int(row[1]), int(row[2])
