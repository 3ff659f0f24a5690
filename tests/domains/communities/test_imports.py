"""Workbooks brought into a community: all or nothing, again without harm, and taken back."""

import asyncio
import io
import threading
from unittest.mock import AsyncMock

import openpyxl
import pytest
from sqlalchemy import func, select

from linli.domains.communities.events import SpaceChanged
from linli.domains.communities.queries import imports as queries
from linli.domains.communities.queries import spaces as space_queries
from linli.domains.communities.queries.addresses import find_houses
from linli.domains.communities.service import assets, imports, spaces, undo
from linli.domains.communities.service.houses import SpaceHouses
from linli.domains.communities.service.importer import Importer
from linli.domains.communities.xlsx import reading
from linli.domains.people.events import (
    PersonsForgotten,
    ResidentsMovedIn,
    ResidentsMovedOut,
    UserChanged,
    UsersErased,
)
from linli.domains.people.queries import persons as person_queries
from linli.domains.people.queries import residents as resident_queries
from linli.domains.people.queries import users as user_queries
from linli.domains.people.schemas import Profile
from linli.domains.people.service import residents
from linli.kernel.db import Query, open_database
from linli.kernel.disk import DiskFull
from linli.kernel.errors import NotFound
from linli.kernel.events import emit
from linli.kernel.objects import ObjectStore
from linli.kernel.outbox import MAX_ATTEMPTS, Jobs, Worker, free_leases, outbox
from linli.kernel.pages import PageRequest
from linli.kernel.progress import INTERRUPTED, Board, DoneElsewhere
from linli.kernel.secrets import Secrets
from linli.kernel.workbooks.jobs import RunImport
from tests.domains.communities.builders import make_space, make_world
from tests.domains.communities.test_workbook import workbook
from tests.plugins.stores import both_stores

HOUSE_ROWS = [
    ("01", "01", "0101", "3/2/1", 89.5, 1, 1),
    ("01", "01", "0102", None, None, None, None),
    ("02", "01", "0101", None, 120, "高层", 3),
]
RESIDENT_ROWS = [
    ("01", "01", "0101", "李白", "业主", "13900000001", "男"),
    ("01", "01", "0101", "李伯禽", "亲属", None, "男"),
    ("02", "01", "0101", "李白", "业主", "13900000001", None),
    ("01", "01", "0102", "杜甫", 3, "13900000002", None),
]


@pytest.fixture
async def world(database, clock, ids):
    database.clock = clock
    return await make_world(database, clock, ids)


class Desk:
    """Hands workbooks in and lets the worker do them."""

    def __init__(self, database, world, clock, ids, folder, shelf):
        self.db, self.world, self.clock, self.ids, self.folder = database, world, clock, ids, folder
        self.scope = world.app
        self.store = ObjectStore(shelf, b"s" * 32, "http://x", clock)
        self.importer = Importer(database, self.store, ids, clock, Secrets.random())
        jobs = Jobs()
        self.importer.register(jobs, database.handlers)
        self.worker = Worker(database, clock, jobs)

    async def hand_in(self, houses=(), people=(), *, dry_run=False, good_only=False, parent=None, raw=None):
        key = f"{self.scope.tenant}/import/{self.ids.hex(8)}.xlsx"
        content = raw or workbook(self.folder / "in.xlsx", houses, people).read_bytes()
        await self.store.put(key, content)
        async with self.db.begin() as tx:
            return await imports.hand_in(
                self.scope,
                tx,
                new=imports.NewImport(
                    parent_id=parent or self.world.community.root_space_id,
                    file_name="房屋.xlsx",
                    object_key=key,
                    dry_run=dry_run,
                    good_only=good_only,
                ),
                ids=self.ids,
                now_ms=self.clock.now_ms(),
            )

    async def do(self, houses=(), people=(), **more):
        await self.clock.advance(1000)
        import_id = await self.hand_in(houses, people, **more)
        await self.worker.run_once()
        return await queries.get(self.scope, self.db, import_id)

    async def undo(self, import_id):
        async with self.db.begin() as tx:
            await undo.undo(self.scope, tx, import_id=import_id, now_ms=self.clock.now_ms())

    async def state(self, import_id):
        return (await queries.get(self.scope, self.db, import_id)).state

    async def locations(self):
        community = self.world.community.community_id
        page = await space_queries.house_page(self.scope, self.db, community, PageRequest(1, 100))
        return [row.location for row in page.data]

    async def residents(self):
        community = self.world.community.community_id
        page = await resident_queries.page(
            self.scope, self.db, community, PageRequest(1, 100), order="-created"
        )
        return sorted((row.name, row.phone, row.type) for row in page.data)


