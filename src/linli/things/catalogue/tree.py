"""The categories for a tenant's choice: the built-in ones and its own."""

from typing import NamedTuple

from sqlalchemy import bindparam, func, select

from linli.kernel.db import INT, Query, Reader, in_scope
from linli.kernel.errors import NotFound
from linli.kernel.scope import Scope
from linli.things.catalogue.library import Category, built_in
from linli.things.models import own_categories, products
from linli.tsl import parse_json


class OwnRow(NamedTuple):
    category_no: int
    parent_path: str
    code: str
    name: str
    tsl: str | None

    @property
    def path(self) -> str:
        return f"{self.parent_path}/{self.code}".lstrip("/")


_COLUMNS = [own_categories.c[name] for name in OwnRow._fields]
_all = Query(select(*_COLUMNS).where(in_scope(own_categories)).order_by(own_categories.c.category_no), OwnRow)
_by_no = Query(
    select(*_COLUMNS).where(
        own_categories.c.category_no == bindparam("category_no", type_=INT), in_scope(own_categories)
    ),
    OwnRow,
)
_in_use = Query(
    select(products.c.category_code, func.count())
    .where(in_scope(products))
    .group_by(products.c.category_code)
)


async def categories(scope: Scope, db: Reader) -> dict[str, Category]:
    """Path → category, the built-in ones first, parents before their children."""
    by_path = dict(built_in())
    rows = await _all.all(db, scope)
    for row in sorted(rows, key=lambda row: row.parent_path.count("/") if row.parent_path else -1):
        parent = by_path.get(row.parent_path)
        if row.parent_path and parent is None:
            continue
        name = f"{parent.name}/{row.name}" if parent else row.name
        model = None if row.tsl is None else parse_json(row.tsl)
        by_path[row.path] = Category(row.path, name, "", model, False, row.category_no)
    return by_path


async def find_category(scope: Scope, db: Reader, *, path: str) -> Category | None:
    """The category of a path, with the tenant's own; None if there is none."""
    return built_in().get(path) or (await categories(scope, db)).get(path)


async def get_category(scope: Scope, db: Reader, *, path: str) -> Category:
    """Raises NotFound."""
    category = await find_category(scope, db, path=path)
    if category is None:
        raise NotFound(what="category", id=path)
    return category


async def get_own(scope: Scope, db: Reader, *, category_no: int) -> OwnRow:
    """Raises NotFound."""
    row = await _by_no.one(db, scope, category_no=category_no)
    if row is None:
        raise NotFound(what="category", id=category_no)
    return row


async def products_by_category(scope: Scope, db: Reader) -> dict[str, int]:
    """Path → number of the tenant's products of exactly this category."""
    return dict(await _in_use.all(db, scope))
