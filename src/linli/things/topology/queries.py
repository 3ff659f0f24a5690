"""Reads of topology: which devices hang on which gateway."""

from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import bindparam, func, select

from linli.kernel.db import INT, Query, Reader, any_of, in_scope, total
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope
from linli.protocols.linkkit.subdevices import SubKey
from linli.things.models import device_tags, devices, products
from linli.things.queries.devices import DeviceRow, find_named_devices, get_device
from linli.things.topology.models import found_devices

MAX_GATEWAYS = 500
"""Gateways in one answer of the edge bus."""


class SubFacts(NamedTuple):
    """A sub-device as lists of a gateway show it."""

    device_no: int
    iot_id: str
    product_key: str
    device_name: str
    nickname: str
    gateway_no: int
    enabled: int
    online: int
    active_ms: int | None


class FoundRow(NamedTuple):
    """A device that a gateway met. `product_name` and `iot_id` are None where the tenant has none such."""

    product_key: str
    device_name: str
    first_ms: int
    last_ms: int
    product_name: str | None
    iot_id: str | None


_SUB = [devices.c[name] for name in SubFacts._fields]
_of_gateway = devices.c.gateway_no == bindparam("gateway_no", type_=INT)
_count = Query(
    select(func.count()).where(_of_gateway),
    unscoped="a gateway's sub-devices are counted whoever may see them",
)
_keys = Query(
    select(devices.c.product_key, devices.c.device_name).where(_of_gateway).order_by(devices.c.device_no),
    SubKey,
    unscoped="the gateway itself asks",
)
_subs_of_many = Query(
    select(*_SUB)
    .where(any_of(devices.c.gateway_no, "gateways"), in_scope(devices))
    .order_by(devices.c.gateway_no, devices.c.device_no),
    SubFacts,
    heavy=True,
)
_gateways = Query(
    select(devices.c.iot_id)
    .select_from(devices.join(products, products.c.product_no == devices.c.product_no))
    .where(in_scope(devices), products.c.node_type == 1)
    .order_by(devices.c.device_no)
    .limit(MAX_GATEWAYS)
)
_tags_of_many = Query(
    select(device_tags.c.device_no, device_tags.c.tag_key, device_tags.c.tag_value)
    .where(any_of(device_tags.c.device_no, "nos"))
    .order_by(device_tags.c.device_no, device_tags.c.tag_key)
)
_online = Query(
    select(func.count(), func.coalesce(total(devices.c.online), 0)).where(_of_gateway, in_scope(devices))
)
_found_of = found_devices.c.gateway_no == bindparam("gateway_no", type_=INT)
_waiting = (
    found_devices.outerjoin(
        products,
        (products.c.product_key == found_devices.c.product_key)
        & (products.c.tenant_id == bindparam("tenant")),
    ).outerjoin(
        devices,
        (devices.c.product_key == found_devices.c.product_key)
        & (devices.c.device_name == found_devices.c.device_name)
        & (devices.c.tenant_id == bindparam("tenant")),
    ),
    _found_of & (devices.c.gateway_no.is_(None) | (devices.c.gateway_no != found_devices.c.gateway_no)),
)
_UNSCOPED = "the gateway was looked up in the scope; its tenant is a condition of its own"
_found_total = Query(select(func.count()).select_from(_waiting[0]).where(_waiting[1]), unscoped=_UNSCOPED)
_discovered = Query(
    select(
        found_devices.c.product_key,
        found_devices.c.device_name,
        found_devices.c.first_ms,
        found_devices.c.last_ms,
        products.c.name,
        devices.c.iot_id,
    )
    .select_from(_waiting[0])
    .where(_waiting[1])
    .order_by(found_devices.c.last_ms.desc(), found_devices.c.product_key, found_devices.c.device_name)
    .limit(bindparam("limit", type_=INT))
    .offset(bindparam("offset", type_=INT)),
    FoundRow,
    unscoped=_UNSCOPED,
)


async def named_devices(scope: Scope, db: Reader, keys: Iterable[SubKey]) -> dict[SubKey, DeviceRow]:
    """The `keys` that exist in the scope."""
    by_product: dict[str, list[str]] = {}
    for key in keys:
        by_product.setdefault(key.product_key, []).append(key.device_name)
    by_key: dict[SubKey, DeviceRow] = {}
    for product_key, names in by_product.items():
        rows = await find_named_devices(scope, db, product_key=product_key, device_names=names)
        by_key |= {SubKey(row.product_key, row.device_name): row for row in rows}
    return by_key


async def count_subs(db: Reader, *, gateway_no: int) -> int:
    total: int = await _count.scalar(db, gateway_no=gateway_no)
    return total


async def sub_keys(db: Reader, *, gateway_no: int) -> list[SubKey]:
    """All sub-devices of a gateway, for itself."""
    return await _keys.all(db, gateway_no=gateway_no)


async def subs_of(scope: Scope, db: Reader, *, gateway_nos: list[int]) -> list[SubFacts]:
    """Sub-devices in sight, by gateway."""
    return await _subs_of_many.all(db, scope, gateways=gateway_nos)


async def subs_online(scope: Scope, db: Reader, *, gateway_no: int) -> tuple[int, int]:
    """(how many sub-devices in sight, how many of them are online)."""
    row = await _online.one(db, scope, gateway_no=gateway_no)
    assert row is not None
    return row[0], int(row[1])


async def gateways_in_sight(scope: Scope, db: Reader) -> list[DeviceRow]:
    """The oldest MAX_GATEWAYS of them."""
    return [await get_device(scope, db, iot_id=iot_id) for (iot_id,) in await _gateways.all(db, scope)]


async def tags_of(db: Reader, *, device_nos: list[int]) -> dict[int, dict[str, str]]:
    """Tags by device number, of devices that the caller may see."""
    tags: dict[int, dict[str, str]] = {}
    for device_no, key, value in await _tags_of_many.all(db, nos=device_nos):
        tags.setdefault(device_no, {})[key] = value
    return tags


async def list_found(scope: Scope, db: Reader, *, gateway: DeviceRow, page: PageRequest) -> Page[FoundRow]:
    """Devices that the gateway met and does not serve, the latest first. `gateway` is in the caller's sight."""
    binds = {"gateway_no": gateway.device_no, "tenant": gateway.tenant_id}
    total = await _found_total.scalar(db, scope, **binds)
    return Page.of(page, total, await _discovered.all(db, scope, **binds, **page.binds))
