"""Devices under a protocol, one or many at once: their forms are read, compared with what is there, then all are made.

Nothing is made while one of them is wrong; every fault is told with the position of its device and its field.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from linli.domains.boxes.catalogue.box_forms import capability_tag
from linli.domains.boxes.devices import forms
from linli.domains.boxes.devices.clashes import Entry, Neighbours
from linli.domains.boxes.devices.errors import CountChanged
from linli.domains.boxes.devices.forms import Shape
from linli.domains.boxes.devices.queries import devices as queries
from linli.domains.boxes.queries import gateways as gateway_queries
from linli.domains.boxes.rows import EdgeDevice, Gateway, Protocol
from linli.domains.boxes.schema_check import Fault
from linli.domains.boxes.service import devices as core
from linli.domains.boxes.service.products import whole
from linli.kernel.db import Reader, Tx
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.ids import Ids
from linli.kernel.pages import PageRequest
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets
from linli.protocols.driver_forms import HIDDEN
from linli.things.catalogue.tree import find_category
from linli.things.queries.devices import find_named_devices
from linli.things.queries.products import get_product, list_products
from linli.things.service.devices import DEVICE_NAME
from linli.things.service.products import ProductValues, create_product
from linli.things.tags import set_tags

ALIAS_MOST: Final = 64
_PRODUCTS: Final = 100


class Asked(NamedTuple):
    """One device as a person or a workbook describes it."""

    device_name: str
    alias: str
    custom: Mapping[str, Any]
    category: str = ""
    """Path of the thing-model category, where the form leaves it open; also checked against what the form says."""
    product_key: str = ""
    """Empty: the tenant's product of the category, made when there is none."""


class Planned(NamedTuple):
    asked: Asked
    custom: dict[str, Any]
    category: str
    product_key: str
    """Empty: to be made."""


class Plan(NamedTuple):
    items: list[Planned]
    faults: list[tuple[int, Fault]]
    """(position of the device, fault)."""
    warnings: list[tuple[int, Fault]]


async def protocol_of(scope: Scope, db: Reader, protocol_id: int) -> tuple[Gateway, Protocol]:
    """Raises NotFound."""
    protocol = await gateway_queries.protocol(scope, db, protocol_id)
    return await gateway_queries.gateway(scope, db, protocol.gateway_id), protocol


async def plan(
    scope: Scope,
    db: Reader,
    gateway: Gateway,
    protocol: Protocol,
    asked: Sequence[Asked],
    *,
    secrets: Secrets,
    instead: Mapping[int, EdgeDevice] | None = None,
) -> Plan:
    """The result that adding, or with `instead` (by position) changing, would have."""
    shape = await queries.shape(scope, db, protocol)
    tenant = whole(scope)
    gone = {row.edge_device_id for row in (instead or {}).values()}
    neighbours = Neighbours(await _entries(tenant, db, gateway, secrets, without=gone))
    taken = {
        row.device_name
        for row in await queries.named(tenant, db, [wish.device_name for wish in asked])
        if row.edge_device_id not in gone
    }
    products: dict[str, str] = {}
    outcome = Plan([], [], [])
    for position, request in enumerate(asked):
        checked = forms.check(shape, request.device_name, request.custom, request.category)
        category = forms.category_of(shape, checked.custom, request.category)
        faults = _named_well(request, taken) + checked.faults
        if category not in products:
            products[category] = await _product_key(tenant, db, category)
        if position not in (instead or {}):
            faults += await _category_faults(scope, db, shape, request, category)
        entry = Entry(request.device_name, protocol.driver_id, protocol.protocol_id, checked.custom)
        bad, doubtful = neighbours.clashes(entry)
        neighbours.add(entry)
        taken.add(request.device_name)
        outcome.faults.extend((position, fault) for fault in (*faults, *bad))
        outcome.warnings.extend((position, fault) for fault in (*checked.warnings, *doubtful))
        outcome.items.append(
            Planned(request, checked.custom, category, request.product_key or products[category])
        )
    if not instead:
        outcome.faults.extend(await _elsewhere(tenant, db, gateway, outcome.items))
    return outcome


async def _entries(
    tenant: Scope, db: Reader, gateway: Gateway, secrets: Secrets, *, without: set[int]
) -> list[Entry]:
    drivers = {
        row.protocol_id: row.driver_id
        for row in await gateway_queries.protocols(tenant, db, gateway.gateway_id)
    }
    return [
        Entry(row.device_name, drivers[row.protocol_id], row.protocol_id, core.custom_of(row, secrets))
        for row in await gateway_queries.devices(tenant, db, gateway.gateway_id)
        if row.edge_device_id not in without and row.protocol_id in drivers
    ]


def _named_well(request: Asked, taken: set[str]) -> list[Fault]:
    faults = []
    if not DEVICE_NAME.fullmatch(request.device_name):
        faults.append(Fault("deviceName", "device_name", {}))
    elif request.device_name in taken:
        faults.append(Fault("deviceName", "edge.name_taken", {"name": request.device_name}))
    if not request.alias.strip():
        faults.append(Fault("alias", "required", {}))
    elif len(request.alias.strip()) > ALIAS_MOST:
        faults.append(Fault("alias", "too_long", {"limit": ALIAS_MOST}))
    return faults


async def _category_faults(
    scope: Scope, db: Reader, shape: Shape, request: Asked, category: str
) -> list[Fault]:
    if request.product_key:
        try:
            product = await get_product(whole(scope), db, product_key=request.product_key)
        except NotFound:
            return [Fault("productKey", "unknown", {})]
        if product.node_type or (shape.categories and product.category_code != category):
            return [Fault("productKey", "edge.product_category", {})]
        return []
    if not category:
        return [Fault("category", "required", {})] if not shape.categories else []
    category_row = await find_category(scope, db, path=category)
    if (category_row is None or category_row.model is None) and not shape.categories:
        return [Fault("category", "unknown", {})]
    return []


