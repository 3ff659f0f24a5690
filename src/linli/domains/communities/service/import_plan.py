"""The plan of an import into a community, made from the rows of a workbook and the existing rows. Pure.

A second import of a file plans nothing. Houses match by their place in the tree; persons by phone, else by name and ID
number, else by house and name. `import_facts` compares the rows with existing persons.
"""

import json
from array import array
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple, cast

import msgspec

from linli.domains.communities import space_rules as rules
from linli.domains.communities.queries.imports import HouseFacts, Snapshot
from linli.domains.communities.rows import Space
from linli.domains.communities.service.spaces import house_row, location_of, space_row
from linli.domains.communities.xlsx.columns import CUSTOM
from linli.domains.communities.xlsx.reading import Reading, place_of
from linli.domains.people.person_rules import MOVED_IN, MOVED_OUT
from linli.domains.people.queries.persons import PhoneHolder
from linli.domains.people.queries.residents import HouseResident
from linli.domains.people.rows import Person
from linli.domains.people.schemas import Profile
from linli.domains.people.service.bulk import Arrivals, TieState
from linli.domains.people.service.facts import FactsChange
from linli.domains.people.service.persons import person_row
from linli.kernel.ids import Ids
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
    outcome: Outcome = field(default_factory=Outcome)

    def __post_init__(self) -> None:
        self.arrivals = Arrivals(persons=self.strangers)


def counted(plan: Plan) -> None:
    """Order the faults and put the last figures into the outcome, once rows have been compared."""
    plan.problems.sort(key=lambda p: (p.sheet, p.row, len(p.column), p.column))
    plan.outcome = msgspec.structs.replace(
        plan.outcome,
        bad_rows=len({(problem.sheet, problem.row) for problem in plan.problems}),
        persons_changed=len(plan.facts),
    )


def own_fields(values: dict[str, Any]) -> dict[str, str]:
    """A row's values for the community's own fields."""
    return {key.removeprefix(CUSTOM): value for key, value in values.items() if key.startswith(CUSTOM)}


def work_out(snapshot: Snapshot, reading: Reading, *, ids: Ids, now_ms: int) -> Plan:
    """The plan for all good rows. Blocks for some seconds on a large workbook: call it beside the event loop."""
    planner = _Planner(snapshot, reading, ids, now_ms)
    for row in reading.houses:
        planner.house(row)
    for row in reading.residents:
        planner.resident(row)
    return planner.finish()