@pytest.fixture
def desk(database, world, clock, ids, tmp_path, shelf):
    return Desk(database, world, clock, ids, tmp_path, shelf)


def outcome(done):
    import msgspec

    from linli.domains.communities.service.planned import Outcome

    return msgspec.json.decode(done.outcome, type=Outcome)


async def test_houses_and_residents_arrive(desk, database, world):
    told = []

    async def note(tx, event):
        told.append(event)

    for kind in (SpaceChanged, ResidentsMovedIn, UserChanged):
        database.handlers.inline(kind, note)
    done = await desk.do(HOUSE_ROWS, RESIDENT_ROWS)
    assert done.state == "done", done.reason
    figures = outcome(done)
    assert (figures.buildings, figures.units, figures.houses) == (2, 2, 3)
    assert (figures.rows, figures.persons, figures.residents) == (7, 3, 4)
    assert await desk.locations() == ["01/01/0101", "01/01/0102", "02/01/0101"]
    page = await space_queries.house_page(desk.scope, database, world.community.community_id, PageRequest())
    first = page.data[0]
    assert (first.layout, first.area_m2, first.house_type, first.house_status) == ("3/2/1", 89.5, 1, 1)
    assert await desk.residents() == [
        ("李伯禽", None, 2), ("李白", "13900000001", 1), ("李白", "13900000001", 1), ("杜甫", "13900000002", 3),
    ]  # fmt: skip
    assert [type(event) for event in told] == [SpaceChanged, ResidentsMovedIn, UserChanged]
    assert [len(told[0].ids), len(told[1].ties), len(told[2].ids)] == [7, 4, 3]
    users = await user_queries.page(desk.scope, database, world.community.community_id, PageRequest())
    groups = await person_queries.groups_of(desk.scope, database, [row.person.id for row in users.data])
    assert {group.name for found in groups.values() for group in found} == {"业主"}
    assert len(groups) == 3


async def test_rows_that_say_nothing_are_none(desk):
    """Blanks of any width, and a remark in a column that is not read."""
    nothing = [("  ", None, "\u3000"), ("", " ", None, None, None, None, None, "合计 3 户")]
    done = await desk.do([HOUSE_ROWS[0], *nothing, *HOUSE_ROWS[1:]], [*RESIDENT_ROWS, (" ",) * 5])
    assert (done.state, done.rows) == ("done", 7), done.problems
    assert len(await desk.locations()) == 3


async def test_importing_again_changes_nothing(desk):
    await desk.do(HOUSE_ROWS, RESIDENT_ROWS)
    before = await desk.residents()
    again = outcome(await desk.do(HOUSE_ROWS, RESIDENT_ROWS))
    assert (again.houses, again.houses_changed, again.houses_unchanged) == (0, 0, 3)
    assert (again.persons, again.residents, again.residents_changed, again.residents_unchanged) == (
        0,
        0,
        0,
        4,
    )
    assert await desk.residents() == before
    changed = [(*HOUSE_ROWS[0][:4], 90, 1, 2), *HOUSE_ROWS[1:]]
    third = outcome(await desk.do(changed, [(*RESIDENT_ROWS[0][:4], 2, *RESIDENT_ROWS[0][5:])]))
    assert (third.houses_changed, third.residents_changed) == (1, 1)


