"""What is done to one device, and to many at once: secret, place, project, tags, on and off, deletion."""

from typing import Annotated, Literal

import msgspec
from litestar import Controller, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from linli.kernel.db import Database, Tx
from linli.kernel.errors import BadInput, LinliError
from linli.kernel.ids import Ids
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets
from linli.things import audit, lifecycle
from linli.things.groups.queries import get_group
from linli.things.groups.service import add_members, remove_members
from linli.things.queries.activity import Activity, activity_of
from linli.things.queries.devices import get_device
from linli.things.service.devices import Triple
from linli.things.tags import remove_tags, set_tags

MAX_AT_ONCE = 200
Action = Literal["enable", "disable", "delete", "move", "bind", "unbind", "group", "ungroup"]


class DeviceTriple(msgspec.Struct, rename="camel", frozen=True):
    """What a device is set up with (三元组)."""

    iot_id: str
    product_key: str
    device_name: str
    device_secret: str


class DeviceRemoval(msgspec.Struct, rename="camel", frozen=True):
    """What goes with a device; see `service.lifecycle.Removal`."""

    iot_id: str
    device_name: str
    subs: int
    tags: int
    certificates: int
    groups: int
    desired: int
    unfinished: int
    serial_number: str


class CommunityChoice(msgspec.Struct, rename="camel"):
    community_id: Annotated[int | None, Meta(description="None: in none.")] = None


class ProjectBinding(msgspec.Struct, rename="camel"):
    project_id: Annotated[str | None, Meta(description="None: bound to none.")] = None


class TagChange(msgspec.Struct, rename="camel"):
    set: Annotated[dict[str, str], Meta(max_length=100, description="Added, or given another value.")] = {}
    remove: Annotated[list[str], Meta(max_length=100)] = []


class DeviceAct(msgspec.Struct, rename="camel", frozen=True):
    act: str
    caller: str
    done_ms: int
    facts: str
    """JSON."""


class DeviceActivity(msgspec.Struct, rename="camel", frozen=True):
    """Of the last 24 hours."""

    uplinks: int
    calls: int
    failed_calls: int
    events: int
    last_seen_ms: int | None


class ManyDevices(msgspec.Struct, rename="camel"):
    """One act on many devices. `move` takes `communityId`, `bind` `projectId`, `group` and `ungroup` `groupId`."""

    action: Action
    iot_ids: Annotated[list[str], Meta(min_length=1, max_length=MAX_AT_ONCE)]
    community_id: int | None = None
    project_id: str | None = None
    group_id: int | None = None


class OneResult(msgspec.Struct, rename="camel", frozen=True):
    iot_id: str
    ok: bool
    message: Annotated[str, Meta(description="Why not; empty when it went well.")] = ""


