"""The history of records: one row a change with its author, the old and the new values, in the change's transaction.

A room that wants a history of its records writes one line beside each change,

    house = history.Record("house", space_id, community_id)
    await history.note(scope, tx, house, "changed", before=old, after=new, now_ms=now_ms)

and lists a `Kind` in `HISTORY` of its `console` package. The `Kind` says who may read the history and how a record is
restored, if it can be. The console's routes `/communities/{id}/history` and the web's `HistoryList` do the rest.
"""

import json
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from sqlalchemy import Index, Table, bindparam, delete, func, select, update

from linli.kernel.db import (
    INT,
    Command,
    Query,
    Reader,
    Tx,
    any_of,
    identity,
    in_scope,
    integer,
    metadata,
    text_column,
)
from linli.kernel.errors import NotFound
from linli.kernel.ids import Ids
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope

record_changes = Table(
    "record_changes",
    metadata,
    identity("change_no"),
    text_column("tenant_id"),
    integer("community_id", null=True),
    text_column("kind"),  # of the record: house, resident, …
    text_column("target"),  # its id
    text_column("action"),  # created, changed, deleted, restored, …
    text_column("fields", server_default=""),  # JSON {"name": [before, after]}
    text_column("kept", server_default=""),  # JSON: what putting it back needs beyond `fields`
    text_column("reason", server_default=""),
    text_column("by_kind"),  # kind of the scope's caller: staff, app, resident, system
    text_column("by_id"),
    integer("at_ms"),
    Index("ix_record_changes_target", "kind", "target", "change_no"),
    Index("ix_record_changes_community", "community_id", "change_no"),
    sqlite_autoincrement=True,
)
"""Rows are only added; emptied when the person that they tell of is erased, and dropped with a record that retention
takes."""


class Change(NamedTuple):
    """A row of `record_changes`, in the order of the columns."""

    change_no: int
    tenant_id: str
    community_id: int | None
    kind: str
    target: str
    action: str
    fields: str
    kept: str
    reason: str
    by_kind: str
    by_id: str
    at_ms: int

    @property
    def differences(self) -> dict[str, tuple[Any, Any]]:
        """Field → (before, after)."""
        return {name: (was, now) for name, (was, now) in json.loads(self.fields or "{}").items()}

    @property
    def remains(self) -> dict[str, Any]:
        """Values for putting the record back."""
        return dict(json.loads(self.kept or "{}"))


class Restore(Protocol):
    """Put a record back to what it was before `change`, by the room's own rules. Raises what these raise."""

    async def __call__(self, scope: Scope, tx: Tx, change: Change, *, ids: Ids, now_ms: int) -> None: ...


type Tell = Callable[[Scope, Reader, list[dict[str, tuple[Any, Any]]]], Awaitable[None]]
"""Turns ids among the differences of many changes into what people call them, in place."""


@dataclass(frozen=True, kw_only=True)
class Kind:
    """The console's facts of a kind of record. `see` and `manage` are rights."""

    name: str
    see: str
    manage: str
    restore: Restore | None = None
    restorable: frozenset[str] = frozenset({"changed", "deleted"})
    """Actions that `restore` can take back."""
    private: Mapping[str, Callable[[str], str]] = field(default_factory=dict)
    """Field → how it is shown to readers."""
    whole_for: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Private field → rights each of which shows it as it is."""
    needs: Mapping[str, str] = field(default_factory=dict)
    """Field → the further right without which it is hidden."""
    tell: Tell | None = None
    visible: Callable[[Scope, Reader, str], Awaitable[object]] | None = None
    """Of kinds that belong to no community: raises NotFound for a record that the scope may not see."""


def number_of(target: str) -> int:
    """The number in the id of a record. Raises NotFound."""
    if not (target.isascii() and target.isdecimal() and len(target) < 19):
        raise NotFound(what="record", id=target[:64])
    return int(target)


def ids_among(changes: Iterable[Mapping[str, tuple[Any, Any]]], *fields: str) -> list[Any]:
    """Every id that the changes have in these fields, before or after, in order."""
    ids: set[Any] = set()
    for row in changes:
        for field_name in fields:
            for value in row.get(field_name, ()):
                ids.update(value if isinstance(value, list) else () if value in (None, "") else (value,))
    return sorted(ids)


def put_names(changes: Iterable[dict[str, tuple[Any, Any]]], names: Mapping[str, Mapping[Any, str]]) -> None:
    """Put names in the place of ids: `names` has them by field and id. An id without a name stays; a list is joined."""

    def name(of_field: Mapping[Any, str], value: Any) -> Any:
        if isinstance(value, list):
            return ", ".join(str(of_field.get(part, part)) for part in value)
        return of_field.get(value, value)

    for row in changes:
        for field_name in names.keys() & row.keys():
            before, after = row[field_name]
            row[field_name] = (name(names[field_name], before), name(names[field_name], after))


def differences(
    before: Mapping[str, Any] | None, after: Mapping[str, Any] | None
) -> dict[str, tuple[Any, Any]]:
    """Field → (before, after) for what differs; nothing, empty text and an absent field are alike."""
    before, after = before or {}, after or {}
    changes = {}
    for name in {**before, **after}:
        was, now = before.get(name), after.get(name)
        if was != now and not (was in (None, "") and now in (None, "")):
            changes[name] = (was, now)
    return changes


class Record(NamedTuple):
    """The record of a change."""

    kind: str
    """Of the room's `HISTORY`."""
    target: object
    """Its id."""
    community_id: int | None