@both_stores
async def test_one_bad_row_and_nothing_happens(desk):
    bad = await desk.do(
        [*HOUSE_ROWS, ("3?1", "01", "0101")], [*RESIDENT_ROWS, ("09", "01", "0101", "王维", 1)]
    )
    assert (bad.state, bad.rows, bad.bad_rows) == ("refused", 9, 2)
    assert await desk.locations() == []
    assert await desk.residents() == []
    assert '"rule": "no_such_house"' in bad.problems
    report = openpyxl.load_workbook(io.BytesIO(await desk.store.get(bad.report_key)))
    assert "09/01/0101" in report["住户"]["A6"].value
    with pytest.raises(imports.WrongState):
        async with desk.db.begin() as tx:
            await imports.go_on(desk.scope, tx, import_id=bad.import_id, good_only=False, now_ms=1)
    async with desk.db.begin() as tx:
        await imports.go_on(desk.scope, tx, import_id=bad.import_id, good_only=True, now_ms=1)
    await desk.worker.run_once()
    good = await queries.get(desk.scope, desk.db, bad.import_id)
    assert (good.state, good.bad_rows) == ("done", 2)
    assert len(await desk.locations()) == 3
    assert len(await desk.residents()) == 4


async def test_a_trial_writes_nothing_and_can_be_applied(desk):
    tried = await desk.do(HOUSE_ROWS, RESIDENT_ROWS, dry_run=True)
    assert (tried.state, outcome(tried).houses) == ("checked", 3)
    assert await desk.locations() == []
    async with desk.db.begin() as tx:
        await imports.go_on(desk.scope, tx, import_id=tried.import_id, good_only=False, now_ms=1)
    await desk.worker.run_once()
    assert (await queries.get(desk.scope, desk.db, tried.import_id)).state == "done"
    assert len(await desk.locations()) == 3


async def test_faults_between_rows_and_against_what_is_there(desk, database, world, ids):
    root = world.community.root_space_id
    await make_space(database, world.app, ids, root, "area", "02")
    house = await make_space(database, world.app, ids, root, "house", "V1")
    async with database.begin() as tx:
        await residents.move_in(
            world.app, tx, SpaceHouses(), house_id=house, profile=Profile(name="王维", phone="13900000009"), type=1,
            ids=ids, now_ms=1,
        )  # fmt: skip
    people = [
        ("01", "01", "0101", "李白", 1, "13900000001"),
        ("01", "01", "0102", "杜甫", 1, "13900000001"),
        ("01", "01", "0101", "孟浩然", 1, "13900000009"),
        ("01", "01", "0101", "李白", 2, "13900000001"),
        ("01", "01", "0102", "小明", 2, None),
        ("01", "01", "0102", "小明", 2, None),
    ]
    done = await desk.do([*HOUSE_ROWS, HOUSE_ROWS[0]], people)
    import json

    faults = [(f["sheet"], f["row"], f["column"], f["rule"]) for f in json.loads(done.problems)]
    assert faults == [
        ("houses", 4, "A", "other_kind"),
        ("houses", 5, "C", "repeats"),
        ("residents", 3, "F", "phone_repeats"),
        ("residents", 4, "F", "phone_of_other"),
        ("residents", 5, "D", "already_lives"),
        ("residents", 7, "D", "already_lives"),
    ]
    assert done.state == "refused"


async def test_those_who_moved_out_come_back(desk, database):
    await desk.do(HOUSE_ROWS, RESIDENT_ROWS)
    (poet,) = await person_queries.search(desk.scope, database, "杜甫")
    (home,) = await resident_queries.houses_of(desk.scope, database, poet.id)
    async with database.begin() as tx:
        await residents.move_out(
            desk.scope, tx, house_id=home.house_id, identity_id=poet.identity_id, now_ms=desk.clock.now_ms()
        )
    again = outcome(await desk.do([], RESIDENT_ROWS))
    assert (again.residents_changed, again.residents_unchanged) == (1, 3)
    assert len(await desk.residents()) == 4


