"""The plan of an import into a community, made from the rows of a workbook and the existing rows. Pure.

A second import of a file plans nothing. Houses match by their place in the tree; persons by phone, else by name and ID
number, else by house and name. `import_facts` compares the rows with existing persons.
"""

from array import array
from typing import Any, Final, cast

from linli.domains.communities import space_rules as rules
from linli.domains.communities.queries.imports import Snapshot
from linli.domains.communities.rows import Space
from linli.domains.communities.service.planned import (
    HOUSE_FIELDS,
    Holder,
    HouseChange,
    Match,
    Outcome,
    Plan,
    Stranger,
)
from linli.domains.communities.service.spaces import house_row, location_of, space_row
from linli.domains.communities.xlsx.cells import CODE_MAX
from linli.domains.communities.xlsx.reading import Reading, place_of
from linli.domains.people.person_rules import MOVED_IN, MOVED_OUT
from linli.domains.people.queries.persons import PhoneHolder
from linli.domains.people.queries.residents import HouseResident
from linli.domains.people.service.bulk import TieState
from linli.kernel.ids import Ids
from linli.kernel.workbooks.rows import Row

_LEVELS: Final = (rules.BUILDING, rules.UNIT, rules.HOUSE)


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
        self._plan = Plan(problems=list(reading.problems), left_out=set(reading.left_out))
        self._answers = reading.answers
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
        self._phoneless = {row.values["name"] for row in reading.residents if "phone" not in row.columns}
        self._phones, self._wanted = _phones_and_numbers(reading, self._holders)
        self._numbers: dict[tuple[str, str], Holder] = {}
        """(ID number, name) → the person of a row whose phone nobody has, or that has none."""
        self._namesakes: dict[tuple[int, str], HouseResident] = {}
        for position, house_resident_row in enumerate(self._residents):
            self._ties[house_resident_row.house_id, house_resident_row.person_id] = position
            if self._phoneless:
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
        if self._answers.action(row.sheet, key, rule) == "leave_out":
            self._plan.left_out.add((row.sheet, row.number))
        else:
            self._plan.problems.append(self._reading.fault(row, key, rule, **facts))

    # houses

    def house(self, row: Row) -> None:
        way = self._way(row)
        if way is None:
            return
        if len(way) < len(_LEVELS):
            values = row.values
            house = self._make_house(way, place_of(row), {k: values[k] for k in HOUSE_FIELDS if k in values})
        elif first := self._rows_of_houses.get(way[-1].space_id):
            self._fault(row, "house", "repeats", other=first)
            return
        else:
            house = way[-1]
            values = row.values
            self._change_house(house.space_id, {k: values[k] for k in HOUSE_FIELDS if k in values})
        self._rows_of_houses[house.space_id] = row.number

    def _way(self, row: Row) -> list[Space] | None:
        """What is there of building, unit and house; None for a row that is faulty, or left out."""
        at = self._there.parent
        way: list[Space] = []
        for kind, name in zip(_LEVELS, place_of(row), strict=True):
            space = self._spaces.get((at.space_id, name))
            if space is None and (near := self._near(at, name)) is not None:
                action = self._answers.action(row.sheet, kind, "zeros_differ")
                if action == "match":
                    space = near
                elif action != "keep":
                    self._fault(row, kind, "zeros_differ", given=name, there=near.name)
                    return None
            if space is None:
                break
            if space.kind != kind:
                self._fault(row, kind, "other_kind", kind=space.kind)
                return None
            way.append(space)
            at = space
        return way

    def _near(self, parent: Space, name: str) -> Space | None:
        """What stands there under the same number with more zeros in front, or fewer."""
        if not name.isdigit():
            return None
        bare = name.lstrip("0")
        spellings = (bare.zfill(width) for width in range(max(len(bare), 1), CODE_MAX + 1))
        return next(
            (space for spelling in spellings if (space := self._spaces.get((parent.space_id, spelling)))),
            None,
        )

    def _make_house(self, way: list[Space], place: tuple[str, ...], facts: dict[str, Any]) -> Space:
        """The rest of a way: nothing is made before the whole of it was checked."""
        names = [space.name for space in way]
        at = way[-1] if way else self._there.parent
        for kind, name in zip(_LEVELS[len(way) :], place[len(way) :], strict=True):
            at = self._make(at, kind, name)
            names.append(name)
        text, key = location_of([*self._there.above, *names])
        row = house_row(space_id=at.space_id, parent=at, location=text, location_key=key)
        self._plan.houses.append(row | facts)
        return at

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
        way = self._way(row)
        if way is None:
            return None
        if len(way) < len(_LEVELS):
            if self._answers.action(row.sheet, "house", "no_such_house") == "make":
                return self._make_house(way, place_of(row), {}).space_id
            location = rules.LOCATION_SEPARATOR.join(place_of(row))
            self._fault(row, "house", "no_such_house", location=location)
            return None
        return way[-1].space_id

    def _person(self, row: Row, house_id: int) -> Holder | None:
        """The person of a row: the holder of its phone, a namesake in the house, or a new person."""
        values = row.values
        name, phone, number = values["name"], values.get("phone"), values.get("id_no", "")
        person = self._numbers.get((number, name))
        if phone is None:
            person = person or self._nameless.get((house_id, name))
            if isinstance(person, Stranger) and _told_apart(person, number):
                person = None
            return person or self._new_person(row, house_id)
        holder = self._holders.get(phone)
        if holder is None:
            person = person or self._namesake(house_id, name, number) or self._twin(house_id, name, number)
            if person is None:
                return self._new_person(row, house_id)
            self._holders[phone] = person
            self._rows_of_phones[phone] = row.number
            return person
        if holder.name != name:
            first = self._rows_of_phones.get(phone)
            rule = "phone_repeats" if first else "phone_of_other"
            if self._answers.action(row.sheet, "phone", rule) == "empty":
                rest = {key: value for key, value in values.items() if key != "phone"}
                return self._person(Row(row.sheet, row.number, rest), house_id)
            self._fault(row, "phone", rule, **({"other": first} if first else {}))
            return None
        return holder

    def _twin(self, house_id: int, name: str, number: str) -> Stranger | None:
        """Somebody of that name whom an earlier row brings into the house without a phone."""
        twin = self._nameless.get((house_id, name))
        if not isinstance(twin, Stranger) or "phone" in twin.row.columns or _told_apart(twin, number):
            return None
        return twin

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
        if stranger.name in self._phoneless:
            self._nameless.setdefault((house_id, stranger.name), stranger)
        return stranger


def _told_apart(stranger: Stranger, number: str) -> bool:
    """Whether ID numbers say that these are two."""
    other = stranger.row.values.get("id_no", "")
    return bool(number and other and number != other)


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
