"""The changes to existing persons in a trial of an import: person, field, old and new value."""

import json
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from linli.domains.communities.queries import spaces
from linli.domains.communities.queries.imports import Import
from linli.domains.communities.xlsx.columns import RESIDENTS
from linli.domains.people import form_rules
from linli.domains.people import person_rules as rules
from linli.domains.people.queries import forms, persons
from linli.kernel.db import Reader
from linli.kernel.scope import Scope

_COLUMNS = {column.key: column for column in RESIDENTS.columns}


class ChangedField(msgspec.Struct, rename="camel", frozen=True):
    title: str
    before: Annotated[str, Meta(description="Empty: nothing was known.")]
    after: str


class PersonChange(msgspec.Struct, rename="camel", frozen=True):
    """One person as the workbook would leave them."""

    row: Annotated[int, Meta(description="As the spreadsheet counts; the first that says something new.")]
    identity_id: str
    name: str
    house: str
    fields: list[ChangedField]


async def change_rows(scope: Scope, db: Reader, import_row: Import) -> list[PersonChange]:
    """The changes of a trial, with names of fields in the caller's language; erased persons are left out."""
    kept = json.loads(import_row.changes or "[]")
    if not kept:
        return []
    people = await persons.persons_by_id(scope, db, [change["person"] for change in kept])
    houses = await spaces.houses_by_id(scope, db, sorted({change["house"] for change in kept}))
    form = await forms.form(scope, db, import_row.community_id)
    labels = {name: custom.label for name, custom in form.customs.items()}
    return [
        PersonChange(
            change["row"],
            people[change["person"]].identity_id,
            people[change["person"]].name,
            houses[change["house"]].location if change["house"] in houses else "",
            _fields(change["before"], change["after"], labels, scope.language),
        )
        for change in kept
        if change["person"] in people
    ]


def _fields(
    before: dict[str, Any], after: dict[str, Any], labels: dict[str, str], language: str
) -> list[ChangedField]:
    changed_fields = []
    for name, value in after.items():
        if name == "ext":
            was, now = form_rules.custom_values(before.get(name) or ""), form_rules.custom_values(value)
            changed_fields += [
                ChangedField(labels.get(key, key), str(was.get(key, "")), str(text))
                for key, text in now.items()
                if was.get(key) != text
            ]
        else:
            title = _COLUMNS[name].title(language)
            changed_fields.append(
                ChangedField(title, _word(name, before.get(name), language), _word(name, value, language))
            )
    return changed_fields


def _word(name: str, value: Any, language: str) -> str:
    if value in (None, ""):
        return ""
    if name == "id_no":
        return rules.mask_id_number(str(value))
    choices = _COLUMNS[name].choices
    if choices and value in choices:
        return choices[value][1 if language == "en" else 0]
    return str(value)
