"""The log that a device keeps itself and sends when it is asked to."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from linli.kernel.db import Database, Tx
from linli.kernel.entry import Filter, Routes
from linli.kernel.errors import NotFound
from linli.kernel.masking import masked_text
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope
from linli.things.device_logs.lines import LEVELS
from linli.things.device_logs.queries import LogFilter, find_lines, modules_of
from linli.things.device_logs.service import sends_logs, switch_logs
from linli.things.features import Features
from linli.things.queries.devices import get_device

LogLevel = Literal["DEBUG", "INFO", "WARN", "ERROR", "FATAL"]


class OwnLogLine(msgspec.Struct, rename="camel", frozen=True):
    id: str
    at_ms: int
    level: str
    module: str
    code: str
    trace_id: str
    content: str


class OwnLogSwitch(msgspec.Struct, rename="camel"):
    on: bool
    """Whether the device is asked to send its log."""


class OwnLogSettings(OwnLogSwitch, rename="camel"):
    modules: list[str]
    """The devices with lines."""


class OwnLogFilter(Filter, frozen=True):
    """Lines that a device sent."""

    level: Annotated[LogLevel | None, Meta(description="This and higher ones.")] = None
    module: str = ""
    trace_id: str = ""
    q: Annotated[str, Meta(description="Part of the text or the code.")] = ""
    from_ms: int | None = None
    to_ms: int | None = None


device_own_log_routes = Routes("/devices/{iot_id:str}/own-log", tags=("devices",))


@device_own_log_routes.get(right="devices.use", raises=(NotFound,))
async def lines(
    iot_id: str, scope: Scope, db: Database, page: PageRequest, asked: OwnLogFilter
) -> Page[OwnLogLine]:
    """Lines that the device sent, newest first."""
    device = await get_device(scope, db, iot_id=iot_id)
    where = LogFilter(
        level=LEVELS.index(asked.level) if asked.level else 0,
        module=asked.module,
        trace_id=asked.trace_id.strip(),
        text=asked.q.strip(),
        low_ms=asked.from_ms or 0,
        high_ms=2**53 if asked.to_ms is None else asked.to_ms,
    )
    log_lines = await find_lines(db, device_no=device.device_no, where=where, page=page)
    rows = [
        OwnLogLine(
            str(row.seq),
            row.ts,
            LEVELS[row.level],
            row.module,
            row.code,
            row.trace_id,
            masked_text(row.content),
        )
        for row in log_lines.data
    ]
    return Page.of(page, log_lines.total, rows)


@device_own_log_routes.get("/settings", right="devices.use", raises=(NotFound,))
async def settings(iot_id: str, scope: Scope, db: Database) -> OwnLogSettings:
    """Whether the device sends its log, and the modules to choose from."""
    device = await get_device(scope, db, iot_id=iot_id)
    on = await sends_logs(db, device_no=device.device_no)
    return OwnLogSettings(on=on, modules=await modules_of(db, device_no=device.device_no))


@device_own_log_routes.put("/settings", right="devices.manage", raises=(NotFound,))
async def switch(iot_id: str, data: OwnLogSwitch, scope: Scope, tx: Tx, features: Features) -> None:
    """Ask the device for its log, or no longer. It is told at once if it is online."""
    device = await switch_logs(scope, tx, iot_id=iot_id, on=data.on)
    features.logs.tell(tx, device.product_key, device.device_name, on=data.on)
