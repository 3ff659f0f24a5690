"""Who hears what over the live stream, and how soon not any more: over sockets, as pages and programs follow it."""

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
import websockets
from sqlalchemy import bindparam, delete, update

from linli.console import live_socket, live_topics
from linli.console.app import console_app
from linli.console.live_topics import RIGHTS, TOPICS
from linli.console.parts import Parts
from linli.domains.accounts.service import sessions
from linli.domains.people.models.accounts import account_roles
from linli.domains.people.models.accounts import accounts as account_rows
from linli.domains.people.rights import RIGHTS_OF, Right, Role
from linli.domains.people.service import accounts, ownership
from linli.kernel import tenancy
from linli.kernel.db import INT, Command
from linli.kernel.http import HttpServer
from tests.console.conftest import PASSWORD

LOOK_SECONDS = 0.2
LONG_ENOUGH = 20.0
_take_role = Command(
    delete(account_roles).where(
        account_roles.c.account_id == bindparam("account", type_=INT),
        account_roles.c.community_id == bindparam("community", type_=INT),
    ),
    unscoped="a test takes a role",
)

_set_by_others = Command(
    update(account_rows).where(account_rows.c.id == bindparam("row", type_=INT)).values(must_change=1)
)


class Desk:
    """One process's console, and one log-in for each role."""

    def __init__(self, parts: Parts, server: HttpServer, tenants: list[str], line: str) -> None:
        self.parts = parts
        self.line = line
        self.tenant, self.foreign = tenants
        self.address = f"http://127.0.0.1:{server.port}/api/console"
        self._logins = 0

    async def account(self, *grants: tuple[Role, str, int]) -> tuple[int, str]:
        """(id, log-in) of somebody with these roles: (role, tenant, community or 0)."""
        self._logins += 1
        login, now_ms = f"139000000{self._logins:02}", self.parts.clock.now_ms()
        hashed = await accounts.hash_password(PASSWORD)
        async with self.parts.db.begin() as tx:
            number = await accounts.create_account(
                tx,
                login=login,
                password_hash=hashed,
                proven=True,
                name="某人",
                ids=self.parts.ids,
                now_ms=now_ms,
            )
            for role, tenant_id, community_id in grants:
                await accounts.grant_role(
                    tx, account_id=number, role=role, tenant_id=tenant_id, community_id=community_id,
                    now_ms=now_ms,
                )  # fmt: skip
        return number, login

    @asynccontextmanager
    async def signed_in(self, login: str) -> AsyncIterator[httpx.AsyncClient]:
        headers = {"x-linli-request": "1", "accept-language": "en"}
        async with httpx.AsyncClient(base_url=self.address, headers=headers, trust_env=False) as browser:
            answer = await browser.post("/session", json={"login": login, "password": PASSWORD})
            assert answer.status_code == 200, answer.text
            yield browser

    def publish(self, topic: str, number: int, *, community_id: int = 1, tenant: str = "") -> None:
        row = {"n": number}
        self.parts.hub.publish(topic, row, tenant_id=tenant or self.tenant, community_id=community_id)


@pytest.fixture(params=["websocket", "http"])
async def desk(parts: Parts, request: pytest.FixtureRequest) -> AsyncIterator[Desk]:
    parts.hub.look_seconds = LOOK_SECONDS
    app = console_app(parts)
    server = HttpServer(app, upgrades={live_socket.PATH: live_socket.upgrade(app)})
    await server.start()
    async with parts.db.begin() as tx:
        tenants = [await tenancy.create_tenant(tx, name=name, ids=parts.ids) for name in ("本方", "他方")]
    yield Desk(parts, server, tenants, request.param)
    parts.hub.close()
    await server.stop()


class Page:
    """An open stream: what it was told so far."""

    def __init__(self) -> None:
        self.events: list[tuple[str, Any]] = []
        self.pings = 0
        self.ended = asyncio.Event()
        self.opened = asyncio.Event()
        self._topic = ""

    async def follow(self, browser: httpx.AsyncClient, params: dict[str, Any]) -> None:
        try:
            async with browser.stream("GET", "/live", params=params, timeout=None) as answer:
                assert answer.status_code == 200, await answer.aread()
                self.opened.set()
                async for line in answer.aiter_lines():
                    self._hear(line)
        finally:
            self.ended.set()

    async def follow_socket(self, browser: httpx.AsyncClient, params: dict[str, Any]) -> None:
        try:
            async with socket_of(browser, params) as socket:
                async for message in socket:
                    self.opened.set()
                    for line in str(message).splitlines():
                        self._hear(line)
                assert socket.close_code == 1000
        finally:
            self.ended.set()

    def _hear(self, line: str) -> None:
        self.pings += line.startswith(": ping")
        self._topic = line.removeprefix("event: ") if line.startswith("event: ") else self._topic
        if line.startswith("data: "):
            self.events.append((self._topic, json.loads(line[6:])))

    def numbers(self, topic: str) -> list[int]:
        return [data["n"] for name, data in self.events if name == topic]


