"""Pages of long lists: far pages are read from the nearer end, and only their keys are passed over."""

from collections.abc import Callable
from typing import Any, NamedTuple

from sqlalchemy import Select, UnaryExpression, bindparam
from sqlalchemy.sql import operators

from linli.kernel.db.columns import INT
from linli.kernel.db.database import Reader
from linli.kernel.db.statements import Query
from linli.kernel.pages import PageRequest
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
    return Pair(rows(list(order_by)), rows([_opposite(one) for one in order_by]))


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
