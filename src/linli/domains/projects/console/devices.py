"""Console: devices of a project (项目-设备-绑定设备). Spec B117, D VID-11."""

from typing import Annotated

import msgspec
from msgspec import Meta

from linli.domains.projects import queries
from linli.kernel.db import Database, Tx
from linli.kernel.entry import Filter, Routes
from linli.kernel.errors import NotFound
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope
from linli.things import device_lists
from linli.things.device_lists import DeviceFilter
from linli.things.errors import DeviceBoundElsewhere
from linli.things.queries.devices import find_devices
from linli.things.service.devices import bind_project, unbind_project


class ProjectDevice(msgspec.Struct, rename="camel", frozen=True):
    iot_id: str
    device_name: str
    product_name: str
    nickname: str
    state: str


class DevicesChosen(msgspec.Struct, rename="camel", frozen=True):
    iot_ids: Annotated[list[str], Meta(min_length=1, max_length=100)]


class ProjectDeviceFilter(Filter, frozen=True):
    """Devices of a project, or those that it could have."""

    q: Annotated[str, Meta(description="A part of the DeviceName, nickname or remark.")] = ""
    bound: Annotated[bool, Meta(description="Bound to this project, or to none.")] = True


project_device_routes = Routes("/app-platform/projects/{project_id:str}/devices", tags=("projects",))


@project_device_routes.get(right="projects.use", raises=(NotFound,))
async def list_devices(
    project_id: str, within: Scope, db: Database, page: PageRequest, asked: ProjectDeviceFilter
) -> Page[ProjectDevice]:
    """Devices of the project, or those that could be bound to it."""
    await queries.get_project(within, db, project_id=project_id)
    scope, where = within, DeviceFilter(keyword=asked.q.strip(), project_id=project_id)
    if not asked.bound:
        # A person who sees only some projects may take devices without a project and outside others' communities.
        scope = Scope(within.tenant, within.caller)
        where = DeviceFilter(keyword=asked.q.strip(), unbound=True, homeless=within.communities is not None)
    matches = await device_lists.list_devices(scope, db, page=page, where=where)
    rows = [
        ProjectDevice(row.iot_id, row.device_name, row.product_name, row.nickname, row.state)
        for row in matches.data
    ]
    return Page.of(page, matches.total, rows)


@project_device_routes.post("/bind", right="projects.use", raises=(NotFound, DeviceBoundElsewhere))
async def bind(project_id: str, data: DevicesChosen, scope: Scope, tx: Tx) -> None:
    """Bind devices to the project, all or none."""
    await _check_free(scope, tx, data.iot_ids)
    await bind_project(scope, tx, project_id=project_id, iot_ids=data.iot_ids)


@project_device_routes.post("/unbind", right="projects.use", raises=(NotFound, DeviceBoundElsewhere))
async def unbind(project_id: str, data: DevicesChosen, scope: Scope, tx: Tx) -> None:
    """Take devices out of the project, all or none."""
    await unbind_project(scope, tx, project_id=project_id, iot_ids=data.iot_ids)


async def _check_free(within: Scope, db: Tx, iot_ids: list[str]) -> None:
    """A device in a community out of the caller's sight is none to them. Raises NotFound."""
    if within.communities is None:
        return
    for row in await find_devices(Scope(within.tenant, within.caller), db, iot_ids=iot_ids):
        if row.community_id is not None:
            within.allow(row.community_id)
