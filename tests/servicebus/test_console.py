"""The service bus as its pages use it: own models, providers, the test page, the log of calls."""

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from linli.domains.people.rights import Role
from linli.domains.people.service import accounts
from tests.servicebus.conftest import Application, Bench

PASSWORD = "correct horse battery"
MODEL = "iotx_parking_service_model"
METERS = {
    "id": "meterService", "version": "1.0", "title": "表计服务", "titleEn": "Meters", "methods": [
        {"name": "read", "version": "1.0.0", "title": "读数", "titleEn": "Read",
         "input": [{"name": "meterId", "type": "string", "required": True}]}]}  # fmt: skip


@pytest.fixture
async def page(bench: Bench) -> AsyncIterator[httpx.AsyncClient]:
    """A browser signed in as the tenant's administrator."""
    hashed = await accounts.hash_password(PASSWORD)
    now_ms = bench.platform.clock.now_ms()
    async with bench.platform.db.begin() as tx:
        account_id = await accounts.create_account(
            tx,
            login="13800138000",
            password_hash=hashed,
            proven=True,
            name="王伟",
            ids=bench.platform.ids,
            now_ms=now_ms,
        )
        await accounts.grant_role(
            tx, account_id=account_id, role=Role.TENANT_ADMIN, tenant_id=bench.owner.tenant, now_ms=now_ms
        )
    base = f"http://127.0.0.1:{bench.platform.http.port}/api/console"
    headers = {"x-linli-request": "1", "accept-language": "en"}
    async with httpx.AsyncClient(base_url=base, headers=headers, trust_env=False, timeout=100) as client:
        answer = await client.post("/session", json={"login": "13800138000", "password": PASSWORD})
        assert answer.status_code == 200, answer.text
        yield client


def provider(application: Application, **more: Any) -> dict[str, Any]:
    address = f"http://127.0.0.1:{application.port}"
    return {"modelId": MODEL, "name": "停车系统", "kind": "http", "address": address, **more}


async def attempt(page: httpx.AsyncClient, bench: Bench, **more: Any) -> dict[str, Any]:
    params = json.dumps({"parkingLotId": "p1", "areaId": "a1"})
    asked = {
        "modelId": MODEL,
        "method": "parkingAreaInfoGet",
        "projectId": bench.project_id,
        "params": params,
    }
    answer = await page.post("/service-calls/try", json=asked | more)
    assert answer.status_code == 200, answer.text
    said: dict[str, Any] = answer.json()
    return said


async def test_a_served_method_is_tried_from_the_console(
    page: httpx.AsyncClient, bench: Bench, application: Application
) -> None:
    nobody = await attempt(page, bench)
    assert nobody["code"] == "20003"
    assert "no application serves" in nobody["reason"]

    made = await page.post("/service-providers", json=provider(application, timeoutMs=300))
    assert made.status_code == 201, made.text
    application.behave = lambda path, envelope: b'{"code":200,"data":{"name":"B1"}}'
    good = await attempt(page, bench)
    assert (good["code"], json.loads(good["data"]), good["provider"]) == ("200", {"name": "B1"}, "停车系统")
    assert f"/{MODEL}/parkingAreaInfoGet" in good["curl"]

    application.status = b"503 Service Unavailable"
    bad = await attempt(page, bench)
    assert bad["code"] == "500"
    assert "503" in bad["reason"]

    log = (await page.get("/service-calls")).json()["rows"]
    assert [row["code"] for row in log] == ["500", "200", "20003"]
    assert [row["code"] for row in (await page.get("/service-calls?failed=true")).json()["rows"]] == [
        "500",
        "20003",
    ]
    first = (await page.get("/service-calls?most=1")).json()
    second = (await page.get(f"/service-calls?most=1&before={first['next']}")).json()
    assert second["rows"][0]["code"] == "200"


async def test_a_provider_is_changed_switched_off_and_removed(
    page: httpx.AsyncClient, bench: Bench, application: Application
) -> None:
    number = (await page.post("/service-providers", json=provider(application))).json()["providerNo"]
    (listed,) = (await page.get("/service-providers")).json()
    assert (listed["name"], listed["enabled"], listed["online"]) == ("停车系统", True, None)
    answer = await page.put(f"/service-providers/{number}", json=provider(application, enabled=False))
    assert answer.status_code == 200
    assert (await attempt(page, bench))["code"] == "20003"
    assert (await attempt(page, bench, providerNo=number))["code"] == "200", "a trial may ask one that is off"
    assert (await page.delete(f"/service-providers/{number}")).status_code == 204
    assert (await page.get("/service-providers")).json() == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"modelId": "none"}, "modelId"),
        ({"name": " "}, "name"),
        ({"timeoutMs": 5}, "timeoutMs"),
        ({"address": "ftp://x"}, "address"),
        ({"address": ""}, "address"),
        ({"kind": "edge"}, "iotId"),
    ],
)
async def test_bad_providers_are_refused_by_field(
    page: httpx.AsyncClient, application: Application, change: dict[str, Any], field: str
) -> None:
    answer = await page.post("/service-providers", json=provider(application) | change)
    assert answer.status_code == 400, answer.text
    assert answer.json()["field"] == field


async def test_own_models_come_change_and_go(
    page: httpx.AsyncClient, bench: Bench, application: Application
) -> None:
    saved = await page.post("/service-models", json={"document": json.dumps(METERS)})
    assert saved.status_code == 201, saved.text
    number = saved.json()["modelNo"]
    again = await page.post("/service-models", json={"document": json.dumps(METERS | {"title": "新名"})})
    assert again.json()["modelNo"] == number
    shown = (await page.get("/service-models/one", params={"id": "meterService", "version": "1.0"})).json()
    assert shown["methodList"][0]["path"] == "/meterService/read"
    assert {model["id"] for model in (await page.get("/service-models")).json()} >= {MODEL, "meterService"}
    await page.post("/service-providers", json=provider(application, modelId="meterService"))
    held = await page.delete(f"/service-models/{number}")
    assert held.status_code == 409, held.text
    (listed,) = (await page.get("/service-providers")).json()
    await page.delete(f"/service-providers/{listed['providerNo']}")
    assert (await page.delete(f"/service-models/{number}")).status_code == 204


@pytest.mark.parametrize(
    ("document", "field"),
    [
        ("{", "document"),
        ('{"id": "x y", "version": "1.0", "methods": [{"name": "a", "version": "1.0"}]}', "id"),
        ('{"id": "good", "version": "one", "methods": [{"name": "a", "version": "1.0"}]}', "version"),
        ('{"id": "good", "version": "1.0", "methods": []}', "methods"),
        (
            (
                '{"id": "good", "version": "1.0", "methods": [{"name": "a", "version": "1"},'
                '{"name": "a", "version": "1.0"}]}'
            ),
            "methods[0].version",
        ),
        (
            (
                '{"id": "good", "version": "1.0", "methods": [{"name": "a", "version": "1.0",'
                '"input": [{"name": "b", "type": "array"}]}]}'
            ),
            "methods[0].input[0].item",
        ),
    ],
)
async def test_bad_documents_are_refused_by_field(page: httpx.AsyncClient, document: str, field: str) -> None:
    answer = await page.post("/service-models", json={"document": document})
    assert answer.status_code == 400, answer.text
    assert answer.json()["field"] == field


async def test_a_model_of_the_platform_is_nobodys_to_replace(page: httpx.AsyncClient) -> None:
    document = json.dumps(METERS | {"id": MODEL})
    assert (await page.post("/service-models", json={"document": document})).status_code == 409
