"""Devices: their triple, where they belong, whether they may connect."""

import re
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Table, bindparam, delete, select, update

from linli.kernel import tenancy
from linli.kernel.db import INT, Command, Query, Reader, Tx, any_of, in_scope
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.events import emit
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets
from linli.things.changes import Change, tell
from linli.things.errors import DeviceBoundElsewhere, DeviceNameTaken
from linli.things.events import DeviceCreated, DeviceDeleted, DeviceDisabled, DeviceEnabled, DeviceMoved
from linli.things.models import (
    desired_properties,
    device_clocks,
    device_tags,
    device_tokens,
    devices,
    inbox_work,
    latest_values,
)
from linli.things.queries.devices import DeviceRow, find_devices, get_device
from linli.things.queries.products import get_product
from linli.things.topology import membership, notices

DEVICE_NAME = re.compile(r"[A-Za-z0-9\-_@.:]{4,32}")
MAX_BATCH = 1000
MAX_LABEL = 128
"""Characters of a nickname or a remark."""


class Triple(NamedTuple):
    """The credentials for setting up a device (三元组), and its iotId."""

    iot_id: str
    product_key: str
    device_name: str
    device_secret: str


_named = Query(
    select(devices.c.device_no).where(
        devices.c.product_key == bindparam("product_key"), devices.c.device_name == bindparam("device_name")
    ),
    unscoped="names are unique within a product whoever asks",
)
_of_tenant = Query(
    select(devices.c.device_no, devices.c.iot_id, devices.c.project_id).where(
        any_of(devices.c.iot_id, "iot_ids"), devices.c.tenant_id == bindparam("tenant")
    ),
    unscoped="an unbound device belongs to no project yet; the tenant is a condition of its own",
)


def _change(**values: Any) -> Command:
    return Command(
        update(devices)
        .where(devices.c.device_no == bindparam("no", type_=INT), in_scope(devices))
        .values(modified_ms=bindparam("now", type_=INT), **values)
    )


_set_project = Command(
    update(devices)
    .where(
        any_of(devices.c.iot_id, "iot_ids"),
        devices.c.tenant_id == bindparam("tenant"),
    )
    .values(project_id=bindparam("project"), modified_ms=bindparam("now", type_=INT)),
    unscoped="checked row by row beforehand; the tenant is a condition of its own",
)
_set_community = _change(community_id=bindparam("community", type_=INT))
_set_enabled = _change(enabled=bindparam("on", type_=INT))
_set_secret = _change(secret=bindparam("sealed"), active_ms=None)
_set_labels = _change(nickname=bindparam("nick"), remark=bindparam("note"))
_delete_device = Command(
    delete(devices).where(devices.c.device_no == bindparam("no", type_=INT), in_scope(devices))
)


def _clear(table: Table) -> Command:
    return Command(delete(table).where(table.c.device_no == bindparam("no", type_=INT)))


_clear_tokens = _clear(device_tokens)
_clear_state = [
    _clear_tokens,
    *(_clear(table) for table in (device_clocks, device_tags, latest_values, desired_properties, inbox_work)),
]


class DeviceValues(msgspec.Struct, frozen=True, kw_only=True):
    """The values of a new device; missing names and secrets are created."""

    product_key: str
    device_name: str | None = None
    device_secret: str | None = None
    iot_id: str | None = None
    nickname: str = ""
    remark: str = ""
    project_id: str | None = None


async def create_device(scope: Scope, tx: Tx, *, values: DeviceValues, ids: Ids, secrets: Secrets) -> Triple:
    """A new device of a product. Its secret is told this once.

    A community comes later, by `assign_community`. Raises BadInput, NotFound, DeviceNameTaken.
    """
    product = await get_product(scope, tx, product_key=values.product_key)
    name = values.device_name or ids.device_name()
    if not DEVICE_NAME.fullmatch(name):
        raise BadInput(field="deviceName", rule="device_name")
    if values.device_secret is not None and not 1 <= len(values.device_secret) <= 64:
        raise BadInput(field="deviceSecret", rule="too_long", limit=64)
    if await _named.one(tx, product_key=values.product_key, device_name=name):
        raise DeviceNameTaken(name=name)
    if values.project_id is not None:
        await tenancy.get_project(scope, tx, project_id=values.project_id)
    triple = Triple(
        values.iot_id or ids.iot_id(), values.product_key, name, values.device_secret or ids.device_secret()
    )
    now = tx.db.clock.now_ms()
    row = {
        "iot_id": triple.iot_id,
        "tenant_id": product.tenant_id,
        "product_no": product.product_no,
        "product_key": values.product_key,
        "device_name": name,
        "secret": secrets.seal(triple.device_secret, about=f"device:{triple.iot_id}"),
        "nickname": values.nickname,
        "remark": values.remark,
        "project_id": values.project_id,
        "created_ms": now,
        "modified_ms": now,
    }
    device_no = await tx.insert(devices, row) or 0
    if product.category_code:
        tags = {"CategoryCode": product.category_code, "CategoryName": product.category_name}
        if product.ability_list:
            tags["Capability"] = product.capabilities
        rows = [{"device_no": device_no, "tag_key": k, "tag_value": v} for k, v in tags.items() if v]
        await tx.insert_many(device_tags, rows)
    tell(tx, Change("device", device_no, values.product_key, name))
    created = DeviceCreated(
        device_no, triple.iot_id, product.tenant_id, values.project_id, values.product_key, name
    )
    await emit(tx, created, key=triple.iot_id)
    return triple


