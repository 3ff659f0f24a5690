"""Writing records: the only way rows of data models come, change and go, each with its line in the change log."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import msgspec
from sqlalchemy import bindparam, delete

from linli.databus import changes, queries, registry, scopes
from linli.databus.conditions import Condition, check
from linli.databus.datamodel import DataModel
from linli.databus.events import RecordsInserted
from linli.databus.models import records
from linli.databus.record_ids import day_of_record, record_id
from linli.databus.values import accept_change, accept_row
from linli.kernel.db import INT, Command, Tx, any_of, in_scope, update_of
from linli.kernel.errors import BadInput, NotFound, TooMany
from linli.kernel.events import emit
from linli.kernel.pages import PageRequest
from linli.kernel.scope import Scope

MAX_BODY_BYTES: Final = 256 * 1024
MAX_TOUCHED: Final = 1000
"""Rows that one update or delete may reach: more is a mistake, or work for several calls."""

_IDS_A_MESSAGE: Final = 100
_COLUMNS: Final = (
    "id", "day", "tenant_id", "community_id", "scope_id", "model_id", "version", "body", "created_ms", "modified_ms",
    "creator", "modifier", "source", "text_1", "text_2", "text_3", "number_1",
)  # fmt: skip

_update = update_of(
    records,
    ("body", "modified_ms", "modifier", "text_1", "text_2", "text_3", "number_1"),
    records.c.id == bindparam("row_id", type_=INT),
    records.c.day == bindparam("row_day", type_=INT),
    in_scope(records),
)
_delete = Command(
    delete(records).where(
        any_of(records.c.id, "row_ids"), any_of(records.c.day, "row_days"), in_scope(records)
    )
)


class UnknownModel(BadInput):
    """There is no data model of this id, or none in this version."""

    code = "bad_input"


class Owner(NamedTuple):
    """The owner of a record."""

    tenant_id: str
    community_id: int | None
    scope_id: str


async def insert_record(
    scope: Scope,
    tx: Tx,
    *,
    model_id: str,
    row: Mapping[str, Any],
    community_id: int | None = None,
    version: str | None = None,
    source: str = "platform",
    prefix: str = "",
) -> int:
    """Write one record in the caller's transaction and tell its subscribers after the commit; its id.

    `community_id` None makes it a record of the tenant alone, which no project sees. `version` None takes the
    newest that knows the row's fields. `source` names the writer (a room, or `api`); `prefix` stands before
    field names in errors. Raises BadInput, UnknownModel, NotFound (a foreign community).
    """
    ids = await insert_records(
        scope,
        tx,
        model_id=model_id,
        rows=[row],
        community_id=community_id,
        version=version,
        source=source,
        prefix=prefix,
    )
    return ids[0]


async def insert_records(
    scope: Scope,
    tx: Tx,
    *,
    model_id: str,
    rows: Sequence[Mapping[str, Any]],
    community_id: int | None = None,
    version: str | None = None,
    source: str = "platform",
    prefix: str = "",
) -> list[int]:
    """Write several records of one model and community; see `insert_record`. All are written or none."""
    if not rows:
        return []
    owner = await _owner(scope, tx, community_id)
    filled = {"tenant": owner.tenant_id, "scope": owner.scope_id}
    accepted: list[tuple[DataModel, dict[str, Any], str]] = []
    for row in rows:
        model = model_of(model_id, version, row)
        fields = accept_row(model, row, filled=filled, prefix=prefix)
        accepted.append((model, fields, _encode(fields, prefix)))
    numbers = await changes.publish_inserted(
        tx, tenant_id=owner.tenant_id, community_id=community_id, model_id=model_id, count=len(rows)
    )
    now, who = tx.db.clock.now_ms(), scope.caller.id
    ids = [record_id(number, now) for number in numbers]
    values = [
        (new_id, day_of_record(new_id), *owner, model_id, model.version, body, now, now, who, who, source,
         *model.slots(fields).values())
        for new_id, (model, fields, body) in zip(ids, accepted, strict=True)
    ]  # fmt: skip
    if len(values) == 1:
        await tx.insert_one(records, _COLUMNS, values[0])
    else:
        await tx.insert_tuples(records, _COLUMNS, values)
    inserted = [fields for _, fields, _ in accepted]
    await emit(tx, RecordsInserted(owner.tenant_id, community_id, model_id, inserted))
    return ids


async def update_records(
    scope: Scope,
    tx: Tx,
    *,
    model_id: str,
    conditions: Sequence[Condition],
    row: Mapping[str, Any],
    community_id: int | None = None,
    prefix: str = "",
) -> int:
    """Set the given fields (null clears one) in every record that meets all conditions; how many there were.

    Raises BadInput, UnknownModel, TooManyRecords.
    """
    if not row:
        raise BadInput(field=prefix.rstrip(".") or "properties", rule="required")
    touched_rows = await _touched(scope, tx, model_id, conditions, community_id)
    now = tx.db.clock.now_ms()
    binds: list[dict[str, Any]] = []
    for record in touched_rows:
        model = model_of(model_id, record.version, row)
        owned = {"scope": record.scope_id}
        if scope.tenant_id is not None:
            owned["tenant"] = scope.tenant_id
        changed = msgspec.json.decode(record.body) | accept_change(model, row, filled=owned, prefix=prefix)
        fields = {name: value for name, value in changed.items() if value is not None}
        binds.append(
            {
                "row_id": record.id,
                "row_day": day_of_record(record.id),
                "body": _encode(fields, prefix),
                "modified_ms": now,
                "modifier": scope.caller.id,
                **model.slots(fields),
            }
        )
    if binds:
        await _update.run_many(tx, binds, scope)
        await _tell(tx, touched_rows, scope, "update")
    return len(touched_rows)


async def write_bodies(scope: Scope, tx: Tx, rows: Sequence[tuple[int, DataModel, dict[str, Any]]]) -> None:
    """Records of the platform's own as they shall be, untold: (id, model, fields)."""
    now = tx.db.clock.now_ms()
    binds = []
    for row_id, model, fields in rows:
        bind = {"row_id": row_id, "row_day": day_of_record(row_id), "body": _encode(fields, "")}
        binds.append({**bind, "modified_ms": now, "modifier": scope.caller.id, **model.slots(fields)})
    if binds:
        await _update.run_many(tx, binds, scope)


