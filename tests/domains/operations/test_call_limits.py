"""Limits of calls: set on the operator's page, met by signed calls of real methods, shown to operator and integrator."""

from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from linli.console.parts import Parts
from linli.console.sources import SERVICES
from linli.domains.accounts import setup_code
from linli.kernel import tenancy
from linli.kernel.clock import ManualClock
from linli.kernel.db import Database
from linli.kernel.ids import Ids
from linli.kernel.objects import ObjectStore, Shelf
from linli.kernel.secrets import Secrets
from linli.kernel.settings import CallLimits, Settings
from tests.console.conftest import SETUP, Browser
from tests.domains.house import DomainPlatform
from tests.openapi import sample_methods
from tests.openapi.house import Partner, Targets, failure

DETAIL, DETAIL_VERSION = "/solution/community/paas/community/detail/get", "1.0.3"
TOKEN, TOKEN_VERSION = "/solution/community/paas/token/get", "1.0.0"
TOO_MANY = failure(429, "too many requests.", "太多请求", "IoT_PROTOCOL")
FIVE = CallLimits(per_second=5, per_day=0, company_per_day=0)


@pytest.fixture
async def platform(
    database: Database, clock: ManualClock, ids: Ids, shelf: Shelf
) -> AsyncIterator[DomainPlatform]:
    """The rooms' real methods, five calls a second of each where nobody says otherwise."""
    database.clock = clock
    settings = msgspec.structs.replace(Settings(), call_limits=FIVE)
    platform = DomainPlatform(
        database, clock, ids, Secrets.random(), settings, Targets(), sample_methods, shelf=shelf
    )
    await platform.start()
    await platform.import_pois()
    yield platform
    await platform.stop()


@pytest.fixture
async def operator(platform: DomainPlatform, tmp_path: Path) -> AsyncIterator[Browser]:
    """The browser of the operator, who administers a company of their own too."""
    parts = Parts(
        db=platform.db,
        clock=platform.clock,
        ids=platform.ids,
        secrets=platform.secrets,
        objects=ObjectStore(tmp_path / "files", b"k" * 32, "http://linli.test", platform.clock),
        settings=msgspec.structs.replace(platform.settings, data_dir=str(tmp_path)),
        services={**dict.fromkeys(SERVICES), "openapi": platform.api},
    )
    async with Browser(parts) as browser:
        code = setup_code.ensure(setup_code.file_of(parts.settings))
        assert (await browser.post("/setup", json={**SETUP, "code": code})).status_code == 201
        yield browser


class Caller:
    """A partner with a community, who asks for it and for its token."""

    def __init__(self, partner: Partner, community_id: int) -> None:
        self.partner = partner
        self.params = {"communityId": community_id}

    async def detail(self, times: int = 1) -> list[int]:
        """Codes of the answers."""
        calls = [await self.partner.call(DETAIL, DETAIL_VERSION, self.params) for _ in range(times)]
        return [told["code"] for told in calls]

    async def token(self, times: int = 1) -> list[int]:
        calls = [await self.partner.call(TOKEN, TOKEN_VERSION, self.params) for _ in range(times)]
        return [told["code"] for told in calls]

    async def refused(self) -> tuple[dict[str, Any], int]:
        """One call that is refused: its envelope and Retry-After."""
        body = self.partner.body(DETAIL_VERSION, self.params)
        answer = await self.partner.send(DETAIL, body, self.partner.headers(DETAIL, body))
        assert answer.status_code == 200
        told: dict[str, Any] = answer.json()
        return told, int(answer.headers["retry-after"])


@pytest.fixture
async def caller(platform: DomainPlatform, partner: Partner) -> Caller:
    return Caller(partner, await platform.new_community(partner))


async def limit(operator: Browser, **form: Any) -> str:
    """Set a limit on the page; the change's id."""
    answer = await operator.put("/call-limits", json=form)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["changeId"])


@pytest.mark.covers("H-67", "H-65")
async def test_a_burst_over_the_default_is_refused_and_the_next_second_begins_anew(
    caller: Caller, platform: DomainPlatform, clock: ManualClock
) -> None:
    assert await caller.detail(5) == [200] * 5
    assert await caller.refused() == (TOO_MANY, 1)
    assert await caller.token() == [200]  # another method has its own
    await clock.advance(1000)
    assert await caller.detail(6) == [200] * 5 + [429]


