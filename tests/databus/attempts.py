"""The log of tries to push, as it stands in the database."""

from types import SimpleNamespace

from sqlalchemy import bindparam, select

from linli.databus.models import delivery_attempts
from linli.kernel.db import INT, Database, Query

_of = Query(
    select(delivery_attempts)
    .where(delivery_attempts.c.subscription_id == bindparam("row_id", type_=INT))
    .order_by(delivery_attempts.c.id.desc()),
    unscoped="a test reads what its own subscription left",
)


async def attempts_of(db: Database, subscription_id: int) -> list[SimpleNamespace]:
    """By the names of the columns, the latest first."""
    names = [column.name for column in delivery_attempts.c]
    rows = await _of.all(db, row_id=subscription_id)
    return [SimpleNamespace(**dict(zip(names, row, strict=True))) for row in rows]
