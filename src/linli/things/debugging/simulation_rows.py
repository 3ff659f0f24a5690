"""The table of simulations: the device, the process, and the requested state. The caller knows the device."""

from typing import Any, Literal, NamedTuple

import msgspec
from sqlalchemy import bindparam, delete, select, update

from linli.kernel.db import INT, Command, Query, Reader, Tx
from linli.things.debugging.models import simulations
from linli.things.debugging.simulated_values import Range

CHANNEL = "simulator"
"""Signals with the number of a device whose row changed."""
_REASON = "the caller found the device in its scope, or is the simulator itself"


class Answer(msgspec.Struct, rename="camel", frozen=True):
    """The simulated device's answer to a service."""

    code: int = 200
    message: str = "success"
    data: dict[str, Any] | None = None
    """None: made up from the service's outputs."""
    delay_ms: int = 0
    silent: bool = False
    """No answer at all."""


class Act(msgspec.Struct, rename="camel", frozen=True):
    """Something the simulated device is to tell now. `values` None: made up."""

    kind: Literal["property", "event"]
    identifier: str = ""
    """Of an event."""
    values: dict[str, Any] | None = None


class Settings(msgspec.Struct, rename="camel", frozen=True):
    """How the simulated device behaves."""

    interval_s: int = 0
    """Seconds between two posts; 0: only on command."""
    properties: list[str] | None = None
    """The properties in a post; None: all."""
    ranges: dict[str, Range] = {}
    answers: dict[str, Answer] = {}
    """By service; the others succeed."""
    reactions: dict[str, list[Act]] = {}
    """By service: the device's report after its answer, as an opened door reports a pass."""


class SimulationRow(NamedTuple):
    device_no: int
    process: str
    caller: str
    settings: str
    commands: str
    begun_ms: int
    ends_ms: int
    watched_ms: int

    def read_settings(self) -> Settings:
        return msgspec.json.decode(self.settings, type=Settings)


_device = simulations.c.device_no == bindparam("no", type_=INT)
_by_device = Query(
    select(*(simulations.c[name] for name in SimulationRow._fields)).where(_device),
    SimulationRow,
    unscoped=_REASON,
)
_watch = Command(
    update(simulations).where(_device).values(watched_ms=bindparam("now", type_=INT)), unscoped=_REASON
)
_configure = Command(
    update(simulations).where(_device).values(settings=bindparam("wanted")), unscoped=_REASON
)
_order = Command(update(simulations).where(_device).values(commands=bindparam("wanted")), unscoped=_REASON)
_delete = Command(delete(simulations).where(_device), unscoped=_REASON)
_delete_of = Command(
    delete(simulations).where(simulations.c.process == bindparam("held_by")), unscoped=_REASON
)


async def find_row(db: Reader, device_no: int) -> SimulationRow | None:
    return await _by_device.one(db, no=device_no)


async def add_row(tx: Tx, row: SimulationRow, *, tenant_id: str) -> None:
    """Also in place of an older one."""
    await tx.upsert(
        simulations,
        [{**row._asdict(), "tenant_id": tenant_id}],
        keys=("device_no",),
        update=("process", "caller", "settings", "commands", "begun_ms", "ends_ms", "watched_ms"),
    )
    _tell(tx, row.device_no)


async def watch_row(tx: Tx, device_no: int, *, now_ms: int) -> bool:
    return bool(await _watch.run(tx, no=device_no, now=now_ms))


async def configure_row(tx: Tx, device_no: int, settings: Settings) -> bool:
    changed = bool(await _configure.run(tx, no=device_no, wanted=msgspec.json.encode(settings).decode()))
    _tell(tx, device_no)
    return changed


async def order(tx: Tx, device_no: int, act: Act) -> bool:
    """Put an act behind those that wait."""
    row = await find_row(tx, device_no)
    if row is None:
        return False
    acts = [*msgspec.json.decode(row.commands, type=list[Act]), act]
    await _order.run(tx, no=device_no, wanted=msgspec.json.encode(acts).decode())
    _tell(tx, device_no)
    return True


async def take_orders(tx: Tx, device_no: int) -> list[Act]:
    row = await find_row(tx, device_no)
    if row is None or row.commands == "[]":
        return []
    await _order.run(tx, no=device_no, wanted="[]")
    return msgspec.json.decode(row.commands, type=list[Act])


async def remove_row(tx: Tx, device_no: int) -> bool:
    removed = bool(await _delete.run(tx, no=device_no))
    _tell(tx, device_no)
    return removed


async def remove_rows_of(tx: Tx, process: str) -> None:
    """The process is gone, and its connections with it."""
    await _delete_of.run(tx, held_by=process)


def _tell(tx: Tx, device_no: int) -> None:
    tx.db.signals.publish_after(tx, CHANNEL, str(device_no))
