"""Reads of records. Statements follow from the shape of the conditions and are kept, so each is compiled once."""

import functools
from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import ColumnElement, bindparam, func, select

from linli.databus.conditions import Bytewise, Term, binds, condition_sql, place
from linli.databus.datamodel import TEXTUAL
from linli.databus.models import record_files, records
from linli.databus.record_ids import day_of_record
from linli.kernel.db import INT, Query, Reader, in_scope
from linli.kernel.pages import PageRequest
from linli.kernel.scope import Scope


class Record(NamedTuple):
    """One row of a data model, as stored."""

    id: int
    community_id: int | None
    scope_id: str
    model_id: str
    version: str
    body: str
    created_ms: int
    modified_ms: int
    creator: str
    modifier: str
    source: str

    def fields(self) -> dict[str, Any]:
        """The model's fields and the system's (spec B, 2.10); a Date is ms UTC."""
        row: dict[str, Any] = msgspec.json.decode(self.body)
        return row | {
            "id": self.id,
            "scope_id": self.scope_id,
            "gmt_create": self.created_ms,
            "gmt_modified": self.modified_ms,
            "creator": self.creator,
            "modifier": self.modifier,
        }


class Shape(NamedTuple):
    """The part of a condition that decides the SQL: everything but its values."""

    field: str
    type: str
    slot: str | None
    operator: str


class Order(NamedTuple):
    """One field to sort by."""

    field: str
    type: str
    slot: str | None
    descending: bool


class RecordFile(NamedTuple):
    file_name: str
    community_id: int | None
    scope_id: str
    model_id: str
    attr_name: str
    object_key: str


_COLUMNS = (
    records.c.id,
    records.c.community_id,
    records.c.scope_id,
    records.c.model_id,
    records.c.version,
    records.c.body,
    records.c.created_ms,
    records.c.modified_ms,
    records.c.creator,
    records.c.modifier,
    records.c.source,
)
NEWEST_FIRST = (Order("id", "Long", None, True),)

_by_id = Query(
    select(*_COLUMNS).where(
        records.c.id == bindparam("id", type_=INT),
        records.c.day == bindparam("day", type_=INT),
        in_scope(records),
    ),
    Record,
)
_file = Query(
    select(
        record_files.c.file_name,
        record_files.c.community_id,
        record_files.c.scope_id,
        record_files.c.model_id,
        record_files.c.attr_name,
        record_files.c.object_key,
    ).where(record_files.c.file_name == bindparam("file_name"), in_scope(record_files)),
    RecordFile,
)
_counts = Query(
    select(records.c.model_id, records.c.version, func.count(), func.max(records.c.created_ms))
    .where(in_scope(records))
    .group_by(records.c.model_id, records.c.version),
    heavy=True,
)


def _shapes(terms: Sequence[Term]) -> tuple[Shape, ...]:
    return tuple(Shape(term.field, term.type, term.slot, term.operator) for term in terms)


def _conditions(shapes: Sequence[Shape], by_scope: bool) -> list[ColumnElement[bool]]:
    conditions = [records.c.model_id == bindparam("model"), in_scope(records)]
    if by_scope:
        conditions.append(records.c.community_id == bindparam("community", type_=INT))
    return conditions + [condition_sql(Term(*shape, ()), number) for number, shape in enumerate(shapes)]


def _light(shapes: Sequence[Shape]) -> bool:
    """Whether an index narrows the read to a few rows, so that it may run on the event loop."""
    return any(
        shape.operator in ("eq", "in") and (shape.field == "id" or shape.slot is not None) for shape in shapes
    )


@functools.lru_cache(maxsize=512)
def _select(shapes: tuple[Shape, ...], by_scope: bool, order: tuple[Order, ...]) -> Query[Record]:
    sorting: list[ColumnElement[Any]] = []
    for field, type_, slot, descending in order:
        at = place(field, type_, slot)
        at = Bytewise(at) if type_ in TEXTUAL else at
        sorting.append((at.desc() if descending else at.asc()).nulls_last())
    if all(field != "id" for field, *_ in order):
        sorting.append(records.c.id.desc())
    statement = select(*_COLUMNS).where(*_conditions(shapes, by_scope)).order_by(*sorting)
    statement = statement.limit(bindparam("limit", type_=INT)).offset(bindparam("offset", type_=INT))
    return Query(statement, Record, heavy=not _light(shapes))


@functools.lru_cache(maxsize=512)
def _count(shapes: tuple[Shape, ...], by_scope: bool) -> Query[tuple[Any, ...]]:
    statement = select(func.count()).select_from(records).where(*_conditions(shapes, by_scope))
    return Query(statement, heavy=not _light(shapes))


async def get_record(scope: Scope, db: Reader, *, record_id: int) -> Record | None:
    return await _by_id.one(db, scope, id=record_id, day=day_of_record(record_id))


async def find_records(
    scope: Scope,
    db: Reader,
    *,
    model_id: str,
    terms: Sequence[Term],
    page: PageRequest,
    community_id: int | None = None,
    order: tuple[Order, ...] = NEWEST_FIRST,
) -> list[Record]:
    """The records of one model that meet every term, newest first unless `order` says otherwise."""
    query = _select(_shapes(terms), community_id is not None, order)
    bound = {**binds(terms), **page.binds, "model": model_id, "community": community_id}
    return await query.all(db, scope, **bound)


async def count_records(
    scope: Scope, db: Reader, *, model_id: str, terms: Sequence[Term], community_id: int | None = None
) -> int:
    query = _count(_shapes(terms), community_id is not None)
    return int(await query.scalar(db, scope, **binds(terms), model=model_id, community=community_id))


async def get_file(scope: Scope, db: Reader, *, file_name: str) -> RecordFile | None:
    return await _file.one(db, scope, file_name=file_name)


async def counts_by_model(scope: Scope, db: Reader) -> dict[tuple[str, str], tuple[int, int]]:
    """(rows, newest insertion ms) by (model, version), for the console."""
    return {(model, version): (n, newest) for model, version, n, newest in await _counts.all(db, scope)}
