import pytest

from linli.domains.people import events
from linli.domains.people.person_rules import DEFAULT_GROUPS, MOVED_OUT
from linli.domains.people.queries import persons as person_queries
from linli.domains.people.queries import residents as queries
from linli.domains.people.queries import users as user_queries
from linli.domains.people.schemas import Profile, checked
from linli.domains.people.service import groups, residents
from linli.domains.people.service.persons import NameFixed, PhoneTaken
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.pages import PageRequest
from tests.domains.people.builders import make_world


@pytest.fixture
async def world(database, clock, ids):
    return await make_world(database, clock, ids)


@pytest.fixture
def heard(database):
    """Every event of people, in order."""
    told = []

    async def note(tx, event):
        told.append(event)

    for kind in (events.ResidentsMovedIn, events.ResidentsMovedOut, events.UserChanged):
        database.handlers.inline(kind, note)
    return told


async def move_in(
    db, world, ids, clock, house=101, name="李白", phone="13900000001", type=1, scope=None, **more
):
    async with db.begin() as tx:
        return await residents.move_in(
            scope or world.tenant, tx, world.houses, house_id=house,
            profile=checked(Profile(name=name, phone=phone, **more), wire={}), type=type, ids=ids,
            now_ms=clock.now_ms(),
        )  # fmt: skip


async def test_move_in_and_out(database, world, ids, clock, heard):
    identity = await move_in(database, world, ids, clock, sex=1, ext='{"党员": true}')
    assert len(identity) == 40
    (member,) = await queries.of_house(world.first, database, 101)
    assert (member.name, member.phone, member.type, member.status, member.source) == (
        "李白", "13900000001", 1, 1, "INPUT",
    )  # fmt: skip
    assert [type(event) for event in heard] == [events.UserChanged, events.ResidentsMovedIn]
    assert heard[1].ties == [events.HouseTie(101, member.person_id, identity, 1)]
    (group,) = (await person_queries.groups_of(world.first, database, [member.person_id]))[member.person_id]
    assert (group.name, group.type) == ("业主", "RESIDENT")
    assert await queries.living_in(world.first, database, [101, 102]) == {101: 1}

    clock_later = clock.now_ms() + 5
    async with database.begin() as tx:
        await residents.move_out(world.first, tx, house_id=101, identity_id=identity, now_ms=clock_later)
    assert await queries.of_house(world.first, database, 101) == []
    assert await queries.count_tied(world.first, database, [101]) == 0
    held = await queries.member(world.first, database, 101, identity)
    assert held.status == MOVED_OUT
    assert await person_queries.groups_of(world.first, database, [member.person_id]) == {}
    assert isinstance(heard[-2], events.ResidentsMovedOut)
    with pytest.raises(NotFound):
        async with database.begin() as tx:
            await residents.move_out(world.first, tx, house_id=101, identity_id=identity, now_ms=1)
    assert await move_in(database, world, ids, clock) == identity, "someone may come back, as the same person"


async def test_one_phone_is_one_person_in_the_tenant(database, world, ids, clock):
    first = await move_in(database, world, ids, clock)
    assert await move_in(database, world, ids, clock, house=102, phone="+86 139 0000 0001") == first
    with pytest.raises(PhoneTaken) as refused:
        await move_in(database, world, ids, clock, house=201, name="杜甫")
    assert "李白" not in refused.value.text("zh-CN"), "whose phone it is may be another community's secret"
    with pytest.raises(residents.AlreadyMember):
        await move_in(database, world, ids, clock)


async def test_a_family_without_phones(database, world, ids, clock):
    names = ["李白", "李伯禽", "李平阳"]
    identities = {await move_in(database, world, ids, clock, name=name, phone="") for name in names}
    assert len(identities) == 3


async def test_another_community_sees_nothing(database, world, ids, clock):
    identity = await move_in(database, world, ids, clock)
    assert await queries.of_house(world.second, database, 101) == []
    assert (await queries.page(world.second, database, 1, PageRequest())).total == 0
    assert await person_queries.search(world.second, database, "李白") == []
    with pytest.raises(NotFound):
        await person_queries.person(world.second, database, identity)
    with pytest.raises(NotFound):
        async with database.begin() as tx:
            await residents.move_out(world.second, tx, house_id=101, identity_id=identity, now_ms=1)
    with pytest.raises(NotFound):
        await move_in(database, world, ids, clock, scope=world.second, name="x", phone="")
    await move_in(database, world, ids, clock, house=201)
    assert (await person_queries.person(world.second, database, identity)).name == "李白"


