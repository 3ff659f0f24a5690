"""Imports that change what is known of persons who are there: found by phone, ID number, or house and name."""

import json

import pytest

from linli.domains.communities.console import import_changes
from linli.domains.communities.queries import imports as queries
from linli.domains.communities.service.houses import SpaceHouses
from linli.domains.people.queries import persons as person_queries
from linli.domains.people.queries import residents as resident_queries
from linli.domains.people.schemas import Profile, checked
from linli.domains.people.service import erasure, persons, residents
from linli.kernel import history
from linli.kernel.pages import PageRequest
from tests.domains.communities.builders import make_world
from tests.domains.communities.test_imports import HOUSE_ROWS, Desk, outcome

TITLES = ("楼栋", "单元", "房号", "姓名", "身份", "手机号", "性别", "证件号码", "工作单位")
NUMBER, OTHER_NUMBER = "33010619900101123X", "11010519491231002X"
PEOPLE = [
    ("01", "01", "0101", "李白", 1, "13900000001", 1, NUMBER, "翰林院"),
    ("01", "01", "0101", "李伯禽", 2, None, 1, None, None),
    ("01", "01", "0102", "杜甫", 3, "13900000002", None, None, None),
]


def sheet(people):
    return [dict(zip(TITLES, row, strict=True)) for row in people]


@pytest.fixture
async def world(database, clock, ids):
    database.clock = clock
    return await make_world(database, clock, ids)


@pytest.fixture
async def desk(database, world, clock, ids, tmp_path, shelf):
    desk = FactsDesk(database, world, clock, ids, tmp_path, shelf)
    first = await desk.bring(PEOPLE, houses=HOUSE_ROWS)
    assert first.state == "done", first.reason or first.problems
    return desk


class FactsDesk(Desk):
    async def bring(self, people, houses=(), **more):
        """Rows of residents under these titles."""
        import openpyxl

        book = openpyxl.Workbook()
        page = book.active
        page.title = "房屋"
        page.append(("楼栋", "单元", "房号", "房屋户型", "建筑面积", "房屋类型", "房屋状态"))
        for row in houses:
            page.append(row)
        page = book.create_sheet("住户")
        page.append(TITLES)
        for row in people:
            page.append(row)
        path = self.folder / "facts.xlsx"
        book.save(path)
        return await self.do(raw=path.read_bytes(), **more)

    async def known(self, name):
        found = await person_queries.search(self.scope, self.db, name)
        return [
            (one.phone, one.sex, one.id_no, one.company)
            for one in (
                await person_queries.persons_by_id(self.scope, self.db, [p.id for p in found])
            ).values()
        ]


async def test_a_row_changes_what_it_says_and_nothing_else(desk, database):
    done = await desk.bring(
        [("01", "01", "0101", "李白", 1, "13900000001", None, None, "集贤院"), *PEOPLE[1:]]
    )
    figures = outcome(done)
    assert (figures.persons, figures.persons_changed, figures.residents_unchanged) == (0, 1, 3)
    assert await desk.known("李白") == [("13900000001", 1, NUMBER, "集贤院")]
    (poet,) = await person_queries.search(desk.scope, database, "李白")
    told = await history.page(
        desk.scope, database, community_id=desk.world.community.community_id, kind="resident",
        target=poet.identity_id, request=PageRequest(),
    )  # fmt: skip
    changed = next(row for row in told.data if row.action == "changed")
    assert (changed.differences, changed.reason) == ({"company": ("翰林院", "集贤院")}, "房屋.xlsx")


@pytest.mark.parametrize(
    ("row", "known"),
    [
        # by house and name: somebody without a phone gets one
        (("01", "01", "0101", "李伯禽", 2, "13900000003", None, None, None), ("李伯禽", "13900000003", "")),
        # the only one of the name in the house has another phone now
        (("01", "01", "0102", "杜甫", 3, "13900000007", None, OTHER_NUMBER, None), ("杜甫", "13900000007", OTHER_NUMBER)),
        # by ID number and name, in another house too
        (("02", "01", "0101", "李白", 1, "13900000008", None, NUMBER, None), ("李白", "13900000008", NUMBER)),
    ],
)  # fmt: skip
async def test_whom_a_row_means(desk, row, known):
    done = await desk.bring([row])
    assert (outcome(done).persons, outcome(done).persons_changed) == (0, 1), done.problems
    name, phone, number = known
    assert [(one[0], one[2]) for one in await desk.known(name)] == [(phone, number)]
    await desk.undo(done.import_id)
    was = next(one for one in PEOPLE if one[3] == name)
    assert [(one[0], one[2]) for one in await desk.known(name)] == [(was[5], was[7] or "")]
    assert outcome(await desk.bring(PEOPLE)).persons_changed == 0


