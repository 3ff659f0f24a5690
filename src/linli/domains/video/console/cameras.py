"""Console: what is known of cameras (摄像头信息管理): list, add, edit, clear, undo. Spec A TOP-02, B §2.11."""

from typing import Annotated

from litestar import Controller, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

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
from linli.domains.video.queries import cameras as queries
from linli.domains.video.queries.devices import cameras_of
from linli.domains.video.service import batches
from linli.domains.video.service import cameras as service
from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.errors import BadInput
from linli.kernel.ids import Ids
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets

SEE, MANAGE = Right.DEVICES_SEE.value, Right.DEVICES_MANAGE.value
_OFFERED = 100
_CLEARED_MOST = 1000


class CameraRoutes(Controller):
    path = "/communities/{community_id:int}/cameras"
    tags = ("cameras",)

    @get("/", right=SEE)
    async def list_cameras(
        self,
        community_id: FromPath[int],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        page: NamedDependency[PageRequest],
        q: Annotated[
            str,
            QueryParameter(description="A part of name, DeviceName, address, IP, brand, model or manager."),
        ] = "",
        status: FromQuery[int | None] = None,
        protocol: FromQuery[int | None] = None,
        group: FromQuery[str] = "",
        sort: Annotated[
            str,
            QueryParameter(description="-changed, changed, name, device, group, installed; - turns round"),
        ] = "-changed",
    ) -> Page[CameraRow]:
        """Cameras of a community of which something is known, the last changed first."""
        if sort not in queries.ORDERS:
            raise BadInput(field="sort", rule="one_of", allowed=", ".join(queries.ORDERS))
        await root_of(within, db, community_id)
        found = await queries.page(
            within,
            db,
            community_id,
            page,
            order=sort,
            text=q.strip(),
            status=status,
            protocol=protocol,
            group_name=group,
        )
        return Page.of(page, found.total, await camera_rows(within, db, community_id, found.data))

    @get("/groups", right=SEE)
    async def groups(
        self, community_id: FromPath[int], within: NamedDependency[Scope], db: NamedDependency[Database]
    ) -> list[CameraGroup]:
        """Groups of cameras and how many each has."""
        await root_of(within, db, community_id)
        return [CameraGroup(name, number) for name, number in await queries.groups(within, db, community_id)]

    @get("/devices", right=SEE)
    async def devices(
        self,
        community_id: FromPath[int],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        q: Annotated[str, QueryParameter(description="A part of the DeviceName or nickname.")] = "",
    ) -> CameraDevices:
        """Cameras bound to the community, how many nothing is known of, and which."""
        await root_of(within, db, community_id)
        bound = await cameras_of(within, db, community_id)
        known = await queries.known_devices(within, db, community_id)
        waiting = [row for row in bound if row.iot_id not in known]
        wanted = q.strip().casefold()
        fitting = [row for row in waiting if wanted in f"{row.device_name} {row.nickname}".casefold()]
        offered = [
            CameraDevice(row.iot_id, row.device_name, row.nickname, row.product_name)
            for row in fitting[:_OFFERED]
        ]
        return CameraDevices(len(bound), len(waiting), offered)

    @post("/", right=MANAGE, status_code=201)
    async def add(
        self,
        community_id: FromPath[int],
        data: JSONBody[NewCameraForm],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        ids: NamedDependency[Ids],
        secrets: NamedDependency[Secrets],
        clock: NamedDependency[Clock],
    ) -> AddedCamera:
        """Say what is known of a camera that is bound to the community."""
        async with db.begin() as tx:
            made = await service.add(
                within,
                tx,
                community_id=community_id,
                iot_id=data.iot_id,
                said=data.said(),
                ids=ids,
                secrets=secrets,
                now_ms=clock.now_ms(),
            )
        return AddedCamera(str(made))

    @get("/{camera_id:int}", right=SEE)
    async def one(
        self,
        community_id: FromPath[int],
        camera_id: FromPath[int],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
    ) -> CameraRow:
        """What is known of one camera."""
        within.allow(community_id)
        found = await queries.camera(within, db, camera_id, community_id=community_id)
        return (await camera_rows(within, db, community_id, [found]))[0]

    @put("/{camera_id:int}", right=MANAGE, status_code=204)
    async def change(
        self,
        community_id: FromPath[int],
        camera_id: FromPath[int],
        data: JSONBody[CameraForm],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        secrets: NamedDependency[Secrets],
        clock: NamedDependency[Clock],
    ) -> None:
        """Change what is said of it; what is absent stays."""
        async with db.begin() as tx:
            await service.change(
                within,
                tx,
                community_id=community_id,
                camera_id=camera_id,
                said=data.said(),
                secrets=secrets,
                now_ms=clock.now_ms(),
            )

    @post("/clear", right=MANAGE, status_code=200)
    async def clear(
        self,
        community_id: FromPath[int],
        data: JSONBody[ClearForm],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        ids: NamedDependency[Ids],
        clock: NamedDependency[Clock],
    ) -> CameraBatch:
        """Forget what is known of some cameras, or of all; the devices stay bound. It can be undone."""
        if data.ids is not None:
            if not data.ids:
                raise BadInput(field="ids", rule="required")
            if len(data.ids) > _CLEARED_MOST:
                raise BadInput(field="ids", rule="too_many_items", limit=_CLEARED_MOST)
        async with db.begin() as tx:
            made = await batches.clear(
                within,
                tx,
                community_id=community_id,
                camera_ids=data.ids,
                expected=data.expected,
                ids=ids,
                now_ms=clock.now_ms(),
            )
        return batch_row(made)

    @get("/batches", right=SEE)
    async def list_batches(
        self,
        community_id: FromPath[int],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        page: NamedDependency[PageRequest],
    ) -> Page[CameraBatch]:
        """Imports and clearings, the latest first."""
        await root_of(within, db, community_id)
        found = await queries.batches(within, db, community_id, page)
        return Page.of(page, found.total, [batch_row(row) for row in found.data])

    @post("/batches/{batch_id:int}/undo", right=MANAGE, status_code=200)
    async def undo(
        self,
        community_id: FromPath[int],
        batch_id: FromPath[int],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        clock: NamedDependency[Clock],
    ) -> CameraBatch:
        """Take an import or a clearing back. What somebody changed since stays, and is counted."""
        async with db.begin() as tx:
            done = await batches.undo(
                within, tx, community_id=community_id, batch_id=batch_id, now_ms=clock.now_ms()
            )
        return batch_row(done)
