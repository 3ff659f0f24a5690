"""A sandbox through the console: made by one click, apart from everything else, asleep when unused, reset, removed."""

import asyncio
import json
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select, update

from linli.domains.sandbox.keeper import AWAKE_MS, EXPIRES_MS
from linli.domains.sandbox.models import sandboxes
from linli.domains.sandbox.service import UNDO_MS
from linli.kernel import tenancy
from linli.kernel.db import Command, Query, metadata
from tests.campaigns.caller import Caller
from tests.domains.sandbox.conftest import Desk
from tests.domains.sandbox.test_every_method import ready

pytestmark = pytest.mark.engines("sqlite", "postgresql")  # whole tenants are made and swept

INVOKE = {"path": "/app/thing/service/invoke", "version": "1.0.3"}


async def state(browser: httpx.AsyncClient) -> dict[str, Any] | None:
    found: dict[str, Any] | None = (await browser.get("/sandbox")).json()["sandbox"]
    return found


async def online(browser: httpx.AsyncClient) -> set[str]:
    held = await state(browser)
    assert held is not None
    return {device["name"] for device in held["devices"] if device["online"]}


async def rows_of(desk: Desk, tenant: str) -> dict[str, int]:
    """What a tenant has, by table."""
    found = {}
    for table in metadata.sorted_tables:
        if "tenant_id" in table.c:
            counted: Query[Any] = Query(
                select(func.count()).select_from(table).where(table.c.tenant_id == tenant), unscoped="test"
            )
            if number := await counted.scalar(desk.platform.db):
                found[table.name] = int(number)
    return found


async def age(desk: Desk, ms: int) -> None:
    """As if everything about sandboxes had happened so much earlier: the clock would have to wake too many sleepers."""
    key = tenancy.app_keys
    used = Command(update(key).values(last_used_ms=key.c.last_used_ms - ms), unscoped="test")
    held = sandboxes.c
    row = Command(
        update(sandboxes).values(used_ms=held.used_ms - ms, removed_ms=held.removed_ms - ms), unscoped="test"
    )
    await desk.platform.openapi.journal.flush()
    async with desk.platform.db.begin() as tx:
        await used.run(tx)
        await row.run(tx)


async def partner(desk: Desk, browser: httpx.AsyncClient, client: httpx.AsyncClient) -> Caller:
    told = (await browser.post("/sandbox/secret")).json()
    return Caller(client, told["appKey"], told["appSecret"], now_ms=desk.clock.now_ms)


@pytest.fixture
async def gateway(desk: Desk) -> Any:
    base = f"http://127.0.0.1:{desk.platform.http.port}"
    async with httpx.AsyncClient(base_url=base, trust_env=False, timeout=100) as client:
        yield client


async def test_a_newcomer_gets_a_real_answer_with_one_press(
    desk: Desk, browser: httpx.AsyncClient, gateway: httpx.AsyncClient
) -> None:
    assert await state(browser) is None
    refused = await browser.post("/sandbox/example", json=INVOKE)
    assert (refused.status_code, refused.json()["code"]) == (404, "sandbox.none")
    made = await ready(desk, browser)
    assert (await browser.post("/sandbox")).json()["code"] == "sandbox.there"
    example = (await browser.post("/sandbox/example", json=INVOKE)).json()
    said = (await browser.post("/sandbox/try", json={**INVOKE, "params": example["params"]})).json()
    assert (said["status"], said["ok"], json.loads(said["body"])["code"]) == (200, True, 200)
    # The same with the sandbox's own key from outside; the door was opened and says so.
    outside = await partner(desk, browser, gateway)
    answer = await outside.call(INVOKE["path"], INVOKE["version"], json.loads(example["params"]))
    assert answer.ok, answer
    door = next(device for device in made["devices"] if device["name"] == "door")

    async def passed() -> Any:
        timeline = await outside.call(
            "/app/thing/event/timeline/get",
            "1.0.3",
            {"iotId": door["iotId"], "identifier": "passEvent", "eventType": "", "start": 0,
             "end": 4102444800000, "pageSize": 10, "ordered": False},
        )  # fmt: skip
        return timeline.body["data"]["items"]

    await desk.until(passed)
    # Meter and lift tell by themselves.
    meter = next(device for device in made["devices"] if device["name"] == "meter")

    async def measured() -> Any:
        said = await outside.call("/app/thing/properties/get", "1.0.4", {"iotId": meter["iotId"]})
        return any(one["attribute"] == "Power" for one in said.body["data"])

    await desk.until(measured)


