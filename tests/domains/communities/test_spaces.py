import pytest

from linli.domains.communities.events import SpaceChanged, SpaceDeleting
from linli.domains.communities.queries import spaces as queries
from linli.domains.communities.queries.addresses import house_ids
from linli.domains.communities.service import assets, removal, spaces
from linli.domains.communities.service.houses import SpaceHouses
from linli.domains.people.schemas import Profile
from linli.domains.people.service import residents
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.pages import PageRequest
from tests.domains.communities.builders import make_space, make_world


@pytest.fixture
async def world(database, clock, ids):
    return await make_world(database, clock, ids)


@pytest.fixture
def make(database, world, ids):
    async def make(parent, kind, name, direction=None, scope=world.app):
        return await make_space(database, scope, ids, parent, kind, name, direction)

    return make


@pytest.fixture
async def tree(make, world):
    """一期/2幢/1单元/301 and 302; 一期/10幢; 停车场/东门."""
    root = world.community.root_space_id
    area = await make(root, "area", "一期")
    building = await make(area, "building", "2幢")
    unit = await make(building, "unit", "1单元")
    ids = {
        "root": root,
        "area": area,
        "building": building,
        "unit": unit,
        "302": await make(unit, "house", "302"),
        "301": await make(unit, "house", "301"),
        "building10": await make(area, "building", "10幢"),
        "parking": await make(root, "parking_area", "停车场"),
    }
    ids["lane"] = await make(ids["parking"], "parking_space_channel", "东门", 0)
    return ids


async def test_levels_and_kinds(database, world, tree):
    page = await queries.children(world.app, database, tree["root"], PageRequest())
    assert [(row.name, row.kind) for row in page.data] == [("一期", "area"), ("停车场", "parking_area")]
    page = await queries.children(world.app, database, tree["root"], PageRequest(), kinds=["parking_area"])
    assert (page.total, page.data[0].space_id) == (1, tree["parking"])
    page = await queries.children(world.app, database, tree["area"], PageRequest())
    assert [row.name for row in page.data] == ["2幢", "10幢"]
    page = await queries.of_kind(
        world.app, database, world.community.community_id, "house", PageRequest(1, 1)
    )
    assert (page.total, [row.name for row in page.data]) == (2, ["301"])


async def test_tree_level_counts_what_is_below(database, world, tree):
    (area, parking) = await queries.tree_level(world.app, database, tree["root"])
    assert (area.children, area.houses, parking.children, parking.houses) == (2, 2, 1, 0)
    (two, ten) = await queries.tree_level(world.app, database, tree["area"])
    assert (two.name, two.houses, ten.houses) == ("2幢", 2, 0)


async def test_house_locations_follow_names_and_moves(database, world, tree):
    async def locations():
        page = await queries.house_page(world.app, database, world.community.community_id, PageRequest())
        return [row.location for row in page.data]

    assert await locations() == ["一期/2幢/1单元/301", "一期/2幢/1单元/302"]
    async with database.begin() as tx:
        await spaces.rename(world.app, tx, space_id=tree["building"], name="3幢", direction=None, now_ms=5)
    assert await locations() == ["一期/3幢/1单元/301", "一期/3幢/1单元/302"]
    async with database.begin() as tx:
        await spaces.move(world.app, tx, space_id=tree["building"], parent_id=tree["root"], now_ms=6)
    assert await locations() == ["3幢/1单元/301", "3幢/1单元/302"]
    house = (await queries.spaces_by_id(world.app, database, [tree["301"]]))[tree["301"]]
    assert house.path == "/" + "/".join(str(tree[k]) for k in ("root", "building", "unit", "301")) + "/"
    assert house.depth == 3
    assert await house_ids(world.app, database, "3-1-301") == [tree["301"]]


async def test_house_page_filters_and_orders(database, world, tree, make):
    villa = await make(tree["area"], "house", "别墅1")
    async with database.begin() as tx:
        await spaces.describe_house(
            world.app,
            tx,
            space_id=villa,
            layout="5/2/3",
            area_m2=320.5,
            house_type=3,
            house_status=1,
            now_ms=9,
        )
    community = world.community.community_id

    async def page(order="location", under=None, only=None, **filters):
        where = queries.HouseFilter(**filters)
        found = await queries.house_page(
            world.app, database, community, PageRequest(), where=where, under=under, only=only, order=order
        )
        return [row.name for row in found.data]

    assert await page() == ["301", "302", "别墅1"]
    assert await page(order="-location") == ["别墅1", "302", "301"]
    assert await page(house_type=3) == ["别墅1"]
    assert await page(house_status=0) == ["301", "302"]
    assert await page(only=await house_ids(world.app, database, "2幢")) == ["301", "302"]
    under = await queries.space(world.app, database, tree["building"])
    assert await page(under=under) == ["301", "302"]
    with pytest.raises(BadInput) as refused:
        async with database.begin() as tx:
            await spaces.describe_house(
                world.app, tx, space_id=villa, layout="5", area_m2=1, house_type=3, house_status=1, now_ms=9
            )
    assert refused.value.field == "layout"


@pytest.mark.parametrize(
    ("parent", "kind", "name", "direction", "error", "field"),
    [
        ("root", "unit", "1单元", None, spaces.WrongParent, "parentId"),
        ("301", "house", "x", None, spaces.WrongParent, "parentId"),
        ("root", "community", "x", None, BadInput, "typeCode"),
        ("root", "area", " 一期 ", None, spaces.SpaceNameTaken, "name"),
        ("root", "area", " ", None, BadInput, "name"),
        ("parking", "parking_space_channel", "西门", None, BadInput, "direction"),
        ("parking", "parking_space_channel", "西门", 2, BadInput, "direction"),
    ],
)
async def test_refused_spaces(tree, make, parent, kind, name, direction, error, field):
    with pytest.raises(error) as refused:
        await make(tree[parent], kind, name, direction)
    assert refused.value.field == field


