"""The mended cells of an import, and its faults by kind, as pages show them."""

from collections.abc import Sequence
from typing import Annotated

import msgspec
from msgspec import Meta

from linli.domains.communities.queries import imports as queries
from linli.domains.communities.queries.imports import Import
from linli.domains.communities.xlsx.columns import sheets_for
from linli.domains.people.person_rules import mask_id_number
from linli.domains.people.queries import forms
from linli.kernel import i18n
from linli.kernel.db import Reader
from linli.kernel.scope import Scope
from linli.kernel.workbooks.columns import Column, Sheet, column_of
from linli.kernel.workbooks.groups import Action, FaultGroup, can_take
from linli.kernel.workbooks.mends import Mend


class MendExample(msgspec.Struct, rename="camel", frozen=True):
    row: int
    before: str
    after: str


class ShownMend(msgspec.Struct, rename="camel", frozen=True):
    """Cells of one column that were mended in one way."""

    sheet: str
    title: str
    message: str
    count: int
    examples: list[MendExample]


class GroupRow(msgspec.Struct, rename="camel", frozen=True):
    row: int
    column: Annotated[str, Meta(description="Letter; empty for the whole row.")]
    value: str
    message: str


class TakenValue(msgspec.Struct, rename="camel", frozen=True):
    """A value that can be taken instead."""

    value: str
    text: str


class ShownGroup(msgspec.Struct, rename="camel", frozen=True):
    """Faults of one kind, which one answer settles."""

    id: str
    sheet: str
    title: Annotated[str, Meta(description="Of the column; empty for whole rows.")]
    value: Annotated[str, Meta(description="What all of its cells say; empty where they differ.")]
    message: str
    count: int
    actions: list[Action]
    choices: Annotated[list[TakenValue], Meta(description="What `take` offers; empty: any text.")]
    rows: Annotated[list[GroupRow], Meta(description="The first ones.")]


async def mends_and_groups(scope: Scope, db: Reader, row: Import) -> tuple[list[ShownMend], list[ShownGroup]]:
    """In the caller's language."""
    sheets = sheets_for(await forms.form(scope, db, row.community_id))
    mends = [_mend(mend, sheets, scope.language) for mend in queries.mends_of(row)]
    return mends, [_group(group, sheets, scope.language) for group in queries.groups_of(row)]


def _mend(mend: Mend, sheets: Sequence[Sheet], language: str) -> ShownMend:
    column = column_of(sheets, mend.sheet, mend.column)
    names = {choice.value: choice.text for choice in _choices(column, language)}
    mask = mask_id_number if mend.column == "id_no" else str
    return ShownMend(
        sheet=_sheet_title(mend.sheet, sheets, language),
        title=mend.title,
        message=i18n.text(f"import.mend.{mend.kind}", language),
        count=mend.count,
        examples=[
            MendExample(example.row, mask(example.before), mask(names.get(example.after, example.after)))
            for example in mend.examples
        ],
    )


def _group(group: FaultGroup, sheets: Sequence[Sheet], language: str) -> ShownGroup:
    column = column_of(sheets, group.sheet, group.key)
    first = group.rows[0]
    values = {row.value for row in group.rows}
    choices = _choices(column, language) if column is not None and can_take(column) else []
    if group.rule == "date_order":
        choices = [
            TakenValue(order, i18n.text(f"import.order.{order}", language, date=first.facts.get(order, "")))
            for order in ("dmy", "mdy")
        ]
    return ShownGroup(
        id=group.id,
        sheet=_sheet_title(group.sheet, sheets, language),
        title=group.title,
        value=first.value
        if (len(values) == 1 and group.count <= len(group.rows)) or group.rule == "choice"
        else "",
        message=group.text(language),
        count=group.count,
        actions=group.actions,
        choices=choices,
        rows=[
            GroupRow(row.row, row.column, row.value, i18n.text(f"rule.{row.rule}", language, **row.facts))
            for row in group.rows
        ],
    )


def _sheet_title(key: str, sheets: Sequence[Sheet], language: str) -> str:
    return next((sheet.title(language) for sheet in sheets if sheet.key == key), key)


def _choices(column: Column | None, language: str) -> list[TakenValue]:
    if column is None:
        return []
    at = 1 if language == "en" else 0
    numbered = [TakenValue(str(number), names[at]) for number, names in (column.choices or {}).items()]
    return numbered or [TakenValue(option, option) for option in column.options]