async def test_workbooks_go_with_whom_they_name(desk, database, world):
    done = await desk.do(HOUSE_ROWS, RESIDENT_ROWS)
    trial = await desk.do((), [("01", "01", "0101", "李白", "业主", "13900000009", "男")], dry_run=True)
    assert "13900000009" in trial.changes
    assert await desk.store.size(done.object_key)
    event = UsersErased(desk.scope.tenant, world.community.community_id, ["someone"], True)
    async with database.begin() as tx:
        await emit(tx, event, key="someone")
    await desk.worker.run_once()
    for old in (done, trial):
        now = await queries.get(desk.scope, database, old.import_id)
        assert (now.object_key, now.report_key, now.changes, now.problems) == ("", "", "", "[]")
        assert now.outcome == old.outcome
        assert await desk.store.size(old.object_key) is None


async def test_undo_takes_everything_back(desk, database, world):
    area = None
    before = await desk.do(HOUSE_ROWS[:1], RESIDENT_ROWS[:1])
    changed = [(*HOUSE_ROWS[0][:3], "5/2/2", None, None, None), *HOUSE_ROWS[1:]]
    done = await desk.do(changed, RESIDENT_ROWS)
    told = []

    async def note(tx, event):
        told.append(event)

    for kind in (ResidentsMovedOut, PersonsForgotten):
        database.handlers.inline(kind, note)
    await desk.undo(done.import_id)
    assert await desk.locations() == ["01/01/0101"]
    assert await desk.residents() == [("李白", "13900000001", 1)]
    page = await space_queries.house_page(desk.scope, database, world.community.community_id, PageRequest())
    assert page.data[0].layout == "3/2/1"
    assert [type(event) for event in told] == [ResidentsMovedOut, PersonsForgotten]
    assert (len(told[0].ties), len(told[1].identity_ids)) == (3, 2)
    assert await person_queries.holders_of_phones(desk.scope, database, ["13900000002"]) == {}
    with pytest.raises(imports.WrongState):
        await desk.undo(done.import_id)
    await desk.undo(before.import_id)
    assert await desk.locations() == []
    assert area is None
    assert (await desk.do(HOUSE_ROWS, RESIDENT_ROWS)).state == "done"


async def test_undo_is_refused_when_something_was_built_on_it(desk, database, ids):
    done = await desk.do(HOUSE_ROWS, RESIDENT_ROWS)
    house = (await find_houses(desk.scope, database, desk.world.community.community_id, "02/01/0101"))[0]
    async with database.begin() as tx:
        await residents.move_in(
            desk.scope, tx, SpaceHouses(), house_id=house.space_id, profile=Profile(name="新住户"), type=3, ids=ids,
            now_ms=1,
        )  # fmt: skip
        await assets.add(desk.scope, tx, house_id=house.space_id, type=1, name="B1", ids=ids, now_ms=1)
        await spaces.create(
            desk.scope,
            tx,
            parent_id=house.parent_id,
            kind="house",
            name="0999",
            direction=None,
            ids=ids,
            now_ms=1,
        )
    with pytest.raises(undo.BuiltUpon) as refused:
        await desk.undo(done.import_id)
    assert refused.value.facts == {"children": 1, "residents": 1, "assets": 1}
    assert len(await desk.locations()) == 4
    assert len(await desk.residents()) == 5


async def test_under_an_area(desk, database, world, ids):
    area = await make_space(database, world.app, ids, world.community.root_space_id, "area", "一期")
    assert (await desk.do(HOUSE_ROWS, RESIDENT_ROWS, parent=area)).state == "done"
    assert (await desk.locations())[0] == "一期/01/01/0101"