async def test_depth_is_bounded(make, world):
    parent = world.community.root_space_id
    for level in range(12):
        parent = await make(parent, "area", str(level))
    with pytest.raises(BadInput):
        await make(parent, "area", "one too many")


async def test_moves_that_cannot_be(database, world, tree, make):
    inner = await make(tree["area"], "area", "内区")
    cases = [
        (tree["area"], inner, BadInput),
        (tree["area"], tree["area"], BadInput),
        (tree["unit"], tree["root"], spaces.WrongParent),
        (tree["root"], tree["area"], spaces.RootFixed),
        (tree["unit"], 1, NotFound),
    ]
    for space_id, parent_id, error in cases:
        with pytest.raises(error):
            async with database.begin() as tx:
                await spaces.move(world.app, tx, space_id=space_id, parent_id=parent_id, now_ms=1)


async def test_remove_says_what_hangs_on_it(database, world, tree, ids):
    async def remove(space_id):
        async with database.begin() as tx:
            await removal.remove(world.app, tx, space_id=space_id, now_ms=2)

    async with database.begin() as tx:
        identity = await residents.move_in(
            world.app, tx, SpaceHouses(), house_id=tree["301"], profile=Profile(name="李白"), type=1, ids=ids,
            now_ms=1,
        )  # fmt: skip
        asset = await assets.add(
            world.app, tx, house_id=tree["301"], type=1, name="B1-007", ids=ids, now_ms=1
        )
    with pytest.raises(spaces.SpaceInUse) as refused:
        await remove(tree["301"])
    assert refused.value.facts == {"children": 0, "residents": 1, "assets": 1, "others": 0}
    with pytest.raises(spaces.SpaceInUse) as refused:
        await remove(tree["unit"])
    assert refused.value.facts["children"] == 2
    with pytest.raises(spaces.RootFixed):
        await remove(tree["root"])
    async with database.begin() as tx:
        await residents.move_out(world.app, tx, house_id=tree["301"], identity_id=identity, now_ms=2)
        await assets.remove(world.app, tx, house_id=tree["301"], asset_id=asset, now_ms=2)
    await remove(tree["301"])
    with pytest.raises(NotFound):
        await queries.house(world.app, database, tree["301"])


async def test_another_room_can_keep_a_space(database, world, tree):
    async def lane_has_a_camera(tx, event):
        raise spaces.SpaceInUse(children=0, residents=0, assets=0, others=1)

    database.handlers.inline(SpaceDeleting, lane_has_a_camera)
    with pytest.raises(spaces.SpaceInUse):
        async with database.begin() as tx:
            await removal.remove(world.app, tx, space_id=tree["lane"], now_ms=2)
    assert await queries.space(world.app, database, tree["lane"])


async def test_changes_are_told(database, world, tree):
    told = []

    async def note(tx, event):
        told.append((event.type, event.ids))

    database.handlers.inline(SpaceChanged, note)
    async with database.begin() as tx:
        await spaces.rename(world.app, tx, space_id=tree["lane"], name="东门", direction=1, now_ms=5)
        await spaces.rename(world.app, tx, space_id=tree["lane"], name="东门", direction=1, now_ms=5)
        await removal.remove(world.app, tx, space_id=tree["lane"], now_ms=2)
    assert told == [("update", [tree["lane"]]), ("delete", [tree["lane"]])]


async def test_another_tenant_sees_nothing(database, world, tree, clock, ids, make):
    other = await make_world(database, clock, ids, name="别的物业")
    assert await queries.spaces_by_id(other.app, database, list(tree.values())) == {}
    assert (await queries.children(other.app, database, tree["root"], PageRequest())).total == 0
    with pytest.raises(NotFound):
        await make(tree["root"], "area", "二期", scope=other.app)
    for act in (
        lambda tx: spaces.rename(other.app, tx, space_id=tree["area"], name="x", direction=None, now_ms=1),
        lambda tx: removal.remove(other.app, tx, space_id=tree["301"], now_ms=2),
        lambda tx: assets.add(other.app, tx, house_id=tree["301"], type=1, name="x", ids=ids, now_ms=1),
    ):
        with pytest.raises(NotFound):
            async with database.begin() as tx:
                await act(tx)


async def test_assets(database, world, tree, ids):
    async with database.begin() as tx:
        asset = await assets.add(
            world.app, tx, house_id=tree["301"], type=1, name=" B1-007 ", ids=ids, now_ms=1
        )
        await assets.add(world.app, tx, house_id=tree["301"], type=3, name="B1-007", ids=ids, now_ms=1)
        await assets.change(
            world.app, tx, house_id=tree["301"], asset_id=asset, type=None, name="B1-008", now_ms=2
        )
    listed = await queries.assets(world.app, database, tree["301"])
    assert [(row.type, row.name) for row in listed] == [(1, "B1-008"), (3, "B1-007")]
    with pytest.raises(assets.AssetNameTaken):
        async with database.begin() as tx:
            await assets.change(
                world.app, tx, house_id=tree["301"], asset_id=asset, type=3, name="B1-007", now_ms=3
            )
    for house, error in ((tree["302"], NotFound), (tree["unit"], NotFound)):
        with pytest.raises(error):
            async with database.begin() as tx:
                await assets.remove(world.app, tx, house_id=house, asset_id=asset, now_ms=2)
