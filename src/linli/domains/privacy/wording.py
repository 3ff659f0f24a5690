"""The rows about a person in words: labels, dates, words for codes, names for ids. Nothing internal is shown.

A code without a word is told as `privacy.word.other.word`, an id without a name as one that is no longer there: raw
codes and names of columns never reach a reader.
"""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import select

from linli.domains.access.hours import words_of
from linli.domains.communities.addresses import in_words
from linli.domains.people.queries.callers import caller_names
from linli.domains.people.queries.residence import Resident
from linli.domains.privacy.holdings import Rows
from linli.domains.privacy.sheets import SHEETS
from linli.kernel.db import Query, Reader, any_of, metadata
from linli.kernel.i18n import catalogue, text
from linli.kernel.masking import masked_row

_NAMED: Final = {
    "community": ("communities", "community_id", "name"),
    "house": ("houses", "space_id", "location"),
    "door": ("access_doors", "iot_id", "name"),
    "account": ("accounts", "id", "name"),
    "group": ("user_groups", "user_group_id", "name"),
    "notice": ("notices", "notice_id", "title"),
    "role": ("company_roles", "role_id", "name"),
    "department": ("departments", "department_id", "name"),
    "project": ("projects", "project_id", "name"),
    "company": ("tenants", "id", "name"),
    "agreement": ("agreements", "agreement_id", "title"),
}
"""Kind of an id → its table, the id's column and the name's."""
_CODE = re.compile(r"[A-Za-z0-9_.:-]+")
EMPTY: Final = "–"


class Worded(NamedTuple):
    """The rows of one table as its reader sees them."""

    topic: str
    title: str
    company: str
    """Empty: of the log-in, in no company."""
    total: int
    labels: list[str]
    rows: list[list[str]]


class Names(NamedTuple):
    """What people call the ids among some rows."""

    by_kind: Mapping[str, Mapping[Any, str]]
    callers: Mapping[str, str]
    own: frozenset[str]
    """Callers that are the reader."""


class _Reader(NamedTuple):
    names: Names
    language: str
    zone: str


def columns_of(table: str) -> list[tuple[str, str]]:
    """(column, kind) of a table's sheet, in order."""
    return [
        (name, kind or "text") for name, _, kind in (part.partition(":") for part in SHEETS[table].split())
    ]


async def in_reader_words(
    db: Reader, tables: Sequence[Rows], who: Resident, *, language: str, zone: str
) -> list[Worded]:
    """The rows of `read_holdings` in the reader's language; times by the clocks of `zone`."""
    read = _Reader(await _names(db, tables, who, language), language, zone)
    return [
        Worded(
            topic=rows.topic,
            title=text(f"privacy.sheet.{rows.table}", language),
            company=read.names.by_kind["company"].get(rows.tenant_id, ""),
            total=rows.total,
            labels=[text(f"privacy.column.{name}", language) for name, _ in columns_of(rows.table)],
            rows=[
                [_worded(read, rows.table, name, kind, row) for name, kind in columns_of(rows.table)]
                for row in map(masked_row, rows.rows)
            ],
        )
        for rows in tables
    ]


async def _names(db: Reader, tables: Sequence[Rows], who: Resident, language: str) -> Names:
    ids: dict[str, set[Any]] = {kind: set() for kind in _NAMED}
    callers: set[str] = set()
    for rows in tables:
        ids["company"].add(rows.tenant_id)
        for name, kind in columns_of(rows.table):
            cells = {row[name] for row in rows.rows if row.get(name) not in (None, "")}
            if kind in _NAMED:
                ids[kind] |= cells
            elif kind == "caller":
                callers |= {str(cell) for cell in cells}
            elif kind == "by":
                callers |= {f"{row['by_kind']}:{row['by_id']}" for row in rows.rows}
    by_kind = {kind: await _named(db, kind, wanted) for kind, wanted in ids.items()}
    by_kind["house"] = {key: in_words(place, language) for key, place in by_kind["house"].items()}
    own = frozenset(f"{kind}:{who.account_id}" for kind in ("staff", "resident"))
    return Names(by_kind, await caller_names(db, callers), own)


