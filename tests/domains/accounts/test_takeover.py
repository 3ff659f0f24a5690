"""A log-in is its phone's owner's: whatever others made on it beforehand opens nothing in a company that it gets into."""

import re
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from linli.domains.accounts.service import sessions
from linli.domains.people.models import staff
from linli.domains.people.rights import Role
from linli.domains.people.service import accounts, links, ownership, passwords, scans
from linli.kernel import tenancy
from linli.kernel.settings import SignIn
from tests.console.conftest import PASSWORD, Browser, codes_sent, open_to_all
from tests.domains.accounts.test_registration import register

VICTIM, STRANGER = "13700000077", "13700000078"
KNOWN = "known to a stranger"


@pytest.fixture
def parts(parts):
    return open_to_all(parts)


@pytest.fixture
async def here(administrator):
    return (await administrator.get("/session")).json()["tenant"]["id"]


@pytest.fixture
async def stranger(parts, administrator, worker):
    """Somebody who registered and founded a company of their own."""
    async with Browser(parts, address="198.51.100.66") as browser:
        assert (await register(browser, parts, worker, STRANGER, "生人")).status_code == 201
        assert (await browser.post("/first-use/organisation", json={"name": "生人物业"})).status_code == 201
        yield browser


async def add(browser: Browser, phone: str = VICTIM) -> str:
    answer = await browser.post("/organisation/persons", json={"persons": [{"name": "李娜", "phone": phone}]})
    assert answer.status_code == 201, answer.text
    return str(answer.json()[0]["accountId"])


async def by_code(browser: Browser, parts: Any, worker: Any, phone: str = VICTIM) -> Any:
    assert (await browser.post("/session/code", json={"phone": phone})).status_code == 202
    code = (await codes_sent(parts, worker))[0]
    return await browser.post("/session/code/verify", json={"phone": phone, "code": code})


async def claim_by_others(parts: Any, account_id: str) -> None:
    """A log-in as releases before left it: others set its password and linked theirs elsewhere to it."""
    hashed, number = await accounts.hash_password(KNOWN), int(account_id)
    async with parts.db.begin() as tx:
        await passwords.set_password(tx, account_id=number, password_hash=hashed, now_ms=1)
        await links.link(tx, provider="works", subject="stranger", label="", account_id=number, now_ms=1)


async def test_who_adds_a_phone_is_told_no_password(parts, administrator, stranger):
    """The proven attack: add the phone, reset its password, wait until it becomes somebody elsewhere."""
    account = await add(stranger)
    told = await stranger.post(f"/organisation/persons/{account}/password")
    assert told.status_code == 200, told.text
    assert "password" not in told.json()
    assert not told.json()["link"]
    assert not await passwords.has_password(parts.db, int(account))
    await add(administrator)
    for text in re.findall(r"[A-Za-z0-9]{8,}", told.text):
        async with Browser(parts, address="198.51.100.67") as browser:
            assert (await browser.sign_in(VICTIM, text)).status_code in (401, 429)


# Ways of getting into a company, or of getting a first right there. Each is told of the browsers and the account.


async def _added(parts, administrator, thief, account, here):
    await add(administrator)


async def _manager(parts, administrator, thief, account, here):
    async with parts.db.begin() as tx:
        await accounts.grant_role(
            tx, account_id=int(account), role=Role.COMMUNITY_MANAGER, tenant_id=here, community_id=7, now_ms=2
        )


async def _invited(parts, administrator, thief, account, here):
    made = (await administrator.post("/organisation/invitations", json={})).json()
    answer = await thief.post(f"/invitations/{made['url'].rpartition('/')[2]}/join")
    assert answer.status_code == 200, answer.text


async def _asked(parts, administrator, thief, account, here):
    made = (await administrator.post("/organisation/invitations", json={"approval": True})).json()
    await thief.post(f"/invitations/{made['url'].rpartition('/')[2]}/join")
    (asked,) = (await administrator.get("/organisation/join-requests")).json()
    answer = await administrator.post(f"/organisation/join-requests/{asked['id']}/accept", json={})
    assert answer.status_code == 204


async def _member_first(parts, administrator, thief, account, here) -> None:
    """In the company already when the others came, as a person without rights."""
    async with parts.db.begin() as tx:
        await tx.upsert(
            staff, [{
                "tenant_id": here, "account_id": int(account), "name": "李娜", "disabled": 0, "added_by": 1,
                "created_ms": 1,
            }], keys=("tenant_id", "account_id"),
        )  # fmt: skip