@pytest.mark.covers("H-67")
async def test_a_method_may_have_another_limit_for_everybody_and_for_one_key(
    caller: Caller, operator: Browser, stranger: Partner, platform: DomainPlatform
) -> None:
    other = Caller(stranger, await platform.new_community(stranger, "别处"))
    await limit(operator, kind="everybody", path=DETAIL, perSecond=2)
    await limit(operator, kind="key", subject=caller.partner.app_key, path=DETAIL, perSecond=3)
    assert await caller.detail(4) == [200] * 3 + [429]
    assert await other.detail(3) == [200] * 2 + [429]
    assert await caller.token(6) == [200] * 5 + [429]  # the default, as before
    # No limit is an operator's own choice; reset, everybody's holds again.
    await limit(operator, kind="key", subject=caller.partner.app_key, path=DETAIL, perSecond=0)
    assert await caller.detail(8) == [200] * 8
    await limit(operator, kind="key", subject=caller.partner.app_key, path=DETAIL)
    assert await caller.detail(3) == [200] * 2 + [429]


@pytest.mark.covers("H-67")
async def test_a_days_quota_ends_and_begins_anew_at_midnight(
    caller: Caller, operator: Browser, stranger: Partner, platform: DomainPlatform, clock: ManualClock
) -> None:
    other = Caller(stranger, await platform.new_community(stranger, "别处"))
    await limit(operator, kind="key", subject=caller.partner.app_key, perDay=3)
    assert await caller.detail(4) == [200] * 3 + [429]
    assert await caller.token() == [429]  # a quota of all methods together
    assert await other.detail() == [200]
    await platform.restart()  # what was called is not forgotten
    assert await caller.detail() == [429]
    now = datetime.fromtimestamp(clock.now_ms() / 1000, ZoneInfo("Asia/Shanghai"))
    seconds = 86_400 - now.hour * 3600 - now.minute * 60 - now.second
    told, retry_after = await caller.refused()
    assert told == TOO_MANY
    assert abs(retry_after - seconds) <= 1
    await clock.advance((seconds - 2) * 1000)
    assert await caller.detail() == [429]
    await clock.advance(3000)
    assert await caller.detail(4) == [200] * 3 + [429]


@pytest.mark.covers("H-67")
async def test_the_keys_of_a_company_share_its_quota(
    caller: Caller, operator: Browser, stranger: Partner, platform: DomainPlatform
) -> None:
    partner = caller.partner
    async with platform.db.begin() as tx:
        key, secret = await tenancy.create_app_key(
            partner.owner, tx, project_id=partner.project_id, ids=platform.ids, secrets=platform.secrets
        )
    second = Caller(
        Partner(platform, partner.tenant_id, partner.project_id, key, secret), caller.params["communityId"]
    )
    other = Caller(stranger, await platform.new_community(stranger, "别处"))
    await limit(operator, kind="company", subject=partner.tenant_id, perDay=4)
    assert await caller.detail(3) == [200] * 3
    assert await second.detail(2) == [200, 429]
    assert await caller.detail(1) == [429]
    assert await other.detail(2) == [200, 200]
    # A limit raised on the page lets the next call through, and counts what was called before.
    await limit(operator, kind="company", subject=partner.tenant_id, perDay=5)
    assert await second.detail(2) == [200, 429]


async def test_operator_and_integrator_see_calls_refusals_and_what_is_left(
    caller: Caller, operator: Browser, platform: DomainPlatform
) -> None:
    partner = caller.partner
    await limit(operator, kind="key", subject=partner.app_key, perDay=4)
    assert await caller.detail(5) == [200] * 4 + [429]
    told = await partner.call(TOKEN, TOKEN_VERSION, caller.params)
    assert told["code"] == 429
    await platform.api.journal.flush()

    (row,) = (await operator.get("/call-limits", params={"state": "refused"})).json()["data"]
    assert (row["subject"], row["company"], row["ownRules"]) == (partner.app_key, "partner", 1)
    shown = row["allowance"]
    assert (shown["calls"], shown["refused"], shown["perDay"], shown["remaining"]) == (4, 2, 4, 0)
    companies = (await operator.get("/call-limits", params={"kind": "company", "q": "partner"})).json()
    assert [one["allowance"]["refused"] for one in companies["data"]] == [2]
    assert (await operator.get("/call-limits", params={"q": "nobody_%"})).json()["total"] == 0
    methods = await operator.get(
        "/call-limits/methods", params={"appKey": partner.app_key, "state": "refused"}
    )
    refused = {one["path"]: one["allowance"]["refused"] for one in methods.json()["data"]}
    assert refused == {DETAIL: 1, TOKEN: 1}


