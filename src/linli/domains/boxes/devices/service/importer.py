"""Imports of devices under a protocol, by the engine of workbooks (`kernel.workbooks.imports`)."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from linli.domains.boxes.devices.queries import devices as device_queries
from linli.domains.boxes.devices.queries import imports as queries
from linli.domains.boxes.devices.queries.imports import Import
from linli.domains.boxes.devices.service import imports
from linli.domains.boxes.devices.service.devices import protocol_of
from linli.domains.boxes.devices.service.imports import Plan
from linli.domains.boxes.devices.workbook import ROWS_MAX, sheet_of
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Reader, Tx
from linli.kernel.ids import Ids
from linli.kernel.objects import ObjectStore
from linli.kernel.progress import Board
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets
from linli.kernel.workbooks.imports import Engine, Tools
from linli.kernel.workbooks.kinds import End, Note, Work
from linli.kernel.workbooks.lists import ListReading, read_list


class EdgeImporter(Engine[Import]):
    def __init__(
        self,
        db: Database,
        store: ObjectStore,
        ids: Ids,
        secrets: Secrets,
        clock: Clock,
        board: Board | None = None,
    ) -> None:
        tools = Tools(db, store, ids, clock, secrets, board or Board(db, clock))
        super().__init__(_Ledger(_Devices(secrets)), tools)


class _Devices:
    """Rows of a protocol's devices."""

    tables = ()

    def __init__(self, secrets: Secrets) -> None:
        self._secrets = secrets
        self.unfile = imports.without_files  # forms have hidden fields: passwords of devices

    async def reader(
        self, scope: Scope, db: Reader, import_row: Import
    ) -> Callable[[Path, Note], ListReading]:
        _, protocol = await protocol_of(scope, db, import_row.protocol_id)
        sheet = sheet_of(await device_queries.shape(scope, db, protocol))
        return lambda source, note: read_list(source, sheet, most=ROWS_MAX, progress=note)

    def titles(self, rows: ListReading) -> dict[str, str]:
        return {"devices": rows.title}

    def total(self, rows: ListReading) -> int:
        return rows.total

    async def stamp(self, scope: Scope, db: Reader, import_row: Import) -> None:
        """Devices are planned again at once."""

    async def plan(self, scope: Scope, db: Reader, import_row: Import, rows: ListReading) -> Plan:
        gateway, protocol = await protocol_of(scope, db, import_row.protocol_id)
        return await imports.plan(scope, db, gateway, protocol, rows, secrets=self._secrets)

    async def lock(self, scope: Scope, tx: Tx, import_row: Import) -> None:
        """Nothing more than the import's own row: adding and changing devices hold what they need."""

    async def apply(self, scope: Scope, tx: Tx, work: Work[Import], plan: Plan) -> None:
        gateway, protocol = await protocol_of(scope, tx, work.import_row.protocol_id)
        await imports.apply(scope, tx, gateway, protocol, work, plan)


class _Ledger:
    """The table `edge_imports`."""

    job = imports.JOB
    files_job = imports.FILES_JOB

    def __init__(self, devices: _Devices) -> None:
        self._devices = devices

    def subject(self, import_id: int) -> str:
        return f"edge import:{import_id}"

    def kind(self, import_row: Import) -> _Devices:
        return self._devices

    async def get(self, scope: Scope, db: Reader, import_id: int, *, lock: bool = False) -> Import:
        return await queries.get(scope, db, import_id, lock=lock)

    async def conclude(self, scope: Scope, tx: Tx, import_row: Import, plan: Any, end: End) -> None:
        await imports.conclude(scope, tx, import_row, plan, end)
