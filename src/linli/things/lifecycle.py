"""People's acts on a device. Each act is logged with the person, for later questions."""

from typing import NamedTuple

from sqlalchemy import bindparam, func, select

from linli.kernel.db import INT, Query, Reader, Tx
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets
from linli.things.audit import note
from linli.things.certificates.models import device_certificates
from linli.things.groups.models import device_group_members
from linli.things.models import desired_properties, device_tags, devices, inbox_work
from linli.things.queries.devices import get_device
from linli.things.serials.queries import serial_number_of
from linli.things.service import devices as service
from linli.things.service.devices import Triple

_no = bindparam("no", type_=INT)


class Removal(NamedTuple):
    """The rows that are deleted with a device, and the rows that stay."""

    iot_id: str
    device_name: str
    subs: int
    """Sub-devices: they stay, without a gateway."""
    tags: int
    certificates: int
    groups: int
    desired: int
    """Property values that wait for the device."""
    unfinished: int
    """Messages that no handler has finished."""
    serial_number: str
    """Stays listed, for a device of the same name; empty: none."""


class _Counts(NamedTuple):
    subs: int
    tags: int
    certificates: int
    groups: int
    desired: int
    unfinished: int


_counted = Query(
    select(
        *(
            select(func.count()).select_from(table).where(column == _no).scalar_subquery()
            for table, column in (
                (devices, devices.c.gateway_no),
                (device_tags, device_tags.c.device_no),
                (device_certificates, device_certificates.c.device_no),
                (device_group_members, device_group_members.c.device_no),
                (desired_properties, desired_properties.c.device_no),
                (inbox_work, inbox_work.c.device_no),
            )
        )
    ),
    _Counts,
    unscoped="the device was found in scope; these are its own rows",
)


async def removal_of(scope: Scope, db: Reader, *, iot_id: str) -> Removal:
    """The effects of deleting a device, before it is done. Raises NotFound."""
    device = await get_device(scope, db, iot_id=iot_id)
    counts = await _counted.one(db, no=device.device_no)
    assert counts is not None
    listed = await serial_number_of(scope, db, product_key=device.product_key, device_name=device.device_name)
    return Removal(iot_id, device.device_name, *counts, listed.sn if listed else "")


async def show_secret(scope: Scope, tx: Tx, *, iot_id: str, secrets: Secrets) -> Triple:
    """The whole triple (三元组), written down. Raises NotFound."""
    device = await get_device(scope, tx, iot_id=iot_id)
    secret = await service.read_secret(scope, tx, iot_id=iot_id, secrets=secrets)
    await note(scope, tx, "device.secret_shown", subject=iot_id)
    return Triple(iot_id, device.product_key, device.device_name, secret)


async def renew_secret(scope: Scope, tx: Tx, *, iot_id: str, ids: Ids, secrets: Secrets) -> Triple:
    """As `service.devices.reset_secret`, written down. Raises NotFound."""
    triple = await service.reset_secret(scope, tx, iot_id=iot_id, ids=ids, secrets=secrets)
    await note(scope, tx, "device.secret_reset", subject=iot_id)
    return triple


async def switch_device(scope: Scope, tx: Tx, *, iot_id: str, enabled: bool) -> None:
    """As `service.devices.enable_device`; a change is written down. Raises NotFound."""
    device = await get_device(scope, tx, iot_id=iot_id)
    await service.enable_device(scope, tx, iot_id=iot_id, enabled=enabled)
    if bool(device.enabled) != enabled:
        await note(scope, tx, "device.enabled" if enabled else "device.disabled", subject=iot_id)


async def move_device(scope: Scope, tx: Tx, *, iot_id: str, community_id: int | None) -> None:
    """As `service.devices.move_device`; a change is written down. Raises NotFound."""
    device = await get_device(scope, tx, iot_id=iot_id)
    await service.move_device(scope, tx, iot_id=iot_id, community_id=community_id)
    if device.community_id != community_id:
        facts = {"from": device.community_id, "to": community_id}
        await note(scope, tx, "device.moved", subject=iot_id, facts=facts)


async def bind_device(scope: Scope, tx: Tx, *, iot_id: str, project_id: str | None) -> None:
    """Give a device to a project, or with None take it out of the one it is in; written down.

    Raises NotFound, DeviceBoundElsewhere (another project has it: take it out there first).
    """
    device = await get_device(scope, tx, iot_id=iot_id)
    if device.project_id == project_id:
        return
    # Projects belong to the tenant and to no community: who may manage the device may choose any of them.
    whole = Scope(scope.tenant, scope.caller)
    if project_id is not None:
        await service.bind_project(whole, tx, project_id=project_id, iot_ids=[iot_id])
        await note(scope, tx, "device.bound", subject=iot_id, facts={"project": project_id})
    elif device.project_id is not None:
        await service.unbind_project(whole, tx, project_id=device.project_id, iot_ids=[iot_id])
        await note(scope, tx, "device.unbound", subject=iot_id, facts={"project": device.project_id})


async def remove_device(scope: Scope, tx: Tx, *, iot_id: str) -> None:
    """As `service.devices.delete_device`, written down with its names. Raises NotFound."""
    device = await get_device(scope, tx, iot_id=iot_id)
    await service.delete_device(scope, tx, iot_id=iot_id)
    facts = {"productKey": device.product_key, "deviceName": device.device_name, "remark": device.remark}
    await note(scope, tx, "device.deleted", subject=iot_id, facts=facts)
