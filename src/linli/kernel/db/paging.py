"""Pages of long lists: far pages are read from the nearer end, and only their keys are passed over."""

import asyncio
from collections.abc import Callable
from typing import Any, NamedTuple

from sqlalchemy import Select, UnaryExpression, bindparam
from sqlalchemy.sql import operators

from linli.kernel.db.columns import INT
from linli.kernel.db.database import Database, Reader
from linli.kernel.db.statements import Query
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope


class Pair[Row](NamedTuple):
    """One list in its order and the other way round."""

    onward: Query[Row]
    backward: Query[Row]


def limited(keys: Select[Any]) -> Select[Any]:
    """One page of a statement; `rows_of` binds it."""
    return keys.limit(bindparam("limit", type_=INT)).offset(bindparam("offset", type_=INT))


def both_ways[Row](rows: Callable[[list[Any]], Query[Row]], order_by: tuple[Any, ...]) -> Pair[Row]:
    """The statement in an order that leaves no two rows equal, and in the opposite one."""
    return Pair(rows(list(order_by)), rows([_opposite(column) for column in order_by]))


def _opposite(column: Any) -> Any:
    if isinstance(column, UnaryExpression) and column.modifier is operators.desc_op:
        return column.element.asc()
    return column.desc()


async def rows_of[Row](
    pair: Pair[Row], db: Reader, scope: Scope, page: PageRequest, total: int, binds: dict[str, Any]
) -> list[Row]:
    """The rows of a page of `total`; those of the second half are counted from the end.

    A row that comes or goes between counting and reading moves such a page by one, as it would move it to a reader.
    """
    offset, size = page.offset, min(page.page_size, total - page.offset)
    if size <= 0:
        return []
    if offset <= total // 2:
        return await pair.onward.all(db, scope, **binds, limit=page.page_size, offset=offset)
    rows = await pair.backward.all(db, scope, **binds, limit=size, offset=total - offset - size)
    return rows[::-1]


_AT_ONCE = 50_000
"""Rows that a page is read over while the count is still under way: passing over so many keys takes less time."""


async def page_of[Row](
    pair: Pair[Row], count: Query[Any], db: Reader, scope: Scope, page: PageRequest, binds: dict[str, Any]
) -> Page[Row]:
    """A page with the number of all rows. Both are asked for at once where the page is near the beginning."""
    if not isinstance(db, Database) or page.offset > _AT_ONCE:
        total = int(await count.scalar(db, scope, **binds))
        return Page.of(page, total, await rows_of(pair, db, scope, page, total, binds))
    rows: list[Row]
    total, rows = await asyncio.gather(
        count.scalar(db, scope, **binds),
        pair.onward.all(db, scope, **binds, limit=page.page_size, offset=page.offset),
    )
    return Page.of(page, int(total), rows)
