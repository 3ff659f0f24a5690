"""What a cloud account claimed moves to an organisation by a scanned code. Spec A §1.1 (ONB-11), by the stand-in of §10:

the cloud account is a company of the set-up, the organisation one that founded itself, the app a signed-in browser.
"""

import pytest
from sqlalchemy import bindparam, delete

from linli.domains.communities.service import pois
from linli.domains.people.models import account_roles
from linli.domains.people.service import accounts, companies
from linli.kernel.db import INT, Command
from tests.console.conftest import Browser, open_to_all
from tests.domains.accounts.test_registration import CONTRACT, OWNER, register
from tests.domains.accounts.test_takeover import KNOWN, claim_by_others
from tests.domains.communities.builders import POI_CSV
from tests.domains.communities.test_claims import CLAIM, upload

STRANGER = "13700000077"


@pytest.fixture
def parts(parts):
    return open_to_all(parts)


@pytest.fixture
async def claimed(parts, administrator) -> str:
    """A community that the cloud account claimed, approved by the operator."""
    async with parts.db.begin() as tx:
        await pois.import_catalogue(tx, pois.read_catalogue(POI_CSV.splitlines()))
    made = await administrator.post(
        "/communities", json={**CLAIM, "certificates": [await upload(administrator)]}
    )
    number = str(made.json()["id"])
    assert (await administrator.post(f"/communities/{number}/approve")).status_code == 200
    return number


@pytest.fixture
async def boss(parts, administrator, worker):
    """The administrator of an organisation that was just founded."""
    async with Browser(parts, address="198.51.100.40") as made:
        assert (await register(made, parts, worker)).status_code == 201
        assert (await made.post("/first-use/organisation", json={"name": "绿源物业"})).status_code == 201
        await made.put("/organisation/contract", json=CONTRACT)
        yield made


take_roles = Command(
    delete(account_roles).where(account_roles.c.account_id == bindparam("row", type_=INT)),
    unscoped="a test takes the roles of the installation's first log-in",
)


async def _offer(administrator) -> dict[str, str]:
    assert (await administrator.get("/organisation/upgrade")).json() == {"possible": True}
    shown = (await administrator.post("/organisation/upgrade")).json()
    assert shown["url"].endswith(f"/upgrade/{shown['ticket']}")
    return dict(shown)


@pytest.mark.covers("ONB-11")
async def test_an_organisation_takes_over_what_a_cloud_account_claimed(
    parts, administrator, boss, claimed, worker, clock
):
    assert (await boss.get(f"/communities/{claimed}")).status_code == 404
    ticket = (await _offer(administrator))["ticket"]
    seen = (await boss.get(f"/session/upgrades/{ticket}")).json()
    assert (seen["state"], seen["company"], seen["communities"]) == ("waiting", "和美物业", ["桂花城"])
    (own,) = seen["organisations"]
    assert own["name"] == "绿源物业"
    path = f"/session/upgrades/{ticket}"
    foreign = (await administrator.get("/session")).json()["tenant"]["id"]
    assert (await boss.post(path, json={"yes": True})).json()["field"] == "tenantId"
    assert (await boss.post(path, json={"yes": True, "tenantId": foreign})).status_code == 403
    assert (await boss.post("/session/upgrades/none", json={"yes": True, "tenantId": "x"})).status_code == 404
    async with Browser(parts, address="198.51.100.41") as stranger:
        await register(stranger, parts, worker, phone=STRANGER, name="路人")
        body = {"yes": True, "tenantId": own["tenantId"]}
        assert (await stranger.post(path, json=body)).status_code == 403

    assert (await boss.post(path, json={"yes": True, "tenantId": own["tenantId"]})).status_code == 204
    told = (await administrator.get(f"{path}/state")).json()
    assert told == {"state": "done", "organisation": "绿源物业"}
    # The organisation works in what the cloud account claimed, with its own name, contract and log-in.
    assert (await boss.get("/session")).json()["tenant"]["name"] == "绿源物业"
    assert (await boss.get(f"/communities/{claimed}")).json()["name"] == "桂花城"
    assert (await boss.get("/organisation")).json()["companyName"] == CONTRACT["companyName"]
    names = [row["name"] for row in (await boss.get("/organisation/persons")).json()["data"]]
    assert "钱芳" in names
    assert [row["name"] for row in (await administrator.get("/companies")).json()] == ["绿源物业"]
    log = (await boss.get("/organisation/log")).json()["data"]
    assert log[0]["action"] == "organisation.upgraded"
    # The cloud account operates the installation and administers no company any more.
    assert (await administrator.get("/organisation/upgrade")).status_code == 403
    # Nothing is upgraded twice, and a used code opens nothing.
    assert (await boss.post("/organisation/upgrade")).json()["code"] == "upgrade.already"
    assert (await boss.post(path, json={"yes": True, "tenantId": own["tenantId"]})).status_code in (403, 404)
    async with Browser(parts, address="198.51.100.42") as again:
        entered = await again.post("/session", json={"login": OWNER, "password": "correct horse battery"})
        assert entered.json()["tenant"]["name"] == "绿源物业"
        assert (await again.get(f"/communities/{claimed}")).status_code == 200


