"""Products for the people who bring devices in: list, settings, secret, topics."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from linli.kernel import i18n
from linli.kernel.db import Database, Tx
from linli.kernel.entry import Filter, Routes
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.ids import Ids
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets
from linli.things import audit
from linli.things.catalogue.payloads import payload
from linli.things.catalogue.topics import Direction, Group, topics
from linli.things.catalogue.tree import find_category
from linli.things.errors import ProductInUse, ProductKeyTaken, TslRefused
from linli.things.queries import products as queries
from linli.things.service import products as service

DataFormat = Literal["alink", "custom"]


class ProductRow(msgspec.Struct, rename="camel", frozen=True):
    """One line of a list to choose from."""

    product_key: str
    name: str
    category: str
    gateway: bool
    devices: int
    created_ms: int


class ProductLine(ProductRow, rename="camel", frozen=True):
    category_code: str
    data_format: str
    version: int
    """Of the thing model in force."""


class ProductDetail(msgspec.Struct, rename="camel", frozen=True):
    product_key: str
    name: str
    description: str
    category_code: str
    category: str
    gateway: bool
    data_format: DataFormat
    dynamic_register: bool
    capabilities: list[str]
    version: int
    devices: int
    created_ms: int
    modified_ms: int


class NewProduct(msgspec.Struct, rename="camel"):
    name: str
    category_code: Annotated[str, Meta(description="A path of the library or an own one; empty: none.")] = ""
    gateway: Annotated[bool | None, Meta(description="None: as the category says.")] = None
    data_format: DataFormat = "alink"
    dynamic_register: bool = False
    description: str = ""
    capabilities: list[str] = []


class ProductChange(msgspec.Struct, rename="camel"):
    """None leaves a field as it is. Category, node type and data format stay: devices rely on them."""

    name: str | None = None
    description: str | None = None
    dynamic_register: bool | None = None
    capabilities: list[str] | None = None


class CopyRequest(msgspec.Struct):
    name: str


class ProductSecret(msgspec.Struct, rename="camel", frozen=True):
    product_key: str
    product_secret: str


class TopicLine(msgspec.Struct, rename="camel", frozen=True):
    topic: str
    direction: Direction
    group: Group
    meaning: str
    payload: str
    """JSON as of this product's model; empty where the bytes are the maker's own."""


class Act(msgspec.Struct, rename="camel", frozen=True):
    act: str
    caller: str
    done_ms: int
    facts: str
    """JSON."""


product_routes = Routes("/products", tags=("products",))


@product_routes.get(right="devices.use")
async def choices(scope: Scope, db: Database, q: str = "") -> list[ProductRow]:
    """The tenant's products to choose from, the newest first; at most 500."""
    page = await queries.list_products(
        scope, db, page=PageRequest.of(1, 500, max_size=500), keyword=q.strip()
    )
    return [
        ProductRow(
            row.product_key,
            row.name,
            row.category_name or row.category_code,
            row.node_type == 1,
            row.devices,
            row.created_ms,
        )
        for row in page.data
    ]


class ProductFilter(Filter, frozen=True):
    """Products, as their list is asked for."""

    q: Annotated[str, Meta(description="Part of the name or the key.")] = ""
    category: Annotated[str, Meta(description="A path; all below it too.")] = ""
    gateway: bool | None = None


@product_routes.get("/list", right="devices.use")
async def list_products(
    scope: Scope, db: Database, page: PageRequest, where: ProductFilter
) -> Page[ProductLine]:
    """Products by page, the newest first."""
    products = await queries.list_products(
        scope,
        db,
        page=page,
        keyword=where.q.strip(),
        category_code=where.category,
        node_type=None if where.gateway is None else int(where.gateway),
    )
    lines = [
        ProductLine(
            product_key=row.product_key,
            name=row.name,
            category=row.category_name or row.category_code,
            gateway=row.node_type == 1,
            devices=row.devices,
            created_ms=row.created_ms,
            category_code=row.category_code,
            data_format=row.data_format,
            version=row.version,
        )
        for row in products.data
    ]
    return Page.of(page, products.total, lines)