async def test_devices_go_offline_and_online_when_they_are_told_to(
    desk: Desk, browser: httpx.AsyncClient
) -> None:
    await ready(desk, browser)
    answer = await browser.post("/sandbox/devices/door/power", json={"on": False})
    assert answer.status_code == 200, answer.text
    await desk.look_after()

    async def gone() -> bool:
        return "door" not in await online(browser)

    await desk.until(gone)
    example = (await browser.post("/sandbox/example", json=INVOKE)).json()
    said = (await browser.post("/sandbox/try", json={**INVOKE, "params": example["params"]})).json()
    assert not said["ok"]
    assert (await browser.post("/sandbox/devices/door/power", json={"on": True})).status_code == 200
    await desk.look_after()

    async def back() -> bool:
        return "door" in await online(browser)

    await desk.until(back)
    act = {"kind": "event", "identifier": "TamperAlarm"}
    assert (await browser.post("/sandbox/devices/door/acts", json=act)).status_code == 204
    refused = await browser.post("/sandbox/devices/roof/power", json={"on": True})
    assert (refused.status_code, refused.json()["field"]) == (400, "device")
    nobody = await browser.post("/sandbox/devices/roof/acts", json=act)
    assert nobody.status_code == 404


async def test_nothing_of_a_sandbox_is_seen_from_anywhere_else(
    desk: Desk, browser: httpx.AsyncClient
) -> None:
    """Not by its owner's company, not by a colleague, not by another company; and it sees none of them."""
    before = await rows_of(desk, desk.tenants[0])
    made = await ready(desk, browser)
    apply = {"path": "/solution/community/paas/community/apply", "version": "1.0.3"}
    example = (await browser.post("/sandbox/example", json=apply)).json()
    assert (await browser.post("/sandbox/try", json={**apply, "params": example["params"]})).json()["ok"]
    await desk.look_after()  # decides the application itself: no operator has to
    after = await rows_of(desk, desk.tenants[0])
    assert after.pop("sandboxes") == 1
    # Their session and the keys' secrets aside, the company has what it had.
    assert {name: after[name] for name in after if name != "sessions"} == {
        name: before[name] for name in before if name != "sessions"
    }
    door = made["devices"][0]["iotId"]
    stranger = await desk.person("13800000002", desk.tenants[1])
    colleague = await desk.person("13800000003", desk.tenants[0])
    for other in (browser, stranger, colleague):
        assert (await other.get(f"/devices/{door}")).status_code == 404
        assert not list((await other.get("/communities")).json()["data"])
        tried = {**INVOKE, "appKey": made["appKey"], "params": "{}"}
        assert (await other.post("/reference/try", json=tried)).status_code == 404
    for other in (stranger, colleague):
        assert await state(other) is None
        for route in ("reset", "restore", "secret", "example", "try"):
            body = {**INVOKE, "params": "{}"}
            answer = await other.post(f"/sandbox/{route}", json=body)
            assert (answer.status_code, answer.json()["code"]) == (404, "sandbox.none"), route
    # Each has their own, and its examples do not work in another.
    theirs = await ready(desk, colleague)
    assert theirs["communityId"] != made["communityId"]
    example = (await browser.post("/sandbox/example", json=INVOKE)).json()
    said = (await colleague.post("/sandbox/try", json={**INVOKE, "params": example["params"]})).json()
    assert not said["ok"]


