"""Reads of devices by GB/T 28181 and their cameras."""

from sqlalchemy import bindparam, select

from linli.domains.video.models import gb_channels, gb_devices
from linli.domains.video.rows import GbChannel, GbDevice
from linli.kernel.db import INT, Query, Reader, any_of, in_scope
from linli.kernel.errors import NotFound
from linli.kernel.scope import Scope

_NAMES_ITSELF = "a device names its own code only; what it may do is decided by its row"
_by_gb_id = Query(
    select(gb_devices).where(gb_devices.c.gb_id == bindparam("gb_id")), GbDevice, unscoped=_NAMES_ITSELF
)
_online = Query(
    select(gb_devices).where(gb_devices.c.state == "online"),
    GbDevice,
    unscoped="the front that starts again looks after all of them",
)
_codes = Query(
    select(gb_devices.c.gb_id).order_by(gb_devices.c.gb_id),
    unscoped="the front notes messages of devices that may register, and of no others",
)
_by_id = Query(
    select(gb_devices).where(
        gb_devices.c.device_id == bindparam("device_id", type_=INT), in_scope(gb_devices)
    ),
    GbDevice,
)
_of_community = Query(
    select(gb_devices)
    .where(gb_devices.c.community_id == bindparam("community_id", type_=INT), in_scope(gb_devices))
    .order_by(gb_devices.c.device_id)
    .limit(1000),
    GbDevice,
)
_channels = Query(
    select(gb_channels)
    .where(gb_channels.c.device_id == bindparam("device_id", type_=INT), in_scope(gb_channels))
    .order_by(gb_channels.c.channel),
    GbChannel,
)
_by_iot_ids = Query(
    select(gb_channels).where(any_of(gb_channels.c.iot_id, "iot_ids"), in_scope(gb_channels)), GbChannel
)


async def device_named(db: Reader, gb_id: str) -> GbDevice | None:
    """Of any company: by the code that it registers with."""
    return await _by_gb_id.one(db, gb_id=gb_id)


async def codes(db: Reader) -> list[str]:
    """Of all devices that may register."""
    return [str(code) for (code,) in await _codes.all(db)]


async def devices_online(db: Reader) -> list[GbDevice]:
    return await _online.all(db)


async def device(scope: Scope, db: Reader, device_id: int) -> GbDevice:
    """Raises NotFound."""
    if (row := await _by_id.one(db, scope, device_id=device_id)) is None:
        raise NotFound(what="gb_device", id=device_id)
    return row


async def devices(scope: Scope, db: Reader, community_id: int) -> list[GbDevice]:
    return await _of_community.all(db, scope, community_id=community_id)


async def channels(scope: Scope, db: Reader, device_id: int) -> list[GbChannel]:
    return await _channels.all(db, scope, device_id=device_id)


async def channels_of(scope: Scope, db: Reader, iot_ids: list[str]) -> dict[str, GbChannel]:
    """By iotId."""
    return {row.iot_id: row for row in await _by_iot_ids.all(db, scope, iot_ids=iot_ids)}


async def signs_of_life(scope: Scope, db: Reader, community_id: int, iot_ids: list[str]) -> dict[str, bool]:
    """Whether each of these cameras that come by GB/T 28181 is online, and what it comes by, too."""
    rows = await channels_of(scope, db, iot_ids)
    if not rows:
        return {}
    here = {row.device_id for row in await devices(scope, db, community_id) if row.state == "online"}
    return {iot_id: bool(row.online) and row.device_id in here for iot_id, row in rows.items()}
