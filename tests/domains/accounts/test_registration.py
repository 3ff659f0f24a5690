"""A company's way in: register, found or join, contract, agreements. Spec A §1.1 (ONB-01, 02, 03, 08, 13, 16)."""

from typing import Any

import httpx
import msgspec
import pytest

from linli.console.parts import Parts
from linli.kernel.outbox import Worker
from linli.kernel.settings import Settings, SignIn
from tests.console.conftest import PASSWORD, Browser, codes_sent, open_to_all
from tests.resident.conftest import Phone

OWNER, MATE = "13866660001", "13866660002"
CONTRACT = {
    "contactName": "钱芳", "companyName": "绿源物业服务有限公司", "companyPhone": "0571-88886666",
    "companyEmail": "office@lvyuan.example",
}  # fmt: skip


@pytest.fixture
def parts(parts):
    return open_to_all(parts)


async def register(
    browser: Browser, parts: Parts, worker: Worker, phone: str = OWNER, name: str = "钱芳", **more: Any
) -> httpx.Response:
    invitation = {"invitation": more["invitation"]} if "invitation" in more else {}
    sent = await browser.post("/registration/code", json={"phone": phone, **invitation})
    assert sent.status_code == 202, sent.text
    code = (await codes_sent(parts, worker))[0]
    body = {"phone": phone, "code": code, "name": name, "password": PASSWORD, **more}
    return await browser.post("/registration", json=body)


@pytest.fixture
async def owner(parts, administrator, worker):
    """Somebody who just registered and belongs to no organisation."""
    async with Browser(parts, address="198.51.100.20") as browser:
        assert (await register(browser, parts, worker)).status_code == 201
        yield browser


@pytest.mark.covers("ONB-01", "ONB-02", "ONB-03")
async def test_from_a_phone_to_an_organisation_with_a_contract(parts, owner, worker):
    me = (await owner.get("/session")).json()
    assert (me["tenant"], me["rights"], me["login"]) == (None, [], OWNER)
    assert (await owner.get("/organisation")).status_code == 403
    members = [{"name": "孙杰", "phone": MATE}]
    founded = await owner.post(
        "/first-use/organisation", json={"name": "绿源物业", "kind": "company", "members": members}
    )
    assert founded.status_code == 201, founded.text
    me = founded.json()
    assert (me["tenant"]["name"], me["contractMissing"]) == ("绿源物业", True)
    people = (await owner.get("/organisation/persons")).json()["data"]
    assert {(one["name"], one["phone"]) for one in people} == {("钱芳", OWNER), ("孙杰", MATE)}
    taken = await owner.post("/first-use/organisation", json={"name": "绿源物业", "kind": "committee"})
    assert taken.status_code == 409
    for field, text in (("companyEmail", "no"), ("companyPhone", "abc"), ("contactName", " ")):
        refused = await owner.put("/organisation/contract", json={**CONTRACT, field: text})
        assert (refused.status_code, refused.json()["field"]) == (400, field)
    assert (await owner.put("/organisation/contract", json=CONTRACT)).status_code == 204
    shown = (await owner.get("/organisation")).json()
    assert (shown["companyName"], shown["kind"], shown["signedMs"] > 0) == (
        CONTRACT["companyName"],
        "company",
        True,
    )
    assert (await owner.get("/session")).json()["contractMissing"] is False
    logged = [row["action"] for row in (await owner.get("/organisation/log")).json()["data"]]
    assert logged[:2] == ["contract.signed", "person.added"]


async def test_a_registration_is_refused_with_its_reason(parts, owner, worker, clock):
    await clock.advance(60_000)
    async with Browser(parts, address="198.51.100.21") as other:
        again = await register(other, parts, worker)
        assert (again.status_code, again.json()["code"]) == (409, "account.login_taken")
        weak = {"phone": MATE, "code": "123456", "name": "孙", "password": "short"}
        assert (await other.post("/registration", json=weak)).json()["field"] == "password"
        wrong = await other.post("/registration", json={**weak, "password": PASSWORD})
        assert (wrong.status_code, wrong.json()["code"]) == (401, "account.bad_code")
        # A code to register is no code to sign in, and the other way round.
        await other.post("/session/code", json={"phone": OWNER})
        code = (await codes_sent(parts, worker))[0]
        crossed = await other.post(
            "/registration", json={"phone": OWNER, "code": code, "name": "孙", "password": PASSWORD}
        )
        assert crossed.status_code == 401


