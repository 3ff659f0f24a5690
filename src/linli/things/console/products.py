"""Products for the people who bring devices in: list, settings, secret, topics."""

from typing import Annotated, Literal

import msgspec
from litestar import Controller, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from msgspec import Meta

from linli.kernel import i18n
from linli.kernel.db import Database
from linli.kernel.errors import BadInput
from linli.kernel.ids import Ids
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets
from linli.things import audit
from linli.things.catalogue.topics import Direction, Group, topics
from linli.things.catalogue.tree import find_category
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


class Act(msgspec.Struct, rename="camel", frozen=True):
    act: str
    caller: str
    done_ms: int
    facts: str
    """JSON."""


class ProductRoutes(Controller):
    path = "/products"
    tags = ("products",)

    @get("/", right="devices.use")
    async def choices(
        self, within: NamedDependency[Scope], db: NamedDependency[Database], q: FromQuery[str] = ""
    ) -> list[ProductRow]:
        """The tenant's products to choose from, the newest first; at most 500."""
        found = await queries.list_products(
            within, db, page=PageRequest.of(1, 500, max_size=500), keyword=q.strip()
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
            for row in found.data
        ]

    @get("/list", right="devices.use")
    async def list_products(
        self,
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        page: NamedDependency[PageRequest],
        q: Annotated[str, QueryParameter(description="Part of the name or the key.")] = "",
        category: Annotated[str, QueryParameter(description="A path; all below it too.")] = "",
        gateway: FromQuery[bool | None] = None,
    ) -> Page[ProductLine]:
        """Products by page, the newest first."""
        found = await queries.list_products(
            within,
            db,
            page=page,
            keyword=q.strip(),
            category_code=category,
            node_type=None if gateway is None else int(gateway),
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
            for row in found.data
        ]
        return Page.of(page, found.total, lines)

    @post("/", right="integrations.manage", status_code=201)
    async def create(
        self,
        data: JSONBody[NewProduct],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        ids: NamedDependency[Ids],
        secrets: NamedDependency[Secrets],
    ) -> ProductDetail:
        """Make a product of a category, with its thing model, or an empty one."""
        async with db.begin() as tx:
            category = None
            if data.category_code:
                category = await find_category(within, tx, path=data.category_code)
                if category is None or category.model is None:
                    raise BadInput(field="categoryCode", rule="category_unknown")
            gateway = data.gateway if data.gateway is not None else bool(category and category.gateway)
            made = await service.create_product(
                within,
                tx,
                name=data.name,
                ids=ids,
                secrets=secrets,
                category_code=data.category_code,
                node_type=int(gateway),
                dynamic_register=data.dynamic_register,
                data_format=data.data_format,
                description=data.description,
                capabilities=data.capabilities,
            )
        return _detail(made, devices=0)

    @get("/{product_key:str}", right="devices.use")
    async def detail(
        self, product_key: FromPath[str], within: NamedDependency[Scope], db: NamedDependency[Database]
    ) -> ProductDetail:
        """One product; its thing model is a route of its own."""
        row = await queries.get_product(within, db, product_key=product_key)
        return _detail(row, devices=await queries.devices_of(db, product_no=row.product_no))

    @put("/{product_key:str}", right="integrations.manage", status_code=204)
    async def change(
        self,
        product_key: FromPath[str],
        data: JSONBody[ProductChange],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
    ) -> None:
        """Rename or describe it, switch dynamic registration; capabilities go to the tags of its devices."""
        async with db.begin() as tx:
            await service.change_product(
                within,
                tx,
                product_key=product_key,
                name=data.name,
                description=data.description,
                dynamic_register=data.dynamic_register,
                capabilities=data.capabilities,
            )

    @delete("/{product_key:str}", right="integrations.manage", status_code=204)
    async def remove(
        self, product_key: FromPath[str], within: NamedDependency[Scope], db: NamedDependency[Database]
    ) -> None:
        """Delete it with its versions; refused while it has devices."""
        async with db.begin() as tx:
            await service.delete_product(within, tx, product_key=product_key)

    @post("/{product_key:str}/copy", right="integrations.manage", status_code=201)
    async def copy(
        self,
        product_key: FromPath[str],
        data: JSONBody[CopyRequest],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        ids: NamedDependency[Ids],
        secrets: NamedDependency[Secrets],
    ) -> ProductDetail:
        """Another product with the same settings and thing model."""
        async with db.begin() as tx:
            made = await service.copy_product(
                within, tx, product_key=product_key, name=data.name, ids=ids, secrets=secrets
            )
        return _detail(made, devices=0)

    @post("/{product_key:str}/secret", right="integrations.manage", status_code=200)
    async def secret(
        self,
        product_key: FromPath[str],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        secrets: NamedDependency[Secrets],
    ) -> ProductSecret:
        """Show the product secret; who looked is written down."""
        async with db.begin() as tx:
            shown = await service.show_secret(within, tx, product_key=product_key, secrets=secrets)
        return ProductSecret(product_key, shown)

    @get("/{product_key:str}/topics", right="devices.use")
    async def topics(
        self, product_key: FromPath[str], within: NamedDependency[Scope], db: NamedDependency[Database]
    ) -> list[TopicLine]:
        """Every topic of its devices with direction and meaning."""
        row = await queries.get_product(within, db, product_key=product_key)
        listed = topics(product_key, gateway=row.node_type == 1, raw=row.data_format == "custom")
        return [
            TopicLine(one.topic, one.direction, one.group, i18n.text(f"topic.{one.key}", within.language))
            for one in listed
        ]

    @get("/{product_key:str}/acts", right="integrations.manage")
    async def acts(
        self,
        product_key: FromPath[str],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        page: NamedDependency[PageRequest],
    ) -> Page[Act]:
        """Who changed it, published its model or was shown its secret; newest first."""
        await queries.get_product(within, db, product_key=product_key)
        found = await audit.acts_on(within, db, subject=product_key, page=page)
        rows = [Act(row.act, row.caller, row.done_ms, row.facts) for row in found.data]
        return Page.of(page, found.total, rows)


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
