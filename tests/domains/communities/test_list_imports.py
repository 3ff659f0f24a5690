"""Imports of vehicles and employees by the worker: long ones, changes between trial and writing, undo."""

import json

import openpyxl
import pytest

from linli.domains.communities.queries import imports as queries
from linli.domains.communities.service import employee_import, undo, vehicle_import
from linli.domains.communities.service import imports as service
from linli.domains.communities.service.list_import import ListOutcome
from linli.domains.communities.xlsx import employees as employee_book
from linli.domains.communities.xlsx import vehicles as vehicle_book
from linli.domains.people.queries import employees as employee_queries
from linli.domains.people.queries import persons, vehicles
from linli.domains.people.schemas import Profile, checked
from linli.domains.people.service import employees
from linli.domains.people.service import vehicles as vehicle_service
from linli.domains.people.service.vehicles import VehicleForm
from linli.kernel.errors import NotFound
from linli.kernel.pages import PageRequest
from tests.domains.communities.builders import make_world
from tests.domains.communities.test_imports import Desk

EVERYTHING = PageRequest(1, 5000)


@pytest.fixture
async def world(database, clock, ids):
    database.clock = clock
    return await make_world(database, clock, ids)


class Lists(Desk):
    @property
    def community(self):
        return self.world.community.community_id

    async def send(self, kind, content, *, dry_run=False, good_only=False):
        await self.clock.advance(1000)
        key = f"{self.scope.tenant}/import/{self.ids.hex(8)}.xlsx"
        await self.store.put(key, content)
        async with self.db.begin() as tx:
            number = await service.hand_in(
                self.scope,
                tx,
                new=service.NewImport(
                    parent_id=self.world.community.root_space_id,
                    file_name="名单.xlsx",
                    object_key=key,
                    dry_run=dry_run,
                    good_only=good_only,
                    kind=kind.name,
                ),
                ids=self.ids,
                now_ms=self.clock.now_ms(),
            )
        await self.worker.run_once()
        found = await queries.get(self.scope, self.db, number)
        import msgspec

        return found, msgspec.json.decode(found.outcome, type=ListOutcome) if found.outcome else None

    async def vehicles(self, rows, **how):
        return await self.send(vehicle_import.KIND, vehicle_book.filled("zh-CN", rows), **how)

    async def employees(self, rows, **how):
        return await self.send(employee_import.KIND, employee_book.filled("zh-CN", rows), **how)

    async def take_back(self, kind, number):
        async with self.db.begin() as tx:
            await undo.undo_list(
                self.scope, tx, import_id=number, kind=kind, ids=self.ids, now_ms=self.clock.now_ms()
            )

    async def plates(self):
        page = await vehicles.page(self.scope, self.db, self.community, EVERYTHING)
        return {row.plate: (row.brand, row.color) for row in page.data}

    async def staff(self):
        page = await employee_queries.page(self.scope, self.db, self.community, EVERYTHING)
        return sorted(row.name for row in page.data)


@pytest.fixture
async def desk(database, world, clock, ids, tmp_path, shelf):
    desk = Lists(database, world, clock, ids, tmp_path, shelf)
    houses = [("01", "01", f"{number:04}") for number in range(130)]
    people = [("01", "01", f"{n:04}", f"居民{n}", 1, f"1380000{n:04}") for n in range(130)]
    assert (await desk.do(houses, people)).state == "done"
    return desk


def cars(many):
    return [(f"浙A{n:05}", "", f"1380000{n // 10:04}", "", "吉利", n % 12) for n in range(many)]


async def test_more_vehicles_than_a_thousand(desk):
    kind = vehicle_import.KIND
    found, outcome = await desk.vehicles(cars(1200))
    assert (found.state, outcome.rows, outcome.created) == ("done", 1200, 1200), found.problems
    assert len(await desk.plates()) == 1200
    assert (await desk.vehicles(cars(1200)))[1].unchanged == 1200
    await desk.take_back(kind, found.import_id)
    assert await desk.plates() == {}
    with pytest.raises(service.WrongState):
        await desk.take_back(kind, found.import_id)


async def test_rows_of_blanks_are_none(desk):
    found, outcome = await desk.vehicles([*cars(2), (" ", "\u3000", "", " ", "", None), *cars(3)[2:]])
    assert (found.state, outcome.rows, outcome.created) == ("done", 3, 3), found.problems