class DeviceLifecycleRoutes(Controller):
    path = "/devices/{iot_id:str}"
    tags = ("devices",)

    @post("/secret", right="devices.manage", status_code=200)
    async def secret(
        self,
        iot_id: FromPath[str],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        secrets: NamedDependency[Secrets],
    ) -> DeviceTriple:
        """Show the triple; who looked is written down."""
        async with db.begin() as tx:
            return _triple(await lifecycle.show_secret(within, tx, iot_id=iot_id, secrets=secrets))

    @post("/secret/reset", right="devices.manage", status_code=200)
    async def reset(
        self,
        iot_id: FromPath[str],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        ids: NamedDependency[Ids],
        secrets: NamedDependency[Secrets],
    ) -> DeviceTriple:
        """Make a new secret. The device is cut off, and connects again once it was set up with the new one."""
        async with db.begin() as tx:
            return _triple(await lifecycle.renew_secret(within, tx, iot_id=iot_id, ids=ids, secrets=secrets))

    @get("/removal", right="devices.manage")
    async def removal(
        self, iot_id: FromPath[str], within: NamedDependency[Scope], db: NamedDependency[Database]
    ) -> DeviceRemoval:
        """What deleting it would mean."""
        return DeviceRemoval(*await lifecycle.removal_of(within, db, iot_id=iot_id))

    @put("/community", right="devices.manage", status_code=204)
    async def move(
        self,
        iot_id: FromPath[str],
        data: JSONBody[CommunityChoice],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
    ) -> None:
        """Put it into another community. A door stops being one: it is set up anew where it is now."""
        async with db.begin() as tx:
            await lifecycle.move_device(within, tx, iot_id=iot_id, community_id=data.community_id)

    @put("/project", right="devices.manage", status_code=204)
    async def bind(
        self,
        iot_id: FromPath[str],
        data: JSONBody[ProjectBinding],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
    ) -> None:
        """Bind it to a project, or to none; out of one project first, then into another."""
        async with db.begin() as tx:
            await lifecycle.bind_device(within, tx, iot_id=iot_id, project_id=data.project_id)

    @put("/tags", right="devices.manage", status_code=204)
    async def tag(
        self,
        iot_id: FromPath[str],
        data: JSONBody[TagChange],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
    ) -> None:
        """Change some of its tags; the others stay."""
        async with db.begin() as tx:
            await remove_tags(within, tx, iot_id=iot_id, keys=data.remove)
            await set_tags(within, tx, iot_id=iot_id, tags=data.set)

    @get("/acts", right="devices.manage")
    async def acts(
        self,
        iot_id: FromPath[str],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        page: NamedDependency[PageRequest],
    ) -> Page[DeviceAct]:
        """Who was shown its secret, cut it off, moved it; newest first."""
        await get_device(within, db, iot_id=iot_id)
        found = await audit.acts_on(within, db, subject=iot_id, page=page)
        rows = [DeviceAct(row.act, row.caller, row.done_ms, row.facts) for row in found.data]
        return Page.of(page, found.total, rows)

    @get("/activity", right="devices.use")
    async def activity(
        self, iot_id: FromPath[str], within: NamedDependency[Scope], db: NamedDependency[Database]
    ) -> DeviceActivity:
        """How much it said and was asked in the last 24 hours."""
        device = await get_device(within, db, iot_id=iot_id)
        counted: Activity = await activity_of(db, device_no=device.device_no, now_ms=db.clock.now_ms())
        return DeviceActivity(*counted, device.last_seen_ms)


class ManyDeviceRoutes(Controller):
    path = "/devices/many"
    tags = ("devices",)

    @post("/", right="devices.manage", status_code=200)
    async def act(
        self, data: JSONBody[ManyDevices], within: NamedDependency[Scope], db: NamedDependency[Database]
    ) -> list[OneResult]:
        """Each device for itself: what one refuses does not hold up the others."""
        await _check_target(within, db, data)
        results = []
        for iot_id in dict.fromkeys(data.iot_ids):
            try:
                async with db.begin() as tx:
                    await _act(within, tx, data, iot_id)
            except LinliError as error:
                results.append(OneResult(iot_id, False, error.text(within.language)))
            else:
                results.append(OneResult(iot_id, True))
        return results


async def _check_target(scope: Scope, db: Database, asked: ManyDevices) -> None:
    if asked.action in ("group", "ungroup"):
        if asked.group_id is None:
            raise BadInput(field="groupId", rule="required")
        await get_group(scope, db, group_no=asked.group_id)
    if asked.action == "bind" and asked.project_id is None:
        raise BadInput(field="projectId", rule="required")
    if asked.action == "move" and asked.community_id is not None:
        scope.allow(asked.community_id)


async def _act(scope: Scope, tx: Tx, asked: ManyDevices, iot_id: str) -> None:
    match asked.action:
        case "enable" | "disable":
            await lifecycle.switch_device(scope, tx, iot_id=iot_id, enabled=asked.action == "enable")
        case "delete":
            await lifecycle.remove_device(scope, tx, iot_id=iot_id)
        case "move":
            await lifecycle.move_device(scope, tx, iot_id=iot_id, community_id=asked.community_id)
        case "bind" | "unbind":
            project = asked.project_id if asked.action == "bind" else None
            await lifecycle.bind_device(scope, tx, iot_id=iot_id, project_id=project)
        case "group" | "ungroup":
            await get_device(scope, tx, iot_id=iot_id)  # what is out of sight is told, not passed over
            change = add_members if asked.action == "group" else remove_members
            await change(scope, tx, group_no=asked.group_id or 0, iot_ids=[iot_id])


def _triple(made: Triple) -> DeviceTriple:
    return DeviceTriple(*made)
