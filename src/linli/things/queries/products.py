"""Products as the console and other rooms see them."""

from typing import NamedTuple

from sqlalchemy import bindparam, func, or_, select

from linli.kernel.db import INT, Query, Reader, in_scope
from linli.kernel.errors import NotFound
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope
from linli.things.models import devices, products
from linli.tsl import ThingModel, parse_json


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

    def model(self) -> ThingModel:
        return parse_json(self.tsl)


class ProductSummary(NamedTuple):
    product_key: str
    name: str
    category_code: str
    category_name: str
    node_type: int
    created_ms: int
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
_matching = or_(
    bindparam("pattern") == "",
    products.c.name.like(bindparam("pattern"), escape="\\"),
    products.c.product_key.like(bindparam("pattern"), escape="\\"),
)
_count_devices = (
    select(func.count())
    .select_from(devices)
    .where(devices.c.product_no == products.c.product_no)
    .scalar_subquery()
)
_page = Query(
    select(
        products.c.product_key, products.c.name, products.c.category_code, products.c.category_name,
        products.c.node_type, products.c.created_ms, _count_devices,
    )
    .where(in_scope(products), _matching)
    .order_by(products.c.product_no.desc())
    .limit(bindparam("limit", type_=INT))
    .offset(bindparam("offset", type_=INT)),
    ProductSummary,
)  # fmt: skip
_total = Query(select(func.count()).select_from(products).where(in_scope(products), _matching))


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


async def list_products(
    scope: Scope, db: Reader, *, page: PageRequest, keyword: str = ""
) -> Page[ProductSummary]:
    """Newest first; `keyword` is part of the name or key."""
    pattern = like_pattern(keyword)
    rows = await _page.all(db, scope, pattern=pattern, **page.binds)
    total = await _total.scalar(db, scope, pattern=pattern)
    return Page.of(page, total, rows)