async def _role(parts, administrator, thief, account, here):
    await _member_first(parts, administrator, thief, account, here)
    role = await administrator.post(
        "/organisation/roles", json={"name": "设备", "rights": ["devices.manage"]}
    )
    body = {"roleIds": [int(role.json()["id"])]}
    answer = await administrator.put(f"/organisation/persons/{account}/roles", json=body)
    assert answer.status_code == 204, answer.text


async def _by_hand(parts, administrator, thief, account, here):
    await _member_first(parts, administrator, thief, account, here)
    body = {"rights": ["devices.manage"]}
    answer = await administrator.put(f"/organisation/persons/{account}/rights", json=body)
    assert answer.status_code == 204, answer.text


async def _group(parts, administrator, thief, account, here):
    await _member_first(parts, administrator, thief, account, here)
    project = (await administrator.post("/projects", json={"name": "甲"})).json()["projectId"]
    body = {"accountIds": [int(account)], "projectIds": [project]}
    assert (await administrator.post("/organisation/groups/bind", json=body)).status_code == 204


async def _sub_administrator(parts, administrator, thief, account, here):
    await _member_first(parts, administrator, thief, account, here)
    where = f"/organisation/persons/{account}/sub-administrator"
    assert (await administrator.put(where, json={"subAdmin": True})).status_code == 204


async def _opened_again(parts, administrator, thief, account, here):
    await _member_first(parts, administrator, thief, account, here)
    where = f"/organisation/persons/{account}/access"
    assert (await administrator.put(where, json={"disabled": True})).status_code == 204
    assert (await administrator.put(where, json={"disabled": False})).status_code == 204


type Entering = Callable[[Any, Browser, Browser, str, str], Awaitable[None]]
WAYS: list[Entering] = [
    _added, _manager, _invited, _asked, _role, _by_hand, _group, _sub_administrator, _opened_again,
]  # fmt: skip


@pytest.mark.parametrize("enters", WAYS, ids=[way.__name__.strip("_") for way in WAYS])
async def test_what_others_made_ends_when_the_log_in_gets_in(
    parts, administrator, stranger, here, worker, enters: Entering
):
    account = await add(stranger)
    await claim_by_others(parts, account)
    now_ms = parts.clock.now_ms()
    async with Browser(parts, address="198.51.100.68") as thief, Browser(parts) as scanned:
        assert (await thief.sign_in(VICTIM, KNOWN)).status_code == 200
        shown = (await scanned.post("/sign-in/scan")).json()
        await thief.post(f"/session/scans/{shown['ticket']}", json={"yes": True})
        await enters(parts, administrator, thief, account, here)
        assert (await thief.get("/session")).status_code == 401
        assert (await thief.sign_in(VICTIM, KNOWN)).status_code == 401
        assert (await scanned.post(f"/sign-in/scan/{shown['ticket']}/enter")).status_code == 404
    assert await links.find(parts.db, provider="works", subject="stranger") is None
    # Its owner comes in by a code, and is what the company made them.
    async with Browser(parts, address="198.51.100.69") as owner:
        assert (await by_code(owner, parts, worker)).status_code == 200
    assert now_ms <= (await accounts.get_account(parts.db, int(account))).proven_ms


async def test_a_sign_in_under_way_while_its_password_is_taken_opens_nothing(
    parts, administrator, stranger, here
):
    """The password was looked at before, the session is written after."""
    account = await add(stranger)
    await claim_by_others(parts, account)
    seen = await accounts.authenticate(parts.db, login=VICTIM, password=KNOWN)
    await add(administrator)
    async with parts.db.begin() as tx:
        token, _ = await sessions.open_session(
            tx, account=seen, tenant_id=here, remember=True, entry=sessions.Entry("", ""), sign_in=SignIn(),
            ids=parts.ids,
            now_ms=parts.clock.now_ms(),
        )  # fmt: skip
    async with Browser(parts) as thief:
        thief.cookies.set("linli_session", token)
        assert (await thief.get("/session")).status_code == 401


async def test_a_scan_let_in_before_and_used_after_opens_nothing(parts, administrator, stranger):
    account = await add(stranger)
    await claim_by_others(parts, account)
    now_ms = parts.clock.now_ms()
    async with parts.db.begin() as tx:
        await scans.begin(tx, ticket="t" * 24, browser="b" * 40, address="", agent="", now_ms=now_ms)
        await scans.decide(tx, ticket="t" * 24, account_id=int(account), yes=True, now_ms=now_ms)
    await add(administrator)
    async with Browser(parts) as thief:
        thief.cookies.set("linli_browser", "b" * 40)
        assert (await thief.post(f"/sign-in/scan/{'t' * 24}/enter")).status_code == 404


