"""Imports of devices: handed in, tried, applied in one transaction, undone. Spec C 8.2, 8.4, 8.6.

The file waits in the object store and an outbox row starts the work: an import that was accepted goes on whatever
happens to the page or the process. Nothing changes if any row is bad.
"""

import json
from collections import Counter
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from sqlalchemy import bindparam, update

from linli.domains.boxes.devices.errors import WrongState
from linli.domains.boxes.devices.forms import Shape
from linli.domains.boxes.devices.models import edge_import_rows, edge_imports
from linli.domains.boxes.devices.queries import devices as device_queries
from linli.domains.boxes.devices.queries import imports as queries
from linli.domains.boxes.devices.queries.imports import Import, ImportRow
from linli.domains.boxes.devices.service import devices as service
from linli.domains.boxes.devices.service.devices import Asked, Planned
from linli.domains.boxes.devices.workbook import asked_of, sheet_of
from linli.domains.boxes.rows import EdgeDevice, Gateway, Protocol, place_of
from linli.domains.boxes.schema_check import Fault
from linli.domains.boxes.service import devices as core
from linli.domains.boxes.service.products import whole
from linli.domains.communities.service.list_import import problem_of
from linli.kernel import outbox
from linli.kernel.db import INT, Command, Reader, Tx, in_scope, update_of
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets
from linli.kernel.workbooks.jobs import RunImport, WorkbookGone, forget_later
from linli.kernel.workbooks.kinds import CHECKED, DONE, PROBLEMS_KEPT, UNDONE, WAITING, End, Work
from linli.kernel.workbooks.lists import ListReading
from linli.kernel.workbooks.rows import Problem, Row
from linli.protocols.driver_forms import HIDDEN
from linli.things.lifecycle import remove_device
from linli.things.queries.devices import find_devices

JOB: Final = "boxes.import_devices"
"""Outbox kind of an import that waits to be worked on."""
FILES_JOB: Final = "boxes.import_files"
"""Outbox kind of forgetting its workbook."""


class Plan(NamedTuple):
    """The plan of an import. `changed`: (device, alias, form)."""

    rows: int
    problems: list[Problem]
    added: list[Planned]
    changed: list[tuple[EdgeDevice, str, dict[str, Any]]]
    unchanged: int

    @property
    def bad_rows(self) -> int:
        return len({problem.row for problem in self.problems})


_restart = Command(
    update(edge_imports)
    .where(edge_imports.c.import_id == bindparam("row", type_=INT), in_scope(edge_imports))
    .values(state=WAITING, dry_run=0, finished_ms=0)
)
_finish = update_of(
    edge_imports,
    (
        "state",
        "rows",
        "bad_rows",
        "created",
        "changed",
        "unchanged",
        "problems",
        "report_key",
        "reason",
        "finished_ms",
    ),
    edge_imports.c.import_id == bindparam("row", type_=INT),
    in_scope(edge_imports),
)
_mark = Command(
    update(edge_imports)
    .where(edge_imports.c.import_id == bindparam("row", type_=INT), in_scope(edge_imports))
    .values(state=bindparam("to_state"))
)
_no_files = Command(
    update(edge_imports)
    .where(edge_imports.c.import_id == bindparam("row", type_=INT), in_scope(edge_imports))
    .values(object_key="", report_key="")
)


async def hand_in(
    scope: Scope,
    tx: Tx,
    gateway: Gateway,
    protocol: Protocol,
    *,
    file_name: str,
    object_key: str,
    dry_run: bool,
    ids: Ids,
    now_ms: int,
) -> int:
    """Accept a stored workbook; the id of the import."""
    import_id = ids.number()
    row = {
        "import_id": import_id,
        **place_of(protocol),
        "gateway_id": gateway.gateway_id,
        "protocol_id": protocol.protocol_id,
        "file_name": file_name[:200],
        "object_key": object_key,
        "language": scope.language,
        "state": WAITING,
        "dry_run": int(dry_run),
        "by_id": scope.caller.id,
        "created_ms": now_ms,
    }
    await tx.insert(edge_imports, row)
    await outbox.add(tx, JOB, RunImport(import_id, scope.tenant, now_ms))
    await forget_later(tx, FILES_JOB, RunImport(import_id, scope.tenant), now_ms=now_ms)
    return import_id