async def _named(db: Reader, kind: str, ids: set[Any]) -> dict[Any, str]:
    if not (wanted := sorted(number for number in ids if number)):
        return {}
    return dict(await _name_query(kind).all(db, ids=wanted))


@cache
def _name_query(kind: str) -> Query[Any]:
    table, key, name = _NAMED[kind]
    columns = metadata.tables[table].c
    return Query(
        select(columns[key], columns[name]).where(any_of(columns[key], "ids")),
        unscoped="names beside the rows of a person that reads them; the rows name their ids",
    )


def _worded(read: _Reader, table: str, column: str, kind: str, row: Mapping[str, Any]) -> str:
    cell = row.get(column)
    if kind == "by":
        return _caller(read, f"{row.get('by_kind', '')}:{cell or ''}")
    if cell is None or cell == "":
        return EMPTY
    if kind in _NAMED:
        return read.names.by_kind[kind].get(cell) or text("privacy.word.gone.name", read.language)
    return _PLAIN[kind](read, table, column, cell)


def _time(read: _Reader, table: str, column: str, cell: Any) -> str:
    return written_time(int(cell), read.zone)


def written_time(ms: int, zone: str) -> str:
    """The date and the minute of UTC ms; 0: never."""
    if not ms:
        return EMPTY
    return datetime.fromtimestamp(ms / 1000, UTC).astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M")


def _word(read: _Reader, table: str, column: str, cell: Any) -> str:
    """The word of a code. What people wrote stays; a code without a word is told as another."""
    words = catalogue(read.language)
    for key in (f"privacy.word.{table}.{column}.{cell}", f"privacy.word.{column}.{cell}"):
        if key in words:
            return words[key]
    if not isinstance(cell, int) and not _CODE.fullmatch(str(cell)):
        return str(cell)
    return text("privacy.word.other.word", read.language)


def _yes(read: _Reader, table: str, column: str, cell: Any) -> str:
    return text(f"privacy.word.yes.{1 if cell else 0}", read.language)


def _count(read: _Reader, table: str, column: str, cell: Any) -> str:
    return text("privacy.word.count.none", read.language) if int(cell) < 0 else str(cell)


def _passed(read: _Reader, table: str, column: str, cell: Any) -> str:
    return text(f"privacy.word.passed.{'refused' if cell else 0}", read.language)


def _bytes(read: _Reader, table: str, column: str, cell: Any) -> str:
    return f"{max(1, round(int(cell) / 1024))} KB" if cell else EMPTY


def _caller_cell(read: _Reader, table: str, column: str, cell: Any) -> str:
    return _caller(read, str(cell))


def _caller(read: _Reader, caller: str) -> str:
    """A person by name and role, a service or the platform by what it is."""
    if caller in read.names.own:
        return text("privacy.word.by.me", read.language)
    role = _word(read, "", "by", caller.partition(":")[0])
    name = read.names.callers.get(caller, "")
    return f"{name} ({role})" if name else role


def _fields(read: _Reader, table: str, column: str, cell: Any) -> str:
    """Which details a change touched."""
    try:
        touched = json.loads(str(cell))
    except ValueError:
        touched = {}
    words = catalogue(read.language)
    other = words["privacy.field.other"]
    labels = dict.fromkeys(words.get(f"privacy.field.{name}", other) for name in touched)
    return text("privacy.and", read.language).join(labels) or EMPTY


def _hours(read: _Reader, table: str, column: str, cell: Any) -> str:
    return words_of(str(cell), read.language)


def _text(read: _Reader, table: str, column: str, cell: Any) -> str:
    return str(cell)


_PLAIN: Final = {
    "text": _text,
    "code": _text,
    "time": _time,
    "word": _word,
    "yes": _yes,
    "count": _count,
    "passed": _passed,
    "bytes": _bytes,
    "caller": _caller_cell,
    "fields": _fields,
    "hours": _hours,
}
