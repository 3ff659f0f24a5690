import pytest

from linli.domains.communities.events import CommunityApproved
from linli.domains.communities.queries import communities as queries
from linli.domains.communities.queries import pois as poi_queries
from linli.domains.communities.queries import spaces as space_queries
from linli.domains.communities.service import applications, pois
from linli.domains.people.queries import persons
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.pages import PageRequest
from linli.kernel.scope import Caller, Scope
from tests.domains.communities.builders import (
    POI_CSV,
    add_upload,
    application,
    fresh,
    make_project,
    make_world,
)

OPERATOR = Scope(None, Caller("operator", "root"))


@pytest.fixture
async def app(database, ids):
    app = await make_project(database, ids, "绿城物业")
    async with database.begin() as tx:
        await pois.import_catalogue(tx, pois.read_catalogue(POI_CSV.splitlines()))
        await add_upload(app, tx, "proof")
    return app


async def apply(database, app, clock, **changes):
    async with database.begin() as tx:
        return await applications.apply(app, tx, application=application(**changes), now_ms=clock.now_ms())


async def test_from_application_to_management(database, app, clock, ids):
    approved = []

    async def note(tx, event):
        approved.append(event)

    database.handlers.inline(CommunityApproved, note)
    community_id = await apply(database, app, clock)
    waiting = await queries.community(app, database, community_id)
    assert (waiting.apply_status, waiting.root_space_id, waiting.scope_id) == (1, None, None)
    assert waiting.city == "香港"
    assert await queries.target(database, community_id=community_id) is None
    async with database.begin() as tx:
        done = await applications.approve(
            OPERATOR, tx, community_id=community_id, reviewer="root", ids=ids, now_ms=clock.now_ms()
        )
    assert done.apply_status == 2
    assert len(done.scope_id) == 16
    assert done.scope_id.startswith("a124")
    app = await fresh(database, app)
    assert app.communities == {community_id}
    root = await space_queries.space(app, database, done.root_space_id)
    assert (root.name, root.kind, root.path) == ("九龙站宾馆", "community", f"/{root.space_id}/")
    assert len(await persons.groups(app, database, community_id)) == 4
    assert approved == [CommunityApproved(app.tenant, community_id, done.scope_id, root.space_id)]
    assert (await queries.target(database, scope_id=done.scope_id)).community_id == community_id
    for again in (applications.approve, applications.reject):
        more = {"ids": ids} if again is applications.approve else {"reason": "x"}
        with pytest.raises(applications.NotUnderReview):
            async with database.begin() as tx:
                await again(OPERATOR, tx, community_id=community_id, reviewer="root", now_ms=1, **more)


async def test_refused_and_deleted(database, app, clock):
    community_id = await apply(database, app, clock)
    with pytest.raises(applications.OnlyRejectedDeleted):
        async with database.begin() as tx:
            await applications.remove(app, tx, community_id=community_id)
    with pytest.raises(BadInput):
        async with database.begin() as tx:
            await applications.reject(
                OPERATOR, tx, community_id=community_id, reviewer="root", reason=" ", now_ms=1
            )
    async with database.begin() as tx:
        await applications.reject(
            OPERATOR, tx, community_id=community_id, reviewer="root", reason="合同缺页", now_ms=1
        )
    assert (await queries.community(app, database, community_id)).reject_reason == "合同缺页"
    async with database.begin() as tx:
        await applications.remove(app, tx, community_id=community_id)
    with pytest.raises(NotFound):
        await queries.community(app, database, community_id)


@pytest.mark.parametrize(
    ("changes", "field", "rule"),
    [
        ({"poid": "B0NOWHERE1"}, "poid", "unknown"),
        ({"name": " "}, "name", "required"),
        ({"name": "x" * 65}, "name", "too_long"),
        ({"address": ""}, "address", "required"),
        ({"service_start": "2020-6-18"}, "serviceStartTime", "format"),
        ({"service_end": "2020-02-30"}, "serviceEndTime", "format"),
        ({"service_end": "2020-06-17"}, "serviceEndTime", "after"),
        ({"certificates": [("certificateUploadId", "nothing")]}, "certificateUploadId", "unknown"),
        ({"certificates": [("certificateUploadId2", "face")]}, "certificateUploadId2", "biz_code"),
    ],
)
async def test_bad_applications_name_the_field(database, app, clock, changes, field, rule):
    async with database.begin() as tx:
        await add_upload(app, tx, "face", biz_code="HOUSEHOLD_FACE")
    with pytest.raises(BadInput) as refused:
        await apply(database, app, clock, **changes)
    assert (refused.value.field, refused.value.facts["rule"]) == (field, rule)
    assert (await queries.page(app, database, PageRequest())).total == 0


