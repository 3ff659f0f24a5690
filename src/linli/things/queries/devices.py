"""Devices: one by its address, lists by filter, their tags."""

import functools
from typing import Any, Final, Literal, NamedTuple

from sqlalchemy import ColumnElement, Select, Text, and_, bindparam, func, or_, select

from linli.kernel.db import INT, Query, Reader, any_of, in_scope
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope
from linli.things.models import device_tags, devices, products
from linli.things.queries.products import like_pattern

DeviceState = Literal["unactive", "online", "offline", "disabled"]
STATUS: Final[dict[DeviceState, int]] = {"unactive": 0, "online": 1, "offline": 3, "disabled": 8}
"""Number coding of `status` in info and status APIs (spec D, 2)."""
STATUS_TEXT: Final[dict[DeviceState, str]] = {
    "unactive": "UNACTIVE", "online": "ONLINE", "offline": "OFFLINE", "disabled": "DISABLE",
}  # fmt: skip
"""Text coding of `status` in list APIs."""


DeviceOrder = Literal["newest", "oldest", "name", "name_down", "seen", "seen_down"]
"""How a list is sorted; by name as it is shown: the nickname, else the device name."""


class DeviceRow(NamedTuple):
    """One device with the facts of its product."""

    device_no: int
    iot_id: str
    tenant_id: str
    product_no: int
    product_key: str
    device_name: str
    secret: str
    """Sealed."""
    nickname: str
    remark: str
    project_id: str | None
    community_id: int | None
    gateway_no: int | None
    enabled: int
    online: int
    created_ms: int
    modified_ms: int
    active_ms: int | None
    last_online_ms: int | None
    last_offline_ms: int | None
    last_seen_ms: int | None
    product_name: str
    node_type: int
    category_code: str
    category_name: str

    @property
    def state(self) -> DeviceState:
        if not self.enabled:
            return "disabled"
        if self.active_ms is None:
            return "unactive"
        return "online" if self.online else "offline"


class DeviceFilter(NamedTuple):
    """Conditions that must all hold; an empty one is no condition."""

    keyword: str = ""
    """Part of the device name, nickname or remark, or a whole iotId."""
    product_keys: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    """Each a whole CategoryCode (`community/people/face`) or its last part (`face`)."""
    state: DeviceState | None = None
    community_id: int | None = None
    project_id: str | None = None
    not_project_id: str | None = None
    """Bound to no project, or to another one."""
    gateway_no: int | None = None
    tags: tuple[tuple[str, str], ...] = ()


_OWN = DeviceRow._fields[: DeviceRow._fields.index("product_name")]
_FROM = devices.join(products, products.c.product_no == devices.c.product_no)
_COLUMNS = [
    *(devices.c[name] for name in _OWN),
    products.c.name,
    products.c.node_type,
    products.c.category_code,
    products.c.category_name,
]


def _select() -> Select[Any]:
    return select(*_COLUMNS).select_from(_FROM).where(in_scope(devices))


_by_iot_id = Query(_select().where(devices.c.iot_id == bindparam("iot_id")), DeviceRow)
_by_no = Query(_select().where(devices.c.device_no == bindparam("device_no", type_=INT)), DeviceRow)
_by_name = Query(
    _select().where(
        devices.c.product_key == bindparam("product_key"), devices.c.device_name == bindparam("device_name")
    ),
    DeviceRow,
)
_by_iot_ids = Query(_select().where(any_of(devices.c.iot_id, "iot_ids")), DeviceRow)
_by_names = Query(
    _select().where(
        devices.c.product_key == bindparam("product_key"), any_of(devices.c.device_name, "device_names")
    ),
    DeviceRow,
)
_tags = Query(
    select(device_tags.c.tag_key, device_tags.c.tag_value)
    .where(device_tags.c.device_no == bindparam("device_no", type_=INT))
    .order_by(device_tags.c.tag_key)
)


_children = Query(
    select(devices.c.gateway_no, func.count())
    .where(any_of(devices.c.gateway_no, "gateway_nos"), in_scope(devices))
    .group_by(devices.c.gateway_no)
)


async def get_device(
    scope: Scope, db: Reader, *, iot_id: str = "", product_key: str = "", device_name: str = ""
) -> DeviceRow:
    """One device by iotId or by its names; if both forms are given they must agree. Raises BadInput, NotFound."""
    if not iot_id and not (product_key and device_name):
        raise BadInput(field="iotId", rule="address")
    if iot_id:
        row = await _by_iot_id.one(db, scope, iot_id=iot_id)
        if row is not None and (
            (product_key and product_key != row.product_key)
            or (device_name and device_name != row.device_name)
        ):
            raise BadInput(field="iotId", rule="one_device")
    else:
        row = await _by_name.one(db, scope, product_key=product_key, device_name=device_name)
    if row is None:
        raise NotFound(what="device", id=iot_id or f"{product_key}/{device_name}")
    return row


async def get_device_by_no(scope: Scope, db: Reader, *, device_no: int) -> DeviceRow:
    """Raises NotFound."""
    row = await _by_no.one(db, scope, device_no=device_no)
    if row is None:
        raise NotFound(what="device", id=device_no)
    return row


