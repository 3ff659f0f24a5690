"""Serial numbers and their categories, read."""

from typing import NamedTuple

from sqlalchemy import bindparam, func, or_, select

from linli.kernel.db import INT, Query, Reader, any_of, in_scope
from linli.kernel.errors import NotFound
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope
from linli.things.models import devices
from linli.things.queries.devices import DeviceRow, get_device
from linli.things.queries.products import like_pattern
from linli.things.serials.models import serial_categories, serial_numbers


class Category(NamedTuple):
    category_no: int
    tenant_id: str
    name: str
    description: str
    created_ms: int


class CategoryCount(NamedTuple):
    """A category and how many serial numbers it holds."""

    category_no: int
    name: str
    description: str
    created_ms: int
    numbers: int


class SerialNumber(NamedTuple):
    sn: str
    tenant_id: str
    category_no: int | None
    vpc_instance_id: str
    product_key: str
    device_name: str
    created_ms: int


class SerialNumberRow(NamedTuple):
    """A serial number, and its device if there is one; `iot_id` is None until the device exists."""

    sn: str
    category_no: int | None
    vpc_instance_id: str
    product_key: str
    device_name: str
    created_ms: int
    iot_id: str | None
    community_id: int | None


_s, _c = serial_numbers.c, serial_categories.c
_category = Query(
    select(serial_categories).where(
        _c.category_no == bindparam("category_no", type_=INT), in_scope(serial_categories)
    ),
    Category,
)
_category_named = Query(
    select(serial_categories).where(_c.name == bindparam("name"), in_scope(serial_categories)), Category
)
_number_count = select(func.count()).where(_s.category_no == _c.category_no).scalar_subquery()
_categories = Query(
    select(_c.category_no, _c.name, _c.description, _c.created_ms, _number_count)
    .where(in_scope(serial_categories))
    .order_by(_c.name),
    CategoryCount,
)
_by_sn = Query(select(serial_numbers).where(_s.sn == bindparam("sn"), in_scope(serial_numbers)), SerialNumber)
_by_sns = Query(select(serial_numbers).where(any_of(_s.sn, "sns"), in_scope(serial_numbers)), SerialNumber)
_by_device = Query(
    select(serial_numbers).where(
        _s.product_key == bindparam("product_key"),
        _s.device_name == bindparam("device_name"),
        in_scope(serial_numbers),
    ),
    SerialNumber,
)
_of_product = Query(
    select(serial_numbers).where(
        _s.product_key == bindparam("product_key"),
        any_of(_s.device_name, "device_names"),
        in_scope(serial_numbers),
    ),
    SerialNumber,
)
_filtered = (
    in_scope(serial_numbers),
    or_(bindparam("category_no", type_=INT) == 0, _s.category_no == bindparam("category_no", type_=INT)),
    or_(
        bindparam("pattern") == "",
        _s.sn.like(bindparam("pattern"), escape="\\"),
        _s.device_name.like(bindparam("pattern"), escape="\\"),
        _s.product_key.like(bindparam("pattern"), escape="\\"),
    ),
)
_total = Query(select(func.count()).select_from(serial_numbers).where(*_filtered))
_page = Query(
    select(
        _s.sn,
        _s.category_no,
        _s.vpc_instance_id,
        _s.product_key,
        _s.device_name,
        _s.created_ms,
        devices.c.iot_id,
        devices.c.community_id,
    )
    .select_from(
        serial_numbers.outerjoin(
            devices,
            (devices.c.product_key == _s.product_key)
            & (devices.c.device_name == _s.device_name)
            & (devices.c.tenant_id == _s.tenant_id),
        )
    )
    .where(*_filtered)
    .order_by(_s.created_ms.desc(), _s.sn)
    .limit(bindparam("limit", type_=INT))
    .offset(bindparam("offset", type_=INT)),
    SerialNumberRow,
)


async def get_category(scope: Scope, db: Reader, *, category_no: int) -> Category:
    """Raises NotFound."""
    row = await _category.one(db, scope, category_no=category_no)
    if row is None:
        raise NotFound(what="serial_category", id=category_no)
    return row


async def find_category(scope: Scope, db: Reader, *, name: str) -> Category | None:
    return await _category_named.one(db, scope, name=name)


async def list_categories(scope: Scope, db: Reader) -> list[CategoryCount]:
    """The tenant's categories by name."""
    return await _categories.all(db, scope)


async def find_serial_number(scope: Scope, db: Reader, *, sn: str) -> SerialNumber | None:
    return await _by_sn.one(db, scope, sn=sn)


async def find_serial_numbers(scope: Scope, db: Reader, *, sns: list[str]) -> dict[str, SerialNumber]:
    """The `sns` that are listed."""
    return {row.sn: row for row in await _by_sns.all(db, scope, sns=sns)}


async def serial_number_of(
    scope: Scope, db: Reader, *, product_key: str, device_name: str
) -> SerialNumber | None:
    """The number printed on a device."""
    return await _by_device.one(db, scope, product_key=product_key, device_name=device_name)


async def serial_numbers_of(
    scope: Scope, db: Reader, *, product_key: str, device_names: list[str]
) -> dict[str, SerialNumber]:
    """The numbers printed on devices of one product, by device name."""
    rows = await _of_product.all(db, scope, product_key=product_key, device_names=device_names)
    return {row.device_name: row for row in rows}


async def list_serial_numbers(
    scope: Scope, db: Reader, *, page: PageRequest, category_no: int | None = None, keyword: str = ""
) -> Page[SerialNumberRow]:
    """The newest first; `keyword` is part of the number, the device name or the product key."""
    binds = {"category_no": category_no or 0, "pattern": like_pattern(keyword)}
    total = await _total.scalar(db, scope, **binds)
    return Page.of(page, total, await _page.all(db, scope, **binds, **page.binds))


async def device_by_serial_number(scope: Scope, db: Reader, *, sn: str) -> DeviceRow:
    """The device that a serial number names, where the caller sees it. Raises NotFound."""
    listed = await find_serial_number(scope, db, sn=sn)
    if listed is None:
        raise NotFound(what="sn", id=sn)
    try:
        return await get_device(scope, db, product_key=listed.product_key, device_name=listed.device_name)
    except NotFound as error:
        raise NotFound(what="sn", id=sn) from error