async def test_foreign_proofs_and_communities_look_absent(database, app, clock, ids):
    other = await make_project(database, ids, "别的物业")
    with pytest.raises(BadInput) as refused:
        await apply(database, other, clock)
    assert refused.value.facts["rule"] == "unknown"
    community_id = await apply(database, app, clock)
    with pytest.raises(NotFound):
        await queries.community(other, database, community_id)
    with pytest.raises(NotFound):
        async with database.begin() as tx:
            await applications.remove(other, tx, community_id=community_id)


async def test_lists_by_project_and_state(database, clock, ids):
    world = await make_world(database, clock, ids)
    async with database.begin() as tx:
        await add_upload(world.app, tx, "proof")
    waiting = await apply(database, world.app, clock, name="二期")

    async def listed(**filters):
        found = await queries.page(world.app, database, PageRequest(), **filters)
        return sorted(row.community_id for row in found.data)

    own = world.community.community_id
    assert await listed() == [own, waiting]
    assert await listed(apply_status=1) == [waiting]
    assert await listed(apply_status=3) == []
    assert await listed(project_id=world.community.scope_id) == [own]
    assert await listed(project_id=world.app.project_id) == [own, waiting]
    assert await listed(project_id="a124nothing00000") == []
    assert await listed(text="二期") == [waiting]
    rivals = await queries.rivals(database, world.community)
    assert [row.community_id for row in rivals] == [waiting]
    (proof,) = await queries.certificates(database, world.community)
    assert proof.position == 1


async def test_poi_search(database, app):
    async def names(keywords, city="杭州", only_city=False):
        page = await poi_queries.search(
            database, keywords=keywords, city=city, only_city=only_city, page=PageRequest()
        )
        return [poi["name"] for poi in page.data]

    assert await names("桂花城") == ["桂花城", "桂花城紫云苑5幢"]
    assert await names("紫荆花路 5幢") == ["桂花城紫云苑5幢"]
    assert await names("九龙") == ["九龙站宾馆"]
    assert await names("九龙", only_city=True) == []
    assert await names("九龙", city="香港", only_city=True) == ["九龙站宾馆"]
    assert await names("%") == []
    page = await poi_queries.search(database, keywords="城", city="", only_city=False, page=PageRequest(2, 1))
    assert (page.total, len(page.data)) == (3, 1)


async def test_poi_object_has_the_map_providers_shape(database, app):
    """Spec B §9 V1."""
    assert await poi_queries.poi(database, "B023B19DJA") == {
        "parent": [], "address": "紫荆花路69号", "distance": [], "biz_ext": {"cost": [], "rating": []},
        "pname": "浙江省", "importance": [], "biz_type": [], "cityname": "杭州市",
        "type": "地名地址信息;门牌信息;楼栋号", "photos": [], "typecode": [], "shopinfo": "0", "poiweight": [],
        "childtype": [], "adname": "西湖区", "name": "桂花城紫云苑5幢", "location": "120.091789,30.281922",
        "tel": [], "shopid": [], "id": "B023B19DJA",
    }  # fmt: skip


async def test_catalogue_import_again_replaces(database, app):
    async with database.begin() as tx:
        rows = pois.read_catalogue(["name,id,cityname", "改名了,B000000001,宁波市"])
        assert (await pois.import_catalogue(tx, rows)).rows == 1
    every = PageRequest(page_no=1, page_size=20)
    places = await poi_queries.search(database, keywords="", city="", only_city=False, page=every)
    assert places.total == 3
    assert (await poi_queries.poi(database, "B000000001"))["name"] == "改名了"