async def test_registering_can_be_left_to_the_invited(parts, administrator, worker):
    settings = msgspec.structs.replace(parts.settings, sign_in=SignIn(registration="invited"))
    parts = type(parts)(**{**vars(parts), "settings": settings})
    made = (await administrator.post("/organisation/invitations", json={"uses": 1})).json()
    token = made["url"].rpartition("/")[2]
    async with Browser(parts, address="198.51.100.22") as browser:
        assert (await browser.get("/registration")).json()["open"] is False
        closed = await browser.post("/registration/code", json={"phone": MATE})
        assert (closed.status_code, closed.json()["code"]) == (403, "registration.closed")
        unknown = await browser.post("/registration/code", json={"phone": MATE, "invitation": "no"})
        assert unknown.status_code == 404
        assert (await register(browser, parts, worker, MATE, invitation=token)).status_code == 201


async def test_nobody_founds_a_company_where_only_the_invited_register(parts, administrator, worker):
    """Whatever made the log-in: the residents' pages make one for any phone."""
    assert Settings().sign_in.registration == "invited"
    settings = msgspec.structs.replace(parts.settings, sign_in=SignIn())
    parts = type(parts)(**{**vars(parts), "settings": settings})
    company = {"name": "自立物业", "kind": "company"}
    async with Phone(parts) as phone, Browser(parts, address="198.51.100.27") as browser:
        assert (await phone.sign_in(MATE)).status_code == 200
        await browser.post("/session/code", json={"phone": MATE})
        code = (await codes_sent(parts, worker))[0]
        entered = await browser.post("/session/code/verify", json={"phone": MATE, "code": code})
        if entered.status_code != 200:  # one code a minute
            await parts.clock.advance(60_000)
            await browser.post("/session/code", json={"phone": MATE})
            code = (await codes_sent(parts, worker))[0]
            await browser.post("/session/code/verify", json={"phone": MATE, "code": code})
        assert (await browser.get("/first-use")).json() == {"found": False}
        refused = await browser.post("/first-use/organisation", json=company)
        assert (refused.status_code, refused.json()["code"]) == (403, "registration.founding_closed")
        assert "whoever runs the platform" in refused.json()["message"]
        assert (await browser.get("/session")).json()["tenants"] == []
        token = (await administrator.post("/organisation/invitations", json={})).json()["url"]
        joined = await browser.post(f"/invitations/{token.rpartition('/')[2]}/join")
        assert joined.status_code == 200
        assert (await browser.post("/first-use/organisation", json=company)).status_code == 403
    async with Browser(parts) as operator:
        await operator.sign_in()
        assert (await operator.get("/first-use")).json() == {"found": True}
        assert (await operator.post("/first-use/organisation", json=company)).status_code == 201


@pytest.mark.covers("ONB-02", "ONB-13")
async def test_joining_by_a_link_and_by_asking(parts, owner, administrator, worker, clock):
    for bad in ({"uses": 0}, {"days": 31}, {"role": "operator"}, {"role": "staff"}):
        assert (await administrator.post("/organisation/invitations", json=bad)).status_code == 400
    made = await administrator.post("/organisation/invitations", json={"note": "前台", "uses": 1, "days": 2})
    assert made.status_code == 201, made.text
    assert made.json()["qr"].startswith("data:image/svg")
    token = made.json()["url"].rpartition("/")[2]
    async with Browser(parts) as nobody:
        shown = (await nobody.get(f"/invitations/{token}")).json()
        assert (shown["organisation"], shown["note"], shown["approval"]) == ("和美物业", "前台", False)
        assert (await nobody.post(f"/invitations/{token}/join")).status_code == 401
    joined = (await owner.post(f"/invitations/{token}/join")).json()
    assert joined["waiting"] is False
    assert (await owner.post(f"/invitations/{token}/join")).status_code == 404  # one use
    listed = (await administrator.get("/organisation/invitations")).json()
    assert [(one["uses"], one["usesLeft"], one["revoked"]) for one in listed] == [(1, 0, False)]

    async with Browser(parts, address="198.51.100.23") as trial:
        await register(trial, parts, worker, MATE, "孙杰")
        body = {"uses": 5, "approval": True, "note": "试用"}
        made = (await administrator.post("/organisation/invitations", json=body)).json()
        token = made["url"].rpartition("/")[2]
        assert (await trial.post(f"/invitations/{token}/join")).json()["waiting"] is True
        again = await trial.post(f"/invitations/{token}/join")
        assert (again.status_code, again.json()["code"]) == (409, "joining.already_asked")
        (asked,) = (await administrator.get("/organisation/join-requests")).json()
        assert (asked["name"], asked["phone"], asked["words"]) == ("孙杰", MATE, "试用")
        where = f"/organisation/join-requests/{asked['id']}"
        assert (await administrator.post(f"{where}/refuse", json={"reason": " "})).status_code == 400
        refused = await administrator.post(f"{where}/refuse", json={"reason": "请先联系王经理"})
        assert refused.status_code == 204
        assert (await administrator.post(f"{where}/accept", json={})).status_code == 409
        (mine,) = (await trial.get("/first-use/join-requests")).json()
        assert (mine["state"], mine["reason"]) == ("refused", "请先联系王经理")
        assert (await trial.post(f"/invitations/{token}/join")).json()["waiting"] is True
        (asked,) = (await administrator.get("/organisation/join-requests")).json()
        accepted = await administrator.post(f"/organisation/join-requests/{asked['id']}/accept", json={})
        assert accepted.status_code == 204
        # Let in as a person: console functions are asked for, and given, one by one.
        assert (await trial.get("/organisation/persons")).status_code == 403

        gone = (await administrator.post("/organisation/invitations", json={"days": 1})).json()
        assert (await administrator.delete(f"/organisation/invitations/{gone['id']}")).status_code == 204
        assert (await administrator.delete(f"/organisation/invitations/{gone['id']}")).status_code == 404
        assert (await trial.get(f"/invitations/{gone['url'].rpartition('/')[2]}")).status_code == 404
        late = (await administrator.post("/organisation/invitations", json={"days": 1})).json()
        await clock.advance(86_400_000)
        assert (await trial.get(f"/invitations/{late['url'].rpartition('/')[2]}")).status_code == 404


