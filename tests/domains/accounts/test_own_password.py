"""Passwords are their owner's: one that others set bars everything but its change, and a change ends what was open."""

import re
from typing import Any

import msgspec
import pytest
from litestar.handlers import HTTPRouteHandler
from sqlalchemy import bindparam, update

from linli.console.app import console_routes
from linli.domains.accounts.service import sessions
from linli.domains.people.models import accounts as account_rows
from linli.domains.people.service import accounts, passwords
from linli.kernel.db import INT, Command
from linli.kernel.settings import Settings, SmsGateway
from tests.console.conftest import PASSWORD, SETUP, Browser, codes_sent
from tests.resident.conftest import Phone

MATE = "13700000077"
DAY_MS = 24 * 3_600_000
_set_by_others = Command(
    update(account_rows).where(account_rows.c.id == bindparam("row", type_=INT)).values(must_change=1)
)
OPEN_WHILE_DUE = {
    ("GET", "/session"), ("DELETE", "/session"), ("POST", "/session/password"), ("POST", "/session/password/code"),
    ("POST", "/session/password/by-code"),
}  # fmt: skip
"""Who one is, to leave, and the change itself."""


def routes() -> dict[tuple[str, str], HTTPRouteHandler]:
    """(method, path below /api/console) of each route that asks who calls."""
    found = {}
    for route in console_routes(Settings().http.max_body_bytes).routes:
        for handler in getattr(route, "route_handlers", ()):
            if isinstance(handler, HTTPRouteHandler) and not handler.opt.get("public"):
                path = re.sub(
                    r"{\w+:(\w+)}",
                    lambda m: "1" if m[1] == "int" else "one",
                    route.path.split("/console", 1)[1],
                )
                for method in handler.http_methods - {"OPTIONS"}:
                    found[str(method), path] = handler
    return {key: handler for key, handler in found.items() if "/schema" not in key[1]}


async def with_codes(parts: Any, provider: str) -> Any:
    settings = msgspec.structs.replace(parts.settings, sms=SmsGateway(provider=provider))
    return type(parts)(**{**vars(parts), "settings": settings})


@pytest.fixture
async def due(parts, administrator):
    """The account of `administrator`, as if somebody else had set its password."""
    account = await accounts.find_account(parts.db, SETUP["login"])
    async with parts.db.begin() as tx:
        await _set_by_others.run(tx, row=account.id)
    return account


async def test_every_route_waits_for_the_change(administrator, due):
    """All of them, streams and downloads too: what is not asked for by name here is shut."""
    asked = routes()
    assert len(asked) > 400
    assert asked.keys() >= OPEN_WHILE_DUE
    for method, path in sorted(asked.keys() - OPEN_WHILE_DUE):
        answer = await administrator.request(method, path)
        assert (answer.status_code, answer.json()["code"]) == (403, "account.password_due"), (method, path)


async def test_the_change_opens_everything(administrator, due, parts):
    me = (await administrator.get("/session")).json()
    assert me["mustChangePassword"] is True
    wrong = await administrator.post("/session/password", json={"old": "no", "new": "all my own words"})
    assert wrong.status_code == 401
    assert (await administrator.get("/projects")).status_code == 403
    body = {"old": PASSWORD, "new": "all my own words"}
    assert (await administrator.post("/session/password", json=body)).status_code == 204
    assert (await administrator.get("/projects")).status_code == 200
    assert (await administrator.get("/session")).json()["mustChangePassword"] is False


async def test_leaving_is_open_too(administrator, due):
    assert (await administrator.delete("/session")).status_code == 204
    assert (await administrator.get("/session")).status_code == 401


async def test_neither_residents_pages_nor_what_asks_a_session_beside_them_go_on(
    parts, administrator, worker
):
    """Tunnels into boxes and notifications ask `is_living`; the residents' pages lead to a code."""
    account = await accounts.find_account(parts.db, SETUP["login"])
    (session,) = await sessions.list_sessions(parts.db, account.id, now_ms=parts.clock.now_ms())
    async with Phone(parts) as phone:
        assert (await phone.sign_in(SETUP["login"])).status_code == 200
        assert await sessions.is_living(parts.db, session.id, now_ms=parts.clock.now_ms())
        async with parts.db.begin() as tx:
            await _set_by_others.run(tx, row=account.id)
        assert not await sessions.is_living(parts.db, session.id, now_ms=parts.clock.now_ms())
        assert (await phone.get("/session")).status_code == 401
        await parts.clock.advance(60_000)
        assert (await phone.sign_in(SETUP["login"])).status_code == 200
        assert (await phone.get("/session")).status_code == 200
    async with Browser(parts) as other:  # the code took the other's password away
        assert (await other.sign_in()).status_code == 401


async def test_a_change_ends_all_other_sessions_on_every_front(parts, administrator):
    account = await accounts.find_account(parts.db, SETUP["login"])
    async with Browser(parts) as other, Phone(parts) as phone:
        assert (await other.sign_in()).status_code == 200
        assert (await phone.sign_in(SETUP["login"])).status_code == 200
        body = {"old": PASSWORD, "new": "all my own words"}
        assert (await administrator.post("/session/password", json=body)).status_code == 204
        for gone in (other, phone):
            assert (await gone.get("/session")).status_code == 401
        assert (await administrator.get("/session")).status_code == 200
        assert len(await sessions.list_sessions(parts.db, account.id, now_ms=parts.clock.now_ms())) == 1


