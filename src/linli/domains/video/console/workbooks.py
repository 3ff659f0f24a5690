"""Console: cameras by the workbook: template, trial, import, faults, export.

A workbook may hold passwords: it is read from memory and never stored; only what it says is, sealed.
"""

import asyncio
import tempfile
from pathlib import Path
from typing import Annotated, Any

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, MultipartBody, QueryParameter

from linli.domains.communities.console.imports import ImportFault, attachment
from linli.domains.communities.console.spaces import root_of
from linli.domains.people.rights import Right
from linli.domains.video import workbook
from linli.domains.video.console.rows import SHOWN, CameraFile, CameraImport, places_of
from linli.domains.video.queries import cameras as queries
from linli.domains.video.queries.devices import cameras_of
from linli.domains.video.service import cameras as service
from linli.domains.video.service import imports
from linli.domains.video.service.imports import Plan
from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.errors import TooLarge
from linli.kernel.ids import Ids
from linli.kernel.pages import PageRequest
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets

EXPORT_MAX = 20_000
_FORM_BYTES = imports.FILE_BYTES + 64 * 1024
_NAME = "linli-cameras.xlsx"
SEE, MANAGE = Right.DEVICES_SEE.value, Right.DEVICES_MANAGE.value


class CameraWorkbookRoutes(Controller):
    path = "/communities/{community_id:int}/cameras"
    tags = ("cameras",)

    @get("/template.xlsx", right=SEE)
    async def template(
        self,
        community_id: FromPath[int],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        language: FromQuery[str | None] = None,
    ) -> Response[bytes]:
        """The workbook with drop-downs, and a row begun for each camera of which nothing is known."""
        await root_of(within, db, community_id)
        known = await queries.known_devices(within, db, community_id)
        rows: list[dict[str, Any]] = [
            {"device": row.device_name, "product_key": row.product_key, "name": row.nickname}
            for row in await cameras_of(within, db, community_id)
            if row.iot_id not in known
        ]
        content = await asyncio.to_thread(
            workbook.book, language or within.language, rows[: workbook.ROWS_MAX]
        )
        return attachment(content, _NAME)

    @get("/export.xlsx", right=SEE)
    async def export(
        self,
        community_id: FromPath[int],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        q: FromQuery[str] = "",
        status: FromQuery[int | None] = None,
        protocol: FromQuery[int | None] = None,
        group: FromQuery[str] = "",
    ) -> Response[bytes]:
        """What the list shows with the same filters, without passwords; it can be imported again. 20,000 rows at most."""
        await root_of(within, db, community_id)
        found = await queries.page(
            within, db, community_id, PageRequest(1, EXPORT_MAX), order="group", text=q.strip(), status=status,
            protocol=protocol, group_name=group,
        )  # fmt: skip
        places = await places_of(within, db, community_id, found.data)
        rows = [
            {
                **row.said,
                "device": row.device_name,
                "product_key": row.product_key,
                "space": places.get(row.space_id or 0, ""),
            }
            for row in found.data
        ]
        return attachment(await asyncio.to_thread(workbook.book, within.language, rows), _NAME)

    @post("/import", right=MANAGE, status_code=200, request_max_body_size=_FORM_BYTES)
    async def import_workbook(
        self,
        community_id: FromPath[int],
        data: MultipartBody[CameraFile],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        ids: NamedDependency[Ids],
        secrets: NamedDependency[Secrets],
        clock: NamedDependency[Clock],
        dry_run: Annotated[
            bool, QueryParameter(name="dryRun", description="Only look, write nothing.")
        ] = False,
        good_only: Annotated[
            bool, QueryParameter(name="goodOnly", description="Import the good rows even if others are bad.")
        ] = False,
    ) -> CameraImport:
        """Import a workbook. Nothing changes if any row is bad, unless the good ones are asked for."""
        await root_of(within, db, community_id)
        reading = await asyncio.to_thread(_read, await _content(data))
        batch_id, done = "", False
        if dry_run:
            plan = await imports.plan(within, db, community_id, reading)
        else:
            async with db.begin() as tx:
                await service.lock(within, tx, community_id)
                plan = await imports.plan(within, tx, community_id, reading)
                done = good_only or not plan.problems
                made = None
                if done:
                    made = await imports.apply(
                        within, tx, community_id, plan, file_name=data.file.filename, ids=ids,
                        secrets=secrets, now_ms=clock.now_ms(),
                    )  # fmt: skip
                batch_id = str(made.batch_id) if made else ""
        return _told(plan, done=done, batch_id=batch_id, language=within.language)

    @post("/import/report.xlsx", right=MANAGE, status_code=200, request_max_body_size=_FORM_BYTES)
    async def report(
        self,
        community_id: FromPath[int],
        data: MultipartBody[CameraFile],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
    ) -> Response[bytes]:
        """The workbook that was sent with every fault marked where it stands; nothing of it is kept."""
        await root_of(within, db, community_id)
        content = await _content(data)
        reading = await asyncio.to_thread(_read, content)
        plan = await imports.plan(within, db, community_id, reading)
        marked = await asyncio.to_thread(imports.marked, content, reading, plan, within.language)
        return attachment(marked, "linli-camera-problems.xlsx")


async def _content(data: CameraFile) -> bytes:
    """Raises TooLarge."""
    content = await data.file.read(imports.FILE_BYTES + 1)
    if len(content) > imports.FILE_BYTES:
        raise TooLarge(limit=f"{imports.FILE_BYTES // 1024 // 1024} MiB")
    return content


def _told(plan: Plan, *, done: bool, batch_id: str, language: str) -> CameraImport:
    faults = [
        ImportFault(
            workbook.CAMERAS.title(language), one.row, one.column, one.title, one.value, one.text(language)
        )
        for one in plan.problems[:SHOWN]
    ]
    return CameraImport(
        done, plan.rows, len({one.row for one in plan.problems}), len(plan.added), len(plan.changed),
        plan.unchanged, faults, batch_id,
    )  # fmt: skip


def _read(content: bytes) -> Any:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "in.xlsx"
        path.write_bytes(content)
        return imports.read(path)