@pytest.mark.covers("ONB-02")
async def test_an_organisation_is_asked_by_its_name_only_where_it_wants_that(
    parts, owner, administrator, worker
):
    await owner.post("/first-use/organisation", json={"name": "桂花城业委会", "kind": "committee"})
    async with Browser(parts, address="198.51.100.24") as trial:
        await register(trial, parts, worker, MATE, "孙杰")
        body = {"organisation": "桂花城业委会", "words": "三幢业主代表"}
        assert (await trial.post("/first-use/join-requests", json=body)).status_code == 404
        assert (await owner.put("/organisation/joinable", json={"joinable": True})).status_code == 204
        assert (await trial.post("/first-use/join-requests", json=body)).status_code == 202
        (asked,) = (await owner.get("/organisation/join-requests")).json()
        where = f"/organisation/join-requests/{asked['id']}/accept"
        assert (await owner.post(where, json={"role": "staff"})).status_code == 400
        assert (await owner.post(where, json={"role": "staff", "communityId": 8000})).status_code == 404
        assert (await owner.post(where, json={})).status_code == 204
        # Requests of one organisation are nothing to another.
        assert (await administrator.get("/organisation/join-requests")).json() == []
        assert (await administrator.post(where, json={})).status_code == 404


@pytest.mark.covers("ONB-08")
async def test_administrators_are_made_and_one_remains(parts, owner, worker):
    await owner.post(
        "/first-use/organisation",
        json={"name": "绿源物业", "kind": "company", "members": [{"name": "孙杰", "phone": MATE}]},
    )
    people = {one["name"]: one for one in (await owner.get("/organisation/persons")).json()["data"]}
    mate, self = people["孙杰"]["accountId"], people["钱芳"]["accountId"]
    last = await owner.put(f"/organisation/persons/{self}/administrator", json={"role": ""})
    assert (last.status_code, last.json()["code"]) == (409, "organisation.last_administrator")
    where = f"/organisation/persons/{mate}/administrator"
    assert (await owner.put(where, json={"role": "operator"})).status_code == 400
    assert (await owner.put(where, json={"role": "sub_admin"})).status_code == 204
    async with Browser(parts, address="198.51.100.25") as sub:
        await sub.post("/session/code", json={"phone": MATE})
        code = (await codes_sent(parts, worker))[0]
        me = (await sub.post("/session/code/verify", json={"phone": MATE, "code": code})).json()
        assert "communities.apply" in me["rights"]
        assert "organisation.manage" not in me["rights"]
        assert (await sub.put("/organisation/contract", json=CONTRACT)).status_code == 403
        lift = await sub.put(f"/organisation/persons/{mate}/administrator", json={"role": "tenant_admin"})
        assert lift.status_code == 403
    assert (await owner.put(where, json={"role": "tenant_admin"})).status_code == 204
    assert (await owner.get(f"/organisation/persons/{mate}")).json()["builtIn"] == ["tenant_admin"]
    assert (
        await owner.put(f"/organisation/persons/{self}/administrator", json={"role": ""})
    ).status_code == 204