async def _product_key(tenant: Scope, db: Reader, category: str) -> str:
    """The tenant's oldest product of a category; empty: none."""
    if not category:
        return ""
    page = await list_products(
        tenant, db, page=PageRequest(1, _PRODUCTS), category_code=category, node_type=0
    )
    keys = [row.product_key for row in page.data if row.category_code == category]
    return keys[-1] if keys else ""


async def _elsewhere(
    tenant: Scope, db: Reader, gateway: Gateway, items: Sequence[Planned]
) -> list[tuple[int, Fault]]:
    """Devices whose things are there already, behind another gateway or in another community."""
    by_key: dict[str, dict[str, int]] = {}
    for position, item in enumerate(items):
        if item.product_key and DEVICE_NAME.fullmatch(item.asked.device_name):
            by_key.setdefault(item.product_key, {})[item.asked.device_name] = position
    faults = []
    for key, names in by_key.items():
        for row in await find_named_devices(tenant, db, product_key=key, device_names=list(names)):
            other = row.community_id not in (None, gateway.community_id)
            if row.gateway_no is not None or other or row.project_id not in (None, gateway.project_id):
                fault = Fault("deviceName", "edge.thing_elsewhere", {"name": row.device_name})
                faults.append((names[row.device_name], fault))
    return faults


def refuse_faulty(wanted: Plan) -> None:
    """Raises BadInput with the first fault."""
    for position, fault in wanted.faults:
        inner = fault.path in ("deviceName", "alias", "category", "productKey")
        where = f"devices[{position}]." + (fault.path if inner else f"custom.{fault.path}".rstrip("."))
        raise BadInput(field=where, rule=fault.rule, **fault.facts)


async def add(
    scope: Scope,
    tx: Tx,
    gateway: Gateway,
    protocol: Protocol,
    wanted: Sequence[Planned],
    *,
    ids: Ids,
    secrets: Secrets,
    now_ms: int,
) -> list[EdgeDevice]:
    """Make planned devices, effective on the box with the next deployment. Raises what `core.add` raises."""
    keys: dict[str, str] = {}
    edge_devices = []
    for item in wanted:
        key = item.product_key or keys.get(item.category)
        if not key:
            key = keys[item.category] = await _make_product(
                scope, tx, item.category, ids=ids, secrets=secrets
            )
        row = await core.add(
            scope,
            tx,
            gateway=gateway,
            protocol=protocol,
            values=core.EdgeDeviceValues(
                product_key=key,
                device_name=item.asked.device_name,
                alias=item.asked.alias,
                custom=item.custom,
            ),
            ids=ids,
            secrets=secrets,
            now_ms=now_ms,
        )
        await tag(scope, tx, row, item.custom)
        edge_devices.append(row)
    return edge_devices


async def _make_product(scope: Scope, tx: Tx, category: str, *, ids: Ids, secrets: Secrets) -> str:
    tenant = whole(scope)
    category_row = await find_category(tenant, tx, path=category)
    name = category_row.label if category_row else category
    product = await create_product(
        tenant,
        tx,
        values=ProductValues(name=name, category_code=category, node_type=0),
        ids=ids,
        secrets=secrets,
    )
    return product.product_key


async def tag(scope: Scope, tx: Tx, row: EdgeDevice, custom: Mapping[str, Any]) -> None:
    """The abilities of a machine of form C stand in its tag Capability (spec C 9, D 2.2)."""
    if custom.get("model") and (able := capability_tag(custom)):
        await set_tags(whole(scope), tx, iot_id=row.iot_id, tags={"Capability": able})


async def change(
    scope: Scope,
    tx: Tx,
    gateway: Gateway,
    protocol: Protocol,
    device: EdgeDevice,
    *,
    alias: str,
    custom: Mapping[str, Any],
    secrets: Secrets,
    now_ms: int,
) -> EdgeDevice:
    """Change a device's description; hidden fields that come back unchanged stay. Raises BadInput."""
    with_hiddens = with_hidden(custom, core.custom_of(device, secrets))
    asked = Asked(device.device_name, alias, with_hiddens)
    wanted = await plan(scope, tx, gateway, protocol, [asked], secrets=secrets, instead={0: device})
    refuse_faulty(wanted)
    before = core.custom_of(device, secrets)
    (item,) = wanted.items
    if (alias.strip(), item.custom) == (device.alias, before):
        return device
    edge_device = await core.change(
        scope, tx, device=device, alias=alias, custom=item.custom, secrets=secrets, now_ms=now_ms
    )
    await tag(scope, tx, edge_device, item.custom)
    return edge_device


def with_hidden(custom: Mapping[str, Any], stored: Mapping[str, Any]) -> dict[str, Any]:
    """The browser's form, completed with the values that it was not shown."""
    return {key: stored.get(key, "") if value == HIDDEN else value for key, value in custom.items()}


async def remove(
    scope: Scope, tx: Tx, protocol: Protocol, ids: Sequence[int], *, expected: int, now_ms: int
) -> int:
    """Take devices off the box, with the next deployment; their things stay. Raises NotFound, CountChanged."""
    rows = await queries.some(scope, tx, protocol.protocol_id, ids)
    if len(rows) != expected:
        raise CountChanged(count=len(rows), expected=expected)
    for row in rows:
        await core.remove(scope, tx, device=row, now_ms=now_ms)
    return len(rows)
