"""The integrators' pages over HTTP: keys whose secret is told once, grants, debugger, request log, reference."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import msgspec
import pytest

from linli.console.parts import Parts
from linli.console.sources import SERVICES
from linli.domains.accounts import setup_code
from linli.kernel import tenancy
from linli.kernel.objects import ObjectStore
from linli.kernel.settings import Settings
from tests.console.conftest import SETUP, Browser
from tests.openapi.house import Partner, Platform


@pytest.fixture
async def administrator(platform: Platform, tmp_path: Path) -> AsyncIterator[Browser]:
    """Signed in as the administrator of a tenant of its own, beside a running gateway."""
    parts = Parts(
        db=platform.db,
        clock=platform.clock,
        ids=platform.ids,
        secrets=platform.secrets,
        objects=ObjectStore(tmp_path / "files", b"k" * 32, "http://linli.test", platform.clock),
        settings=msgspec.structs.replace(Settings(), data_dir=str(tmp_path)),
        services={**dict.fromkeys(SERVICES), "openapi": platform.api},
    )
    async with Browser(parts) as browser:
        code = setup_code.ensure(setup_code.file_of(parts.settings))
        answer = await browser.post("/setup", json={**SETUP, "code": code})
        assert answer.status_code == 201, answer.text
        yield browser


@pytest.fixture
async def owned(administrator: Browser, platform: Platform) -> Partner:
    """A key made on the page, and the partner who calls with it."""
    (project, *_) = (await administrator.get("/projects")).json()
    answer = await administrator.post("/keys", json={"projectId": project["projectId"], "name": "ERP"})
    assert answer.status_code == 201, answer.text
    made = answer.json()
    row = await tenancy.find_app_key(platform.db, made["appKey"])
    assert row is not None
    return Partner(platform, row.tenant_id, made["projectId"], made["appKey"], made["appSecret"])


async def test_a_key_made_here_works_at_once_and_shows_its_secret_once(
    administrator: Browser, owned: Partner
) -> None:
    assert (await owned.call("/sample/read", "1.0.0"))["code"] == 200
    answer = await administrator.get("/keys")
    assert owned.secret not in answer.text
    row = next(key for key in answer.json() if key["appKey"] == owned.app_key)
    assert (row["name"], row["enabled"], row["services"]) == ("ERP", True, None)


async def test_rotate_disable_and_grant(administrator: Browser, owned: Partner) -> None:
    rotated = (await administrator.post(f"/keys/{owned.app_key}/rotate")).json()
    assert rotated["appSecret"] != owned.secret
    body = owned.body("1.0.0")
    refused = await owned.send("/sample/read", body, owned.headers("/sample/read", body))
    assert refused.headers["x-ca-error-code"] == "A403IS"
    owned.secret = rotated["appSecret"]

    assert (await administrator.get("/services")).json() == ["other", "sample"]
    change = {"enabled": True, "services": ["other"]}
    assert (await administrator.put(f"/keys/{owned.app_key}", json=change)).status_code == 204
    assert (await owned.call("/sample/read", "1.0.0"))["code"] == 403
    unknown = {"enabled": True, "services": ["nothing"]}
    answer = await administrator.put(f"/keys/{owned.app_key}", json=unknown)
    assert (answer.status_code, answer.json()["field"]) == (400, "services")
    disabled = {"enabled": False, "services": None}
    assert (await administrator.put(f"/keys/{owned.app_key}", json=disabled)).status_code == 204
    refused = await owned.send("/sample/read", body, owned.headers("/sample/read", body))
    assert refused.headers["x-ca-error-code"] == "A403EP"


async def test_a_strangers_key_is_absent(administrator: Browser, stranger: Partner) -> None:
    assert stranger.app_key not in (await administrator.get("/keys")).text
    answers = [
        await administrator.post(f"/keys/{stranger.app_key}/rotate"),
        await administrator.put(f"/keys/{stranger.app_key}", json={"enabled": False, "services": None}),
        await administrator.post("/keys", json={"projectId": stranger.project_id}),
        await debug(administrator, stranger, stranger.headers("/sample/read", b""), ""),
    ]
    assert [answer.status_code for answer in answers] == [404] * 4
    assert (await stranger.call("/sample/read", "1.0.0"))["code"] == 200


async def debug(
    browser: Browser, partner: Partner, headers: dict[str, str], body: str, client_string: str = ""
) -> httpx.Response:
    return await browser.post(
        "/signature/debug",
        json={
            "method": "POST",
            "path": "/sample/read",
            "headers": [{"name": name, "value": value} for name, value in headers.items()],
            "body": body,
            "clientString": client_string,
        },
    )


@pytest.mark.covers("B004")
async def test_the_debugger_explains_a_refusal(administrator: Browser, owned: Partner) -> None:
    body = owned.body("1.0.0")
    headers = owned.headers("/sample/read", body)
    told = (await debug(administrator, owned, headers, body.decode())).json()
    assert (told["ok"], told["problems"]) == (True, [])
    assert told["serverSignature"] == headers["x-ca-signature"]
    wrong = {**headers, "accept": "text/plain"}
    refused = await owned.send("/sample/read", body, wrong)
    told = (
        await debug(administrator, owned, headers, body.decode(), refused.headers["x-ca-error-message"])
    ).json()
    assert any("line 2 (Accept)" in problem for problem in told["problems"])


async def test_the_owner_finds_a_call_in_the_log(administrator: Browser, owned: Partner) -> None:
    body = owned.body("9.9.9")
    answer = await owned.send("/sample/read", body, owned.headers("/sample/read", body))
    await owned.platform.api.journal.flush()
    request_id = answer.headers["x-ca-request-id"]
    (row,) = (await administrator.get("/requests", params={"requestId": request_id})).json()
    assert (row["code"], row["path"], row["appKey"]) == ("20003", "/sample/read", owned.app_key)
    (row,) = (await administrator.get("/requests", params={"failed": True})).json()
    assert row["requestId"] == request_id


async def test_nobody_and_the_unsigned_get_nothing(platform: Platform, administrator: Browser) -> None:
    await administrator.delete("/session")
    for path in ("/keys", "/projects", "/requests", "/services"):
        assert (await administrator.get(path)).status_code == 401


async def test_a_trial_from_the_reference_goes_through_the_gateway(
    administrator: Browser, owned: Partner, stranger: Partner
) -> None:
    listed = (await administrator.get("/reference")).json()
    assert {"path": "/sample/read", "version": "1.0.0"}.items() <= next(
        row for row in listed if row["path"] == "/sample/read"
    ).items()
    trial = {"path": "/sample/echo", "version": "1.0.0", "appKey": owned.app_key, "params": '{"iotId": "x"}'}
    told = (await administrator.post("/reference/try", json=trial)).json()
    assert (told["status"], msgspec.json.decode(told["body"])["data"]["iotId"]) == (200, "x")
    foreign = {**trial, "appKey": stranger.app_key}
    assert (await administrator.post("/reference/try", json=foreign)).status_code == 404
    other_community = {**trial, "communityId": 1600}
    assert (await administrator.post("/reference/try", json=other_community)).status_code == 404