async def go_on(scope: Scope, tx: Tx, *, import_id: int, protocol_id: int, now_ms: int) -> None:
    """Apply a workbook that was tried and found good. Raises NotFound, WrongState, WorkbookGone."""
    import_row = await queries.get(scope, tx, import_id, protocol_id=protocol_id, lock=True)
    if import_row.state != CHECKED:
        raise WrongState(state=import_row.state)
    if not import_row.object_key:
        raise WorkbookGone()
    await _restart.run(tx, scope, row=import_id)
    await outbox.add(tx, JOB, RunImport(import_id, import_row.tenant_id, now_ms))


async def plan(
    scope: Scope,
    db: Reader,
    gateway: Gateway,
    protocol: Protocol,
    reading: ListReading,
    *,
    secrets: Secrets,
) -> Plan:
    """The plan for the rows, and all faults by row and column; no fault repeats a hidden field."""
    shape = await device_queries.shape(scope, db, protocol)
    sheet = sheet_of(shape)
    there = {
        row.device_name: row
        for row in await device_queries.of_protocol(whole(scope), db, protocol.protocol_id)
    }
    secret = {reading.letters[key] for key in shape.hidden if key in reading.letters}
    problems = [
        problem._replace(value="") if problem.column in secret else problem for problem in reading.problems
    ]
    rows: list[Row] = []
    asked: list[Asked] = []
    edge_devices: dict[int, EdgeDevice] = {}
    seen: dict[str, int] = {}
    for row in reading.rows:
        name, alias, category, custom = asked_of(shape, row.values)
        if name in seen:
            problems.append(problem_of(sheet, reading, row, "deviceName", "repeats", other=seen[name]))
            continue
        seen[name] = row.number
        if (edge_device := there.get(name)) is not None:
            edge_devices[len(asked)] = edge_device
            custom = {**core.custom_of(edge_device, secrets), **custom}
        rows.append(row)
        asked.append(Asked(name, alias, custom, category))
    wanted = await service.plan(scope, db, gateway, protocol, asked, secrets=secrets, instead=edge_devices)
    for position, fault in wanted.faults:
        problems.append(_problem(shape, reading, rows[position], fault))
    problems.sort(key=lambda problem: (problem.row, len(problem.column), problem.column))
    outcome = Plan(reading.total, problems, [], [], 0)
    unchanged = 0
    bad = {position for position, _ in wanted.faults}
    for position, item in enumerate(wanted.items):
        edge_device = edge_devices.get(position)
        if position in bad:
            continue
        if edge_device is None:
            outcome.added.append(item)
        elif (item.asked.alias.strip(), item.custom) == (
            edge_device.alias,
            core.custom_of(edge_device, secrets),
        ):
            unchanged += 1
        else:
            outcome.changed.append((edge_device, item.asked.alias, item.custom))
    return outcome._replace(unchanged=unchanged)


def _problem(shape: Shape, reading: ListReading, row: Row, fault: Fault) -> Problem:
    key = fault.path.partition("[")[0].partition(".")[0]
    if key not in reading.letters and "custom" in reading.letters:
        key = "custom"
    problem = problem_of(sheet_of(shape), reading, row, key, fault.rule, **fault.facts)
    return problem._replace(value=HIDDEN) if key in shape.hidden and problem.value else problem


