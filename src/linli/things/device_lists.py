"""Lists of devices by filter, fast over a hundred thousand of them.

The statement depends on which conditions there are and not on their values; it is compiled once for each combination.
A page is found on the devices alone, their products are read for what is shown.
"""

import functools
from typing import Any, Literal, NamedTuple

import msgspec
from sqlalchemy import ColumnElement, Text, and_, bindparam, func, or_, select, tuple_

from linli.kernel.db import INT, Query, Reader, any_of, in_scope
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope
from linli.things.groups.conditions import Membership, fits_conditions, is_static_member
from linli.things.models import device_tags, devices, products
from linli.things.queries.devices import COLUMNS, FROM, DeviceRow, DeviceState
from linli.things.queries.products import like_pattern
from linli.things.serials.models import serial_numbers

DeviceOrder = Literal["newest", "oldest", "name", "name_down", "seen", "seen_down"]
"""How a list is sorted; by name as it is shown: the nickname, else the device name."""


class DeviceFilter(NamedTuple):
    """Conditions that must all hold; an empty one is no condition."""

    keyword: str = ""
    """Part of the device name, nickname, remark or serial number, or a whole iotId."""
    product_keys: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    """Each a whole CategoryCode (`community/people/face`) or its last part (`face`)."""
    state: DeviceState | None = None
    community_id: int | None = None
    project_id: str | None = None
    not_project_id: str | None = None
    """Bound to no project, or to another one."""
    unbound: bool = False
    """Bound to no project."""
    homeless: bool = False
    """In no community."""
    gateway_no: int | None = None
    tags: tuple[tuple[str, str], ...] = ()
    group: Membership | None = None
    after_no: int | None = None
    """Device numbers above this one: to walk through all in order `oldest`."""


async def list_devices(
    scope: Scope,
    db: Reader,
    *,
    page: PageRequest,
    where: DeviceFilter | None = None,
    order: DeviceOrder = "newest",
) -> Page[DeviceRow]:
    """Newest first unless `order` says otherwise. A filter outside the scope matches no device."""
    where = _unfolded(where or DeviceFilter())
    total_query, page_query = _list_queries(_shape(scope, where), order)
    binds = _binds(scope, where)
    rows = await page_query.all(db, scope, **binds, **page.binds)
    if len(rows) < page.page_size and (rows or page.page_no == 1):
        total = page.offset + len(rows)  # the last page tells it: nothing is left to count
    else:
        total = await total_query.scalar(db, scope, **binds)
    return Page.of(page, total, rows)


async def walk_devices(
    scope: Scope, db: Reader, *, where: DeviceFilter, after_no: int, limit: int
) -> list[DeviceRow]:
    """The next `limit` devices above number `after_no`, the oldest first, without counting them."""
    where = _unfolded(where)._replace(after_no=after_no)
    _, query = _list_queries(_shape(scope, where), "oldest")
    return await query.all(db, scope, **_binds(scope, where), limit=limit, offset=0)


def _unfolded(where: DeviceFilter) -> DeviceFilter:
    """The tags that a dynamic group asks for as tags of the filter itself: an index finds those."""
    if where.group is None or where.group.conditions is None or not where.group.conditions.tags:
        return where
    conditions = where.group.conditions
    rest = Membership(conditions=msgspec.structs.replace(conditions, tags={}))
    return where._replace(tags=(*where.tags, *conditions.tags.items()), group=rest)


def _binds(scope: Scope, where: DeviceFilter) -> dict[str, Any]:
    binds: dict[str, Any] = {
        "of_tenant": scope.tenant_id,
        "pattern": like_pattern(where.keyword),
        "keyword": where.keyword,
        "product_keys": list(where.product_keys),
        "categories": list(where.categories),
        "community": where.community_id,
        "project": where.project_id,
        "not_project": where.not_project_id,
        "gateway": where.gateway_no,
        "after_no": where.after_no,
    }
    for n, (key, value) in enumerate(where.tags):
        binds |= {f"tag_key_{n}": key, f"tag_value_{n}": value}
    return binds if where.group is None else binds | where.group.binds


class _Shape(NamedTuple):
    """The part of a filter that decides the SQL: everything but its values."""

    tenant: bool
    keyword: bool
    product_keys: bool
    categories: bool
    state: DeviceState | None
    community: bool
    project: bool
    not_project: bool
    unbound: bool
    homeless: bool
    gateway: bool
    tags: int
    group: Literal["", "static", "dynamic"]
    after: bool


def _shape(scope: Scope, where: DeviceFilter) -> _Shape:
    group: Literal["", "static", "dynamic"] = ""
    if where.group is not None:
        group = "static" if where.group.conditions is None else "dynamic"
    return _Shape(
        tenant=scope.tenant_id is not None,
        keyword=bool(where.keyword),
        product_keys=bool(where.product_keys),
        categories=bool(where.categories),
        state=where.state,
        community=where.community_id is not None,
        project=where.project_id is not None,
        not_project=where.not_project_id is not None,
        unbound=where.unbound,
        homeless=where.homeless,
        gateway=where.gateway_no is not None,
        tags=len(where.tags),
        group=group,
        after=where.after_no is not None,
    )