async def test_a_password_is_set_with_a_code_and_with_nothing_else(parts, administrator, worker, clock):
    await administrator.post("/session/code", json={"phone": SETUP["login"]})
    to_sign_in = (await codes_sent(parts, worker))[0]
    body = {"code": to_sign_in, "new": "all my own words"}
    refused = await administrator.post("/session/password/by-code", json=body)
    assert (refused.status_code, refused.json()["code"]) == (401, "account.bad_code")
    sent = await administrator.post("/session/password/code")
    assert (sent.status_code, sent.json()) == (202, {"againSeconds": 60, "livesSeconds": 300})
    assert (await administrator.post("/session/password/code")).status_code == 429
    code = (await codes_sent(parts, worker))[0]
    weak = await administrator.post("/session/password/by-code", json={"code": code, "new": "short"})
    assert (weak.status_code, weak.json()["field"]) == (400, "password")
    body["code"] = code
    assert (await administrator.post("/session/password/by-code", json=body)).status_code == 204
    async with Browser(parts) as other:
        assert (await other.sign_in(password="all my own words")).status_code == 200


async def test_a_reset_by_somebody_else_ends_all_and_tells_nothing(parts, administrator, worker):
    made = await administrator.post(
        "/organisation/persons", json={"persons": [{"name": "李娜", "phone": MATE}]}
    )
    path = f"/organisation/persons/{made.json()[0]['accountId']}/password"
    async with Browser(parts, address="198.51.100.41") as mate, Phone(parts) as phone:
        await mate.post("/session/code", json={"phone": MATE})
        code = (await codes_sent(parts, worker))[0]
        await mate.post("/session/code/verify", json={"phone": MATE, "code": code})
        await mate.post("/session/password/code")
        code = (await codes_sent(parts, worker))[0]
        body = {"code": code, "new": "all my own words"}
        assert (await mate.post("/session/password/by-code", json=body)).status_code == 204
        await parts.clock.advance(60_000)
        assert (await phone.sign_in(MATE)).status_code == 200
        told = await administrator.post(path)
        assert told.json() == {"codeTo": "137****0077", "link": "", "linkExpiresMs": 0}
        for gone in (mate, phone):
            assert (await gone.get("/session")).status_code == 401
        assert (await mate.sign_in(MATE, "all my own words")).status_code == 401


async def test_nobody_resets_themselves_out(administrator):
    """One's own password is changed under Settings; taken away, an administrator without codes would be shut out."""
    me = (await administrator.get("/session")).json()["accountId"]
    refused = await administrator.post(f"/organisation/persons/{me}/password")
    assert (refused.status_code, refused.json()["field"]) == (400, "accountId")
    assert (await administrator.get("/session")).status_code == 200


async def test_where_no_code_goes_the_operator_alone_gets_a_link_that_works_once(parts, administrator, clock):
    parts = await with_codes(parts, "off")
    async with Browser(parts, address="198.51.100.42") as operator, Browser(parts) as owner:
        await operator.sign_in()
        made = await operator.post(
            "/organisation/persons", json={"persons": [{"name": "李娜", "phone": MATE}]}
        )
        path = f"/organisation/persons/{made.json()[0]['accountId']}"
        old = (await operator.post(f"{path}/password")).json()
        told = (await operator.post(f"{path}/password")).json()
        assert told["codeTo"] == ""
        assert told["linkExpiresMs"] == clock.now_ms() + passwords.LINK_LIVES_MS == clock.now_ms() + DAY_MS
        address, _, token = told["link"].partition("#")
        assert address.endswith("/set-password")
        void = await owner.post("/password-link/show", json={"token": old["link"].partition("#")[2]})
        assert void.status_code == 404  # a new link voids the last
        shown = await owner.post("/password-link/show", json={"token": token})
        assert shown.json() == {"name": "李娜", "login": MATE}
        weak = await owner.post("/password-link", json={"token": token, "password": "short"})
        assert (weak.status_code, weak.json()["field"]) == (400, "password")
        body = {"token": token, "password": "all my own words"}
        assert (await owner.post("/password-link", json=body)).status_code == 200
        assert (await owner.get("/session")).json()["login"] == MATE
        assert (await owner.post("/password-link", json=body)).status_code == 404
        assert (await owner.sign_in(MATE, "all my own words")).status_code == 200

        # An administrator who does not run the installation is told in words alone, and late is late.
        assert (await operator.put(f"{path}/administrator", json={"role": "tenant_admin"})).status_code == 204
        assert (await owner.sign_in(MATE, "all my own words")).status_code == 200
        friend = await owner.post(
            "/organisation/persons", json={"persons": [{"name": "孙杰", "phone": "13700000078"}]}
        )
        number = friend.json()[0]["accountId"]
        nothing = (await owner.post(f"/organisation/persons/{number}/password")).json()
        assert nothing == {"codeTo": "", "link": "", "linkExpiresMs": 0}
        late = (await operator.post(f"/organisation/persons/{number}/password")).json()["link"]
        await clock.advance(DAY_MS)
        gone = await owner.post("/password-link/show", json={"token": late.partition("#")[2]})
        assert gone.status_code == 404


async def test_who_guesses_links_shuts_nobody_out(parts, administrator):
    """They hold 192 bits of chance: counting wrong ones would only keep good ones of the same address from opening."""
    account = await accounts.find_account(parts.db, SETUP["login"])
    async with parts.db.begin() as tx:
        token, _ = await passwords.make_link(tx, account_id=account.id, now_ms=parts.clock.now_ms())
    async with Browser(parts, address="198.51.100.43") as browser:
        for n in range(60):
            answer = await browser.post("/password-link/show", json={"token": f"x{n}"})
            assert answer.status_code == 404
        assert (await browser.post("/password-link/show", json={"token": token})).status_code == 200
