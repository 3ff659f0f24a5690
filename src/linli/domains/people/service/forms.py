"""The form of a community for its residents, and whether their own registrations are reviewed."""

from typing import Any, Final

import msgspec

from linli.domains.people import form_rules as rules
from linli.domains.people.form_rules import Custom, Field, Form
from linli.domains.people.models import resident_forms
from linli.domains.people.queries import forms as queries
from linli.kernel import history
from linli.kernel.db import Tx
from linli.kernel.errors import NotFound
from linli.kernel.scope import Scope

RECORD: Final = "resident_form"
"""The history's name of a community's form; the record is the community."""


async def arrange(scope: Scope, tx: Tx, *, community_id: int, fields: list[Field], now_ms: int) -> Form:
    """Show, require and order the fields that are named; the others follow. Raises BadInput."""
    form = await queries.form(scope, tx, community_id)
    return await _save(scope, tx, community_id, form, rules.arranged(form, fields), now_ms)


async def add_custom(
    scope: Scope, tx: Tx, *, community_id: int, name: str, custom: Custom, now_ms: int
) -> Form:
    """A field of the community's own, last and hidden until it is shown. Raises BadInput."""
    form = await queries.form(scope, tx, community_id)
    custom = rules.checked_custom(form, name, custom, is_new=True)
    after = msgspec.structs.replace(form, fields=[*form.fields, Field(name, custom=custom)])
    return await _save(scope, tx, community_id, form, after, now_ms)


async def change_custom(
    scope: Scope, tx: Tx, *, community_id: int, name: str, custom: Custom, now_ms: int
) -> Form:
    """Its label, length or choices; the key stays. Residents' earlier values stay too. Raises NotFound, BadInput."""
    form = await queries.form(scope, tx, community_id)
    _require_field(form, name)
    custom = rules.checked_custom(form, name, custom, is_new=False)
    fields = [
        msgspec.structs.replace(field, custom=custom) if field.name == name else field
        for field in form.fields
    ]
    return await _save(scope, tx, community_id, form, msgspec.structs.replace(form, fields=fields), now_ms)


async def remove_custom(scope: Scope, tx: Tx, *, community_id: int, name: str, now_ms: int) -> Form:
    """Remove it from the form; residents' values stay in their `ext`. Raises NotFound."""
    form = await queries.form(scope, tx, community_id)
    _require_field(form, name)
    fields = [field for field in form.fields if field.name != name]
    return await _save(scope, tx, community_id, form, msgspec.structs.replace(form, fields=fields), now_ms)


async def set_review(scope: Scope, tx: Tx, *, community_id: int, review: bool, now_ms: int) -> Form:
    """Whether residents added by an owner or by themselves wait for the property's review (CON-08)."""
    form = await queries.form(scope, tx, community_id)
    return await _save(scope, tx, community_id, form, msgspec.structs.replace(form, review=review), now_ms)


def _require_field(form: Form, name: str) -> None:
    if name not in form.customs:
        raise NotFound(what="field", id=name[:64])


def _words(form: Form) -> dict[str, Any]:
    """The form as the history compares it: each trait of each field by itself."""
    values: dict[str, Any] = {"review": form.review}
    for position, field in enumerate(form.fields, 1):
        values[f"{field.name}.position"] = position
        for trait in ("visible", "required", "main"):
            values[f"{field.name}.{trait}"] = getattr(field, trait)
        if field.custom is not None:
            values[f"{field.name}.label"] = field.custom.label
            values[f"{field.name}.max_length"] = field.custom.max_length or None
            values[f"{field.name}.choices"] = ", ".join(choice.value for choice in field.custom.choices)
    return values


async def _save(scope: Scope, tx: Tx, community_id: int, before: Form, after: Form, now_ms: int) -> Form:
    row = {
        "community_id": community_id,
        "tenant_id": scope.tenant,
        "fields": msgspec.json.encode(after.fields).decode(),
        "review": int(after.review),
        "changed_ms": now_ms,
    }
    await tx.upsert(resident_forms, [row], keys=("community_id",), update=("fields", "review", "changed_ms"))
    await history.note(
        scope,
        tx,
        history.Record(RECORD, community_id, community_id),
        "changed",
        now_ms=now_ms,
        before=_words(before),
        after=_words(after),
    )
    return after