async def test_an_unused_sandbox_sleeps_wakes_and_ends(
    desk: Desk, browser: httpx.AsyncClient, gateway: httpx.AsyncClient
) -> None:
    made = await ready(desk, browser)
    outside = await partner(desk, browser, gateway)
    await age(desk, AWAKE_MS + 1000)
    await desk.look_after()
    running = desk.platform.things.simulator._running

    async def asleep() -> bool:
        return not running

    await desk.until(asleep)
    await desk.clock.advance(61_000)  # the last use of a key is written down once a minute
    # A call by the integrator's own program wakes it, without anybody looking at a page.
    await outside.call("/app/thing/list", "1.0.4", {"pageNo": 1, "pageSize": 10})
    await desk.platform.openapi.journal.flush()

    async def awake() -> bool:
        await desk.look_after()  # once more when the platform has seen them go
        return len(running) == len(made["devices"])

    await desk.until(awake)
    await age(desk, EXPIRES_MS + 1000)
    await desk.look_after()
    assert await state(browser) is None
    (kept,) = [row for row in await tenancy.list_tenants(desk.platform.db) if row.name == "甲物业"]
    assert len(await tenancy.list_tenants(desk.platform.db)) == 2, kept


async def test_reset_begins_anew_with_the_same_key(
    desk: Desk, browser: httpx.AsyncClient, gateway: httpx.AsyncClient
) -> None:
    first = await ready(desk, browser)
    outside = await partner(desk, browser, gateway)
    row = await tenancy.find_app_key(desk.platform.db, first["appKey"])
    assert row is not None
    answer = await browser.post("/sandbox/reset")
    assert answer.status_code == 200, answer.text
    second = answer.json()
    assert second["appKey"] == first["appKey"]
    assert second["communityId"] != first["communityId"]
    assert await rows_of(desk, row.tenant_id) == {}
    assert not (desk.platform.settings.data_path / "objects" / row.tenant_id).exists()
    listed = await outside.call("/app/thing/list", "1.0.4", {"pageNo": 1, "pageSize": 10})
    assert listed.ok, listed
    mine = {one["iotId"] for one in listed.body["data"]["data"]}
    assert mine == {one["iotId"] for one in second["devices"]}


async def test_a_removed_sandbox_can_be_brought_back_for_a_while(
    desk: Desk, browser: httpx.AsyncClient, gateway: httpx.AsyncClient
) -> None:
    made = await ready(desk, browser)
    outside = await partner(desk, browser, gateway)
    assert (await browser.post("/sandbox/restore")).status_code == 404
    gone = await browser.delete("/sandbox")
    assert (gone.status_code, gone.json()["state"]) == (200, "removed")
    asked = ("/app/thing/list", "1.0.4", {"pageNo": 1, "pageSize": 10})
    assert not (await outside.call(*asked)).ok
    assert (await browser.post("/sandbox/try", json={**INVOKE})).json()["code"] == "sandbox.none"
    back = await browser.post("/sandbox/restore")
    assert (back.status_code, back.json()["communityId"]) == (200, made["communityId"])
    assert (await outside.call(*asked)).ok
    await browser.delete("/sandbox")
    row = await tenancy.find_app_key(desk.platform.db, made["appKey"])
    await age(desk, UNDO_MS + 1000)
    await desk.look_after()
    assert await state(browser) is None
    assert row is not None
    assert await rows_of(desk, row.tenant_id) == {}
    assert await tenancy.find_app_key(desk.platform.db, made["appKey"]) is None


async def test_its_key_may_not_call_without_end(
    desk: Desk, browser: httpx.AsyncClient, gateway: httpx.AsyncClient
) -> None:
    made = await ready(desk, browser)
    outside = await partner(desk, browser, gateway)
    await desk.clock.advance(1000)
    calls = [
        outside.call("/app/thing/list", "1.0.4", {"pageNo": 1, "pageSize": 1})
        for _ in range(made["perSecond"] + 1)
    ]
    codes = [answer.body["code"] for answer in await asyncio.gather(*calls)]
    assert codes.count(429) == 1
