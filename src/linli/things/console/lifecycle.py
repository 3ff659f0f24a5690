"""Actions on one device or on many: secret, place, project, tags, enabling and disabling, deletion."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from linli.kernel.db import Database, Tx
from linli.kernel.entry import Routes
from linli.kernel.errors import BadInput, LinliError, NotFound
from linli.kernel.ids import Ids
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets
from linli.things import audit, lifecycle
from linli.things.errors import DeviceBoundElsewhere
from linli.things.groups.queries import get_group
from linli.things.groups.service import add_members, remove_members
from linli.things.queries.activity import Activity, activity_of
from linli.things.queries.devices import get_device
from linli.things.service.devices import Triple
from linli.things.tags import remove_tags, set_tags

MAX_AT_ONCE = 200
Action = Literal["enable", "disable", "delete", "move", "bind", "unbind", "group", "ungroup"]


class DeviceTriple(msgspec.Struct, rename="camel", frozen=True):
    """The credentials for setting up a device (三元组)."""

    iot_id: str
    product_key: str
    device_name: str
    device_secret: str


class DeviceRemoval(msgspec.Struct, rename="camel", frozen=True):
    """The rows that are deleted with a device; see `things.lifecycle.Removal`."""

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


device_lifecycle_routes = Routes("/devices/{iot_id:str}", tags=("devices",))


@device_lifecycle_routes.post("/secret", right="devices.manage", status=200, raises=(NotFound,))
async def secret(iot_id: str, scope: Scope, tx: Tx, secrets: Secrets) -> DeviceTriple:
    """Show the triple; the reader is logged."""
    return _triple(await lifecycle.show_secret(scope, tx, iot_id=iot_id, secrets=secrets))


@device_lifecycle_routes.post("/secret/reset", right="devices.manage", status=200, raises=(NotFound,))
async def reset(iot_id: str, scope: Scope, tx: Tx, ids: Ids, secrets: Secrets) -> DeviceTriple:
    """Make a new secret. The device is cut off, and connects again once it was set up with the new one."""
    return _triple(await lifecycle.renew_secret(scope, tx, iot_id=iot_id, ids=ids, secrets=secrets))


@device_lifecycle_routes.get("/removal", right="devices.manage", raises=(NotFound,))
async def removal(iot_id: str, scope: Scope, db: Database) -> DeviceRemoval:
    """The effects of deleting it."""
    return DeviceRemoval(*await lifecycle.removal_of(scope, db, iot_id=iot_id))


@device_lifecycle_routes.put("/community", right="devices.manage", raises=(NotFound,))
async def move(iot_id: str, data: CommunityChoice, scope: Scope, tx: Tx) -> None:
    """Put it into another community. A door stops being one: it is set up again where it is now."""
    await lifecycle.move_device(scope, tx, iot_id=iot_id, community_id=data.community_id)


@device_lifecycle_routes.put("/project", right="devices.manage", raises=(NotFound, DeviceBoundElsewhere))
async def bind(iot_id: str, data: ProjectBinding, scope: Scope, tx: Tx) -> None:
    """Bind it to a project, or to none; out of one project first, then into another."""
    await lifecycle.bind_device(scope, tx, iot_id=iot_id, project_id=data.project_id)


@device_lifecycle_routes.put("/tags", right="devices.manage", raises=(NotFound,))
async def tag(iot_id: str, data: TagChange, scope: Scope, tx: Tx) -> None:
    """Change some of its tags; the others stay."""
    await remove_tags(scope, tx, iot_id=iot_id, keys=data.remove)
    await set_tags(scope, tx, iot_id=iot_id, tags=data.set)


@device_lifecycle_routes.get("/acts", right="devices.manage", raises=(NotFound,))
async def acts(iot_id: str, scope: Scope, db: Database, page: PageRequest) -> Page[DeviceAct]:
    """The log of the device: its secret shown, disabled, moved, with the person; newest first."""
    await get_device(scope, db, iot_id=iot_id)
    acts = await audit.acts_on(scope, db, subject=iot_id, page=page)
    rows = [DeviceAct(row.act, row.caller, row.done_ms, row.facts) for row in acts.data]
    return Page.of(page, acts.total, rows)


@device_lifecycle_routes.get("/activity", right="devices.use", raises=(NotFound,))
async def activity(iot_id: str, scope: Scope, db: Database) -> DeviceActivity:
    """How much it said and was asked in the last 24 hours."""
    device = await get_device(scope, db, iot_id=iot_id)
    counted: Activity = await activity_of(db, device_no=device.device_no, now_ms=db.clock.now_ms())
    return DeviceActivity(*counted, device.last_seen_ms)


many_device_routes = Routes("/devices/many", tags=("devices",))


@many_device_routes.post(right="devices.manage", status=200)
async def act(data: ManyDevices, scope: Scope, db: Database) -> list[OneResult]:
    """Each device by itself: a refusal of one does not stop the others."""
    await _check_target(scope, db, data)
    results = []
    for iot_id in dict.fromkeys(data.iot_ids):
        try:
            async with db.begin() as tx:
                await _act(scope, tx, data, iot_id)
        except LinliError as error:
            results.append(OneResult(iot_id, False, error.text(scope.language)))
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
            await get_device(scope, tx, iot_id=iot_id)  # a device out of sight is refused, not passed over
            change = add_members if asked.action == "group" else remove_members
            await change(scope, tx, group_no=asked.group_id or 0, iot_ids=[iot_id])


def _triple(triple: Triple) -> DeviceTriple:
    return DeviceTriple(*triple)