async def bind_project(scope: Scope, tx: Tx, *, project_id: str, iot_ids: list[str]) -> None:
    """Bind devices of the tenant to a project, all or none; those already bound to it stay. Spec B, A071.

    Raises BadInput, NotFound (the project or a device; also a device of a project that the caller cannot see),
    DeviceBoundElsewhere.
    """
    project = await tenancy.get_project(scope, tx, project_id=project_id)
    for _, iot_id, bound in await _own_devices(scope, tx, iot_ids):
        if bound not in (None, project.project_id):
            raise await _bound_elsewhere(scope, tx, iot_id)
    await _bind(tx, project.tenant_id, iot_ids, project.project_id)


async def unbind_project(scope: Scope, tx: Tx, *, project_id: str, iot_ids: list[str]) -> None:
    """Take devices out of a project, all or none. Raises as `bind_project`."""
    project = await tenancy.get_project(scope, tx, project_id=project_id)
    for _, iot_id, bound in await _own_devices(scope, tx, iot_ids):
        if bound is None:
            raise DeviceBoundElsewhere(id=iot_id)
        if bound != project.project_id:
            raise await _bound_elsewhere(scope, tx, iot_id)
    await _bind(tx, project.tenant_id, iot_ids, None)


async def assign_community(scope: Scope, tx: Tx, *, iot_id: str, community_id: int | None) -> DeviceRow:
    """Put a device into a community, or with None take it out. The same community twice changes nothing.

    Raises NotFound (also for a community outside the scope), DeviceBoundElsewhere.
    """
    device = await get_device(scope, tx, iot_id=iot_id)
    if community_id is not None:
        scope.allow(community_id)
        if device.community_id not in (None, community_id):
            raise DeviceBoundElsewhere(id=iot_id)
    return await _put_into(scope, tx, device, community_id)


async def move_device(scope: Scope, tx: Tx, *, iot_id: str, community_id: int | None) -> DeviceRow:
    """Move a device to another community. The caller may see both.

    Its role in the old community, for example as a door, ends. Raises NotFound.
    """
    device = await get_device(scope, tx, iot_id=iot_id)
    if community_id is not None:
        scope.allow(community_id)
    return await _put_into(scope, tx, device, community_id)


async def label_device(
    scope: Scope, tx: Tx, *, iot_id: str, nickname: str | None = None, remark: str | None = None
) -> None:
    """Change alias or remark; None leaves it. Raises BadInput, NotFound."""
    device = await get_device(scope, tx, iot_id=iot_id)
    for field, value in (("nickName", nickname), ("remark", remark)):
        if value is not None and len(value) > MAX_LABEL:
            raise BadInput(field=field, rule="too_long", limit=MAX_LABEL)
    await _set_labels.run(
        tx,
        scope,
        no=device.device_no,
        nick=device.nickname if nickname is None else nickname,
        note=device.remark if remark is None else remark,
        now=tx.db.clock.now_ms(),
    )


async def enable_device(scope: Scope, tx: Tx, *, iot_id: str, enabled: bool) -> None:
    """Disabling ends the device's connection and forbids new ones. It and its gateway get a notice. Raises NotFound."""
    device = await get_device(scope, tx, iot_id=iot_id)
    if bool(device.enabled) == enabled:
        return
    await _set_enabled.run(tx, scope, no=device.device_no, on=int(enabled), now=tx.db.clock.now_ms())
    gateway = await membership.gateway_key(tx, device)
    notices.lifecycle(tx, "enable" if enabled else "disable", membership.key_of(device), gateway)
    _tell_change(tx, device, closes=not enabled)
    kind = DeviceEnabled if enabled else DeviceDisabled
    await emit(tx, kind(*_place(device), device.product_key, device.device_name), key=iot_id)


