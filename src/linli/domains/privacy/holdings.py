"""Reads of all rows about one person, in every room's tables."""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import func, select

from linli.domains.people.queries.residence import OwnPerson, Resident
from linli.domains.privacy.topics import Holder, holders
from linli.kernel.db import Query, Reader

SHOWN: Final = 50
EXPORTED: Final = 100_000
"""Rows of one table in a file."""
_WHY = "a person's own rows: the conditions name the person"


class Rows(NamedTuple):
    """Rows of one table about the person in one company (tenant_id empty: of the log-in)."""

    topic: str
    table: str
    tenant_id: str
    total: int
    rows: list[dict[str, Any]]


_queries: dict[str, tuple[Query[Any], Query[Any]]] = {}


def _query(holder: Holder) -> tuple[Query[Any], Query[Any]]:
    name = holder.table.name
    if name not in _queries:
        condition = holder.condition()
        order = list(holder.table.primary_key.columns) or [holder.columns[0]]
        rows = select(*holder.columns).where(condition).order_by(*(column.desc() for column in order))
        count = select(func.count()).select_from(holder.table).where(condition)
        _queries[name] = (
            Query(rows.limit(EXPORTED), unscoped=_WHY, heavy=True),
            Query(count, unscoped=_WHY, heavy=True),
        )
    return _queries[name]


def _binds(holder: Holder, who: Resident, own: OwnPerson | None) -> dict[str, Any]:
    ids_by_kind = {
        "account": who.account_id,
        "phone": who.phone,
        "person": own.person_id if own else 0,
        "identity": own.identity_id if own else "",
    }
    binds = {kind: ids_by_kind[kind] for _, kind in holder.keys}
    if "tenant_id" in holder.table.c and not holder.global_:
        binds["tenant"] = own.tenant_id if own else ""
    return binds


async def read_holdings(
    db: Reader, who: Resident, *, topic: str = "", most: int = SHOWN, counts_only: bool = False
) -> list[Rows]:
    """The rows about somebody, by table. Tables without a row are left out."""
    tables = []
    for holder in holders():
        if topic and holder.topic != topic:
            continue
        persons: Sequence[OwnPerson | None] = [None] if holder.global_ else list(who.persons.values())
        for own in persons:
            rows_query, count_query = _query(holder)
            binds = _binds(holder, who, own)
            total = int(await count_query.scalar(db, **binds))
            if not total:
                continue
            rows: list[dict[str, Any]] = []
            if not counts_only:
                names = [column.name for column in holder.columns]
                row_tuples = (await rows_query.all(db, **binds))[:most]
                rows = [dict(zip(names, row, strict=True)) for row in row_tuples]
            tenant = own.tenant_id if own else ""
            tables.append(Rows(holder.topic, holder.table.name, tenant, total, rows))
    return tables
