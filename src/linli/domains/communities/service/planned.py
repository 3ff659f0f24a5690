"""The planned rows of an import of houses and residents: new rows, changed rows, and the figures."""

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import msgspec

from linli.domains.communities.queries.imports import HouseFacts
from linli.domains.communities.rows import Space
from linli.domains.communities.xlsx.columns import CUSTOM
from linli.domains.communities.xlsx.reading import Reading
from linli.domains.people.queries.persons import PhoneHolder
from linli.domains.people.rows import Person
from linli.domains.people.schemas import Profile
from linli.domains.people.service.bulk import Arrivals, TieState
from linli.domains.people.service.facts import FactsChange
from linli.domains.people.service.persons import person_row
from linli.kernel.workbooks.groups import FaultGroup, grouped
from linli.kernel.workbooks.mends import Mend
from linli.kernel.workbooks.rows import Problem, Row

HOUSE_FIELDS = ("layout", "area_m2", "house_type", "house_status")
PROFILE_FIELDS = (
    "name", "phone", "sex", "id_no", "age", "degree", "marriage", "politics", "health", "company", "registry",
    "residence_address", "nationality",
)  # fmt: skip


class Stranger:
    """A new person from the workbook. A whole row of `persons` is made of it when it is written, and not kept."""

    __slots__ = ("id", "identity_id", "name", "row")

    def __init__(self, person_id: int, identity_id: str, name: str, row: Row) -> None:
        self.id, self.identity_id, self.name, self.row = person_id, identity_id, name, row


class Strangers(Collection[Person]):
    """All of a workbook, as rows of `persons` that are made while they are read."""

    def __init__(self) -> None:
        self.all: list[Stranger] = []
        self.tenant_id = ""
        self.now_ms = 0

    def __len__(self) -> int:
        return len(self.all)

    def __contains__(self, person: object) -> bool:
        return any(person == stranger for stranger in self)

    def __iter__(self) -> Iterator[Person]:
        for stranger in self.all:
            values = stranger.row.values
            profile_values = {key: values[key] for key in PROFILE_FIELDS if key in values}
            own = own_fields(values)
            profile = Profile(**profile_values, ext=json.dumps(own, ensure_ascii=False) if own else None)
            row = person_row(
                profile,
                person_id=stranger.id,
                identity_id=stranger.identity_id,
                tenant_id=self.tenant_id,
                now_ms=self.now_ms,
            )
            yield Person(**row)


type Holder = PhoneHolder | Stranger


class Match(NamedTuple):
    """A row of a person who is in the tenant."""

    person_id: int
    house_id: int
    row: Row


class HouseChange(NamedTuple):
    space_id: int
    before: HouseFacts
    after: HouseFacts


class Outcome(msgspec.Struct, rename="camel", frozen=True):
    """The figures of an import: the rows created; for a trial, the rows that it would create."""

    rows: int = 0
    bad_rows: int = 0
    left_out: int = 0
    buildings: int = 0
    units: int = 0
    houses: int = 0
    houses_changed: int = 0
    houses_unchanged: int = 0
    persons: int = 0
    persons_changed: int = 0
    residents: int = 0
    residents_changed: int = 0
    residents_unchanged: int = 0
    ignored_columns: list[str] = []


@dataclass(slots=True)
class Plan:
    spaces: list[Space] = field(default_factory=list)
    """New spaces, parents before children."""
    houses: list[dict[str, Any]] = field(default_factory=list)
    """New rows of `houses`."""
    house_changes: list[HouseChange] = field(default_factory=list)
    strangers: Strangers = field(default_factory=Strangers)
    arrivals: Arrivals = field(init=False)
    ties_before: list[TieState] = field(default_factory=list)
    """The old values of `arrivals.changed`, in the same order."""
    matches: list[Match] = field(default_factory=list)
    facts: list[FactsChange] = field(default_factory=list)
    """New facts of persons who exist already."""
    problems: list[Problem] = field(default_factory=list)
    """Faults of the workbook, and of its rows beside what is there."""
    left_out: set[tuple[str, int]] = field(default_factory=set)
    """(sheet key, row) that somebody said shall not be imported."""
    groups: list[FaultGroup] = field(default_factory=list)
    mends: list[Mend] = field(default_factory=list)
    outcome: Outcome = field(default_factory=Outcome)

    def __post_init__(self) -> None:
        self.arrivals = Arrivals(persons=self.strangers)


def counted(plan: Plan, reading: Reading) -> None:
    """Order and group the faults and put the last figures into the outcome, once rows have been compared."""
    plan.problems.sort(key=lambda p: (p.sheet, p.row, len(p.column), p.column))
    plan.groups = grouped(plan.problems, reading.sheets)
    plan.mends = [*reading.mends.all()]
    plan.outcome = msgspec.structs.replace(
        plan.outcome,
        bad_rows=len({(problem.sheet, problem.row) for problem in plan.problems}),
        left_out=len(plan.left_out),
        persons_changed=len(plan.facts),
    )


def own_fields(values: dict[str, Any]) -> dict[str, str]:
    """A row's values for the community's own fields."""
    return {key.removeprefix(CUSTOM): value for key, value in values.items() if key.startswith(CUSTOM)}
