"""Projects over the open API, signed as partners do. Spec D 3.3; vectors V-13 (3.4.2.2.txt)."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from linli.domains.boxes.queries.clusters import ProjectClusters
from linli.domains.boxes.service import clusters
from linli.domains.boxes.service.clusters import ClusterForm
from linli.domains.projects import openapi as projects_api
from linli.domains.projects import queries
from linli.domains.projects.errors import NotUnderReview
from linli.domains.projects.events import CapabilityDecided, ProjectCreated
from linli.domains.projects.ports import Clusters
from linli.domains.projects.service import capabilities, projects
from linli.kernel import tenancy
from linli.kernel.audit import secret_reads_of
from linli.kernel.clock import ManualClock
from linli.kernel.db import Database, Tx
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.http import HttpServer
from linli.kernel.ids import Ids
from linli.kernel.pages import PageRequest
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets
from linli.kernel.settings import Projects, Settings, Solution
from linli.openapi import token_methods
from linli.openapi.assembly import OpenApi
from linli.openapi.registry import Registry
from linli.openapi.tokens import TokenTargets
from tests.openapi import sample_methods
from tests.openapi.house import Partner, Platform, Targets

CREATE = "/open/project/univisal/create"
QUERY = "/open/project/univisal/query"
GET = "/open/project/univisal/get"
APP = "/open/project/defaultapp/get"
SOLUTIONS = "/open/solution/basicinfo/query"
PAGE = {"pageNo": 1, "pageSize": 10}
V13: dict[str, Any] = {
    "name": "name", "clientName": "clientName", "description": "description", "startTime": 1581075936000,
    "endTime": 1581075936001, "solutionUuid": "98b4181b749f4de9aaef6e9f20cea702", "solutionVersionUuid": None,
    "coverUrl": ["url", "url"], "contractUrl": ["contractUrl", "contractUrl"],
}  # fmt: skip


class ProjectHouse(Platform):
    async def start(self) -> None:
        registry = Registry()
        registry.add(token_methods, projects_api)
        services: dict[Any, Any] = {
            TokenTargets: self.targets, Secrets: self.secrets, Clusters: ProjectClusters(),
            Settings: self.settings,
        }  # fmt: skip
        self.api = OpenApi(
            registry, db=self.db, clock=self.clock, ids=self.ids, secrets=self.secrets, settings=self.settings,
            services=services,
        )  # fmt: skip
        await self.api.start()
        self.server = HttpServer(self.api.gateway)
        await self.server.start()


@pytest.fixture
async def house(database: Database, clock: ManualClock, ids: Ids) -> AsyncIterator[ProjectHouse]:
    database.clock = clock
    own = Solution(uuid="own", code="campus", name="智慧园区", version_code="2.1.0", version_uuid="v21")
    settings = Settings(projects=Projects(solutions=[own]))
    house = ProjectHouse(database, clock, ids, Secrets.random(), settings, Targets(), sample_methods)
    await house.start()
    yield house
    await house.stop()


@pytest.fixture
async def partner(house: ProjectHouse) -> Partner:
    return await house.new_partner("partner")


async def data(partner: Partner, path: str, params: Any) -> Any:
    told = await partner.call(path, "1.0.0", params)
    assert (told["code"], told["message"], told["localizedMsg"]) == (200, "success", None), told
    return told["data"]


@pytest.mark.covers("API-17", "API-19", "TOP-05", "B001")
async def test_a_project_is_made_with_root_space_and_default_app(
    house: ProjectHouse, partner: Partner
) -> None:
    """V-13: 3.4.2.2.txt:108, 363; clusterIdList is a list, as its table says (spec D 11.7)."""
    heard: list[ProjectCreated] = []

    async def hear(tx: Tx, event: ProjectCreated) -> None:
        heard.append(event)

    house.db.handlers.inline(ProjectCreated, hear)
    project_id = await data(partner, CREATE, V13)
    assert project_id.startswith("a124")
    [event] = heard
    told = await data(partner, GET, {"projectId": project_id})
    assert len(told.pop("defaultAppUuid")) == 32
    key = told.pop("defaultAppKey")
    assert told == {
        "projectId": project_id, "name": "name", "clientName": "clientName", "description": "description",
        "startTime": 1581075936000, "endTime": 1581075936001, "rootSpaceId": str(event.root_space_id),
        "coverUrl": ["url", "url"], "contractUrl": ["contractUrl", "contractUrl"], "clusterIdList": [],
    }  # fmt: skip
    assert (event.tenant_id, event.project_id, event.title, event.made_by_project) == (
        partner.tenant_id, project_id, "name", partner.project_id,
    )  # fmt: skip
    app = await data(partner, APP, {"projectId": project_id})
    made = Partner(house, partner.tenant_id, project_id, app["defaultAppKey"], app["defaultAppSecret"])
    assert app["defaultAppKey"] == key
    assert (await data(made, GET, {"projectId": project_id}))["name"] == "name"


@pytest.mark.covers("API-19")
async def test_a_project_names_its_edge_clusters_and_nobody_elses(
    house: ProjectHouse, partner: Partner, clock: ManualClock
) -> None:
    stranger = await house.new_partner("stranger")
    mine, other = await data(partner, CREATE, V13), await data(partner, CREATE, {**V13, "name": "other"})
    theirs = await data(stranger, CREATE, V13)
    made = {}
    for number, (owner, project_id) in enumerate(
        ((partner, mine), (partner, mine), (partner, other), (stranger, theirs), (partner, None))
    ):
        await clock.advance(1)
        form = ClusterForm(name=f"集群{number}", model="LBOX-1", project_id=project_id)
        async with house.db.begin() as tx:
            made[number] = await clusters.create(
                Scope.system(owner.tenant_id), tx, form=form, ids=house.ids, now_ms=clock.now_ms()
            )
    told = await data(partner, GET, {"projectId": mine})
    assert told["clusterIdList"] == [str(made[0].cluster_id), str(made[1].cluster_id)]
    assert (await data(partner, GET, {"projectId": other}))["clusterIdList"] == [str(made[2].cluster_id)]
    assert (await data(stranger, GET, {"projectId": theirs}))["clusterIdList"] == [str(made[3].cluster_id)]


@pytest.mark.covers("API-18", "B007")
async def test_an_app_pages_through_its_own_project_and_those_it_made(
    house: ProjectHouse, partner: Partner, clock: ManualClock
) -> None:
    """V-13: 3.4.2.2.txt:234; total is always told (spec D 11.7)."""
    stranger = await house.new_partner("stranger")
    async with house.db.begin() as tx:
        other = await tenancy.create_project(partner.owner, tx, name="neighbour", ids=house.ids)
    await data(stranger, CREATE, V13)
    for n in range(3):
        await clock.advance(1000)
        await data(partner, CREATE, V13 | {"name": f"p{n}"})
    first = await data(partner, QUERY, {"pageNo": 1, "pageSize": 3})
    assert (first["pageNo"], first["pageSize"], first["total"]) == (1, 3, 4)
    assert [row["name"] for row in first["dataList"]] == ["p2", "p1", "p0"]
    assert "clusterIdList" not in first["dataList"][0]
    [last] = (await data(partner, QUERY, {"pageNo": "2", "pageSize": "3"}))["dataList"]
    assert (last["projectId"], last["clientName"], last["startTime"], last["rootSpaceId"]) == (
        partner.project_id, "", None, None,
    )  # fmt: skip
    assert last["defaultAppKey"] == partner.app_key
    for path in (GET, APP):
        absent = await partner.call(path, "1.0.0", {"projectId": "nobody"})
        assert absent["code"] == 403
        for foreign in (other, stranger.project_id):
            assert await partner.call(path, "1.0.0", {"projectId": foreign}) == absent


@pytest.mark.covers("API-21")
async def test_each_read_of_a_default_apps_secret_is_noted(house: ProjectHouse, partner: Partner) -> None:
    """V-13: 3.4.2.2.txt:602."""
    told = await data(partner, APP, {"projectId": partner.project_id})
    assert told == {"defaultAppKey": partner.app_key, "defaultAppSecret": partner.secret}
    [read] = await secret_reads_of(partner.owner, house.db, kind="app_key", target=partner.app_key)
    assert (read.caller, read.at_ms) == (f"app:{partner.app_key}", house.clock.now_ms())
    assert len(read.request_id) == 36
    async with house.db.begin() as tx:
        bare = await tenancy.create_project(partner.owner, tx, name="bare", ids=house.ids)
        with pytest.raises(NotFound):
            await projects.read_default_app(
                partner.owner, tx, project_id=bare, ids=house.ids, secrets=house.secrets
            )


@pytest.mark.covers("API-20")
async def test_solutions(partner: Partner) -> None:
    """V-13: 3.4.2.2.txt:492."""
    told = await data(partner, SOLUTIONS, {"pageNo": 1, "pageSize": 1})
    assert (told["total"], told["pageNo"], told["pageSize"]) == (2, 1, 1)
    [one] = told["dataList"]
    assert set(one) == {
        "solutionUuid", "solutionCode", "solutionName", "solutionDesc", "solutionStatus", "versionCode",
        "versionUuid",
    }  # fmt: skip
    assert (one["solutionUuid"], one["solutionStatus"], one["versionCode"]) == (
        "98b4181b749f4de9aaef6e9f20cea702", "CREATE", "1.0.0",
    )  # fmt: skip
    [own] = (await data(partner, SOLUTIONS, {"pageNo": 2, "pageSize": 1}))["dataList"]
    assert own == {
        "solutionUuid": "own", "solutionCode": "campus", "solutionName": "智慧园区", "solutionDesc": "",
        "solutionStatus": "CREATE", "versionCode": "2.1.0", "versionUuid": "v21",
    }  # fmt: skip
    assert (await data(partner, SOLUTIONS, {"pageNo": 3, "pageSize": 1}))["dataList"] == []


async def test_a_bad_project_is_refused_by_name(partner: Partner) -> None:
    await data(partner, CREATE, V13)
    wrong: list[tuple[dict[str, Any], int]] = [
        (V13, 460), ({k: v for k, v in V13.items() if k != "name"}, 460), (V13 | {"name": " "}, 460),
        (V13 | {"name": "x" * 65}, 460), (V13 | {"name": "b", "clientName": ""}, 460),
        (V13 | {"name": "b", "endTime": V13["startTime"]}, 460), (V13 | {"name": "b", "startTime": "soon"}, 400),
        (V13 | {"name": "b", "coverUrl": ["u"] * 21}, 460), (V13 | {"name": "b", "coverUrl": "u"}, 400),
        (V13 | {"name": "b", "solutionUuid": "x" * 65}, 460), (V13 | {"name": "b", "contractUrl": ["u" * 2049]}, 460),
    ]  # fmt: skip
    for params, code in wrong:
        assert (await partner.call(CREATE, "1.0.0", params))["code"] == code, params
    for path in (QUERY, SOLUTIONS):
        assert (await partner.call(path, "1.0.0", {"pageNo": 1}))["code"] == 460
        assert (await partner.call(path, "1.0.0", PAGE | {"pageSize": 101}))["code"] == 460
        assert (await partner.call(path, "1.0.0", PAGE | {"pageNo": "x"}))["code"] == 400
    for path in (GET, APP):
        assert (await partner.call(path, "1.0.0", {}))["code"] == 460
        assert (await partner.call(path, "1.0.0", {"projectId": []}))["code"] == 400
    assert (await partner.call("/open/project/universal/get", "1.0.0", {}))["code"] == 20003
    assert (await partner.call(GET, "1.0.1", {}))["code"] == 20003


async def test_capabilities_are_applied_for_and_reviewed(house: ProjectHouse, partner: Partner) -> None:
    owner, db = partner.owner, house.db
    decided: list[CapabilityDecided] = []

    async def hear(tx: Tx, event: CapabilityDecided) -> None:
        decided.append(event)

    db.handlers.inline(CapabilityDecided, hear)
    project_id = await data(partner, CREATE, V13)
    held = await queries.list_capabilities(owner, db, project_id=project_id)
    assert [(of.capability.code, of.row and of.row.state) for of in held] == [
        ("digital_community", "approved"), ("arming", None), ("real_person", None),
    ]  # fmt: skip
    named: dict[str, Any] = {"project_id": project_id, "capability": "arming"}
    async with db.begin() as tx:
        assert await capabilities.apply_for(owner, tx, **named) == "applied"
        assert await capabilities.apply_for(owner, tx, **named) == "applied"
        waiting = await queries.list_applied(Scope.system(), tx, page=PageRequest())
        assert [row.capability for row in waiting.data] == ["arming"]
        with pytest.raises(BadInput):
            await capabilities.decide(owner, tx, **named, approved=False, reviewer="7")
        await capabilities.decide(owner, tx, **named, approved=False, reviewer="7", reason="材料不全")
        with pytest.raises(NotUnderReview):
            await capabilities.decide(owner, tx, **named, approved=True, reviewer="7")
        row = (await queries.list_capabilities(owner, tx, project_id=project_id))[1].row
        assert row is not None
        assert (row.state, row.reason, row.reviewer) == ("rejected", "材料不全", "7")
        assert await capabilities.apply_for(owner, tx, **named) == "applied"
        await capabilities.decide(owner, tx, **named, approved=True, reviewer="7")
        assert await capabilities.apply_for(owner, tx, **named) == "approved"
        with pytest.raises(BadInput):
            await capabilities.apply_for(owner, tx, project_id=project_id, capability="flying")
    assert [(event.capability, event.approved) for event in decided] == [
        ("digital_community", True), ("arming", False), ("arming", True),
    ]  # fmt: skip


async def test_a_project_moves_between_its_states_and_is_described_anew(
    house: ProjectHouse, partner: Partner
) -> None:
    owner, db = partner.owner, house.db
    stranger = await house.new_partner("stranger")
    project_id = await data(partner, CREATE, V13)
    facts = projects.ProjectFacts(client_name="乙方", start_ms=1, end_ms=2)
    async with db.begin() as tx:
        assert (await queries.get_project(owner, tx, project_id=project_id)).state == "development"
        await projects.set_state(owner, tx, project_id=project_id, state="integration")
        await projects.describe_project(owner, tx, project_id=project_id, facts=facts, ids=house.ids)
        row = await queries.get_project(owner, tx, project_id=project_id)
        assert (row.state, row.client_name, row.start_ms, row.cover_urls) == ("integration", "乙方", 1, [])
        with pytest.raises(BadInput):
            await projects.set_state(owner, tx, project_id=project_id, state="done")  # type: ignore[arg-type]
        for scope in (stranger.owner, Scope.system("nobody")):
            with pytest.raises(NotFound):
                await projects.set_state(scope, tx, project_id=project_id, state="development")
            with pytest.raises(NotFound):
                await projects.describe_project(scope, tx, project_id=project_id, facts=facts, ids=house.ids)
        own = partner.project_id  # made without details, as the set-up does
        await projects.join_platform(owner, tx, project_id=own, ids=house.ids)
        assert (await queries.get_project(owner, tx, project_id=own)).joined_ms
        await projects.describe_project(owner, tx, project_id=own, facts=facts, ids=house.ids)
        assert (await queries.get_project(owner, tx, project_id=own)).client_name == "乙方"
