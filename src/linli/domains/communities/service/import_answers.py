"""Answers to the faults of a workbook: one for all rows of a kind, after which it is looked at again."""

from collections.abc import Sequence
from typing import Final

from linli.domains.communities.queries import imports as queries
from linli.domains.communities.queries.imports import Import
from linli.domains.communities.service import imports
from linli.domains.communities.service.imports import WrongState
from linli.domains.communities.xlsx.columns import sheets_for
from linli.domains.people.queries import forms
from linli.kernel.db import Tx
from linli.kernel.errors import BadInput
from linli.kernel.scope import Scope
from linli.kernel.workbooks.cells import Broken, text_of
from linli.kernel.workbooks.columns import Sheet, column_of
from linli.kernel.workbooks.dates import ORDERS
from linli.kernel.workbooks.groups import GROUPS_MAX, Answer, FaultGroup
from linli.kernel.workbooks.jobs import WorkbookGone
from linli.kernel.workbooks.kinds import CHECKED, REFUSED

ANSWERS_MAX: Final = 5 * GROUPS_MAX
"""Of one workbook, all looks together."""


async def answer(scope: Scope, tx: Tx, *, import_id: int, answers: Sequence[Answer], now_ms: int) -> None:
    """Look at a workbook again with answers to its faults; those that were given before still hold.

    Raises NotFound, WrongState, WorkbookGone, BadInput for an answer to no fault that was told.
    """
    import_row = await _tried(scope, tx, import_id)
    sheets = sheets_for(await forms.form(scope, tx, import_row.community_id))
    groups = {group.id: group for group in queries.groups_of(import_row)}
    for given in answers:
        _check(given, groups.get(given.group), sheets)
    by_group = {given.group: given for given in (*queries.given_answers(import_row), *answers)}
    if len(by_group) > ANSWERS_MAX:
        raise BadInput(field="answers", rule="too_many_items", limit=ANSWERS_MAX)
    await imports.look_again(scope, tx, import_row, [*by_group.values()], now_ms)


async def forget(scope: Scope, tx: Tx, *, import_id: int, now_ms: int) -> None:
    """Look at a workbook again as it was handed in. Raises NotFound, WrongState, WorkbookGone."""
    await imports.look_again(scope, tx, await _tried(scope, tx, import_id), [], now_ms)


async def _tried(scope: Scope, tx: Tx, import_id: int) -> Import:
    import_row = await queries.get(scope, tx, import_id, kind=queries.HOUSES, lock=True)
    if import_row.state not in (CHECKED, REFUSED):
        raise WrongState(state=import_row.state)
    if not import_row.object_key:
        raise WorkbookGone()
    return import_row


def _check(given: Answer, group: FaultGroup | None, sheets: Sequence[Sheet]) -> None:
    """Raises BadInput."""
    if group is None:
        raise BadInput(field="group", rule="unknown")
    if given.action not in group.actions:
        raise BadInput(field="action", rule="one_of", allowed=", ".join(group.actions))
    if given.action != "take":
        return
    if group.rule == "date_order":
        if given.value not in ORDERS:
            raise BadInput(field="value", rule="one_of", allowed=", ".join(ORDERS))
        return
    column = column_of(sheets, group.sheet, group.key)
    if column is None:
        raise BadInput(field="group", rule="unknown")
    text = text_of(given.value)
    if not text:
        raise BadInput(field="value", rule="required")
    value = column.read(text)
    if isinstance(value, Broken):
        raise BadInput(field="value", rule=value.rule, **value.facts)