@product_routes.post(right="integrations.manage", raises=(ProductKeyTaken, TslRefused))
async def create(data: NewProduct, scope: Scope, tx: Tx, ids: Ids, secrets: Secrets) -> ProductDetail:
    """Make a product of a category, with its thing model, or an empty one."""
    category = None
    if data.category_code:
        category = await find_category(scope, tx, path=data.category_code)
        if category is None or category.model is None:
            raise BadInput(field="categoryCode", rule="category_unknown")
    gateway = data.gateway if data.gateway is not None else bool(category and category.gateway)
    product = await service.create_product(
        scope,
        tx,
        values=service.ProductValues(
            name=data.name,
            category_code=data.category_code,
            node_type=int(gateway),
            dynamic_register=data.dynamic_register,
            data_format=data.data_format,
            description=data.description,
            capabilities=data.capabilities,
        ),
        ids=ids,
        secrets=secrets,
    )
    return _detail(product, devices=0)


@product_routes.get("/{product_key:str}", right="devices.use", raises=(NotFound,))
async def detail(product_key: str, scope: Scope, db: Database) -> ProductDetail:
    """One product; its thing model is a route of its own."""
    row = await queries.get_product(scope, db, product_key=product_key)
    return _detail(row, devices=await queries.devices_of(db, product_no=row.product_no))


@product_routes.put("/{product_key:str}", right="integrations.manage", raises=(NotFound,))
async def change(product_key: str, data: ProductChange, scope: Scope, tx: Tx) -> None:
    """Rename or describe it, switch dynamic registration; capabilities go to the tags of its devices."""
    await service.change_product(
        scope,
        tx,
        product_key=product_key,
        name=data.name,
        description=data.description,
        dynamic_register=data.dynamic_register,
        capabilities=data.capabilities,
    )


@product_routes.delete("/{product_key:str}", right="integrations.manage", raises=(NotFound, ProductInUse))
async def remove(product_key: str, scope: Scope, tx: Tx) -> None:
    """Delete it with its versions; refused while it has devices."""
    await service.delete_product(scope, tx, product_key=product_key)


@product_routes.post("/{product_key:str}/copy", right="integrations.manage", raises=(NotFound,))
async def copy(
    product_key: str, data: CopyRequest, scope: Scope, tx: Tx, ids: Ids, secrets: Secrets
) -> ProductDetail:
    """Another product with the same settings and thing model."""
    product = await service.copy_product(
        scope, tx, product_key=product_key, name=data.name, ids=ids, secrets=secrets
    )
    return _detail(product, devices=0)


@product_routes.post("/{product_key:str}/secret", right="integrations.manage", status=200, raises=(NotFound,))
async def secret(product_key: str, scope: Scope, tx: Tx, secrets: Secrets) -> ProductSecret:
    """Show the product secret; the reader is logged."""
    shown = await service.show_secret(scope, tx, product_key=product_key, secrets=secrets)
    return ProductSecret(product_key, shown)


@product_routes.get("/{product_key:str}/topics", right="devices.use", name="topics", raises=(NotFound,))
async def list_topics(product_key: str, scope: Scope, db: Database) -> list[TopicLine]:
    """Every topic of its devices with direction, meaning and an example of what stands in its messages."""
    row = await queries.get_product(scope, db, product_key=product_key)
    listed = topics(product_key, gateway=row.node_type == 1, raw=row.data_format == "custom")
    return [
        TopicLine(
            topic.topic,
            topic.direction,
            topic.group,
            i18n.text(f"topic.{topic.key}", scope.language),
            payload(topic.key, row.model(), product_key),
        )
        for topic in listed
    ]


@product_routes.get("/{product_key:str}/acts", right="integrations.manage", raises=(NotFound,))
async def acts(product_key: str, scope: Scope, db: Database, page: PageRequest) -> Page[Act]:
    """The log of the product: changes, published models and shown secrets, with the person; newest first."""
    await queries.get_product(scope, db, product_key=product_key)
    acts = await audit.acts_on(scope, db, subject=product_key, page=page)
    rows = [Act(row.act, row.caller, row.done_ms, row.facts) for row in acts.data]
    return Page.of(page, acts.total, rows)


def _detail(row: queries.ProductRow, *, devices: int) -> ProductDetail:
    return ProductDetail(
        product_key=row.product_key,
        name=row.name,
        description=row.description,
        category_code=row.category_code,
        category=row.category_name or row.category_code,
        gateway=row.node_type == 1,
        data_format="custom" if row.data_format == "custom" else "alink",
        dynamic_register=bool(row.dynamic_register),
        capabilities=row.ability_list,
        version=row.version,
        devices=devices,
        created_ms=row.created_ms,
        modified_ms=row.modified_ms,
    )
