"""Projects of the application platform through the console and, with their keys, through the open API."""

import pytest

from linli.app.events import to_rooms
from linli.databus import openapi as data_api
from linli.domains.boxes.queries.clusters import ProjectClusters
from linli.domains.projects import openapi as projects_api
from linli.domains.projects.ports import Clusters
from linli.kernel.http import HttpServer
from linli.kernel.objects import ObjectStore
from linli.kernel.secrets import Secrets
from linli.kernel.settings import Settings
from linli.openapi import token_methods
from linli.openapi.assembly import OpenApi
from linli.openapi.registry import Registry
from linli.openapi.tokens import TokenTargets
from tests.console.conftest import Browser
from tests.openapi.house import Partner, Platform, Targets

SAID = {"name": "望京", "clientName": "和美", "startMs": 1_700_000_000_000, "endMs": 1_900_000_000_000}
QUERY = ("/open/project/univisal/query", "1.0.0", {"pageNo": 1, "pageSize": 10})


class Gateway(Platform):
    """The open API beside the console, on the same database."""

    async def start(self) -> None:
        registry = Registry()
        registry.add(token_methods, projects_api, data_api)
        services = {
            TokenTargets: self.targets, Secrets: self.secrets, ObjectStore: None, Clusters: ProjectClusters(),
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
async def gateway(parts):
    to_rooms(parts.db.handlers)
    house = Gateway(parts.db, parts.clock, parts.ids, parts.secrets, Settings(), Targets(), projects_api)
    await house.start()
    parts.services["openapi"] = house.api
    yield house
    await house.stop()


@pytest.fixture
async def main(gateway, administrator) -> Browser:
    return administrator


async def make(main: Browser, **more) -> str:
    answer = await main.post("/app-platform/projects", json={**SAID, **more})
    assert answer.status_code == 201, answer.text
    return answer.json()["projectId"]


async def key_of(gateway, main: Browser, project_id: str) -> Partner:
    told = (await main.post(f"/app-platform/projects/{project_id}/secret")).json()
    me = (await main.get("/session")).json()
    return Partner(gateway, me["tenant"]["id"], project_id, told["appKey"], told["appSecret"])


@pytest.mark.covers("TOP-05", "B001", "B002", "B007", "H-19")
async def test_from_project_to_call(gateway, main):
    project_id = await make(main, capabilities=["arming", "real_person"], models=["Heartbeat"])
    told = (await main.get(f"/app-platform/projects/{project_id}")).json()
    assert {one["code"]: one["state"] for one in told["capabilities"]} == {
        "digital_community": "approved", "arming": "applied", "real_person": "applied",
    }  # fmt: skip
    assert told["deployment"] == "public_cloud"
    key = await key_of(gateway, main, project_id)
    answer = await key.call(*QUERY)
    assert [row["projectId"] for row in answer["data"]["dataList"]] == [project_id]
    held = (await main.get(f"/app-platform/projects/{project_id}/keys")).json()
    assert held["withheld"] == ["smartSecurityService"]
    assert len(held["keys"][0]["reads"]) == 1
    assert "smartSecurityService" not in held["keys"][0]["services"]
    path = f"/app-platform/projects/{project_id}/keys/{key.app_key}/grants"
    early = await main.put(path, json={"services": ["smartSecurityService"], "models": []})
    assert early.status_code == 400

    queue = (await main.get("/app-platform/reviews")).json()["data"]
    assert {row["capability"] for row in queue} == {"arming", "real_person"}
    blank = await main.post(f"/app-platform/reviews/{project_id}/real_person", json={"approved": False})
    assert blank.status_code == 400
    for capability, body in (
        ("real_person", {"approved": False, "reason": "无资质"}),
        ("arming", {"approved": True}),
    ):
        sent = await main.post(f"/app-platform/reviews/{project_id}/{capability}", json=body)
        assert sent.status_code == 204, sent.text
    held = (await main.get(f"/app-platform/projects/{project_id}/keys")).json()
    assert "smartSecurityService" in held["keys"][0]["services"]
    assert held["withheld"] == []
    told = (await main.get(f"/app-platform/projects/{project_id}")).json()
    assert {one["code"]: (one["state"], one["reason"]) for one in told["capabilities"]}["real_person"] == (
        "rejected", "无资质",
    )  # fmt: skip


@pytest.mark.covers("C091")
async def test_a_data_model_is_authorised_for_the_project_and_its_default_app(gateway, main):
    project_id = await make(main)
    key = await key_of(gateway, main, project_id)
    path = f"/app-platform/projects/{project_id}/models"
    passes = "iot_entrance_event_model"
    call = ("/data/model/data/query", "0.0.3", {"modelId": passes, "pageNum": 1, "pageSize": 5})

    async def seen() -> tuple[bool, bool, bool]:
        rows = {one["modelId"]: one for one in (await main.get(path)).json()}
        return rows[passes]["byProject"], rows[passes]["byApp"], rows[passes]["usable"]

    assert await seen() == (False, False, False)
    for by_project, by_app in ((True, False), (False, True), (True, True), (False, False)):
        said = {"byProject": by_project, "byApp": by_app}
        assert (await main.put(f"{path}/{passes}", json=said)).status_code == 204
        both = by_project and by_app
        assert await seen() == (by_project, by_app, both)
        assert (await key.call(*call))["code"] == (200 if both else 403), said
    assert (await main.put(f"{path}/nothing", json=said)).status_code == 400
    other = (await main.get("/app-platform/projects/nothing/models")).status_code
    assert other == 404


@pytest.mark.covers("H-66")
async def test_what_is_not_granted_answers_403(gateway, main):
    project_id = await make(main)
    key = await key_of(gateway, main, project_id)
    rows = ("/data/model/data/query", "0.0.3", {"modelId": "Heartbeat", "pageNum": 1, "pageSize": 5})
    assert (await key.call(*rows))["code"] == 403
    path = f"/app-platform/projects/{project_id}/keys/{key.app_key}/grants"
    grants = {"services": ["data"], "models": ["Heartbeat"]}
    assert (await main.put(path, json=grants)).status_code == 204
    assert (await key.call(*rows))["code"] == 403  # the project itself is not authorised
    switch = f"/app-platform/projects/{project_id}/models/Heartbeat"
    assert (await main.put(switch, json={"byProject": True, "byApp": True})).status_code == 204
    assert (await key.call(*rows))["code"] == 200
    assert (await main.put(path, json={"services": ["data"], "models": ["no"]})).status_code == 400
    wrong = f"/app-platform/projects/{await make(main, name='别的')}/keys/{key.app_key}/grants"
    assert (await main.put(wrong, json=grants)).status_code == 404


@pytest.mark.covers("B117")
async def test_states_and_what_a_further_key_gets(gateway, main):
    project_id = await make(main)
    state = f"/app-platform/projects/{project_id}/state"
    assert (await main.put(state, json={"state": "integration"})).status_code == 204
    assert (await main.get(f"/app-platform/projects/{project_id}")).json()["state"] == "integration"
    assert (await main.put(state, json={"state": "else"})).status_code == 400
    free = await main.get(f"/app-platform/projects/{project_id}/devices", params={"bound": "false"})
    assert free.json()["total"] == 0
    made = (await main.post("/keys", json={"projectId": project_id, "name": "b"})).json()
    held = (await main.get(f"/app-platform/projects/{project_id}/keys")).json()["keys"]
    second = next(one for one in held if one["appKey"] == made["appKey"])
    assert second["services"] is not None
    assert second["models"] == []
    change = {"enabled": True, "services": None}
    assert (await main.put(f"/keys/{made['appKey']}", json=change)).status_code == 204
    held = (await main.get(f"/app-platform/projects/{project_id}/keys")).json()["keys"]
    second = next(one for one in held if one["appKey"] == made["appKey"])
    assert "smartSecurityService" not in second["services"]


async def test_who_joined_applies_for_communities_by_api_only(gateway, main):
    project_id = await make(main)
    body = {
        "poid": "B0FFF0EG44", "name": "金龙", "address": "金龙楼", "serviceStart": "2026-01-01",
        "serviceEnd": "2036-01-01",
    }  # fmt: skip
    before = await main.post("/communities", json=body)
    assert before.json()["code"] != "project.only_by_api"
    assert (await main.post(f"/app-platform/projects/{project_id}/join")).status_code == 204
    assert (await main.get(f"/app-platform/projects/{project_id}")).json()["joinedMs"]
    told = await main.post("/communities", json=body)
    assert (told.status_code, told.json()["code"]) == (409, "project.only_by_api")


async def test_said_of_a_project_is_changed(gateway, main):
    project_id = await make(main)
    path = f"/app-platform/projects/{project_id}"
    change = {**SAID, "name": "新名", "deployment": "own", "description": "b"}
    assert (await main.put(path, json=change)).status_code == 204
    told = (await main.get(path)).json()
    assert (told["name"], told["deployment"], told["description"]) == ("新名", "own", "b")
    assert (await main.put(path, json={**change, "endMs": 1})).status_code == 400
    assert (await main.put(path, json={**change, "deployment": "moon"})).status_code == 400
    await make(main, name="占用")
    assert (await main.put(path, json={**change, "name": "占用"})).status_code == 409
