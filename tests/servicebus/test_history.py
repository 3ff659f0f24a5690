"""Records that belong to no community: who changed them, from what to what, and what is put back."""

import json
from typing import Any

import httpx

from linli.domains.people.rights import Role
from linli.domains.people.service import accounts
from tests.servicebus.conftest import Application, Bench
from tests.servicebus.test_console import METERS, PASSWORD, page, provider  # noqa: F401 - a fixture


async def changes(web: httpx.AsyncClient, kind: str, target: Any = "") -> list[dict[str, Any]]:
    answer = await web.get("/history", params={"kind": kind, "target": str(target)})
    assert answer.status_code == 200, answer.text
    return list(answer.json()["data"])


async def take_back(web: httpx.AsyncClient, row: dict[str, Any]) -> None:
    answer = await web.post(f"/history/{row['id']}/restore")
    assert answer.status_code == 204, answer.text


def values(row: dict[str, Any]) -> dict[str, tuple[str, str]]:
    return {field["field"]: (field["before"], field["after"]) for field in row["fields"]}


async def test_a_device_group_is_changed_emptied_deleted_and_put_back(
    page: httpx.AsyncClient,  # noqa: F811
    bench: Bench,
) -> None:
    group = (await page.post("/device-groups", json={"name": "一期", "tags": {"site": "east"}})).json()["id"]
    at = f"/device-groups/{group}"
    assert (await page.put(at, json={"name": "二期", "tags": {"site": "west"}})).status_code == 204
    members = {"iotIds": [bench.box.iot_id]}
    assert (await page.post(f"{at}/members", json=members)).json() == {"devices": 1}
    await page.post(f"{at}/members", json=members)  # it is in it already
    added, changed, created = await changes(page, "device_group", group)
    assert [row["action"] for row in (added, changed, created)] == ["devices_added", "changed", "created"]
    assert values(changed) == {"name": ("一期", "二期"), "tags": ("site=east", "site=west")}
    assert values(added) == {"devices": ("", "box-1")}
    assert (changed["byName"], changed["restorable"], created["restorable"]) == ("王伟", True, False)
    assert (await page.delete(at)).status_code == 204
    assert (await page.get(at)).status_code == 404
    (deleted, *_) = await changes(page, "device_group")
    assert values(deleted)["name"] == ("二期", "")
    await take_back(page, deleted)
    await take_back(page, deleted)  # it is there: nothing happens
    assert (await page.get(at)).json()["own"] == 1
    await take_back(page, added)
    await take_back(page, changed)
    shown = (await page.get(at)).json()
    assert (shown["name"], shown["tags"], shown["own"]) == ("一期", {"site": "east"}, 0)
    await take_back(page, (await changes(page, "device_group", group))[1])  # the taking out
    assert (await page.get(at)).json()["own"] == 1


async def test_models_and_providers_are_put_back(
    page: httpx.AsyncClient,  # noqa: F811
    application: Application,
) -> None:
    number = (await page.post("/service-models", json={"document": json.dumps(METERS)})).json()["modelNo"]
    more = {**METERS, "methods": [*METERS["methods"], {**METERS["methods"][0], "name": "write"}]}  # type: ignore[misc,dict-item]
    assert (await page.post("/service-models", json={"document": json.dumps(more)})).status_code == 201
    (changed, created) = await changes(page, "service_model", number)
    assert values(changed)["methods"] == ("read", "read, write")
    assert created["action"] == "created"
    await take_back(page, changed)
    assert values((await changes(page, "service_model", number))[0])["methods"] == ("read, write", "read")
    assert (await page.delete(f"/service-models/{number}")).status_code == 204
    await take_back(page, (await changes(page, "service_model"))[0])
    assert METERS["id"] in {row["id"] for row in (await page.get("/service-models")).json()}

    body = provider(application)
    made = await page.post("/service-providers", json=body)
    served = made.json()["providerNo"]
    assert (
        await page.put(f"/service-providers/{served}", json={**body, "enabled": False})
    ).status_code == 200
    (changed, _) = await changes(page, "service_provider", served)
    assert values(changed) == {"enabled": ("1", "0")}
    await take_back(page, changed)
    (row,) = (await page.get("/service-providers")).json()
    assert (row["providerNo"], row["enabled"]) == (served, True)
    assert (await page.delete(f"/service-providers/{served}")).status_code == 204
    await take_back(page, (await changes(page, "service_provider"))[0])
    (row,) = (await page.get("/service-providers")).json()
    assert (row["name"], row["address"]) == (body["name"], body["address"])


