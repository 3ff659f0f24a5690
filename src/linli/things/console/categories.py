"""The category library and a tenant's own categories."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from linli.kernel.db import Database, Tx
from linli.kernel.entry import Routes
from linli.kernel.errors import NotFound
from linli.kernel.scope import Scope
from linli.things.catalogue import tenant_models
from linli.things.catalogue.errors import CategoryHasParts, CategoryTaken
from linli.things.catalogue.library import ALL_IN_ONE, CAPABILITIES, OTHER_NAMES, Category
from linli.things.catalogue.tree import categories, get_category, products_by_category
from linli.things.console.product_models import Fault, faults
from linli.things.errors import TslRefused
from linli.tsl import examine, to_document


class CategoryLine(msgspec.Struct, rename="camel", frozen=True):
    path: str
    parent: str
    code: str
    name: str
    """Of this level alone."""
    english: str
    other_name: str
    """A second Chinese name in use; mostly empty."""
    own_no: int | None
    """Number of a tenant's own category; null: built in."""
    has_model: bool
    """Products can be made of it."""
    gateway: bool
    properties: int
    events: int
    services: int
    products: int
    capabilities: list[str]
    """The values of the tag Capability for its products."""


class CategoryModel(msgspec.Struct, frozen=True):
    document: dict[str, Any]


class NewCategory(msgspec.Struct, rename="camel"):
    code: Annotated[str, Meta(description="1 to 10 letters, digits or underscores; never changes.")]
    name: str
    parent_path: Annotated[str, Meta(description="Empty: a group.")] = ""
    document: Annotated[
        dict[str, Any] | None, Meta(description="The thing model of a third level; null: an empty one.")
    ] = None


class CategoryName(msgspec.Struct):
    name: str


category_routes = Routes("/categories", tags=("products",))


@category_routes.get(right="devices.use")
async def tree(scope: Scope, db: Database) -> list[CategoryLine]:
    """All groups, categories and models, parents first."""
    in_use = await products_by_category(scope, db)
    by_path = await categories(scope, db)
    return [_line(category, in_use.get(category.path, 0)) for category in by_path.values()]


@category_routes.get("/model", right="devices.use", raises=(NotFound,))
async def model(scope: Scope, db: Database, path: str) -> CategoryModel:
    """The thing model that products of a category start with, in its simple form."""
    category = await get_category(scope, db, path=path)
    return CategoryModel(to_document(category.model) if category.model else {})


@category_routes.post(right="integrations.manage", raises=(NotFound, CategoryTaken, TslRefused))
async def add(data: NewCategory, scope: Scope, tx: Tx) -> CategoryLine:
    """Add an own group, category or model, also below built-in ones."""
    row = await tenant_models.add_category(
        scope,
        tx,
        parent_path=data.parent_path,
        code=data.code.strip(),
        name=data.name,
        tsl=data.document,
    )
    return _line(await get_category(scope, tx, path=row.path), 0)


@category_routes.put("/{category_id:int}", right="integrations.manage", raises=(NotFound,))
async def rename(category_id: int, data: CategoryName, scope: Scope, tx: Tx) -> None:
    """Rename an own category; products keep the name they were made with."""
    await tenant_models.rename_category(scope, tx, category_no=category_id, name=data.name)


@category_routes.put("/{category_id:int}/model", right="integrations.manage", raises=(NotFound, TslRefused))
async def set_model(category_id: int, data: CategoryModel, scope: Scope, db: Database) -> list[Fault]:
    """Set what new products start with. With faults nothing is saved, and they are the answer."""
    _, problems = examine(data.document)
    if not problems:
        async with db.begin() as tx:
            await tenant_models.set_category_model(scope, tx, category_no=category_id, tsl=data.document)
    return faults(problems, scope.language)


@category_routes.delete(
    "/{category_id:int}", right="integrations.manage", raises=(NotFound, CategoryHasParts)
)
async def remove(category_id: int, scope: Scope, tx: Tx) -> None:
    """Remove an own category without parts; products made of it stay."""
    await tenant_models.remove_category(scope, tx, category_no=category_id)


def _line(category: Category, products: int) -> CategoryLine:
    model = category.model
    return CategoryLine(
        path=category.path,
        parent=category.parent,
        code=category.code,
        name=category.label,
        english=category.english,
        other_name=OTHER_NAMES.get(category.path, ""),
        own_no=category.own_no,
        has_model=model is not None,
        gateway=category.gateway,
        properties=len(model.properties) if model else 0,
        events=len(model.events) if model else 0,
        services=len(model.services) if model else 0,
        products=products,
        capabilities=list(CAPABILITIES) if category.path == ALL_IN_ONE else [],
    )
