"""Faults of a workbook by kind, and one answer for all of a kind."""

from collections.abc import Iterable
from typing import Any, Final, Literal

import msgspec

from linli.kernel import i18n
from linli.kernel.workbooks.columns import Column, Sheet, column_of
from linli.kernel.workbooks.rows import Problem

GROUPS_MAX: Final = 200
"""Groups that are kept; the marked workbook has every fault."""
FIRST_ROWS: Final = 5

type Action = Literal["leave_out", "empty", "take", "keep", "pad", "match", "make"]
"""The treatment of a group's rows: left out; imported without this value; taken as another value; taken as they
are; zeros put in front; the house that is there taken; the house made."""

_SPECIAL: Final[dict[str, tuple[Action, ...]]] = {
    "choice": ("take",),
    "required": ("take",),
    "missing_column": ("take",),
    "date_order": ("take",),
    "zeros_lost": ("pad", "keep"),
    "zeros_differ": ("match", "keep"),
    "no_such_house": ("make",),
    "phone_landline": ("keep",),
    "phone_of_other": ("empty",),
    "phone_repeats": ("empty",),
    "fixed": ("keep",),
    "contradicts": ("keep",),
}
_UNANSWERED: Final = frozenset(("too_many_problems", "too_many_rows", "missing_column"))
_OF_PLAN: Final = frozenset(
    ("repeats", "already_lives", "other_kind", "no_such_house", "zeros_differ", "fixed", "contradicts",
     "phone_of_other", "phone_repeats")
)  # fmt: skip
"""Faults of rows that read well by themselves."""
_BY_VALUE: Final = "choice"
"""Each word that is not known is a question of its own."""


class Answer(msgspec.Struct, frozen=True, rename="camel"):
    """One answer for all rows of a group."""

    group: str
    action: Action
    value: str = ""
    """The value to take instead; a choice as its number."""


class Answers:
    """The answers that were given to the faults of one workbook."""

    def __init__(self, answers: Iterable[Answer] = ()) -> None:
        self._by_group = {answer.group: answer for answer in answers}

    def of(self, sheet: str, key: str, rule: str, value: str = "") -> Answer | None:
        return self._by_group.get(group_id(sheet, key, rule, value)) if self._by_group else None

    def action(self, sheet: str, key: str, rule: str) -> Action | None:
        answer = self.of(sheet, key, rule)
        return answer.action if answer else None


NO_ANSWERS: Final = Answers()


def group_id(sheet: str, key: str, rule: str, value: str = "") -> str:
    """Which faults are one question."""
    return f"{sheet}/{key}/{rule}" + (f"/{value[:100]}" if rule == _BY_VALUE else "")


class FaultRow(msgspec.Struct, frozen=True):
    row: int
    column: str
    value: str
    rule: str
    facts: dict[str, Any]


class FaultGroup(msgspec.Struct, frozen=True):
    """Faults of one kind."""

    id: str
    sheet: str
    key: str
    """Of the column; "" for whole rows."""
    title: str
    rule: str
    count: int
    actions: list[Action]
    rows: list[FaultRow]
    """The first ones."""

    def text(self, language: str) -> str:
        """The fault in words that are true of all its rows."""
        return group_text(self.rule, self.rows[0].facts, language)


def group_text(rule: str, facts: dict[str, Any], language: str) -> str:
    key = f"rule.all.{rule}"
    text = i18n.text(key, language)
    return i18n.text(f"rule.{rule}", language, **facts) if text == key else text


def grouped(problems: Iterable[Problem], sheets: Iterable[Sheet]) -> list[FaultGroup]:
    """The groups of all faults, those with most rows first; GROUPS_MAX at most."""
    sheets = tuple(sheets)
    counts: dict[str, int] = {}
    firsts: dict[str, list[Problem]] = {}
    for problem in problems:
        group = group_id(problem.sheet, problem.key, problem.rule, problem.value)
        counts[group] = counts.get(group, 0) + 1
        if len(first := firsts.setdefault(group, [])) < FIRST_ROWS:
            first.append(problem)
    largest = sorted(counts, key=lambda group: -counts[group])[:GROUPS_MAX]
    return [_group(group, counts[group], firsts[group], sheets) for group in largest]


def _group(group: str, count: int, first: list[Problem], sheets: tuple[Sheet, ...]) -> FaultGroup:
    problem = first[0]
    column = column_of(sheets, problem.sheet, problem.key)
    return FaultGroup(
        id=group,
        sheet=problem.sheet,
        key=problem.key,
        title=problem.title,
        rule=problem.rule,
        count=count,
        actions=actions_of(problem.rule, column),
        rows=[FaultRow(fault.row, fault.column, fault.value, fault.rule, fault.facts) for fault in first],
    )


def actions_of(rule: str, column: Column | None) -> list[Action]:
    """What can be answered to a fault of a column."""
    actions: list[Action] = [
        action
        for action in _SPECIAL.get(rule, ())
        if action != "take" or rule == "date_order" or (column is not None and can_take(column))
    ]
    if rule in _UNANSWERED:
        return actions
    if column is not None and not column.required and rule not in _OF_PLAN:
        actions.append("empty")
    if rule not in ("fixed", "contradicts"):
        actions.append("leave_out")
    return actions


def can_take(column: Column) -> bool:
    """Whether one value can stand for many rows: a choice, or the building or unit that all of them are in."""
    return column.choices is not None or bool(column.options) or column.shared
