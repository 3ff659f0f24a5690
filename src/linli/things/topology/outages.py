"""Gateways whose absence takes their sub-devices with them: one cause, not twenty devices that are offline."""

from collections.abc import Iterable
from typing import Annotated, NamedTuple, Protocol

import msgspec
from msgspec import Meta
from sqlalchemy import bindparam, or_, select

from linli.kernel.db import INT, Query, Reader, any_of, in_scope
from linli.kernel.scope import Scope
from linli.things.models import devices
from linli.things.queries.devices import DeviceRow

_d = devices.c
_away = Query(
    select(_d.device_no, _d.last_offline_ms, _d.enabled).where(
        any_of(_d.device_no, "gateway_nos"),
        _d.active_ms.is_not(None),
        or_(_d.enabled == bindparam("no", type_=INT), _d.online == bindparam("no", type_=INT)),
    ),
    unscoped="a device in sight says since when its gateway is away; what that is called is asked within the scope",
)
_names = Query(
    select(_d.device_no, _d.iot_id, _d.nickname, _d.device_name).where(
        any_of(_d.device_no, "gateway_nos"), in_scope(devices)
    )
)


class Boxes(Protocol):
    """Knows which gateway devices are boxes. The process provides the implementation; boxes holds it."""

    async def by_gateway(self, scope: Scope, db: Reader, iot_ids: list[str]) -> dict[str, int]:
        """iotId of a gateway device → node id of the box in sight."""
        ...


class OfflineCause(msgspec.Struct, rename="camel", frozen=True):
    """Why a device is offline that itself may be well: its gateway is away."""

    name: Annotated[str, Meta(description="Of the gateway or box; empty: the caller may not see it.")]
    iot_id: Annotated[str | None, Meta(description="Of the gateway device; null: not in sight.")]
    box_id: Annotated[
        str | None, Meta(description="The box whose gateway device it is; null: another gateway.")
    ]
    since_ms: int | None
    disabled: Annotated[bool, Meta(description="Somebody disabled the gateway; else its line is cut.")]


class Outage(NamedTuple):
    """A gateway that is away, as its sub-devices see it."""

    gateway_no: int
    cause: OfflineCause


async def outages_of(
    scope: Scope, db: Reader, boxes: Boxes, rows: Iterable[DeviceRow], *, named: bool = True
) -> dict[str, Outage]:
    """iotId of a device that is offline → the gateway that is away. Devices that are offline by themselves are missing.

    The gateway's identity is told only to who has it in the scope, and not at all unless `named`.
    """
    offline = {row.iot_id: row.gateway_no for row in rows if row.gateway_no and row.state == "offline"}
    if not offline:
        return {}
    numbers = sorted({number for number in offline.values() if number})
    away = {row[0]: row for row in await _away.all(db, gateway_nos=numbers, no=0)}
    if not away:
        return {}
    seen = {row[0]: row for row in await _names.all(db, scope, gateway_nos=sorted(away))} if named else {}
    ids = await boxes.by_gateway(scope, db, [iot_id for _, iot_id, _, _ in seen.values()]) if seen else {}
    outages = {}
    for number, since_ms, enabled in away.values():
        _, iot_id, nickname, device_name = seen.get(number, (number, None, "", ""))
        box_id = ids.get(iot_id) if iot_id else None
        cause = OfflineCause(
            name=nickname or device_name,
            iot_id=iot_id,
            box_id=None if box_id is None else str(box_id),
            since_ms=since_ms,
            disabled=not enabled,
        )
        outages[number] = Outage(number, cause)
    return {iot_id: outages[number] for iot_id, number in offline.items() if number in outages}
