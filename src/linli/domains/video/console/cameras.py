"""Console: data of cameras (摄像头信息管理): list, add, edit, clear, undo. Spec A TOP-02, B §2.11."""

from typing import Annotated

from msgspec import Meta

from linli.domains.communities.console.spaces import root_of
from linli.domains.people.rights import Right
from linli.domains.video.console.rows import (
    AddedCamera,
    CameraBatch,
    CameraDevice,
    CameraDevices,
    CameraForm,
    CameraGroup,
    CameraRow,
    ClearForm,
    NewCameraForm,
    batch_row,
    camera_rows,
)
from linli.domains.video.errors import BatchUndone, CameraExists, CountChanged
from linli.domains.video.queries import cameras as queries
from linli.domains.video.queries.devices import cameras_of
from linli.domains.video.service import batches
from linli.domains.video.service import cameras as service
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Tx
from linli.kernel.entry import Filter, Routes
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.ids import Ids
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets

SEE, MANAGE = Right.DEVICES_SEE.value, Right.DEVICES_MANAGE.value
_OFFERED = 100
_CLEARED_MOST = 1000


camera_routes = Routes("/communities/{community_id:int}/cameras", tags=("cameras",))


class CameraListFilter(queries.CameraFilter, frozen=True):
    """The filter of the list, with its order."""

    q: Annotated[
        str, Meta(description="A part of name, DeviceName, address, IP, brand, model or manager.")
    ] = ""
    sort: Annotated[
        str, Meta(description="-changed, changed, name, device, group, installed; - turns round")
    ] = "-changed"


@camera_routes.get(right=SEE, raises=(NotFound,))
async def list_cameras(
    community_id: int, scope: Scope, db: Database, page: PageRequest, where: CameraListFilter
) -> Page[CameraRow]:
    """Cameras of a community of which something is known, the last changed first."""
    if where.sort not in queries.ORDERS:
        raise BadInput(field="sort", rule="one_of", allowed=", ".join(queries.ORDERS))
    await root_of(scope, db, community_id)
    matches = await queries.page(scope, db, community_id, page, where=where, order=where.sort)
    return Page.of(page, matches.total, await camera_rows(scope, db, community_id, matches.data))


@camera_routes.get("/groups", right=SEE, raises=(NotFound,))
async def groups(community_id: int, scope: Scope, db: Database) -> list[CameraGroup]:
    """Groups of cameras and how many each has."""
    await root_of(scope, db, community_id)
    return [CameraGroup(name, number) for name, number in await queries.groups(scope, db, community_id)]


class CameraDeviceFilter(Filter, frozen=True):
    """Cameras of which nothing is known, as they are searched for."""

    q: Annotated[str, Meta(description="A part of the DeviceName or nickname.")] = ""


@camera_routes.get("/devices", right=SEE, raises=(NotFound,))
async def devices(community_id: int, scope: Scope, db: Database, where: CameraDeviceFilter) -> CameraDevices:
    """Cameras bound to the community, how many nothing is known of, and which."""
    await root_of(scope, db, community_id)
    bound = await cameras_of(scope, db, community_id)
    registered = await queries.known_devices(scope, db, community_id)
    waiting = [row for row in bound if row.iot_id not in registered]
    wanted = where.q.strip().casefold()
    fitting = [row for row in waiting if wanted in f"{row.device_name} {row.nickname}".casefold()]
    offered = [
        CameraDevice(row.iot_id, row.device_name, row.nickname, row.product_name)
        for row in fitting[:_OFFERED]
    ]
    return CameraDevices(len(bound), len(waiting), offered)


@camera_routes.post(right=MANAGE, raises=(NotFound, CameraExists))
async def add(
    community_id: int, data: NewCameraForm, scope: Scope, tx: Tx, ids: Ids, secrets: Secrets, clock: Clock
) -> AddedCamera:
    """Say what is known of a camera that is bound to the community."""
    camera_id = await service.add(
        scope,
        tx,
        community_id=community_id,
        iot_id=data.iot_id,
        values=data.values(),
        ids=ids,
        secrets=secrets,
        now_ms=clock.now_ms(),
    )
    return AddedCamera(str(camera_id))


@camera_routes.get("/{camera_id:int}", right=SEE, raises=(NotFound,))
async def show_camera(community_id: int, camera_id: int, scope: Scope, db: Database) -> CameraRow:
    """The data of a camera."""
    camera = await queries.camera(scope, db, camera_id, community_id=community_id)
    return (await camera_rows(scope, db, community_id, [camera]))[0]


@camera_routes.put("/{camera_id:int}", right=MANAGE, raises=(NotFound,))
async def change(
    community_id: int, camera_id: int, data: CameraForm, scope: Scope, tx: Tx, secrets: Secrets, clock: Clock
) -> None:
    """Change its data; absent fields stay."""
    await service.change(
        scope,
        tx,
        community_id=community_id,
        camera_id=camera_id,
        values=data.values(),
        secrets=secrets,
        now_ms=clock.now_ms(),
    )


@camera_routes.post("/clear", right=MANAGE, status=200, raises=(NotFound, CountChanged))
async def clear(
    community_id: int, data: ClearForm, scope: Scope, tx: Tx, ids: Ids, clock: Clock
) -> CameraBatch:
    """Forget what is known of some cameras, or of all; the devices stay bound. It can be undone."""
    if data.ids is not None:
        if not data.ids:
            raise BadInput(field="ids", rule="required")
        if len(data.ids) > _CLEARED_MOST:
            raise BadInput(field="ids", rule="too_many_items", limit=_CLEARED_MOST)
    batch = await batches.clear(
        scope,
        tx,
        community_id=community_id,
        camera_ids=data.ids,
        expected=data.expected,
        ids=ids,
        now_ms=clock.now_ms(),
    )
    return batch_row(batch)


@camera_routes.get("/batches", right=SEE, raises=(NotFound,))
async def list_batches(community_id: int, scope: Scope, db: Database, page: PageRequest) -> Page[CameraBatch]:
    """Imports and clearings, the latest first."""
    await root_of(scope, db, community_id)
    matches = await queries.batches(scope, db, community_id, page)
    return Page.of(page, matches.total, [batch_row(row) for row in matches.data])


@camera_routes.post("/batches/{batch_id:int}/undo", right=MANAGE, status=200, raises=(NotFound, BatchUndone))
async def undo(community_id: int, batch_id: int, scope: Scope, tx: Tx, clock: Clock) -> CameraBatch:
    """Take an import or a clearing back. Rows changed since then stay, and are counted."""
    done = await batches.undo(scope, tx, community_id=community_id, batch_id=batch_id, now_ms=clock.now_ms())
    return batch_row(done)