async def apply(
    scope: Scope,
    tx: Tx,
    gateway: Gateway,
    protocol: Protocol,
    work: Work[Import],
    wanted: Plan,
) -> None:
    """Carry out a plan, and store its changes. Raises what adding a device raises."""
    import_row, secrets, now_ms = work.import_row, work.secrets, work.now_ms
    edge_devices = await service.add(
        scope, tx, gateway, protocol, wanted.added, ids=work.ids, secrets=secrets, now_ms=now_ms
    )
    traces = [(row, "", _packed(row, secrets)) for row in edge_devices]
    for edge_device, alias, custom in wanted.changed:
        after = await core.change(
            scope, tx, device=edge_device, alias=alias, custom=custom, secrets=secrets, now_ms=now_ms
        )
        await service.tag(scope, tx, after, custom)
        traces.append((after, _packed(edge_device, secrets), _packed(after, secrets)))
    about = f"edge_import:{import_row.import_id}"
    rows = [
        ImportRow(
            import_row.import_id,
            position,
            import_row.tenant_id,
            row.edge_device_id,
            secrets.seal(before, about=about) if before else "",
            secrets.seal(after, about=about),
        )._asdict()
        for position, (row, before, after) in enumerate(traces)
    ]
    if rows:
        await tx.insert_many(edge_import_rows, rows)


def _packed(row: EdgeDevice, secrets: Secrets) -> str:
    values = {"alias": row.alias, "custom": core.custom_of(row, secrets)}
    return json.dumps(values, ensure_ascii=False, sort_keys=True)


async def conclude(scope: Scope, tx: Tx, import_row: Import, wanted: Plan | None, end: End) -> None:
    """Note how an import ended; without a plan it failed before there was one."""
    kept = [problem._asdict() for problem in wanted.problems[:PROBLEMS_KEPT]] if wanted else []
    await _finish.run(
        tx,
        scope,
        row=import_row.import_id,
        state=end.state,
        rows=wanted.rows if wanted else 0,
        bad_rows=wanted.bad_rows if wanted else 0,
        created=len(wanted.added) if wanted else 0,
        changed=len(wanted.changed) if wanted else 0,
        unchanged=wanted.unchanged if wanted else 0,
        problems=json.dumps(kept, ensure_ascii=False) if kept else "",
        report_key=end.report_key,
        reason=end.reason,
        finished_ms=end.now_ms,
    )


async def without_files(scope: Scope, tx: Tx, import_id: int) -> None:
    """Its workbook and the marked copy are gone."""
    await _no_files.run(tx, scope, row=import_id)


async def undo(
    scope: Scope, tx: Tx, *, import_id: int, protocol_id: int, secrets: Secrets, now_ms: int
) -> Counter[str]:
    """Undo an import; rows that were changed since stay. Counts of removed, restored, kept.

    A thing that the import made and that never connected goes with its device. Raises NotFound, WrongState.
    """
    import_row = await queries.get(scope, tx, import_id, protocol_id=protocol_id, lock=True)
    if import_row.state != DONE:
        raise WrongState(state=import_row.state)
    there = {
        row.edge_device_id: row
        for row in await device_queries.of_protocol(whole(scope), tx, import_row.protocol_id)
    }
    counts: Counter[str] = Counter()
    for trace in await queries.rows_of(scope, tx, import_id):
        row = there.get(trace.edge_device_id)
        about = f"edge_import:{import_id}"
        if row is None or _packed(row, secrets) != secrets.open(trace.after_sealed, about=about):
            counts["kept"] += 1
        elif not trace.before_sealed:
            await _take_away(scope, tx, row, import_row, now_ms)
            counts["removed"] += 1
        else:
            before: Mapping[str, Any] = json.loads(secrets.open(trace.before_sealed, about=about))
            await core.change(
                scope,
                tx,
                device=row,
                alias=before["alias"],
                custom=before["custom"],
                secrets=secrets,
                now_ms=now_ms,
            )
            await service.tag(scope, tx, row, before["custom"])
            counts["restored"] += 1
    await _mark.run(tx, scope, row=import_id, to_state=UNDONE)
    return counts


async def _take_away(scope: Scope, tx: Tx, row: EdgeDevice, import_row: Import, now_ms: int) -> None:
    await core.remove(scope, tx, device=row, now_ms=now_ms)
    tenant = whole(scope)
    for thing in await find_devices(tenant, tx, iot_ids=[row.iot_id]):
        if thing.active_ms is None and thing.created_ms >= import_row.created_ms:
            await remove_device(tenant, tx, iot_id=row.iot_id)