async def test_change_member(database, world, ids, clock, heard):
    identity = await move_in(database, world, ids, clock)
    heard.clear()

    async def change(profile, type=None):
        async with database.begin() as tx:
            await residents.change_member(
                world.first, tx, house_id=101, identity_id=identity, profile=profile, type=type, now_ms=99
            )

    await change(Profile(name="李白", age=61, sex=1, company="翰林院"), type=2)
    (member,) = await queries.of_house(world.first, database, 101)
    assert (member.age, member.sex, member.company, member.type, member.changed_ms) == (
        61,
        1,
        "翰林院",
        2,
        99,
    )
    assert [event.type for event in heard] == ["update"]
    for profile in (Profile(name="李太白"), Profile(sex=2)):
        with pytest.raises(NameFixed):
            await change(profile)
    with pytest.raises(BadInput):
        await change(Profile(), type=10)


async def test_page_filters_and_orders(database, world, ids, clock):
    for number in range(25):
        await clock.advance(1000)
        await move_in(
            database, world, ids, clock, house=101 + number % 2, name=f"住户{number:02}", type=1 + number % 3,
            phone=f"139{number:08}",
        )  # fmt: skip
    page = await queries.page(world.first, database, 1, PageRequest(2, 10))
    assert (page.total, [row.name for row in page.data][:2]) == (25, ["住户14", "住户13"])
    page = await queries.page(
        world.first, database, 1, PageRequest(), where=queries.ResidentConditions(text="13900000007")
    )
    assert [row.name for row in page.data] == ["住户07"]
    page = await queries.page(
        world.first,
        database,
        1,
        PageRequest(),
        where=queries.ResidentConditions(house_ids=[102], type=2),
        order="name",
    )
    assert [row.name for row in page.data] == ["住户01", "住户07", "住户13", "住户19"]
    start = clock.now_ms() - 2000
    page = await queries.page(
        world.first,
        database,
        1,
        PageRequest(),
        where=queries.ResidentConditions(since_ms=start),
        order="changed",
    )
    assert page.total == 3
    assert (
        await queries.page(
            world.first, database, 1, PageRequest(), where=queries.ResidentConditions(name="%")
        )
    ).total == 0
    users = await user_queries.page(
        world.first, database, 1, PageRequest(1, 5), where=user_queries.UserConditions(name="住户2")
    )
    assert (users.total, users.data[0].person.name) == (5, "住户24")


async def test_default_groups(database, world, clock, ids):
    listed = await person_queries.groups(world.first, database, 1)
    assert sorted((group.type, group.name) for group in listed) == sorted(DEFAULT_GROUPS)
    assert all(len(group.user_group_id) == 32 and group.is_default for group in listed)
    assert await person_queries.groups(world.second, database, 1) == []
    for change in (
        lambda tx, group: groups.remove(world.first, tx, group_id=group, now_ms=1),
        lambda tx, group: groups.rename(world.first, tx, group_id=group, name="x", now_ms=1),
    ):
        with pytest.raises(groups.DefaultGroup):
            async with database.begin() as tx:
                await change(tx, listed[0].user_group_id)


async def test_own_groups(database, world, clock, ids):
    async def create(name):
        async with database.begin() as tx:
            return await groups.create(
                world.first, tx, community_id=1, kind="VISITOR", name=name, ids=ids, now_ms=1
            )

    group_id = await create("装修 队")
    with pytest.raises(groups.GroupNameTaken):
        await create("装修  队")
    with pytest.raises(BadInput):
        await create(" ")
    async with database.begin() as tx:
        await groups.rename(world.first, tx, group_id=group_id, name="装修", now_ms=2)
    found = await person_queries.groups(world.first, database, 1, name="装")
    assert [(group.name, group.is_default) for group in found] == [("装修", 0)]
    with pytest.raises(NotFound):
        async with database.begin() as tx:
            await groups.remove(world.second, tx, group_id=group_id, now_ms=1)
    async with database.begin() as tx:
        await groups.remove(world.first, tx, group_id=group_id, now_ms=1)
    with pytest.raises(NotFound):
        await person_queries.group(world.first, database, group_id)