async def reset_secret(scope: Scope, tx: Tx, *, iot_id: str, ids: Ids, secrets: Secrets) -> Triple:
    """A new secret; the device is disconnected and must be set up again, or may register again. Raises NotFound."""
    device = await get_device(scope, tx, iot_id=iot_id)
    triple = Triple(iot_id, device.product_key, device.device_name, ids.device_secret())
    sealed = secrets.seal(triple.device_secret, about=f"device:{iot_id}")
    await _clear_tokens.run(tx, no=device.device_no)
    await _set_secret.run(tx, scope, no=device.device_no, sealed=sealed, now=tx.db.clock.now_ms())
    _tell_change(tx, device, closes=True)
    return triple


async def delete_device(scope: Scope, tx: Tx, *, iot_id: str) -> None:
    """Remove a device with its tags, present values and unfinished messages. It and its gateway are told; the
    sub-devices of a gateway stay, without one. Raises NotFound.
    """
    device = await get_device(scope, tx, iot_id=iot_id)
    gateway = await membership.gateway_key(tx, device)
    notices.lifecycle(tx, "delete", membership.key_of(device), gateway)
    await membership.part(tx, device)
    for command in _clear_state:
        await command.run(tx, no=device.device_no)
    await _delete_device.run(tx, scope, no=device.device_no)
    gone = DeviceDeleted(*_place(device), device.product_key, device.device_name)
    await emit(tx, gone, key=iot_id)
    tell(tx, Change("device_gone", device.device_no, device.product_key, device.device_name, closes=True))


async def read_secret(scope: Scope, db: Reader, *, iot_id: str, secrets: Secrets) -> str:
    """The device secret in clear. Raises NotFound."""
    device = await get_device(scope, db, iot_id=iot_id)
    return secrets.open(device.secret, about=f"device:{iot_id}")


async def _own_devices(scope: Scope, tx: Tx, iot_ids: list[str]) -> list[tuple[int, str, str | None]]:
    if not iot_ids:
        raise BadInput(field="iotIds", rule="required")
    if len(iot_ids) > MAX_BATCH:
        raise BadInput(field="iotIds", rule="too_many_items", limit=MAX_BATCH)
    rows = [
        (no, iot_id, project)
        for no, iot_id, project in await _of_tenant.all(tx, iot_ids=iot_ids, tenant=scope.tenant)
    ]
    missing = set(iot_ids) - {iot_id for _, iot_id, _ in rows}
    if missing:
        raise NotFound(what="device", id=min(missing))
    return rows


async def _bound_elsewhere(scope: Scope, tx: Tx, iot_id: str) -> NotFound | DeviceBoundElsewhere:
    """The error for another project's device; NotFound for a caller who cannot see it."""
    if await find_devices(scope, tx, iot_ids=[iot_id]):
        return DeviceBoundElsewhere(id=iot_id)
    return NotFound(what="device", id=iot_id)


async def _bind(tx: Tx, tenant_id: str, iot_ids: list[str], project_id: str | None) -> None:
    await _set_project.run(
        tx, iot_ids=iot_ids, tenant=tenant_id, project=project_id, now=tx.db.clock.now_ms()
    )
    scope = Scope.system(tenant_id)
    for device in await find_devices(scope, tx, iot_ids=iot_ids):
        _tell_change(tx, device)


async def _put_into(scope: Scope, tx: Tx, device: DeviceRow, community_id: int | None) -> DeviceRow:
    if device.community_id == community_id:
        return device
    await _set_community.run(tx, scope, no=device.device_no, community=community_id, now=tx.db.clock.now_ms())
    moved = DeviceMoved(device.device_no, device.iot_id, device.tenant_id, device.community_id, community_id)
    await emit(tx, moved, key=device.iot_id)
    _tell_change(tx, device)
    return device._replace(community_id=community_id)


def _place(device: DeviceRow) -> tuple[int, str, str, int | None, str | None]:
    """The first fields of every event of a device's life."""
    return device.device_no, device.iot_id, device.tenant_id, device.community_id, device.project_id


def _tell_change(tx: Tx, device: DeviceRow, *, closes: bool = False) -> None:
    tell(tx, Change("device", device.device_no, device.product_key, device.device_name, closes))