class _Planner:
    def __init__(self, snapshot: Snapshot, reading: Reading, ids: Ids, now_ms: int) -> None:
        self._now_ms = now_ms
        self._ids = ids
        self._there = snapshot
        self._reading = reading
        self._plan = Plan(problems=list(reading.problems))
        self._spaces = dict(snapshot.spaces)
        self._rows_of_houses: dict[int, int] = {}
        """House id → number of the row that names it."""
        self._plan.strangers.tenant_id, self._plan.strangers.now_ms = snapshot.parent.tenant_id, now_ms
        # Of a town there are 150,000 of each of these: nothing is copied, nor kept where no row asks for it.
        self._holders: dict[str, Holder] = cast(dict[str, Holder], snapshot.holders)
        self._rows_of_phones: dict[str, int] = {}
        """Of those that the workbook brings."""
        self._residents = sorted(
            snapshot.residents,
            key=lambda house_resident: (house_resident.phone is None, house_resident.status == MOVED_IN),
        )
        self._rows_of_residents = array("q", bytes(8 * len(self._residents)))
        """By position: the row that names this tie, 0 for none."""
        self._ties: dict[tuple[int, int], int] = {}
        """(house, person) → position among the residents."""
        self._rows_of_ties: dict[tuple[int, int], int] = {}
        """Of new ones."""
        self._nameless: dict[tuple[int, str], Holder] = {}
        """(house, name) → who is meant by a row without a phone."""
        phoneless = any("phone" not in row.columns for row in reading.residents)
        self._phones, self._wanted = _phones_and_numbers(reading, self._holders)
        self._numbers: dict[tuple[str, str], Holder] = {}
        """(ID number, name) → the person of a row whose phone nobody has, or that has none."""
        self._namesakes: dict[tuple[int, str], HouseResident] = {}
        for position, house_resident_row in enumerate(self._residents):
            self._ties[house_resident_row.house_id, house_resident_row.person_id] = position
            if phoneless:
                self._nameless[house_resident_row.house_id, house_resident_row.name] = _holder(
                    house_resident_row
                )
            if house_resident_row.id_no in self._wanted:
                self._numbers[house_resident_row.id_no, house_resident_row.name] = _holder(house_resident_row)
            if self._phones and house_resident_row.status != MOVED_OUT:
                self._namesakes[house_resident_row.house_id, house_resident_row.name] = house_resident_row
        self._counts = dict.fromkeys(
            ("building", "unit", "house", "houses_unchanged", "residents_unchanged"), 0
        )

    def finish(self) -> Plan:
        plan, counts = self._plan, self._counts
        plan.outcome = Outcome(
            rows=self._reading.rows,
            buildings=counts["building"],
            units=counts["unit"],
            houses=counts["house"],
            houses_changed=len(plan.house_changes),
            houses_unchanged=counts["houses_unchanged"],
            persons=len(plan.strangers),
            residents=len(plan.arrivals.members),
            residents_changed=len(plan.arrivals.changed),
            residents_unchanged=counts["residents_unchanged"],
            ignored_columns=self._reading.ignored_columns,
        )
        return plan

    def _fault(self, row: Row, key: str, rule: str, **facts: Any) -> None:
        self._plan.problems.append(self._reading.fault(row, key, rule, **facts))

    # houses

    def house(self, row: Row) -> None:
        building, unit, number = place_of(row)
        # Nothing is created before the whole path is checked.
        at: Space | None = self._there.parent
        for kind, name in ((rules.BUILDING, building), (rules.UNIT, unit), (rules.HOUSE, number)):
            at = self._spaces.get((at.space_id, name)) if at is not None else None
            if at is not None and at.kind != kind:
                self._fault(row, kind, "other_kind", kind=at.kind)
                return
        if at is not None and (first := self._rows_of_houses.get(at.space_id)):
            self._fault(row, "house", "repeats", other=first)
            return
        values = row.values
        facts = {name: values[name] for name in HOUSE_FIELDS if name in values}
        if at is not None:
            self._change_house(at.space_id, facts)
        else:
            parent = self._there.parent
            for kind, name in ((rules.BUILDING, building), (rules.UNIT, unit), (rules.HOUSE, number)):
                parent = self._spaces.get((parent.space_id, name)) or self._make(parent, kind, name)
            at = parent
            text, key = location_of([*self._there.above, building, unit, number])
            house_rows = house_row(space_id=at.space_id, parent=at, location=text, location_key=key)
            self._plan.houses.append(house_rows | facts)
        self._rows_of_houses[at.space_id] = row.number

    def _make(self, parent: Space, kind: str, name: str) -> Space:
        row = space_row(
            space_id=self._ids.number(),
            parent=parent,
            kind=kind,
            name=name,
            direction=None,
            now_ms=self._now_ms,
        )
        space = Space(**row)
        self._plan.spaces.append(space)
        self._counts[kind] += 1
        self._spaces[parent.space_id, name] = space
        return space

    def _change_house(self, space_id: int, facts: dict[str, Any]) -> None:
        before = self._there.houses[space_id]
        after = before._replace(**facts)
        if after == before:
            self._counts["houses_unchanged"] += 1
        else:
            self._plan.house_changes.append(HouseChange(space_id, before, after))

    # residents

    def resident(self, row: Row) -> None:
        house_id = self._house_of(row)
        if house_id is None:
            return
        person = self._person(row, house_id)
        if person is None:
            return
        key = (house_id, person.id)
        position = self._ties.get(key)
        first = self._rows_of_ties.get(key) if position is None else self._rows_of_residents[position]
        if first:
            self._fault(row, "name", "already_lives", other=first)
            return
        type_ = row.values["type"]
        if position is None:
            self._rows_of_ties[key] = row.number
            self._plan.arrivals.members.append(
                TieState(house_id, person.id, person.identity_id, type_, MOVED_IN)
            )
        else:
            self._rows_of_residents[position] = row.number
            self._change_tie(self._residents[position], type_)
        if not isinstance(person, Stranger):
            self._plan.matches.append(Match(person.id, house_id, row))
        if person.id not in self._there.person_ids:
            self._plan.arrivals.newcomers[person.id] = person.identity_id

    def _change_tie(self, house_resident: HouseResident, type_: int) -> None:
        if (house_resident.type, house_resident.status) == (type_, MOVED_IN):
            self._counts["residents_unchanged"] += 1
            return
        before = TieState(
            house_resident.house_id,
            house_resident.person_id,
            house_resident.identity_id,
            house_resident.type,
            house_resident.status,
        )
        self._plan.arrivals.changed.append(before._replace(type=type_, status=MOVED_IN))
        self._plan.ties_before.append(before)

    def _house_of(self, row: Row) -> int | None:
        at: Space | None = self._there.parent
        for name in place_of(row):
            at = self._spaces.get((at.space_id, name)) if at is not None else None
        if at is None or at.kind != rules.HOUSE:
            self._fault(row, "house", "no_such_house", location=rules.LOCATION_SEPARATOR.join(place_of(row)))
            return None
        return at.space_id

    def _person(self, row: Row, house_id: int) -> Holder | None:
        """The person of a row: the holder of its phone, a namesake in the house, or a new person."""
        values = row.values
        name, phone, number = values["name"], values.get("phone"), values.get("id_no", "")
        person = self._numbers.get((number, name))
        if phone is None:
            return person or self._nameless.get((house_id, name)) or self._new_person(row, house_id)
        holder = self._holders.get(phone)
        if holder is None:
            person = person or self._namesake(house_id, name, number)
            if person is None:
                return self._new_person(row, house_id)
            self._holders[phone] = person
            self._rows_of_phones[phone] = row.number
            return person
        if holder.name != name:
            if first := self._rows_of_phones.get(phone):
                self._fault(row, "phone", "phone_repeats", other=first)
            else:
                self._fault(row, "phone", "phone_of_other")
            return None
        return holder

    def _namesake(self, house_id: int, name: str, number: str) -> PhoneHolder | None:
        """The person whose phone a row changes: the person of that name in the house, unless the workbook names both,
        or the ID numbers differ."""
        house_resident = self._namesakes.get((house_id, name))
        if (
            house_resident is None
            or house_resident.phone in self._phones
            or (number and house_resident.id_no and number != house_resident.id_no)
        ):
            return None
        return _holder(house_resident)

    def _new_person(self, row: Row, house_id: int) -> Stranger:
        values = row.values
        stranger = Stranger(self._ids.number(), self._ids.identity_id(), values["name"], row)
        self._plan.strangers.all.append(stranger)
        if phone := values.get("phone"):
            self._holders[phone] = stranger
            self._rows_of_phones[phone] = row.number
        else:
            self._nameless[house_id, stranger.name] = stranger
        return stranger


def _holder(house_resident: HouseResident) -> PhoneHolder:
    return PhoneHolder(house_resident.person_id, house_resident.identity_id, house_resident.name)


def _phones_and_numbers(reading: Reading, holders: dict[str, Any]) -> tuple[set[str], set[str]]:
    """(phones of the workbook, ID numbers of its rows whose phone nobody has). No phones where all are held: nobody
    need be told from a namesake then, and a long workbook has many."""
    numbers: set[str] = set()
    unheld = False
    for row in reading.residents:
        values = row.values
        phone = values.get("phone")
        if phone in holders:
            continue
        unheld = unheld or phone is not None
        if "id_no" in values:
            numbers.add(values["id_no"])
    phones = (
        {values["phone"] for row in reading.residents if "phone" in (values := row.values)}
        if unheld
        else set()
    )
    return phones, numbers