@functools.lru_cache(maxsize=256)
def _list_queries(shape: _Shape, order: DeviceOrder) -> tuple[Query[tuple[Any, ...]], Query[DeviceRow]]:
    conditions = [in_scope(devices), *_conditions(shape)]
    total = Query(select(func.count()).select_from(devices).where(*conditions))
    subquery = (
        select(devices.c.device_no)
        .where(*conditions)
        .order_by(*_ordering(order))
        .limit(bindparam("limit", type_=INT))
        .offset(bindparam("offset", type_=INT))
        .subquery("found")
    )
    page = Query(
        select(*COLUMNS)
        .select_from(FROM.join(subquery, subquery.c.device_no == devices.c.device_no))
        .order_by(*_ordering(order)),
        DeviceRow,
        unscoped="the numbers were found in scope",
    )
    return total, page


def _ordering(order: DeviceOrder) -> list[ColumnElement[Any]]:
    shown = func.coalesce(func.nullif(devices.c.nickname, ""), devices.c.device_name)
    seen = func.coalesce(devices.c.last_seen_ms, 0)
    orders: dict[DeviceOrder, list[ColumnElement[Any]]] = {
        "newest": [],
        "oldest": [devices.c.device_no],
        "name": [shown],
        "name_down": [shown.desc()],
        "seen": [seen],
        "seen_down": [seen.desc()],
    }
    return [*orders[order], devices.c.device_no.desc()]


def _conditions(shape: _Shape) -> list[ColumnElement[bool]]:
    c = devices.c
    conditions: list[ColumnElement[bool]] = []
    if shape.tenant:
        # What `in_scope` says in a form that no index can serve, since workers see every tenant.
        conditions.append(c.tenant_id == bindparam("of_tenant"))
    if shape.keyword:
        conditions.append(_keyword_condition())
    if shape.product_keys:
        conditions.append(any_of(c.product_key, "product_keys"))
    if shape.categories:
        code = products.c.category_code
        of_category = or_(any_of(code, "categories"), any_of(_last_part(code), "categories"))
        conditions.append(c.product_no.in_(select(products.c.product_no).where(of_category)))
    if shape.community:
        conditions.append(c.community_id == bindparam("community", type_=INT))
    if shape.project:
        conditions.append(c.project_id == bindparam("project"))
    if shape.not_project:
        conditions.append(or_(c.project_id.is_(None), c.project_id != bindparam("not_project")))
    if shape.unbound:
        conditions.append(c.project_id.is_(None))
    if shape.homeless:
        conditions.append(c.community_id.is_(None))
    if shape.gateway:
        conditions.append(c.gateway_no == bindparam("gateway", type_=INT))
    if shape.state is not None:
        conditions.append(_state_condition(shape.state))
    if shape.group:
        conditions.append(is_static_member() if shape.group == "static" else fits_conditions())
    if shape.after:
        conditions.append(c.device_no > bindparam("after_no", type_=INT))
    for n in range(shape.tags):
        tag = device_tags.alias(f"tag_{n}")
        conditions.append(
            select(tag.c.device_no)
            .where(
                tag.c.device_no == c.device_no,
                tag.c.tag_key == bindparam(f"tag_key_{n}"),
                tag.c.tag_value == bindparam(f"tag_value_{n}"),
            )
            .exists()
        )
    return conditions


def _keyword_condition() -> ColumnElement[bool]:
    c = devices.c
    like = [x.like(bindparam("pattern"), escape="\\") for x in (c.device_name, c.nickname, c.remark)]
    numbered = select(serial_numbers.c.product_key, serial_numbers.c.device_name).where(
        serial_numbers.c.sn.like(bindparam("pattern"), escape="\\"), in_scope(serial_numbers)
    )
    return or_(*like, c.iot_id == bindparam("keyword"), tuple_(c.product_key, c.device_name).in_(numbered))


def _state_condition(state: DeviceState) -> ColumnElement[bool]:
    c = devices.c
    match state:
        case "disabled":
            return c.enabled == 0
        case "unactive":
            return and_(c.enabled == 1, c.active_ms.is_(None))
        case "online":
            return and_(c.enabled == 1, c.online == 1)
        case "offline":
            return and_(c.enabled == 1, c.online == 0, c.active_ms.is_not(None))


def _last_part(column: ColumnElement[str]) -> ColumnElement[str]:
    """The text after the last slash. The part to cut off ends with a slash; it is found by trimming all other letters
    from the right."""
    upto = func.rtrim(column, func.replace(column, "/", ""), type_=Text)
    return func.substr(column, func.length(upto) + 1, type_=Text)
