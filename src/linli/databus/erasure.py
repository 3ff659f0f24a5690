"""Erasure of a person from stored records: their data is removed, the event stays. ADR 0063.

Models mark the field with the identityId (`person: "id"`, which has an index column) and the fields with more data
about that person (`person: "facts"`). The next purge deletes files that such fields name.
"""

from functools import partial
from typing import Any, Final, NamedTuple

import msgspec
from sqlalchemy import bindparam, or_, select, update

from linli.databus import registry
from linli.databus.datamodel import DataModel
from linli.databus.models import record_files, records
from linli.databus.queries import Record
from linli.databus.records import write_bodies
from linli.kernel.db import INT, Command, Database, Query, Tx, any_of, in_scope
from linli.kernel.scope import Scope

_STEP: Final = 200
_records_of_person = Query(
    select(
        records.c.id, records.c.community_id, records.c.scope_id, records.c.model_id, records.c.version,
        records.c.body, records.c.created_ms, records.c.modified_ms, records.c.creator, records.c.modifier,
        records.c.source,
    )
    .where(
        in_scope(records),
        any_of(records.c.model_id, "models"),
        or_(records.c.text_1 == bindparam("who"), records.c.text_2 == bindparam("who")),
        records.c.id > bindparam("after", type_=INT),
    )
    .order_by(records.c.id)
    .limit(_STEP),
    Record,
)  # fmt: skip
_let_go = Command(
    update(record_files)
    .where(in_scope(record_files), any_of(record_files.c.file_name, "names"))
    .values(created_ms=0)
)


async def forget_person(db: Database, *, tenant_id: str, identity_id: str) -> int:
    """Empty what the kept records say of a person, in steps; how many told of them. Again changes nothing.

    Subscribers get no second message: they must erase pushed data themselves, and the change topic of users tells them.
    """
    scope = Scope.system(tenant_id, "erasure")
    models = registry.load()
    personal = sorted({model.model_id for model in models if model.facts_of_persons})
    after = total = 0
    while True:
        step = await db.run(partial(_forget_some, scope, models=personal, who=identity_id, after=after))
        total += step.changed
        if step.last_id is None:
            return total
        after = step.last_id


class _Step(NamedTuple):
    changed: int
    last_id: int | None
    """None: there is nothing more."""


async def _forget_some(scope: Scope, tx: Tx, *, models: list[str], who: str, after: int) -> _Step:
    rows = await _records_of_person.all(tx, scope, models=models, who=who, after=after)
    changed, files = [], []
    model_registry = registry.load()
    for row in rows:
        model = model_registry.get(row.model_id, row.version)
        if model is None:
            continue
        body: dict[str, Any] = msgspec.json.decode(row.body)
        gone = _facts(model, body, who)
        files += [body[name] for name in gone if (f := model.field(name)) is not None and f.file]
        if gone:
            kept = {name: value for name, value in body.items() if name not in gone}
            # An empty text counts as given where something must be.
            required = {name: "" for name in gone if (f := model.field(name)) is not None and f.required}
            changed.append((row.id, model, kept | required))
    await write_bodies(scope, tx, changed)
    if files:
        await _let_go.run(tx, scope, names=files)
    return _Step(len(changed), rows[-1].id if len(rows) == _STEP else None)


def _facts(model: DataModel, body: dict[str, Any], identity_id: str) -> list[str]:
    """Fields of a row that tell of the person, if it is about them at all."""
    if not any(body.get(name) == identity_id for name in model.ids_of_persons):
        return []
    return [name for name in model.facts_of_persons if body.get(name) not in (None, "")]
