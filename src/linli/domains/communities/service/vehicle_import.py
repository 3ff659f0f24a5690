"""Vehicles from the workbook: owners, faults, and the rows that an import creates or changes.

A second import of a file creates nothing twice: a plate that the owner already has only gets a new description.
"""

import asyncio
from collections import Counter
from typing import NamedTuple

from linli.domains.communities import addresses
from linli.domains.communities.queries import spaces
from linli.domains.communities.queries.imports import Import, ImportChange, decoded
from linli.domains.communities.service import list_import
from linli.domains.communities.service.list_import import ListKind, ListOutcome, Trace, packed
from linli.domains.communities.xlsx.vehicles import ROWS_MAX, VEHICLES
from linli.domains.people.person_rules import MOVED_IN
from linli.domains.people.queries import persons, residents
from linli.domains.people.queries import vehicles as queries
from linli.domains.people.queries.persons import PhoneHolder
from linli.domains.people.queries.vehicles import Vehicle
from linli.domains.people.service import vehicles
from linli.domains.people.service.vehicles import A_PERSON, VehicleForm
from linli.kernel.db import Reader, Tx
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope
from linli.kernel.workbooks.kinds import Work
from linli.kernel.workbooks.lists import ListReading
from linli.kernel.workbooks.rows import Problem, Row

VEHICLE, DESCRIPTION = "vehicle", "vehicle_facts"
"""The names of a new and of a changed vehicle in import_changes."""


class Plan(NamedTuple):
    """The plan of an import. `added` is by the owner's identityId."""

    rows: int
    problems: list[Problem]
    added: dict[str, list[VehicleForm]]
    changed: list[tuple[Vehicle, VehicleForm]]
    unchanged: int

    @property
    def outcome(self) -> ListOutcome:
        return ListOutcome(
            rows=self.rows,
            bad_rows=list_import.bad_rows(self.problems),
            created=sum(len(forms) for forms in self.added.values()),
            changed=len(self.changed),
            unchanged=self.unchanged,
        )


class _Owners:
    """The person of a row: by phone, else by name and house."""

    def __init__(self) -> None:
        self.by_phone: dict[str, PhoneHolder] = {}
        self.living: dict[str, list[tuple[PhoneHolder, tuple[str, ...]]]] = {}

    def find(self, row: Row) -> tuple[PhoneHolder | None, str, str]:
        """(owner, column at fault, rule broken)."""
        phone, name, house = (row.values.get(key, "") for key in ("phone", "name", "house"))
        if phone:
            phone_holder = self.by_phone.get(phone)
            if phone_holder is not None and name and phone_holder.name != name:
                return None, "phone", "phone_of_other"
            return phone_holder, "phone", "" if phone_holder else "owner_unknown"
        if not name:
            return None, "phone", "owner_missing"
        wanted = addresses.parts(house)
        people = {
            phone_holder_row.id: phone_holder_row
            for phone_holder_row, way in self.living.get(name, ())
            if not wanted or way[-len(wanted) :] == wanted
        }
        if len(people) == 1:
            return next(iter(people.values())), "", ""
        return None, "house" if house else "name", "owner_ambiguous" if people else "owner_unknown"


async def plan(scope: Scope, db: Reader, community_id: int, reading: ListReading) -> Plan:
    """The plan for the good rows, and all faults. Raises NotFound."""
    scope.allow(community_id)
    owners = await _owners(scope, db, community_id, reading)
    plates = [row.values["plate"] for row in reading.rows]
    there = await queries.by_plates(scope, db, community_id, plates)
    problems = list(reading.problems)
    seen: dict[str, int] = {}
    added: dict[str, list[VehicleForm]] = {}
    changed: list[tuple[Vehicle, VehicleForm]] = []
    unchanged = 0
    holding = await _vehicle_counts(scope, db, community_id, reading, owners)

    def fault(row: Row, key: str, rule: str, **facts: object) -> None:
        problems.append(list_import.problem_of(VEHICLES, reading, row, key, rule, **facts))

    for row in reading.rows:
        plate = row.values["plate"]
        if plate in seen:
            fault(row, "plate", "repeats", other=seen[plate])
            continue
        seen[plate] = row.number
        owner, key, rule = owners.find(row)
        if owner is None:
            fault(row, key, rule)
            continue
        form = VehicleForm(plate=plate, brand=row.values.get("brand"), color=row.values.get("color"))
        vehicle = there.get(plate)
        if vehicle is not None and vehicle.person_id != owner.id:
            fault(row, "plate", "taken")
        elif vehicle is not None:
            if _says_more(form, vehicle):
                changed.append((vehicle, form))
            else:
                unchanged += 1
        else:
            if holding[owner.id] >= A_PERSON:
                fault(row, "plate", "too_many_vehicles", limit=A_PERSON)
                continue
            holding[owner.id] += 1
            added.setdefault(owner.identity_id, []).append(form)
    problems.sort(key=lambda problem: (problem.row, problem.column))
    return Plan(reading.total, problems, added, changed, unchanged)


