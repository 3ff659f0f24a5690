"""Products as the console and other rooms see them."""

import functools
from typing import NamedTuple

import msgspec
from sqlalchemy import bindparam, func, or_, select

from linli.kernel.db import INT, Query, Reader, any_of, in_scope
from linli.kernel.errors import NotFound
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope
from linli.things.models import devices, products
from linli.tsl import ThingModel, parse_json


@functools.lru_cache(maxsize=256)
def read_model(tsl: str) -> ThingModel:
    """A stored thing model, read once: models are frozen, and reading one costs more than the selects around it."""
    return parse_json(tsl)


class ProductRow(NamedTuple):
    product_no: int
    product_key: str
    tenant_id: str
    name: str
    category_code: str
    category_name: str
    node_type: int
    secret: str
    """Sealed."""
    dynamic_register: int
    tsl: str
    """As stored; `model` reads it."""
    created_ms: int
    modified_ms: int
    data_format: str
    """`alink` or `custom`."""
    description: str
    capabilities: str
    """JSON list."""
    version: int
    """Of the thing model in force."""

    def model(self) -> ThingModel:
        return read_model(self.tsl)

    @property
    def ability_list(self) -> list[str]:
        return msgspec.json.decode(self.capabilities, type=list[str])


class ProductSummary(NamedTuple):
    product_key: str
    name: str
    category_code: str
    category_name: str
    node_type: int
    created_ms: int
    data_format: str
    version: int
    devices: int


_COLUMNS = [products.c[name] for name in ProductRow._fields]
_by_key = Query(
    select(*_COLUMNS).where(products.c.product_key == bindparam("product_key"), in_scope(products)),
    ProductRow,
)
_by_no = Query(
    select(*_COLUMNS).where(products.c.product_no == bindparam("product_no", type_=INT), in_scope(products)),
    ProductRow,
)
_keys = Query(
    select(products.c.product_key).where(any_of(products.c.product_key, "product_keys"), in_scope(products))
)
_matching = or_(
    bindparam("pattern") == "",
    products.c.name.like(bindparam("pattern"), escape="\\"),
    products.c.product_key.like(bindparam("pattern"), escape="\\"),
)
_of_category = or_(
    bindparam("category_code") == "",
    products.c.category_code == bindparam("category_code"),
    products.c.category_code.like(bindparam("category_below"), escape="\\"),
)
_of_node_type = or_(
    bindparam("node_type", type_=INT) == -1, products.c.node_type == bindparam("node_type", type_=INT)
)
_where = (in_scope(products), _matching, _of_category, _of_node_type)
_count_devices = (
    select(func.count())
    .select_from(devices)
    .where(devices.c.product_no == products.c.product_no)
    .scalar_subquery()
)
_page = Query(
    select(
        products.c.product_key,
        products.c.name,
        products.c.category_code,
        products.c.category_name,
        products.c.node_type,
        products.c.created_ms,
        products.c.data_format,
        products.c.version,
        _count_devices,
    )
    .where(*_where)
    .order_by(products.c.product_no.desc())
    .limit(bindparam("limit", type_=INT))
    .offset(bindparam("offset", type_=INT)),
    ProductSummary,
)
_total = Query(select(func.count()).select_from(products).where(*_where))
_any = Query(select(products.c.product_no).where(in_scope(products)).limit(1))
_devices_of = Query(
    select(func.count()).where(devices.c.product_no == bindparam("product_no", type_=INT)),
    unscoped="a product has one tenant, and so have its devices",
)


def like_pattern(keyword: str) -> str:
    """A LIKE pattern that finds `keyword` anywhere; empty for an empty keyword. The escape character is a backslash."""
    if not keyword:
        return ""
    escaped = keyword.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


async def get_product(scope: Scope, db: Reader, *, product_key: str) -> ProductRow:
    """Raises NotFound."""
    row = await _by_key.one(db, scope, product_key=product_key)
    if row is None:
        raise NotFound(what="product", id=product_key)
    return row


async def get_product_by_no(scope: Scope, db: Reader, *, product_no: int) -> ProductRow:
    """Raises NotFound."""
    row = await _by_no.one(db, scope, product_no=product_no)
    if row is None:
        raise NotFound(what="product", id=product_no)
    return row


async def find_product_keys(scope: Scope, db: Reader, *, product_keys: list[str]) -> frozenset[str]:
    """The `product_keys` that are products of the tenant."""
    return frozenset(key for (key,) in await _keys.all(db, scope, product_keys=product_keys))


async def list_products(
    scope: Scope,
    db: Reader,
    *,
    page: PageRequest,
    keyword: str = "",
    category_code: str = "",
    node_type: int | None = None,
) -> Page[ProductSummary]:
    """Newest first; `keyword` is part of the name or key, `category_code` a path with all below it."""
    binds = {
        "pattern": like_pattern(keyword),
        "category_code": category_code,
        "category_below": like_pattern(category_code).removeprefix("%").removesuffix("%") + "/%",
        "node_type": -1 if node_type is None else node_type,
    }
    rows = await _page.all(db, scope, **binds, **page.binds)
    return Page.of(page, await _total.scalar(db, scope, **binds), rows)


async def any_product(scope: Scope, db: Reader) -> bool:
    return await _any.scalar(db, scope) is not None


async def devices_of(db: Reader, *, product_no: int) -> int:
    """How many devices a product has. The caller knows that it may see the product."""
    return int(await _devices_of.scalar(db, product_no=product_no))
