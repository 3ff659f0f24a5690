"""How wrong the clocks of devices are, as they showed when they asked for the time."""

from typing import NamedTuple

from sqlalchemy import bindparam, select

from linli.kernel.db import INT, Query, Reader, any_of, in_scope
from linli.kernel.scope import Scope
from linli.things.models import device_clocks, devices

_of = Query(
    select(devices.c.iot_id, device_clocks.c.off_ms, device_clocks.c.measured_ms)
    .join(devices, devices.c.device_no == device_clocks.c.device_no)
    .where(
        any_of(devices.c.iot_id, "iot_ids"),
        device_clocks.c.measured_ms >= bindparam("since", type_=INT),
        in_scope(devices),
    )
)


class ClockOff(NamedTuple):
    off_ms: int
    """Ahead of ours; negative: behind."""
    measured_ms: int


async def clocks_of(scope: Scope, db: Reader, *, iot_ids: list[str], since_ms: int) -> dict[str, ClockOff]:
    """By iotId; devices that did not ask for the time since then are absent."""
    rows = await _of.all(db, scope, iot_ids=iot_ids, since=since_ms)
    return {iot_id: ClockOff(off_ms, measured_ms) for iot_id, off_ms, measured_ms in rows}