async def find_devices(scope: Scope, db: Reader, *, iot_ids: list[str]) -> list[DeviceRow]:
    """Those of `iot_ids` that exist in the scope, in the order asked for."""
    found = {row.iot_id: row for row in await _by_iot_ids.all(db, scope, iot_ids=iot_ids)}
    return [found[iot_id] for iot_id in dict.fromkeys(iot_ids) if iot_id in found]


async def find_named_devices(
    scope: Scope, db: Reader, *, product_key: str, device_names: list[str]
) -> list[DeviceRow]:
    """Those of `device_names` that the product has in the scope, in the order asked for."""
    rows = await _by_names.all(db, scope, product_key=product_key, device_names=device_names)
    found = {row.device_name: row for row in rows}
    return [found[name] for name in dict.fromkeys(device_names) if name in found]


async def list_devices(
    scope: Scope,
    db: Reader,
    *,
    page: PageRequest,
    where: DeviceFilter | None = None,
    order: DeviceOrder = "newest",
) -> Page[DeviceRow]:
    """Newest first unless told otherwise. A filter outside the scope finds nothing."""
    where = where or DeviceFilter()
    total_query, page_query = _list_queries(_shape(where), order)
    binds: dict[str, Any] = {
        "pattern": like_pattern(where.keyword),
        "keyword": where.keyword,
        "product_keys": list(where.product_keys),
        "categories": list(where.categories),
        "community": where.community_id,
        "project": where.project_id,
        "not_project": where.not_project_id,
        "gateway": where.gateway_no,
    }
    for n, (key, value) in enumerate(where.tags):
        binds |= {f"tag_key_{n}": key, f"tag_value_{n}": value}
    total = await total_query.scalar(db, scope, **binds)
    rows = await page_query.all(db, scope, **binds, **page.binds)
    return Page.of(page, total, rows)


async def device_tags_of(scope: Scope, db: Reader, *, device_no: int) -> dict[str, str]:
    """All tags of a device, by key. Raises NotFound."""
    await get_device_by_no(scope, db, device_no=device_no)
    return dict(await _tags.all(db, device_no=device_no))


async def count_children(scope: Scope, db: Reader, *, gateway_nos: list[int]) -> dict[int, int]:
    """Sub-devices in sight by gateway; gateways without any are missing."""
    if not gateway_nos:
        return {}
    return dict(await _children.all(db, scope, gateway_nos=gateway_nos))


class _Shape(NamedTuple):
    """What of a filter decides the SQL: everything but its values."""

    keyword: bool
    product_keys: bool
    categories: bool
    state: DeviceState | None
    community: bool
    project: bool
    not_project: bool
    gateway: bool
    tags: int


def _shape(where: DeviceFilter) -> _Shape:
    return _Shape(
        bool(where.keyword), bool(where.product_keys), bool(where.categories), where.state,
        where.community_id is not None, where.project_id is not None,
        where.not_project_id is not None, where.gateway_no is not None,
        len(where.tags),
    )  # fmt: skip


@functools.lru_cache(maxsize=256)
def _list_queries(shape: _Shape, order: DeviceOrder) -> tuple[Query[tuple[Any, ...]], Query[DeviceRow]]:
    conditions = [in_scope(devices), *_conditions(shape)]
    total = Query(select(func.count()).select_from(_FROM).where(*conditions))
    page = Query(
        select(*_COLUMNS)
        .select_from(_FROM)
        .where(*conditions)
        .order_by(*_ordering(order), devices.c.device_no.desc())
        .limit(bindparam("limit", type_=INT))
        .offset(bindparam("offset", type_=INT)),
        DeviceRow,
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
    return orders[order]


def _conditions(shape: _Shape) -> list[ColumnElement[bool]]:
    c = devices.c
    made: list[ColumnElement[bool]] = []
    if shape.keyword:
        like = [x.like(bindparam("pattern"), escape="\\") for x in (c.device_name, c.nickname, c.remark)]
        made.append(or_(*like, c.iot_id == bindparam("keyword")))
    if shape.product_keys:
        made.append(any_of(c.product_key, "product_keys"))
    if shape.categories:
        made.append(
            or_(
                any_of(products.c.category_code, "categories"),
                any_of(_last_part(products.c.category_code), "categories"),
            )
        )
    if shape.community:
        made.append(c.community_id == bindparam("community", type_=INT))
    if shape.project:
        made.append(c.project_id == bindparam("project"))
    if shape.not_project:
        made.append(or_(c.project_id.is_(None), c.project_id != bindparam("not_project")))
    if shape.gateway:
        made.append(c.gateway_no == bindparam("gateway", type_=INT))
    if shape.state is not None:
        made.append(_state_condition(shape.state))
    for n in range(shape.tags):
        tag = device_tags.alias(f"tag_{n}")
        made.append(
            select(tag.c.device_no)
            .where(
                tag.c.device_no == c.device_no,
                tag.c.tag_key == bindparam(f"tag_key_{n}"),
                tag.c.tag_value == bindparam(f"tag_value_{n}"),
            )
            .exists()
        )
    return made


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
    """What follows the last slash: cut off everything up to it, found as what remains of the text without its letters."""
    upto = func.rtrim(column, func.replace(column, "/", ""), type_=Text)
    return func.substr(column, func.length(upto) + 1, type_=Text)