async def delete_records(
    scope: Scope,
    tx: Tx,
    *,
    model_id: str,
    conditions: Sequence[Condition],
    community_id: int | None = None,
) -> int:
    """Delete every record that meets all conditions; how many there were. Raises as `update_records`."""
    touched_rows = await _touched(scope, tx, model_id, conditions, community_id)
    if touched_rows:
        ids = [record.id for record in touched_rows]
        await _delete.run(tx, scope, row_ids=ids, row_days=sorted({day_of_record(row_id) for row_id in ids}))
        await _tell(tx, touched_rows, scope, "delete")
    return len(touched_rows)


class TooManyRecords(TooMany):
    """An update or delete would reach more records than one call may."""

    code = "records.too_many"
    api_code = 460


async def _owner(scope: Scope, tx: Tx, community_id: int | None) -> Owner:
    if community_id is None:
        if scope.communities is not None:
            raise NotFound(what="community")
        return Owner(scope.tenant, None, "")
    return Owner(scope.tenant, community_id, await scopes.scope_id_of(scope, tx, community_id=community_id))


def model_of(model_id: str, version: str | None, row: Mapping[str, Any]) -> DataModel:
    """The model that a row is of. Raises UnknownModel."""
    models = registry.load()
    if not models.versions(model_id):
        raise UnknownModel(field="modelId", rule="unknown")
    model = models.get(model_id, version) if version else models.suited(model_id, set(row))
    if model is None:
        allowed = ", ".join(data_model.version for data_model in models.versions(model_id))
        raise UnknownModel(field="version", rule="one_of", allowed=allowed)
    return model


def _encode(fields: dict[str, Any], prefix: str) -> str:
    body = msgspec.json.encode(fields)
    if len(body) > MAX_BODY_BYTES:
        raise BadInput(field=prefix.rstrip(".") or "properties", rule="too_long", limit=MAX_BODY_BYTES)
    return body.decode()


async def _touched(
    scope: Scope, tx: Tx, model_id: str, conditions: Sequence[Condition], community_id: int | None
) -> list[queries.Record]:
    model_of(model_id, None, {})
    if not conditions:
        raise BadInput(field="conditions", rule="required")
    touched = await queries.find_records(
        scope,
        tx,
        model_id=model_id,
        terms=check(conditions, registry.load().fields(model_id)),
        page=PageRequest(1, MAX_TOUCHED + 1),
        community_id=community_id,
    )
    if len(touched) > MAX_TOUCHED:
        raise TooManyRecords(limit=MAX_TOUCHED)
    return touched


async def _tell(tx: Tx, touched: Sequence[queries.Record], scope: Scope, operate: str) -> None:
    by_community: dict[int | None, list[int]] = defaultdict(list)
    for record in touched:
        by_community[record.community_id].append(record.id)
    for community_id, ids in by_community.items():
        for start in range(0, len(ids), _IDS_A_MESSAGE):
            await changes.publish_data(
                tx,
                tenant_id=scope.tenant,
                community_id=community_id,
                model_id=touched[0].model_id,
                operate=operate,
                ids=ids[start : start + _IDS_A_MESSAGE],
            )