async def test_files_that_cannot_be_read_say_so(desk):
    failed = await desk.do(raw=b"no workbook")
    assert failed.state == "failed"
    assert "xlsx" in failed.reason


async def test_another_tenant_sees_no_import(desk, database, clock, ids):
    done = await desk.do(HOUSE_ROWS)
    other = await make_world(database, clock, ids, name="别的物业")
    for act in (
        lambda tx: undo.undo(other.app, tx, import_id=done.import_id, now_ms=1),
        lambda tx: imports.go_on(other.app, tx, import_id=done.import_id, good_only=True, now_ms=1),
        lambda tx: imports.hand_in(
            other.app,
            tx,
            new=imports.NewImport(
                parent_id=desk.world.community.root_space_id,
                file_name="x",
                object_key="x",
                dry_run=False,
                good_only=False,
            ),
            ids=ids,
            now_ms=1,
        ),
    ):
        with pytest.raises(NotFound):
            async with database.begin() as tx:
                await act(tx)


async def test_a_change_between_plan_and_writing_is_seen(desk, database, world, ids, monkeypatch):
    """The community changes while the import is planned: it is planned anew, and nothing is made twice."""
    from linli.domains.communities.service import import_plan

    work_out, calls = import_plan.work_out, []
    loop = asyncio.get_running_loop()

    def slow(*arguments, **more):
        calls.append(1)
        if len(calls) == 1:
            made = make_space(database, world.app, ids, world.community.root_space_id, "building", "01")
            asyncio.run_coroutine_threadsafe(made, loop).result()
        return work_out(*arguments, **more)

    monkeypatch.setattr(import_plan, "work_out", slow)
    done = await desk.do(HOUSE_ROWS, RESIDENT_ROWS)
    assert (done.state, outcome(done).buildings, len(calls)) == ("done", 1, 2)
    assert await desk.locations() == ["01/01/0101", "01/01/0102", "02/01/0101"]


@pytest.mark.engines("sqlite", "postgresql")
async def test_two_calls_for_one_import_are_one(desk):
    import_id = await desk.hand_in(HOUSE_ROWS, RESIDENT_ROWS)
    job = RunImport(import_id, desk.scope.tenant)
    await asyncio.gather(desk.importer.run(job), desk.importer.run(job), desk.worker.run_once())
    assert (await queries.get(desk.scope, desk.db, import_id)).state == "done"
    assert len(await desk.locations()) == 3
    done = await queries.get(desk.scope, desk.db, import_id)
    assert await desk.importer.progress(desk.scope, done) is None


async def test_a_trial_may_be_asked_to_go_on_before_its_run_is_over(desk, monkeypatch):
    """Its row says "checked" a moment before its run ends: the next run must not take that one for its own."""
    import_id = await desk.hand_in(HOUSE_ROWS, RESIDENT_ROWS, dry_run=True)
    job = RunImport(import_id, desk.scope.tenant)
    told, may_end = asyncio.Event(), asyncio.Event()
    end = Board._end

    async def end_later(*args):
        told.set()
        await may_end.wait()
        await end(*args)

    monkeypatch.setattr(Board, "_end", end_later)
    async with asyncio.TaskGroup() as runs:
        runs.create_task(desk.importer.run(job))
        await told.wait()
        assert (await queries.get(desk.scope, desk.db, import_id)).state == "checked"
        async with desk.db.begin() as tx:
            await imports.go_on(desk.scope, tx, import_id=import_id, good_only=False, now_ms=1)
        again = runs.create_task(desk.importer.run(job))
        await asyncio.sleep(0)
        may_end.set()
        await again
        assert (await queries.get(desk.scope, desk.db, import_id)).state == "done"


