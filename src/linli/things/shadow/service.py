"""Keeping shadows. Devices come by `wire`, applications and people by `set_wanted`; both take on a later version."""

from collections.abc import Mapping
from typing import Any

import msgspec
from sqlalchemy import bindparam, delete, select, update

from linli.kernel.db import INT, Command, Query, Reader, Tx
from linli.kernel.scope import Scope
from linli.things.queries.devices import get_device
from linli.things.shadow.document import RESET, Shadow, ShadowRefused, VersionConflict
from linli.things.shadow.models import device_shadows

_COLUMNS = ("version", "reported", "desired", "stamps", "modified_ms", "wish_version", "told_version")
_row = Query(
    select(*(device_shadows.c[name] for name in _COLUMNS)).where(
        device_shadows.c.device_no == bindparam("no", type_=INT)
    )
)
_note_sent = Command(
    update(device_shadows)
    .where(
        device_shadows.c.device_no == bindparam("no", type_=INT),
        device_shadows.c.told_version < bindparam("at", type_=INT),
        device_shadows.c.version >= bindparam("at", type_=INT),
    )
    .values(told_version=bindparam("at", type_=INT))
)
_forget = Command(delete(device_shadows).where(device_shadows.c.device_no == bindparam("no", type_=INT)))


async def shadow_of(db: Reader, *, device_no: int) -> Shadow:
    """The device's document; an empty one of version 0 when it has none yet. The caller knows the device."""
    row = await _row.one(db, no=device_no)
    if row is None:
        return Shadow(reported={}, desired={}, stamps={})
    version, reported, desired, stamps, modified_ms, wish_version, told_version = row
    return Shadow(
        version,
        msgspec.json.decode(reported),
        msgspec.json.decode(desired),
        msgspec.json.decode(stamps),
        modified_ms,
        wish_version,
        told_version,
    )


async def save(tx: Tx, shadow: Shadow, *, device_no: int) -> None:
    """Raises ShadowRefused when the document is beyond its limits."""
    shadow.check_limits()
    row = {
        "device_no": device_no,
        "version": shadow.version,
        "reported": msgspec.json.encode(shadow.reported).decode(),
        "desired": msgspec.json.encode(shadow.desired).decode(),
        "stamps": msgspec.json.encode(shadow.stamps).decode(),
        "modified_ms": shadow.modified_ms,
        "wish_version": shadow.wish_version,
        "told_version": shadow.told_version,
    }
    await tx.upsert(device_shadows, [row], keys=("device_no",), update=_COLUMNS)


async def set_wanted(
    scope: Scope, tx: Tx, *, iot_id: str, desired: Mapping[str, Any], version: int, whole: bool = False
) -> tuple[int, Shadow]:
    """Change what is wanted of a device; (its number, the document). "null" as a value removes a key.

    `version` must be above the document's present one, as in the protocol. `whole`: `desired` replaces all that was
    wanted before. Raises NotFound, VersionConflict, ShadowRefused. `Pushes` tells the device after the commit.
    """
    device = await get_device(scope, tx, iot_id=iot_id)
    shadow = await shadow_of(tx, device_no=device.device_no)
    now_ms = tx.db.clock.now_ms()
    if version == RESET:
        raise ShadowRefused(403, "only a device sets its shadow back")
    shadow.advance(version, now_ms)
    if whole:
        kept = {key: at for key, at in shadow.stamps.get("desired", {}).items() if key in desired}
        before, shadow.desired = shadow.desired, {}
        changed = {key: value for key, value in desired.items() if before.get(key) != value}
        shadow.desired = {key: before[key] for key in desired.keys() - changed.keys()}
        shadow.stamps["desired"] = {key: at for key, at in kept.items() if key not in changed}
        desired = changed
    shadow.merge("desired", dict(desired), now_ms)
    shadow.wish_version = shadow.version
    await save(tx, shadow, device_no=device.device_no)
    return device.device_no, shadow


async def note_sent(tx: Tx, *, device_no: int, version: int) -> None:
    """The device has the document of this version."""
    await _note_sent.run(tx, no=device_no, at=version)


async def forget_shadow(tx: Tx, *, device_no: int) -> None:
    """The device is gone."""
    await _forget.run(tx, no=device_no)


__all__ = ["VersionConflict", "forget_shadow", "note_sent", "save", "set_wanted", "shadow_of"]