async def test_a_vehicle_described_anew_is_as_before_unless_changed_again(desk, database):
    await desk.vehicles(cars(2))
    again = [(*row[:4], "比亚迪", 11) for row in cars(2)]
    found, outcome = await desk.vehicles(again, dry_run=True)
    assert (found.state, outcome.changed) == ("checked", 2)
    async with database.begin() as tx:
        await service.go_on(
            desk.scope, tx, import_id=found.import_id, good_only=False, now_ms=1, kind="vehicles"
        )
    await desk.worker.run_once()
    assert set((await desk.plates()).values()) == {("比亚迪", 11)}
    there = await vehicles.by_plates(desk.scope, database, desk.community, ["浙A00001"])
    async with database.begin() as tx:
        await vehicle_service.change(
            desk.scope, tx, community_id=desk.community,
            changes=[(there["浙A00001"].vehicle_id, VehicleForm(brand="大众"))], now_ms=1,
        )  # fmt: skip
    await desk.take_back(vehicle_import.KIND, found.import_id)
    assert await desk.plates() == {"浙A00000": ("吉利", 0), "浙A00001": ("大众", 11)}


async def test_faults_are_marked_and_nothing_is_written(desk):
    rows = [
        *cars(1),
        ("浙A1", "", "13800000000", "", "", None),
        ("浙A00009", "", "13900000000", "", "", None),
    ]
    found, outcome = await desk.vehicles(rows)
    assert (found.state, outcome.bad_rows, await desk.plates()) == ("refused", 2, {})
    assert [(one["row"], one["column"]) for one in json.loads(found.problems)] == [(3, "A"), (4, "C")]
    (desk.folder / "report.xlsx").write_bytes(await desk.store.get(found.report_key, limit=10**7))
    page = openpyxl.load_workbook(desk.folder / "report.xlsx").active
    assert [page.cell(row, 1).value is None for row in (2, 3, 4)] == [True, False, False]
    found, _ = await desk.vehicles(rows, good_only=True)
    assert (found.state, [*await desk.plates()]) == ("done", ["浙A00000"])


STAFF = [(f"员工{n}", f"1370000{n:04}", f"工程部/{n % 3}组; 夜班") for n in range(150)]


async def test_employees_and_their_departments_come_and_go(desk, database):
    async with database.begin() as tx:
        old = await employees.hire(
            desk.scope, tx, community_id=desk.community, ids=desk.ids, now_ms=1,
            profile=checked(Profile(name="员工0", phone="13700000000"), wire={}),
        )  # fmt: skip
    found, outcome = await desk.employees(STAFF)
    assert (found.state, outcome.created, outcome.changed) == ("done", 149, 1), found.problems
    assert sorted(outcome.new_departments) == ["夜班", "工程部", "工程部/0组", "工程部/1组", "工程部/2组"]
    assert len(await desk.staff()) == 150
    await desk.take_back(employee_import.KIND, found.import_id)
    assert await desk.staff() == ["员工0"]
    tree = await employee_queries.tree(desk.scope, database, desk.community)
    assert not tree.by_id
    assert await persons.holders_of_phones(desk.scope, database, ["13700000001"]) == {}
    assert await persons.holders_of_phones(desk.scope, database, ["13700000000"]) != {}
    assert old.identity_id in {
        row.identity_id
        for row in (await employee_queries.page(desk.scope, database, desk.community, EVERYTHING)).data
    }


async def test_a_resident_who_was_hired_stays_a_resident(desk, database):
    found, _ = await desk.employees([("居民1", "13800000001", "")])
    assert await desk.staff() == ["居民1"]
    await desk.take_back(employee_import.KIND, found.import_id)
    assert await desk.staff() == []
    assert [name for name, *_ in await desk.residents()].count("居民1") == 1


async def test_kinds_do_not_mix_and_no_book_fails_in_words(desk, database):
    found, _ = await desk.vehicles(cars(1))
    with pytest.raises(NotFound):
        await desk.take_back(employee_import.KIND, found.import_id)
    with pytest.raises(NotFound):
        await desk.undo(found.import_id)
    assert (await queries.page(desk.scope, database, desk.community, EVERYTHING)).total == 1
    broken, _ = await desk.send(vehicle_import.KIND, b"no")
    assert (broken.state, bool(broken.reason)) == ("failed", True)