async def test_an_offer_is_refused_expires_and_needs_an_empty_organisation(
    parts, administrator, boss, claimed, clock
):
    ticket = (await _offer(administrator))["ticket"]
    assert (await boss.post(f"/session/upgrades/{ticket}", json={"yes": False})).status_code == 204
    assert (await boss.get(f"/session/upgrades/{ticket}")).json()["state"] == "refused"
    late = (await _offer(administrator))["ticket"]
    (own,) = (await boss.get(f"/session/upgrades/{late}")).json()["organisations"]
    yes = {"yes": True, "tenantId": own["tenantId"]}
    await clock.advance(11 * 60_000)
    assert (await boss.get(f"/session/upgrades/{late}")).json()["state"] == "expired"
    assert (await boss.post(f"/session/upgrades/{late}", json=yes)).status_code == 404
    ticket = (await _offer(administrator))["ticket"]
    claim = {**CLAIM, "name": "自有小区", "certificates": [await upload(boss)]}
    assert (await boss.post("/communities", json=claim)).status_code == 201
    held = await boss.post(f"/session/upgrades/{ticket}", json=yes)
    assert (held.status_code, held.json()["code"]) == (409, "upgrade.organisation_holds")
    assert (await administrator.get(f"/communities/{claimed}")).status_code == 200, "nothing was half moved"


async def test_an_offer_ends_with_the_right_of_who_made_it(parts, administrator, boss, claimed):
    ticket = (await _offer(administrator))["ticket"]
    (own,) = (await boss.get(f"/session/upgrades/{ticket}")).json()["organisations"]
    who = int((await administrator.get("/session")).json()["accountId"])
    async with parts.db.begin() as tx:
        await take_roles.run(tx, row=who)
    taken = await boss.post(f"/session/upgrades/{ticket}", json={"yes": True, "tenantId": own["tenantId"]})
    assert taken.status_code == 404


async def test_people_who_come_along_bring_nothing_that_others_made(parts, administrator, boss, claimed):
    """The organisation gets into the company, and so do its people: as by any other way."""
    tenant = (await boss.get("/session")).json()["tenant"]["id"]
    async with parts.db.begin() as tx:
        account = await accounts.create_account(
            tx, login=STRANGER, password_hash="!", name="李娜", ids=parts.ids, now_ms=1
        )
        await companies.put_in(tx, tenant_id=tenant, account_id=account, by=account, now_ms=1)
    await claim_by_others(parts, str(account))
    async with Browser(parts, address="198.51.100.45") as thief:
        assert (await thief.sign_in(STRANGER, KNOWN)).status_code == 200
        ticket = (await _offer(administrator))["ticket"]
        (own,) = (await boss.get(f"/session/upgrades/{ticket}")).json()["organisations"]
        body = {"yes": True, "tenantId": own["tenantId"]}
        answer = await boss.post(f"/session/upgrades/{ticket}", json=body)
        assert answer.status_code < 300, answer.text
        assert (await thief.get("/session")).status_code == 401
        assert (await thief.sign_in(STRANGER, KNOWN)).status_code == 401