@pytest.mark.covers("ONB-16")
async def test_terms_of_one_service_stand_before_that_service_alone(parts, owner, administrator, worker):
    await owner.post("/first-use/organisation", json={"name": "绿源物业", "kind": "company"})
    terms = {"kind": "communities", "title": "小区服务规则", "body": "一、规则"}
    assert (await administrator.post("/agreements", json=terms)).json() == {"version": 1}
    unknown = await administrator.post("/agreements", json={**terms, "kind": "weather"})
    assert (unknown.status_code, unknown.json()["field"]) == (400, "kind")

    assert (await owner.get("/organisation/persons")).status_code == 200
    stopped = await owner.get("/claims/ending")
    assert (stopped.status_code, stopped.json()["code"]) == (403, "agreement.pending")
    me = (await owner.get("/session")).json()
    assert (me["agreementsPending"], me["termsPending"]) == (False, ["communities"])
    assert "communities.use" not in me["rights"]
    (wanted,) = (await owner.get("/session/agreements")).json()
    assert (wanted["kind"], wanted["version"]) == ("communities", 1)
    assert (await owner.post("/session/agreements", json={"agreements": [wanted["id"]]})).status_code == 204
    assert (await owner.get("/claims/ending")).status_code == 200
    assert (await owner.get("/session")).json()["termsPending"] == []
    assert (await administrator.post("/agreements", json=terms)).json() == {"version": 2}
    assert (await owner.get("/claims/ending")).status_code == 403
    assert (await administrator.get("/communities")).status_code != 403


@pytest.mark.covers("ONB-16")
async def test_agreements_come_first_and_again_with_a_new_version(parts, owner, administrator, worker):
    await owner.post("/first-use/organisation", json={"name": "绿源物业", "kind": "company"})
    assert (await owner.get("/organisation")).status_code == 200
    text = {
        "kind": "service",
        "title": "服务协议",
        "body": "一、服务内容\n\n二、双方责任",
        "titleEn": "Terms",
        "bodyEn": "1. What",
    }
    made = await administrator.post("/agreements", json=text)
    assert (made.status_code, made.json()) == (201, {"version": 1})
    privacy = {"kind": "privacy", "title": "隐私政策", "body": "我们怎样使用个人信息"}
    assert (await administrator.post("/agreements", json=privacy)).json() == {"version": 1}
    assert (await administrator.post("/agreements", json={**privacy, "body": " "})).status_code == 400
    assert (await owner.post("/agreements", json=text)).status_code == 403

    stopped = await owner.get("/organisation")
    assert (stopped.status_code, stopped.json()["code"]) == (403, "agreement.pending")
    assert (await owner.get("/session")).json()["agreementsPending"] is True
    wanted = (await owner.get("/session/agreements")).json()
    assert [(one["kind"], one["version"]) for one in wanted] == [("service", 1), ("privacy", 1)]
    half = await owner.post("/session/agreements", json={"agreements": [wanted[0]["id"], "no", "99"]})
    assert half.status_code == 204
    assert (await owner.get("/organisation")).status_code == 403
    await owner.post("/session/agreements", json={"agreements": [wanted[1]["id"]]})
    assert (await owner.get("/organisation")).status_code == 200

    assert (await administrator.post("/agreements", json=text)).json() == {"version": 2}
    assert (await owner.get("/organisation")).status_code == 403
    await owner.post("/session/agreements", json={"agreements": [wanted[0]["id"]]})  # the old version
    assert (await owner.get("/organisation")).status_code == 403
    (new,) = (await owner.get("/session/agreements")).json()
    assert new["version"] == 2
    await owner.post("/session/agreements", json={"agreements": [new["id"]]})
    assert (await owner.get("/organisation")).status_code == 200
    shown = (await administrator.get("/agreements")).json()
    assert [(one["kind"], one["version"], one["accepted"]) for one in shown] == [
        ("service", 2, 1), ("privacy", 1, 1), ("service", 1, 1),
    ]  # fmt: skip

    async with Browser(parts, address="198.51.100.26") as late:
        refused = await register(late, parts, worker, MATE, "孙杰")
        assert (refused.status_code, refused.json()["field"]) == (400, "agreements")
        ids = [one["id"] for one in (await late.get("/registration")).json()["agreements"]]
        code = (await codes_sent(parts, worker))[0]
        body = {"phone": MATE, "code": code, "name": "孙杰", "password": PASSWORD, "agreements": ids}
        made = await late.post("/registration", json=body)
        assert (made.status_code, made.json()["agreementsPending"]) == (201, False)