RACES: dict[str, tuple[str, str, dict[str, Any]]] = {
    "password": ("POST", "/session/password", {"old": KNOWN, "new": "set a moment after"}),
    "scan": ("POST", f"/session/scans/{'t' * 24}", {"yes": True}),
    "link": ("POST", "/session/links/known", {}),
}


@pytest.mark.parametrize("made", RACES)
async def test_who_is_just_being_put_out_makes_nothing_a_moment_after(
    parts, administrator, stranger, monkeypatch, made
):
    """The session was looked at, then the log-in was taken, then the request comes to what it makes."""
    account = await add(stranger)
    await claim_by_others(parts, account)
    method, path, body = RACES[made]
    now_ms = parts.clock.now_ms()
    async with parts.db.begin() as tx:
        await scans.begin(tx, ticket="t" * 24, browser="b" * 40, address="", agent="", now_ms=now_ms)
    looked_at = sessions.use

    async def taken_meanwhile(db: Any, session: Any, **more: Any) -> bool:
        done = await looked_at(db, session, **more)
        if str(session.account_id) == account:
            async with db.begin() as tx:
                await ownership.enters(tx, account_id=session.account_id)
        return done

    async with Browser(parts, address="198.51.100.75") as thief:
        assert (await thief.sign_in(VICTIM, KNOWN)).status_code == 200
        monkeypatch.setattr(sessions, "use", taken_meanwhile)
        answer = await thief.request(method, path, json=body)
        assert answer.status_code == 401, answer.text
        assert (await thief.get("/session")).status_code == 401
        assert (await thief.sign_in(VICTIM, "set a moment after")).status_code == 401
    assert not await passwords.has_password(parts.db, int(account))
    assert (await scans.find(parts.db, ticket="t" * 24, now_ms=now_ms)).state == "waiting"


async def test_a_password_is_not_set_by_who_was_put_out_while_it_was_hashed(
    parts, administrator, stranger, monkeypatch
):
    account = await add(stranger)
    await claim_by_others(parts, account)
    hashing = accounts.hash_password

    async def taken_meanwhile(password: str) -> str:
        async with parts.db.begin() as tx:
            await ownership.enters(tx, account_id=int(account))
        return await hashing(password)

    async with Browser(parts, address="198.51.100.76") as thief:
        assert (await thief.sign_in(VICTIM, KNOWN)).status_code == 200
        monkeypatch.setattr(accounts, "hash_password", taken_meanwhile)
        body = {"old": KNOWN, "new": "set a moment after"}
        assert (await thief.post("/session/password", json=body)).status_code == 401
    assert not await passwords.has_password(parts.db, int(account))


async def test_the_owners_first_code_ends_what_others_made_and_no_later_company_ends_theirs(
    parts, administrator, stranger, worker, clock
):
    account = await add(stranger)
    await claim_by_others(parts, account)
    async with Browser(parts, address="198.51.100.71") as thief, Browser(parts) as owner:
        assert (await thief.sign_in(VICTIM, KNOWN)).status_code == 200
        me = await by_code(owner, parts, worker)
        assert (me.status_code, me.json()["hasPassword"]) == (200, False)
        assert (await thief.get("/session")).status_code == 401
        assert (await thief.sign_in(VICTIM, KNOWN)).status_code == 401
        assert (await owner.post("/session/password/code")).status_code == 202
        code = (await codes_sent(parts, worker))[0]
        body = {"code": code, "new": "all my own words"}
        assert (await owner.post("/session/password/by-code", json=body)).status_code == 204
        await add(administrator)  # what is the owner's own stays
        assert (await owner.get("/session")).json()["hasPassword"] is True
        async with Browser(parts, address="198.51.100.72") as again:
            assert (await again.sign_in(VICTIM, "all my own words")).status_code == 200