async def test_an_integrator_sees_the_usage_of_own_keys_alone(
    operator: Browser, partner: Partner, platform: DomainPlatform
) -> None:
    """The operator is the administrator of a company too, whose key this is."""
    project = (await operator.get("/projects")).json()[0]["projectId"]
    made = (await operator.post("/keys", json={"projectId": project})).json()
    row = await tenancy.find_app_key(platform.db, made["appKey"])
    assert row is not None
    own = Partner(platform, row.tenant_id, project, made["appKey"], made["appSecret"])
    await limit(operator, kind="key", subject=own.app_key, path=TOKEN, perSecond=1, perDay=7)
    codes = [(await own.call(TOKEN, TOKEN_VERSION, {"communityId": 1}))["code"] for _ in range(2)]
    assert codes[1] == 429
    await platform.api.journal.flush()
    usage = (await operator.get(f"/keys/{own.app_key}/usage")).json()
    (method,) = usage["methods"]
    assert method["path"] == TOKEN
    assert {name: method["allowance"][name] for name in ("calls", "failures", "refused", "remaining")} == {
        "calls": 1,
        "failures": 1,
        "refused": 1,
        "remaining": 6,
    }
    assert (usage["inAll"]["calls"], usage["eachMethod"], len(usage["days"])) == (1, 5, 14)
    today = datetime.fromtimestamp(platform.clock.now_ms() / 1000, ZoneInfo("Asia/Shanghai")).date()
    assert (usage["days"][-1]["date"], usage["days"][-1]["refused"]) == (today.isoformat(), 1)
    # The request log says which limit it was.
    failed = (await operator.get("/requests", params={"failed": True})).json()
    reasons = [one["reason"] for one in failed if one["code"] == "429"]
    assert reasons == ["over the limit of 1 calls a second of this AppKey on this method"]
    assert (await operator.get(f"/keys/{partner.app_key}/usage")).status_code == 404


async def test_changes_are_kept_and_taken_back(caller: Caller, operator: Browser) -> None:
    key = caller.partner.app_key
    assert (await operator.get("/call-limits/history")).json()["total"] == 0
    await limit(operator, kind="key", subject=key, perSecond=7, perDay=900)
    change = await limit(operator, kind="key", subject=key, perSecond=1, perDay=900)
    assert (
        await limit(operator, kind="key", subject=key, perSecond=1, perDay=900) == "None"
    )  # nothing changed
    latest, first = (await operator.get("/call-limits/history")).json()["data"]
    assert (latest["id"], latest["changed"], latest["byName"]) == (change, ["perSecond"], SETUP["name"])
    assert (latest["perSecondBefore"], latest["perSecond"]) == (7, 1)
    assert (first["subject"], first["perDayBefore"], first["perDay"]) == (key, None, 900)
    assert (await operator.post(f"/call-limits/history/{change}/restore")).status_code < 300
    (row,) = (await operator.get("/call-limits", params={"state": "own"})).json()["data"]
    assert (row["allowance"]["perSecond"], row["allowance"]["perDay"]) == (7, 900)
    assert (await operator.post("/call-limits/history/999999/restore")).status_code == 404


async def test_everybodys_limits_come_from_the_settings_until_they_are_set(operator: Browser) -> None:
    each, *_ = (await operator.get("/call-limits/everybody")).json()
    assert (each["path"], each["perSecond"], each["setPerSecond"]) == ("*", 5, None)
    await limit(operator, kind="everybody", path="*", perSecond=9)
    each, *_ = (await operator.get("/call-limits/everybody")).json()
    assert (each["perSecond"], each["setPerSecond"], each["settingsPerSecond"]) == (9, 9, 5)
    await limit(operator, kind="everybody", path="*")
    each, *_ = (await operator.get("/call-limits/everybody")).json()
    assert (each["perSecond"], each["setPerSecond"]) == (5, None)


@pytest.mark.parametrize(
    ("form", "status", "field"),
    [
        ({"kind": "key", "subject": "12345678"}, 404, None),
        ({"kind": "company", "subject": "nobody", "perDay": 1}, 404, None),
        ({"kind": "everybody", "subject": "x", "path": "*", "perSecond": 1}, 404, None),
        ({"kind": "everybody", "path": "/no/such/method", "perSecond": 1}, 404, None),
        ({"kind": "everybody", "path": "nonsense", "perSecond": 1}, 400, "path"),
        ({"kind": "everybody", "path": "*", "perSecond": -1}, 400, "perSecond"),
        ({"kind": "everybody", "path": "*", "perSecond": 1_000_001}, 400, "perSecond"),
        ({"kind": "everybody", "path": "", "perDay": 10**12 + 1}, 400, "perDay"),
        ({"kind": "neighbour"}, 400, "kind"),
    ],
)
async def test_bad_limits_are_refused_by_name(
    operator: Browser, form: dict[str, Any], status: int, field: str | None
) -> None:
    answer = await operator.put("/call-limits", json=form)
    assert answer.status_code == status, answer.text
    assert answer.json().get("field") == field
    assert (await operator.get("/call-limits/history")).json()["total"] == 0