async def test_two_of_a_name_are_two(desk):
    again = ("01", "01", "0102", "杜甫", 3, "13900000006", None, None, None)
    assert outcome(await desk.bring([PEOPLE[2], again])).persons == 1
    other = ("01", "01", "0101", "李白", 3, "13900000005", None, OTHER_NUMBER, None)
    assert outcome(await desk.bring([other])).persons == 1
    assert len(await desk.known("李白")) == len(await desk.known("杜甫")) == 2


async def test_a_trial_tells_new_changed_and_same(desk, database):
    rows = [
        ("01", "01", "0101", "李白", 1, "13900000001", None, OTHER_NUMBER, "集贤院"),
        *PEOPLE[1:],
        ("02", "01", "0101", "王维", 1, "13900000004", None, None, None),
    ]
    found = await desk.bring(rows, dry_run=True)
    figures = outcome(found)
    assert (found.state, figures.persons, figures.persons_changed, figures.residents_unchanged) == (
        "checked", 1, 1, 3,
    )  # fmt: skip
    (told,) = await import_changes.change_rows(desk.scope, database, found)
    assert (told.row, told.name, told.house) == (2, "李白", "01/01/0101")
    assert {one.title: (one.before, one.after) for one in told.fields} == {
        "证件号码": ("330*************3X", "110*************2X"), "工作单位": ("翰林院", "集贤院"),
    }  # fmt: skip
    assert await desk.known("李白") == [("13900000001", 1, NUMBER, "翰林院")]
    done = await desk.bring(rows)
    assert (await queries.get(desk.scope, database, done.import_id)).changes == ""


async def test_faults_of_changes(desk):
    rows = [
        ("01", "01", "0101", "李白", 1, "13900000001", 2, None, None),
        ("01", "01", "0102", "杜甫", 3, "13900000002", None, None, "工部"),
        ("02", "01", "0101", "杜甫", 1, "13900000002", None, None, "右卫率府"),
    ]
    done = await desk.bring(rows)
    assert done.state == "refused"
    assert [(f["row"], f["column"], f["rule"]) for f in json.loads(done.problems)] == [
        (2, "G", "fixed"), (4, "I", "contradicts"),
    ]  # fmt: skip
    assert await desk.known("李白") == [("13900000001", 1, NUMBER, "翰林院")]


async def test_undo_leaves_what_was_changed_again_and_phones_taken_meanwhile(desk, database, ids):
    done = await desk.bring(
        [
            ("01", "01", "0101", "李白", 1, "13900000001", None, None, "集贤院"),
            ("01", "01", "0102", "杜甫", 3, "13900000007", None, None, "工部"),
        ]
    )
    (poet,) = await person_queries.search(desk.scope, database, "李白")
    async with database.begin() as tx:
        await persons.change(
            desk.scope, tx, identity_id=poet.identity_id, profile=checked(Profile(company="永王幕府"), wire={}),
            now_ms=desk.clock.now_ms(),
        )  # fmt: skip
        (home,) = await resident_queries.houses_of(desk.scope, tx, poet.id)
        await residents.move_in(
            desk.scope, tx, SpaceHouses(), house_id=home.house_id,
            profile=checked(Profile(name="高适", phone="13900000002"), wire={}), type=4, ids=ids,
            now_ms=desk.clock.now_ms(),
        )  # fmt: skip
    await desk.undo(done.import_id)
    assert [one[3] for one in await desk.known("李白")] == ["永王幕府"]
    assert [(one[0], one[3]) for one in await desk.known("杜甫")] == [("13900000007", "")]


async def test_nothing_is_put_back_of_the_erased(desk, database):
    done = await desk.bring([("01", "01", "0101", "李白", 1, "13900000001", None, None, "集贤院")])
    (poet,) = await person_queries.search(desk.scope, database, "李白")
    community_id = desk.world.community.community_id
    async with database.begin() as tx:
        await erasure.erase(
            desk.scope,
            tx,
            community_id=community_id,
            identity_id=poet.identity_id,
            now_ms=desk.clock.now_ms(),
        )
    await desk.undo(done.import_id)
    blank = (await person_queries.of_tenant(desk.scope, database, [poet.id]))[poet.id]
    assert (blank.name, blank.company, blank.phone) == ("", "", None)