@pytest.mark.parametrize("state", ["running", "closed by the company", "community stopped"])
async def test_no_other_company_takes_a_password_away(parts, administrator, stranger, here, state):
    """Not even while the person may do nothing where they belong."""
    mine = await add(administrator)
    if state == "closed by the company":
        await administrator.put(f"/organisation/persons/{mine}/access", json={"disabled": True})
    elif state == "community stopped":
        await _manager(parts, administrator, stranger, mine, here)
        async with parts.db.begin() as tx:
            row = {"community_id": 7, "tenant_id": here, "since_ms": 1}
            await tx.insert(tenancy.closed_communities, row)
    account = await add(stranger)
    assert account == mine
    refused = await stranger.post(f"/organisation/persons/{account}/password")
    assert (refused.status_code, refused.json()["code"]) == (409, "organisation.not_ours")


async def test_taken_out_and_added_again_is_a_way_in_like_the_first(parts, administrator, stranger, here):
    account = await add(administrator)
    async with parts.db.begin() as tx:
        await ownership.void(tx, account_id=int(account), now_ms=1)
    await claim_by_others(parts, account)
    where = f"/organisation/persons/{account}/access"
    await administrator.put(where, json={"disabled": True})
    async with Browser(parts) as thief:
        assert (await thief.sign_in(VICTIM, KNOWN)).status_code == 403
        await administrator.put(where, json={"disabled": False})
        assert (await thief.sign_in(VICTIM, KNOWN)).status_code == 401


async def test_another_phone_is_shown_by_a_code_to_it_and_by_the_password(
    parts, administrator, stranger, worker, clock
):
    """A log-in that took somebody's number would be found as theirs; a stolen session must not move the log-in away."""
    said = {"phone": VICTIM, "code": "000000", "password": PASSWORD}
    assert (await stranger.post("/session/phone", json=said)).status_code == 401
    assert (await stranger.post("/session/phone", json={**said, "code": ""})).status_code == 401
    own = (await stranger.get("/session")).json()["phone"]
    assert (await stranger.post("/session/phone/code", json={"phone": STRANGER})).status_code == 202
    other = (await codes_sent(parts, worker))[0]
    assert (await stranger.post("/session/phone", json={**said, "code": other})).status_code == 401
    assert (await stranger.get("/session")).json()["phone"] == own

    async with Browser(parts, address="198.51.100.73") as elsewhere:
        await elsewhere.sign_in(STRANGER)
        await stranger.post("/session/phone/code", json={"phone": "13700000079"})
        code = (await codes_sent(parts, worker))[0]
        body = {"phone": "13700000079", "code": code, "password": PASSWORD}
        stolen = await stranger.post("/session/phone", json={**body, "password": "no idea of it"})
        assert (stolen.status_code, stolen.json()["code"]) == (401, "account.bad_credentials")
        assert (await stranger.post("/session/phone", json=body)).status_code == 204
        assert (await stranger.get("/session")).json()["login"] == "13700000079"
        assert (await elsewhere.get("/session")).status_code == 401
        # The old number is nobody's: whoever is added by it is somebody new.
        assert (await elsewhere.sign_in(STRANGER)).status_code == 401
        assert await accounts.find_account(parts.db, STRANGER) is None
        fresh = await add(administrator, STRANGER)
        assert fresh != (await stranger.get("/session")).json()["accountId"]
    await clock.advance(60_000)
    await stranger.post("/session/phone/code", json={"phone": STRANGER})
    code = (await codes_sent(parts, worker))[0]
    taken = await stranger.post("/session/phone", json={**body, "phone": STRANGER, "code": code})
    assert (taken.status_code, taken.json()["code"]) == (409, "account.login_taken")
    async with Browser(parts, address="198.51.100.74") as fresh_one:
        assert (await by_code(fresh_one, parts, worker, STRANGER)).status_code == 200
        none_yet = await fresh_one.post("/session/phone", json=body)
        assert (none_yet.status_code, none_yet.json()["code"]) == (409, "account.password_first")


async def test_a_log_in_without_a_password_takes_as_long_to_refuse(parts, administrator, monkeypatch):
    """Or everybody would learn who has one."""
    await add(administrator)
    looked_at: list[str] = []
    hasher = accounts._hasher

    class Counting:
        def __getattr__(self, name: str) -> Any:
            return getattr(hasher, name)

        def verify(self, hash_text: str, password: str) -> bool:
            looked_at.append(hash_text)
            return hasher.verify(hash_text, password)

    monkeypatch.setattr(accounts, "_hasher", Counting())
    async with Browser(parts) as browser:
        assert (await browser.sign_in(VICTIM, PASSWORD)).status_code == 401
        assert (await browser.sign_in("13700009999", PASSWORD)).status_code == 401
    assert looked_at == [accounts._NOBODY] * 2