async def _vehicle_counts(
    scope: Scope, db: Reader, community_id: int, reading: ListReading, owners: _Owners
) -> Counter[int]:
    """Vehicles that the owners named have, by person."""
    phone_holders = (owners.find(row)[0] for row in reading.rows)
    people = sorted({owner.id for owner in phone_holders if owner is not None})
    return Counter(person.person_id for person in await queries.of_persons(scope, db, community_id, people))


async def apply(scope: Scope, tx: Tx, work: Work[Import], wanted: Plan) -> list[Trace]:
    """Do what a plan says. Raises what `vehicles.add` and `change` raise."""
    community_id, now_ms = work.import_row.community_id, work.now_ms
    done: list[Trace] = []
    for identity_id, forms in wanted.added.items():
        vehicle_ids = await vehicles.add(
            scope,
            tx,
            community_id=community_id,
            identity_id=identity_id,
            forms=forms,
            ids=work.ids,
            now_ms=now_ms,
        )
        done += [Trace(VEHICLE, vehicle_id) for vehicle_id in vehicle_ids]
        work.note(len(done))
        await asyncio.sleep(0)
    for vehicle, form in wanted.changed:
        after = {
            "brand": form.brand or vehicle.brand,
            "color": vehicle.color if form.color is None else form.color,
        }
        before = {"brand": vehicle.brand, "color": vehicle.color}
        done.append(Trace(DESCRIPTION, vehicle.vehicle_id, 0, packed({"before": before, "after": after})))
    changes = [(vehicle_row.vehicle_id, form) for vehicle_row, form in wanted.changed]
    if changes:
        await vehicles.change(scope, tx, community_id=community_id, changes=changes, now_ms=now_ms)
    work.note(len(done))
    return done


async def undo(
    scope: Scope, tx: Tx, import_row: Import, done: list[ImportChange], ids: Ids, now_ms: int
) -> int:
    """New vehicles are removed, changed ones get their old description; vehicles changed or removed since stay."""
    there = await queries.by_ids(scope, tx, import_row.community_id, [change.row_id for change in done])
    vehicle_ids = [change.row_id for change in done if change.kind == VEHICLE and change.row_id in there]
    back = []
    for change in done:
        now = there.get(change.row_id)
        if change.kind != DESCRIPTION or now is None:
            continue
        facts = decoded(change)
        if {"brand": now.brand, "color": now.color} == facts["after"]:
            back.append(now._replace(**facts["before"]))
    await vehicles.put_back(scope, tx, back, now_ms=now_ms)
    gone = [there[vehicle_id] for vehicle_id in vehicle_ids]
    await vehicles.remove_rows(scope, tx, gone, now_ms=now_ms)
    return len(done) - len(vehicle_ids) - len(back)


async def _owners(scope: Scope, db: Reader, community_id: int, reading: ListReading) -> _Owners:
    owners = _Owners()
    phones = sorted({row.values["phone"] for row in reading.rows if "phone" in row.values})
    holders = await persons.holders_of_phones(scope, db, phones)
    community_persons = await persons.known_to(scope, db, community_id) if holders else set()
    owners.by_phone = {
        phone: phone_holder for phone, phone_holder in holders.items() if phone_holder.id in community_persons
    }
    names = {row.values["name"] for row in reading.rows if "name" in row.values}
    if names:
        everybody = await residents.all_of_community(scope, db, community_id)
        living = [
            house_resident
            for house_resident in everybody
            if house_resident.status == MOVED_IN and house_resident.name in names
        ]
        houses = await spaces.houses_by_id(
            scope, db, sorted({house_resident.house_id for house_resident in living})
        )
        for house_resident_row in living:
            way = (
                addresses.parts(houses[house_resident_row.house_id].location)
                if house_resident_row.house_id in houses
                else ()
            )
            holder = PhoneHolder(
                house_resident_row.person_id, house_resident_row.identity_id, house_resident_row.name
            )
            owners.living.setdefault(house_resident_row.name, []).append((holder, way))
    return owners


def _says_more(form: VehicleForm, vehicle: Vehicle) -> bool:
    return (form.brand is not None and form.brand != vehicle.brand) or (
        form.color is not None and form.color != vehicle.color
    )


KIND = ListKind("vehicles", VEHICLES, ROWS_MAX, plan, apply, undo)