def _row(scope: Scope, record: Record, action: str, now_ms: int) -> dict[str, Any]:
    return {
        "tenant_id": scope.tenant,
        "community_id": record.community_id,
        "kind": record.kind,
        "target": str(record.target),
        "action": action,
        "fields": "",
        "kept": "",
        "reason": "",
        "by_kind": scope.caller.kind,
        "by_id": scope.caller.id,
        "at_ms": now_ms,
    }


async def note(
    scope: Scope,
    tx: Tx,
    record: Record,
    action: str,
    *,
    now_ms: int,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    kept: Mapping[str, Any] | None = None,
    reason: str = "",
) -> int | None:
    """Write one change; its number. A "changed" without a difference writes nothing. Values must be JSON."""
    differing = differences(before, after)
    if action == "changed" and not differing:
        return None
    row = _row(scope, record, action, now_ms)
    row["fields"] = json.dumps(differing, ensure_ascii=False) if differing else ""
    row["kept"] = json.dumps(kept, ensure_ascii=False) if kept else ""
    row["reason"] = reason[:500]
    return await tx.insert(record_changes, row)


async def note_many(
    scope: Scope,
    tx: Tx,
    kind: str,
    targets: Iterable[object],
    action: str,
    *,
    community_id: int | None,
    now_ms: int,
    reason: str = "",
) -> None:
    """The same change of many records, as an import makes it."""
    rows = [
        {**_row(scope, Record(kind, target, community_id), action, now_ms), "reason": reason[:500]}
        for target in targets
    ]
    await tx.insert_many(record_changes, rows)


_forget = Command(
    update(record_changes)
    .where(
        in_scope(record_changes),
        record_changes.c.kind == bindparam("of_kind"),
        record_changes.c.target == bindparam("of_target"),
    )
    .values(fields="", kept="", reason="")
)


async def forget(scope: Scope, tx: Tx, kind: str, target: object) -> None:
    """Empty the values in the history of an erased record; the fact, time and author of each change stay."""
    await _forget.run(tx, scope, of_kind=kind, of_target=str(target))


_drop = Command(
    delete(record_changes).where(
        record_changes.c.kind == bindparam("of_kind"), any_of(record_changes.c.target, "targets")
    ),
    unscoped="retention is the installation's",
)


async def drop(tx: Tx, kind: str, targets: Iterable[object]) -> None:
    """Remove the history of records that are removed because they are old."""
    await _drop.run(tx, of_kind=kind, targets=[str(target) for target in targets])


_by_no = Query(
    select(record_changes).where(
        in_scope(record_changes), record_changes.c.change_no == bindparam("change_no", type_=INT)
    ),
    Change,
)
_several = Query(
    select(record_changes).where(in_scope(record_changes), any_of(record_changes.c.change_no, "numbers")),
    Change,
)
_of_target = select(record_changes).where(
    in_scope(record_changes),
    record_changes.c.kind == bindparam("kind"),
    record_changes.c.target == bindparam("target"),
    record_changes.c.community_id == bindparam("community_id", type_=INT),
)
_page = Query(
    _of_target.order_by(record_changes.c.change_no.desc())
    .limit(bindparam("limit", type_=INT))
    .offset(bindparam("offset", type_=INT)),
    Change,
)
_count = Query(_of_target.with_only_columns(func.count()))

_of_company_record = select(record_changes).where(
    in_scope(record_changes),
    record_changes.c.kind == bindparam("kind"),
    record_changes.c.target == bindparam("target"),
    record_changes.c.community_id.is_(None),
)
_page_of_company_record = Query(
    _of_company_record.order_by(record_changes.c.change_no.desc())
    .limit(bindparam("limit", type_=INT))
    .offset(bindparam("offset", type_=INT)),
    Change,
)
_count_of_company_record = Query(_of_company_record.with_only_columns(func.count()))

_of_kind = select(record_changes).where(
    in_scope(record_changes),
    record_changes.c.kind == bindparam("kind"),
    record_changes.c.community_id.is_(None),
)
_page_of_kind = Query(
    _of_kind.order_by(record_changes.c.change_no.desc())
    .limit(bindparam("limit", type_=INT))
    .offset(bindparam("offset", type_=INT)),
    Change,
)
_count_of_kind = Query(_of_kind.with_only_columns(func.count()))


async def change(scope: Scope, db: Reader, change_no: int) -> Change:
    """Raises NotFound."""
    if (row := await _by_no.one(db, scope, change_no=change_no)) is None:
        raise NotFound(what="change", id=change_no)
    return row


async def changes(scope: Scope, db: Reader, numbers: list[int]) -> dict[int, Change]:
    """The given changes that the scope may see, by number."""
    return {row.change_no: row for row in await _several.all(db, scope, numbers=numbers)}


async def page(
    scope: Scope, db: Reader, *, community_id: int, kind: str, target: str, request: PageRequest
) -> Page[Change]:
    """Changes of one record in one community, the latest first."""
    binds = {"community_id": community_id, "kind": kind, "target": target}
    total = int(await _count.scalar(db, scope, **binds))
    return Page.of(request, total, await _page.all(db, scope, **binds, **request.binds))


async def page_of_company_record(
    scope: Scope, db: Reader, *, kind: str, target: str, request: PageRequest
) -> Page[Change]:
    """Changes of one record that belongs to no community, the latest first."""
    total = int(await _count_of_company_record.scalar(db, scope, kind=kind, target=target))
    rows = await _page_of_company_record.all(db, scope, kind=kind, target=target, **request.binds)
    return Page.of(request, total, rows)


async def page_of_kind(scope: Scope, db: Reader, *, kind: str, request: PageRequest) -> Page[Change]:
    """Changes of records of one kind that belong to no community, the latest first."""
    total = int(await _count_of_kind.scalar(db, scope, kind=kind))
    return Page.of(request, total, await _page_of_kind.all(db, scope, kind=kind, **request.binds))
