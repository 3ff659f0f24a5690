"""Keeping log lines, and the switch that asks a device for them."""

from typing import Final

from sqlalchemy import bindparam, delete, select

from linli.kernel.db import INT, Command, Query, Reader, Tx
from linli.kernel.db.partitions import day_of
from linli.kernel.ids import Ids
from linli.kernel.masking import masked_text
from linli.kernel.scope import Scope
from linli.things.device_logs.lines import Line
from linli.things.device_logs.models import device_log_lines, device_log_switches
from linli.things.queries.devices import DeviceRow, get_device

_COLUMNS: Final = ("device_no", "ts", "seq", "day", "level", "module", "code", "trace_id", "content")
_mode = Query(
    select(device_log_switches.c.mode).where(device_log_switches.c.device_no == bindparam("no", type_=INT))
)
_forget = Command(
    delete(device_log_switches).where(device_log_switches.c.device_no == bindparam("no", type_=INT))
)


async def sends_logs(db: Reader, *, device_no: int) -> bool:
    """Whether the device is asked to send its log. The caller knows the device."""
    return bool(await _mode.scalar(db, no=device_no))


async def switch_logs(scope: Scope, tx: Tx, *, iot_id: str, on: bool) -> DeviceRow:
    """Ask a device for its log, or no longer. Raises NotFound. `DeviceLogs` tells the device after the commit."""
    device = await get_device(scope, tx, iot_id=iot_id)
    row = {"device_no": device.device_no, "mode": int(on), "modified_ms": tx.db.clock.now_ms()}
    await tx.upsert(device_log_switches, [row], keys=("device_no",), update=("mode", "modified_ms"))
    return device


async def keep_lines(tx: Tx, *, device_no: int, lines: list[Line], ids: Ids, now_ms: int) -> None:
    """Store lines in their order, without what opens doors. The caller knows the device."""
    day = day_of(now_ms)
    if lines:
        rows = [
            (device_no, line.ts, ids.number(now_ms), day, *line[1:-1], masked_text(line.content))
            for line in lines
        ]
        await tx.insert_tuples(device_log_lines, _COLUMNS, rows)


async def forget_switch(tx: Tx, *, device_no: int) -> None:
    """The device is gone; its lines stay until their time is over."""
    await _forget.run(tx, no=device_no)
