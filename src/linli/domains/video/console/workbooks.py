"""Console: cameras by the workbook: template, export, and the import as those of other lists.

A workbook may hold passwords: it lies sealed while it waits, and goes once it is worked on, or after an hour.
"""

import asyncio
from typing import Any, Final

from litestar import Response

from linli.domains.communities.console.imports import attachment
from linli.domains.communities.console.list_imports import list_routes
from linli.domains.communities.console.spaces import root_of
from linli.domains.people.rights import Right
from linli.domains.video import workbook
from linli.domains.video.console.rows import places_of
from linli.domains.video.queries import cameras as queries
from linli.domains.video.queries.devices import cameras_of
from linli.domains.video.service import imports
from linli.kernel.db import Database
from linli.kernel.entry import Routes
from linli.kernel.errors import NotFound
from linli.kernel.pages import PageRequest
from linli.kernel.scope import Scope

EXPORT_MAX = 20_000
_NAME = "linli-cameras.xlsx"
SEE = Right.DEVICES_SEE.value


camera_workbook_routes = Routes("/communities/{community_id:int}/cameras", tags=("cameras",))


@camera_workbook_routes.get("/template.xlsx", right=SEE, raises=(NotFound,))
async def template(
    community_id: int, scope: Scope, db: Database, language: str | None = None
) -> Response[bytes]:
    """The workbook with drop-downs, and a row begun for each camera of which nothing is known."""
    await root_of(scope, db, community_id)
    registered = await queries.known_devices(scope, db, community_id)
    rows: list[dict[str, Any]] = [
        {"device": row.device_name, "product_key": row.product_key, "name": row.nickname}
        for row in await cameras_of(scope, db, community_id)
        if row.iot_id not in registered
    ]
    content = await asyncio.to_thread(workbook.book, language or scope.language, rows[: workbook.ROWS_MAX])
    return attachment(content, _NAME)


@camera_workbook_routes.get("/export.xlsx", right=SEE, raises=(NotFound,))
async def export(
    community_id: int, scope: Scope, db: Database, where: queries.CameraFilter
) -> Response[bytes]:
    """The rows of the list with the same filters, without passwords; it can be imported again. 20,000 rows at most."""
    await root_of(scope, db, community_id)
    page = await queries.page(
        scope,
        db,
        community_id,
        PageRequest(1, EXPORT_MAX),
        order="group",
        where=where,
    )
    places = await places_of(scope, db, community_id, page.data)
    rows = [
        {
            **row.values,
            "device": row.device_name,
            "product_key": row.product_key,
            "space": places.get(row.space_id or 0, ""),
        }
        for row in page.data
    ]
    return attachment(await asyncio.to_thread(workbook.book, scope.language, rows), _NAME)


CameraImportRoutes: Final = list_routes(imports.KIND, see=Right.DEVICES_SEE, manage=Right.DEVICES_MANAGE)