def socket_of(
    browser: httpx.AsyncClient, params: dict[str, Any], *, origin: str | None = ""
) -> websockets.connect:
    """As the browser of the signed-in opens it; `origin`: of the page, of our own one unless said."""
    place = f"{browser.base_url.host}:{browser.base_url.port}"
    cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    return websockets.connect(
        f"ws://{place}{live_socket.PATH}?{httpx.QueryParams(params)}",
        origin=websockets.Origin(f"http://{place}") if origin == "" else origin and websockets.Origin(origin),
        additional_headers={"cookie": cookie},
        compression=None,
    )


async def asked(desk: Desk, browser: httpx.AsyncClient, **params: Any) -> int:
    """The status that the stream answers with."""
    if desk.line == "http":
        return (await browser.get("/live", params=params)).status_code
    async with socket_of(browser, params) as socket:
        with pytest.raises(websockets.ConnectionClosedError):
            await socket.recv()
    return (socket.close_code or 0) - live_socket.REFUSED


@asynccontextmanager
async def following(
    desk: Desk, browser: httpx.AsyncClient, *topics: str, **params: Any
) -> AsyncIterator[Page]:
    page = Page()
    follow = page.follow if desk.line == "http" else page.follow_socket
    task = asyncio.create_task(follow(browser, {"topics": ",".join(topics), **params}))
    try:
        async with asyncio.timeout(LONG_ENOUGH):
            await page.opened.wait()
        yield page
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError, httpx.HTTPError, websockets.WebSocketException):
            await task


async def until(true: Any) -> None:
    async with asyncio.timeout(LONG_ENOUGH):
        while not true():
            await asyncio.sleep(0.01)


@pytest.mark.engines("sqlite")
async def test_each_topic_asks_for_its_right(desk: Desk) -> None:
    """By every built-in role: refused where the right of one topic is missing, whatever else is asked with it."""
    for role in RIGHTS_OF.keys() - {Role.RESIDENT}:  # who is never granted, but follows from a house
        held = RIGHTS_OF[role]
        place = ("", 0) if role is Role.OPERATOR else (desk.tenant, 0 if role.value.endswith("admin") else 1)
        _, login = await desk.account((role, *place))
        async with desk.signed_in(login) as browser:
            for topic in sorted(TOPICS):
                if RIGHTS[topic] in held:
                    async with following(desk, browser, topic):
                        pass
                    continue
                assert await asked(desk, browser, topics=topic) == 403, f"{role} {topic}"
                assert await asked(desk, browser, topics=",".join(TOPICS)) == 403, role
    async with httpx.AsyncClient(base_url=desk.address, trust_env=False) as nobody:
        assert await asked(desk, nobody, topics="pass") == 401


@pytest.mark.engines("sqlite")
async def test_a_resident_and_staff_for_notices_hear_nothing(desk: Desk, monkeypatch: Any) -> None:
    """The topics' rights decide, not that somebody is signed in: a role that sees visits alone hears of visits alone."""
    monkeypatch.setitem(RIGHTS_OF, Role.STAFF, frozenset({Right.VISITORS_SEE, Right.NOTICES_SEE}))
    _, login = await desk.account((Role.STAFF, desk.tenant, 1))
    async with desk.signed_in(login) as browser:
        assert await asked(desk, browser, topics="pass") == 403
        async with following(desk, browser, "visit") as page:
            for topic in TOPICS:
                desk.publish(topic, 1)
            desk.publish("visit", 2, community_id=2)
            desk.publish("visit", 3, tenant=desk.foreign)
            desk.publish("visit", 4)
            await until(lambda: 4 in page.numbers("visit"))
            assert page.events == [("visit", {"n": 1}), ("visit", {"n": 4})]


@pytest.mark.engines("sqlite")
async def test_a_community_of_others_cannot_be_followed(desk: Desk) -> None:
    _, login = await desk.account((Role.COMMUNITY_MANAGER, desk.tenant, 1))
    async with desk.signed_in(login) as browser:
        assert await asked(desk, browser, topics="pass", communityId=2) == 404
        for wrong in ("", "nonsense", "pass,nonsense"):
            assert await asked(desk, browser, topics=wrong) == 400
            answer = await browser.get("/live", params={"topics": wrong})
            assert answer.json()["field"] == "topics"


