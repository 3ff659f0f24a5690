"""An invitation into a company lets in no longer than whoever made it may invite."""

import pytest

from linli.domains.people.rights import Role
from linli.domains.people.service import accounts, companies
from tests.console.conftest import PASSWORD, Browser

MATE = "13866660002"


async def _log_in(parts, login, name):
    hashed = await accounts.hash_password(PASSWORD)
    async with parts.db.begin() as tx:
        return await accounts.create_account(
            tx,
            login=login,
            password_hash=hashed,
            proven=True,
            name=name,
            ids=parts.ids,
            now_ms=parts.clock.now_ms(),
        )


@pytest.fixture
async def here(administrator):
    return (await administrator.get("/session")).json()["tenant"]["id"]


@pytest.fixture
async def giver(parts, administrator, here):
    """A second administrator of the company, signed in, and the account."""
    account_id, now_ms = await _log_in(parts, MATE, "孙杰"), parts.clock.now_ms()
    async with parts.db.begin() as tx:
        await companies.put_in(tx, tenant_id=here, account_id=account_id, by=account_id, now_ms=now_ms)
        await accounts.grant_role(
            tx, account_id=account_id, role=Role.TENANT_ADMIN, tenant_id=here, now_ms=now_ms
        )
    async with Browser(parts, address="198.51.100.31") as browser:
        assert (await browser.sign_in(MATE)).status_code == 200
        browser.account_id = account_id
        yield browser


@pytest.fixture
async def stranger(parts, administrator):
    await _log_in(parts, "stranger", "陌生人")
    async with Browser(parts, address="198.51.100.32") as browser:
        assert (await browser.sign_in("stranger")).status_code == 200
        yield browser


async def link(giver, **body):
    made = await giver.post("/organisation/invitations", json={"uses": 5, **body})
    assert made.status_code == 201, made.text
    return made.json()["url"].rpartition("/")[2]


async def refused(stranger, token):
    for answer in (
        await stranger.get(f"/invitations/{token}"),
        await stranger.post(f"/invitations/{token}/join"),
    ):
        assert answer.status_code == 404
        assert "和美物业" not in answer.text
        assert "may not invite any more" in answer.json()["message"]
    assert (await stranger.get("/session")).json()["tenants"] == []
    assert (await stranger.get("/first-use/join-requests")).json() == []


@pytest.mark.parametrize("approval", [False, True])
async def test_a_closed_person_lets_nobody_in(administrator, giver, stranger, approval):
    token, where = await link(giver, approval=approval), f"/organisation/persons/{giver.account_id}"
    for disabled in (True, False):  # what ended does not come back
        assert (await administrator.put(f"{where}/access", json={"disabled": disabled})).status_code == 204
        await refused(stranger, token)


async def test_who_lost_the_right_lets_nobody_in(administrator, giver, stranger):
    token, where = await link(giver), f"/organisation/persons/{giver.account_id}"
    for role in ("", "tenant_admin"):
        changed = await administrator.put(f"{where}/administrator", json={"role": role})
        assert changed.status_code == 204, changed.text
        await refused(stranger, token)


async def test_a_company_that_ended_takes_nobody_in(parts, giver, stranger, here):
    token, now_ms = await link(giver), parts.clock.now_ms()
    scope = companies.Scope.system(here)
    async with parts.db.begin() as tx:
        row = companies.Company(here, "company", 0, "", "", "", "", 0, 0, 0, 0, "", now_ms, now_ms)
        await tx.insert(companies.organisations, row._asdict())
    assert (await stranger.get(f"/invitations/{token}")).status_code == 200
    async with parts.db.begin() as tx:
        await companies.end(scope, tx, reason="不再使用", now_ms=now_ms)
    await refused(stranger, token)


async def test_who_guesses_links_shuts_nobody_out(parts, giver):
    token = await link(giver)
    async with Browser(parts, address="198.51.100.40") as shared:
        for n in range(40):
            assert (await shared.get(f"/invitations/no-{n}")).status_code == 404
        assert (await shared.get(f"/invitations/{token}")).status_code == 200