async def test_a_subscription_tells_no_secret_and_its_filters_come_back(
    page: httpx.AsyncClient,  # noqa: F811
    bench: Bench,
    application: Application,
) -> None:
    url, secret = f"http://127.0.0.1:{application.port}/hook/key-in-path?token=t0p", "a-secret-of-the-hook"
    body = {
        "appKey": bench.caller.app_key,
        "kind": "webhook",
        "name": "门禁",
        "url": url,
        "secret": secret,
        "kinds": ["data"],
    }
    made = await page.post("/subscriptions", json=body)
    assert made.status_code == 201, made.text
    at = f"/subscriptions/{made.json()['id']}"
    for change in ({"kinds": ["space"]}, {"url": url.replace("hook", "other")}, {"enabled": False}):
        assert (await page.put(at, json=change)).status_code == 204
    fresh = (await page.post(f"{at}/secret")).json()["secret"]
    rows = await changes(page, "subscription", made.json()["id"])
    assert [(row["action"], row["restorable"]) for row in rows] == [
        ("secret_renewed", False),
        ("stopped", False),
        ("repointed", False),
        ("changed", True),
        ("created", False),
    ]
    assert values(rows[2]) == {"webhook_path": ("", "changed")}
    await take_back(page, rows[3])
    assert (await page.get(at)).json()["kinds"] == ["data"]
    assert (await page.delete(at)).status_code == 204
    (deleted, *_) = await changes(page, "subscription")
    assert (deleted["action"], deleted["restorable"]) == ("deleted", False)
    assert (await page.post(f"/history/{deleted['id']}/restore")).status_code == 404
    whole = json.dumps(await changes(page, "subscription")) + str(await bench.platform.db.run(_stored))
    for hidden in (secret, fresh, "key-in-path", "t0p"):
        assert hidden not in whole


async def _stored(tx: Any) -> list[Any]:
    from sqlalchemy import select

    from linli.kernel.db import Query
    from linli.kernel.history import record_changes

    return list(await Query(select(record_changes), unscoped="what is stored of everybody").all(tx))


async def test_only_the_company_and_who_may_read_it(page: httpx.AsyncClient, bench: Bench) -> None:  # noqa: F811
    group = (await page.post("/device-groups", json={"name": "一期"})).json()["id"]
    await page.put(f"/device-groups/{group}", json={"name": "二期"})
    (changed, _) = await changes(page, "device_group", group)
    assert (await page.get("/history", params={"kind": "nothing"})).status_code == 404
    assert (await page.get("/history", params={"kind": "space", "target": "1"})).status_code == 404
    db, now_ms = bench.platform.db, bench.platform.clock.now_ms()
    hashed = await accounts.hash_password(PASSWORD)
    other = bench.platform
    async with db.begin() as tx:
        for login, role, place in (
            ("13900000001", Role.STAFF, {"community_id": 5}),
            ("13900000002", Role.TENANT_ADMIN, {}),
        ):
            account = await accounts.create_account(
                tx, login=login, password_hash=hashed, proven=True, name=login, ids=other.ids, now_ms=now_ms
            )
            tenant = bench.owner.tenant if place else await _other_tenant(bench)
            await accounts.grant_role(
                tx, account_id=account, role=role, tenant_id=tenant, now_ms=now_ms, **place
            )
    async with httpx.AsyncClient(
        base_url=str(page.base_url), headers={"x-linli-request": "1"}, trust_env=False, timeout=100
    ) as web:
        query = {"kind": "device_group", "target": group}
        assert (await web.get("/history", params=query)).status_code == 401
        await web.post("/session", json={"login": "13900000001", "password": PASSWORD})
        assert len(await changes(web, "device_group", group)) == 2  # the group is in their list as well
        for bad in ("", "9" * 40, "x", "٣"):
            assert (await web.get("/history", params={**query, "target": bad})).status_code == 404
        assert (await web.get("/history", params={"kind": "subscription"})).status_code == 403
        assert (await web.post(f"/history/{changed['id']}/restore")).status_code == 403
        await web.delete("/session")
        await web.post("/session", json={"login": "13900000002", "password": PASSWORD})
        assert await changes(web, "device_group", group) == []
        assert await changes(web, "device_group") == []
        assert (await web.post(f"/history/{changed['id']}/restore")).status_code == 404


async def _other_tenant(bench: Bench) -> str:
    from linli.kernel import tenancy

    key = await tenancy.find_app_key(bench.platform.db, bench.other.app_key)
    assert key is not None
    return key.tenant_id