async def test_a_busy_stream_ends_with_the_right(desk: Desk) -> None:
    """Events every 20 ms do not keep it from being looked at."""
    number, login = await desk.account((Role.COMMUNITY_MANAGER, desk.tenant, 1))
    async with desk.signed_in(login) as browser, following(desk, browser, "pass") as page:

        async def go_on() -> None:
            count = 0
            while True:
                desk.publish("pass", count := count + 1)
                await asyncio.sleep(0.02)

        busy = asyncio.create_task(go_on())
        try:
            await until(lambda: len(page.events) > 3)
            assert not page.ended.is_set()
            async with desk.parts.db.begin() as tx:
                await _take_role.run(tx, account=number, community=1)
            taken = time.monotonic()
            async with asyncio.timeout(LONG_ENOUGH):
                await page.ended.wait()
            heard = len(page.events)
            assert time.monotonic() - taken < LOOK_SECONDS + 5
            assert await asked(desk, browser, topics="pass") == 403
        finally:
            busy.cancel()
        assert len(page.events) == heard
        assert desk.parts.hub.readers == 0


async def test_a_stream_ends_with_its_session_account_and_company(desk: Desk) -> None:
    for how in ("sign out", "tenant", "reset", "set by others"):
        number, login = await desk.account(
            (Role.TENANT_ADMIN, desk.tenant, 0), (Role.TENANT_ADMIN, desk.foreign, 0)
        )
        async with desk.signed_in(login) as browser:
            (session,) = await sessions.list_sessions(desk.parts.db, number, now_ms=desk.parts.clock.now_ms())
            async with following(desk, browser, "pass") as page:
                await until(lambda: page.pings)  # looked at once, and going on
                async with desk.parts.db.begin() as tx:
                    if how == "sign out":
                        await sessions.revoke(tx, account_id=number, session_id=session.id)
                    elif how == "reset":
                        await ownership.void(tx, account_id=number, now_ms=desk.parts.clock.now_ms())
                    elif how == "set by others":
                        await _set_by_others.run(tx, row=number)
                    else:
                        await sessions.choose_tenant(tx, session, desk.foreign)
                async with asyncio.timeout(LONG_ENOUGH):
                    await page.ended.wait()


async def test_a_community_taken_away_is_heard_of_no_more(desk: Desk) -> None:
    number, login = await desk.account((Role.STAFF, desk.tenant, 1), (Role.STAFF, desk.tenant, 2))
    async with desk.signed_in(login) as browser, following(desk, browser, "pass") as page:
        desk.publish("pass", 1, community_id=2)
        await until(lambda: page.events)
        async with desk.parts.db.begin() as tx:
            await _take_role.run(tx, account=number, community=2)
        await until(lambda: ("missed", {}) in page.events)
        desk.publish("pass", 2, community_id=2)
        desk.publish("pass", 3, community_id=1)
        await until(lambda: 3 in page.numbers("pass"))
        assert page.numbers("pass") == [1, 3]


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize("desk", ["websocket"], indirect=True)
async def test_a_page_of_another_site_gets_no_socket(desk: Desk) -> None:
    """Nor what hides where it comes from: a browser's cookie alone proves nothing."""
    _, login = await desk.account((Role.COMMUNITY_MANAGER, desk.tenant, 1))
    async with desk.signed_in(login) as browser:
        for origin in ("http://evil.example", "null", None):
            with pytest.raises(websockets.InvalidStatus) as refused:
                await socket_of(browser, {"topics": "pass"}, origin=origin)
            assert refused.value.response.status_code == 403


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize("desk", ["websocket"], indirect=True)
async def test_a_page_has_nothing_to_say(desk: Desk) -> None:
    """What it does send ends the line, however long it would become; and a page that leaves is forgotten."""
    _, login = await desk.account((Role.COMMUNITY_MANAGER, desk.tenant, 1))
    async with desk.signed_in(login) as browser:
        for message, code in (("hello", 1008), ("x" * 100_000, 1009)):
            async with socket_of(browser, {"topics": "pass"}) as socket:
                await socket.recv()
                await socket.send(message)
                await socket.wait_closed()
            assert socket.close_code == code
        await until(lambda: not desk.parts.hub.readers)


def test_every_topic_has_a_right() -> None:
    named = {value for name, value in vars(live_topics).items() if name.isupper() and isinstance(value, str)}
    assert named == RIGHTS.keys() == TOPICS
