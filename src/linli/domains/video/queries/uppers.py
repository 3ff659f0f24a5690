"""Reads of upper platforms and the cameras that they see."""

from sqlalchemy import and_, bindparam, or_, select

from linli.domains.video.models import (
    camera_masks,
    cameras,
    gb_channels,
    gb_devices,
    gb_upper_cameras,
    gb_uppers,
)
from linli.domains.video.upper_rows import Shown, Upper, UpperCamera
from linli.kernel.db import INT, Query, Reader, in_scope
from linli.kernel.errors import NotFound
from linli.kernel.scope import Scope

_OWN = "the platform registers at all of them; each sees the cameras of its own row"
_all = Query(select(gb_uppers).order_by(gb_uppers.c.upper_id), Upper, unscoped=_OWN)
_by_id = Query(
    select(gb_uppers).where(gb_uppers.c.upper_id == bindparam("upper_id", type_=INT), in_scope(gb_uppers)),
    Upper,
)
_of_community = Query(
    select(gb_uppers)
    .where(gb_uppers.c.community_id == bindparam("community_id", type_=INT), in_scope(gb_uppers))
    .order_by(gb_uppers.c.upper_id),
    Upper,
)
_at_place = Query(
    select(gb_uppers).where(
        gb_uppers.c.host == bindparam("host"),
        gb_uppers.c.port == bindparam("port", type_=INT),
        gb_uppers.c.gb_id == bindparam("gb_id"),
    ),
    Upper,
    unscoped="two communities cannot register at one place with one code",
)
_chosen = Query(
    select(gb_upper_cameras)
    .where(gb_upper_cameras.c.upper_id == bindparam("upper_id", type_=INT), in_scope(gb_upper_cameras))
    .order_by(gb_upper_cameras.c.code),
    UpperCamera,
)
_u, _c, _d = gb_upper_cameras.c, gb_channels.c, gb_devices.c
_shown = Query(
    select(
        _u.upper_id, _u.code, _u.iot_id, cameras.c.name, _c.maker, _c.model, _c.steers, _c.online, _d.state,
        _c.longitude, _c.latitude,
    )
    .select_from(gb_upper_cameras)
    .join(gb_channels, _c.iot_id == _u.iot_id)
    .join(gb_devices, _d.device_id == _c.device_id)
    .join(cameras, and_(cameras.c.iot_id == _u.iot_id, cameras.c.community_id == _u.community_id))
    .outerjoin(camera_masks, camera_masks.c.iot_id == _u.iot_id)
    .where(or_(camera_masks.c.iot_id.is_(None), _u.unmasked == 1))
    .order_by(_u.upper_id, _u.code),
    Shown,
    unscoped=_OWN,
)  # fmt: skip


_of_camera = Query(
    select(gb_uppers.c.name, _u.unmasked)
    .select_from(gb_upper_cameras)
    .join(gb_uppers, gb_uppers.c.upper_id == _u.upper_id)
    .where(_u.iot_id == bindparam("iot"), in_scope(gb_upper_cameras))
    .order_by(gb_uppers.c.name, gb_uppers.c.upper_id)
)


async def every(db: Reader) -> list[Upper]:
    """Of all companies."""
    return await _all.all(db)


async def shown(db: Reader) -> dict[int, list[Shown]]:
    """By upper platform: the cameras that each sees now. One that left its community is in none, nor one that has masks
    and may not go out without them."""
    rows: dict[int, list[Shown]] = {}
    for row in await _shown.all(db):
        rows.setdefault(row.upper_id, []).append(row)
    return rows


async def upper(scope: Scope, db: Reader, upper_id: int, *, community_id: int) -> Upper:
    """Raises NotFound."""
    row = await _by_id.one(db, scope, upper_id=upper_id)
    if row is None or row.community_id != community_id:
        raise NotFound(what="upper_platform", id=upper_id)
    return row


async def of_community(scope: Scope, db: Reader, community_id: int) -> list[Upper]:
    return await _of_community.all(db, scope, community_id=community_id)


async def at_place(db: Reader, host: str, port: int, gb_id: str) -> Upper | None:
    return await _at_place.one(db, host=host, port=port, gb_id=gb_id)


async def chosen(scope: Scope, db: Reader, upper_id: int) -> list[UpperCamera]:
    return await _chosen.all(db, scope, upper_id=upper_id)


async def of_camera(scope: Scope, db: Reader, iot_id: str) -> list[tuple[str, bool]]:
    """Names of the upper platforms that a camera was chosen for, and whether it goes there without its masks."""
    return [(str(name), bool(unmasked)) for name, unmasked in await _of_camera.all(db, scope, iot=iot_id)]
