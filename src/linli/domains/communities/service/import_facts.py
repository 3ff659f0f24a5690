"""The rows of a workbook compared with existing persons: the changes that an import makes.

Empty cells change nothing. A name or sex that is set stays (spec B §3.8). For a person of other communities of the
tenant, a row only fills empty fields, as moving in does. Two rows of one person must not contradict each other.
"""

import json
from itertools import batched
from typing import Any, Final

from linli.domains.communities.service.planned import PROFILE_FIELDS, Match, Plan, own_fields
from linli.domains.communities.xlsx.columns import CUSTOM
from linli.domains.communities.xlsx.reading import Reading
from linli.domains.people import form_rules
from linli.domains.people.queries import persons
from linli.domains.people.rows import Person
from linli.domains.people.service.facts import FactsChange
from linli.kernel.db import Reader
from linli.kernel.scope import Scope
from linli.kernel.workbooks.rows import Row

_STEP: Final = 1000


async def compare(scope: Scope, db: Reader, plan: Plan, reading: Reading, known_ids: set[int]) -> None:
    """Fill `plan.facts`, and add what is wrong to its problems. `known_ids`: persons whom the community knows."""
    comparison = _Comparison(plan, reading, known_ids)
    for piece in batched(plan.matches, _STEP, strict=False):
        there = await persons.of_tenant(scope, db, [piece_match.person_id for piece_match in piece])
        for match in piece:
            comparison.row(match, there[match.person_id])
    plan.matches = []
    plan.facts = list(comparison.changes.values())


class _Comparison:
    def __init__(self, plan: Plan, reading: Reading, known_ids: set[int]) -> None:
        self._plan = plan
        self._reading = reading
        self._known_ids = known_ids
        self.changes: dict[int, FactsChange] = {}
        """By person."""

    def row(self, match: Match, person: Person) -> None:
        values = _values(match.row, person.ext)
        earlier = self.changes.get(person.id)
        now = person._replace(**earlier.after) if earlier else person
        after = {}
        for name, value in values.items():
            current = getattr(now, name)
            if current == value or (person.id not in self._known_ids and current not in (None, "")):
                continue
            if name == "sex" and current is not None:
                self._fault(match.row, name, "fixed")
                return
            if earlier is not None and name in earlier.after:
                self._fault(match.row, name, "contradicts", other=earlier.row)
                return
            after[name] = value
        if after:
            self.changes[person.id] = self._change(match, person, after, earlier)

    def _change(
        self, match: Match, person: Person, after: dict[str, Any], earlier: FactsChange | None
    ) -> FactsChange:
        if earlier is None:
            before = {name: getattr(person, name) for name in after}
            return FactsChange(person.id, person.identity_id, match.row.number, match.house_id, before, after)
        before = earlier.before | {name: getattr(person, name) for name in after}
        return earlier._replace(before=before, after=earlier.after | after)

    def _fault(self, row: Row, name: str, rule: str, **facts: Any) -> None:
        key = next(
            (value for value in row.values if value == name or (name == "ext" and value.startswith(CUSTOM))),
            name,
        )
        if self._reading.answers.action(row.sheet, key, rule) == "keep":
            return
        self._plan.problems.append(self._reading.fault(row, key, rule, **facts))


def _values(row: Row, ext: str) -> dict[str, Any]:
    """A row's values, by column of `persons`; a community's own fields are merged into the person's."""
    values = row.values
    profile_values = {name: values[name] for name in PROFILE_FIELDS if name in values}
    if own := own_fields(values):
        custom_values = form_rules.custom_values(ext)
        if any(custom_values.get(name) != value for name, value in own.items()):
            profile_values["ext"] = json.dumps(custom_values | own, ensure_ascii=False)
    return profile_values