async def test_all_imports_of_a_company_end_though_only_a_few_may_wait_for_a_reader(desk, clock):
    """A worker took each of them many times and was killed: they are worked off in turn, without minutes of pause."""
    latest_due = Query(
        select(func.coalesce(func.max(outbox.c.due_ms), 0)).where(outbox.c.kind == imports.JOB)
    )
    handed_in = [await desk.hand_in(HOUSE_ROWS, RESIDENT_ROWS) for _ in range(imports.MOST_WAITING)]
    for _ in range(MAX_ATTEMPTS - 2):
        await desk.worker._lease()
        await free_leases(desk.db)
    await desk.worker.start()
    try:
        async with asyncio.timeout(60):
            while not all([(await desk.state(one)) == "done" for one in handed_in]):
                assert await latest_due.scalar(desk.db) <= clock.now_ms() + 1_200
                await clock.advance(1_500)
                await asyncio.sleep(0.02)
    finally:
        await desk.worker.stop()


async def test_an_accepted_import_outlasts_a_full_disk(desk, clock, monkeypatch):
    full = AsyncMock(side_effect=DiskFull())
    import_id = await desk.hand_in(HOUSE_ROWS, RESIDENT_ROWS)
    with monkeypatch.context() as now:
        now.setattr(queries, "snapshot", full)
        await desk.worker.run_once()
    assert (await queries.get(desk.scope, desk.db, import_id)).state == "waiting"
    await clock.advance(2_000)
    await desk.worker.run_once()
    assert (await queries.get(desk.scope, desk.db, import_id)).state == "done"
    assert len(await desk.locations()) == 3

    import_id = await desk.hand_in(HOUSE_ROWS)
    monkeypatch.setattr(queries, "snapshot", full)
    for _ in range(10):
        await desk.worker.run_once()
        await clock.advance(60_000)
    ended = await queries.get(desk.scope, desk.db, import_id)
    assert (ended.state, ended.reason) == ("failed", DiskFull().text(ended.language))


@pytest.mark.engines("postgresql")
async def test_another_process_tells_how_far_it_is(desk, database_url, clock, ids, monkeypatch):
    living, goes_on = {"desk"}, threading.Event()
    board = Board(desk.db, clock, me="desk")
    desk.importer = Importer(desk.db, desk.store, ids, clock, Secrets.random(), board=board)
    read = reading.read

    def slow(*what, progress, **more):
        progress(2, 7)
        goes_on.wait(60)
        return read(*what, progress=progress, **more)

    monkeypatch.setattr(reading, "read", slow)
    import_id = await desk.hand_in(HOUSE_ROWS, RESIDENT_ROWS)
    waiting = await queries.get(desk.scope, desk.db, import_id)
    there = await open_database(database_url, clock=clock)
    other = Importer(
        there, desk.store, ids, clock, Secrets.random(),
        board=Board(there, clock, me="other", alive=living.__contains__),
    )  # fmt: skip
    job = RunImport(import_id, desk.scope.tenant)
    work = asyncio.create_task(desk.importer.run(job))
    async with asyncio.timeout(30):
        while (told := await other.progress(desk.scope, waiting)) is None or not told.rows:
            await clock.advance(1000)
            await asyncio.sleep(0.02)
    assert (told.phase, told.rows, told.expected_rows) == ("reading", 2, 7)
    with pytest.raises(DoneElsewhere):  # its lease ran out: it is not done twice
        await other.run(job)
    living.clear()
    told = await other.progress(desk.scope, waiting)
    assert told.phase == INTERRUPTED
    goes_on.set()
    await work
    done = await queries.get(desk.scope, desk.db, import_id)
    assert (done.state, await other.progress(desk.scope, done)) == ("done", None)
    await there.close()


async def test_a_company_has_only_so_many_imports_waiting(desk):
    for _ in range(imports.MOST_WAITING):
        await desk.hand_in(HOUSE_ROWS)
    with pytest.raises(imports.TooManyImports):
        await desk.hand_in(HOUSE_ROWS)
    await desk.worker.run_once()
    await desk.hand_in(HOUSE_ROWS)
