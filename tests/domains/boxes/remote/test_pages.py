"""A box's own page through the platform: who gets in, what neither side sees of the other, how it ends."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import update

from linli.domains.boxes.remote import box_page
from linli.domains.people.models import accounts as account_rows
from linli.domains.people.service import accounts, ownership
from linli.edge.services.web import Call
from linli.kernel.db import Command
from linli.kernel.http import HttpServer
from tests.console.conftest import SETUP
from tests.domains.boxes.remote.conftest import Site
from tests.domains.boxes.remote.test_tunnels import asked, base, row

PERSON = {"sec-fetch-mode": "navigate", "accept": "text/html"}
PAGE = {"sec-fetch-mode": "cors", "sec-fetch-site": "cross-site", "origin": "null"}


class HostileBox:
    """Something on the box's port that says whatever it likes, and keeps what it was told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, dict[str, str], bytes]] = []
        self.server = HttpServer(Call.app(self._serve))

    async def _serve(self, call: Call) -> None:
        body = b"".join([part async for part in call.body()])
        headers = {name.decode().lower(): value.decode() for name, value in call.headers}
        self.told.append((f"{call.method} {call.path}?{call.query}", headers, body))
        if call.path.startswith("/away"):
            where = {"/away/out": b"https://evil.example/", "/away/in": b"/next"}.get(
                call.path, b"//evil.example"
            )
            await call.answer(302, b"", "text/plain", [(b"Location", where)])
            return
        await call.answer(200, b"<script>page()</script>", "text/html", [
            (b"Set-Cookie", b"linli_session=stolen; Path=/"), (b"Service-Worker-Allowed", b"/"),
            (b"Content-Security-Policy", b"default-src *"), (b"Access-Control-Allow-Origin", b"*"),
            (b"Clear-Site-Data", b'"*"'), (b"Strict-Transport-Security", b"max-age=9"), (b"ETag", b'"1"'),
        ])  # fmt: skip


@pytest.fixture
async def hostile(site: Site) -> AsyncIterator[HostileBox]:
    box = HostileBox()
    await box.server.start()
    site.box.console_port = box.server.port
    yield box
    await box.server.stop(grace_seconds=0)


async def get(site: Site, path: str, **more: Any) -> httpx.Response:
    """As the signed-in browser, which follows nothing by itself."""
    given = {"headers": PERSON, **more}
    return await site.browser.request(given.pop("method", "GET"), base(site) + path, **given)


async def opened(site: Site) -> tuple[dict[str, Any], str]:
    made = await asked(site, "http", minutes=5)
    assert made["path"].startswith(box_page.PREFIX)
    answer = await get(site, made["path"])
    assert answer.status_code == 303, answer.text
    return made, answer.headers["location"]


async def test_a_hostile_page_has_no_origin_and_sees_nothing_of_the_console(
    site: Site, hostile: HostileBox
) -> None:
    made, place = await opened(site)
    answer = await get(site, place + "?a=1", headers={**PERSON, "authorization": "secret", "referer": "x"})
    assert answer.status_code == 200
    assert answer.text == "<script>page()</script>"
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("sandbox allow-scripts")
    assert "allow-same-origin" not in policy
    assert f"default-src {base(site)}{place};" in policy
    for name in ("set-cookie", "service-worker-allowed", "clear-site-data", "strict-transport-security"):
        assert name not in answer.headers
    assert "access-control-allow-origin" not in answer.headers  # a person's own visit needs none
    assert (answer.headers["etag"], answer.headers["cache-control"]) == ('"1"', "no-store")
    line, headers, _ = hostile.told[-1]
    assert line == "GET /?a=1"
    assert not {"cookie", "authorization", "referer", "origin"} & set(headers)
    kept = await row(site, made["id"], "open")
    assert (kept["kind"], kept["byName"], kept["reason"]) == ("http", "王伟", "门打不开")


async def test_what_the_page_loads_is_known_by_its_path_alone(site: Site, hostile: HostileBox) -> None:
    _, place = await opened(site)
    async with httpx.AsyncClient(trust_env=False) as page:  # a page without an origin sends no cookie
        asks = await page.post(
            base(site) + place + "api/login",
            content=b'{"word":"x"}',
            headers={**PAGE, "x-linli-request": "Bearer y"},
        )
        assert asks.status_code == 200
        assert asks.headers["access-control-allow-origin"] == "null"
        assert hostile.told[-1][0] == "POST /api/login?"
        assert (hostile.told[-1][1]["x-linli-request"], hostile.told[-1][2]) == ("Bearer y", b'{"word":"x"}')
        before = await page.options(base(site) + place + "api/login", headers=PAGE)
        assert (before.status_code, "x-linli-request" in before.headers["access-control-allow-headers"]) == (
            204,
            True,
        )
        assert len(hostile.told) == 1
        # Another site that learnt the path, somebody who was sent the address, a guess.
        other = await page.get(base(site) + place, headers={**PAGE, "origin": "https://elsewhere.example"})
        assert (other.status_code, "access-control-allow-origin" in other.headers) == (403, False)
        assert (await page.get(base(site) + place, headers=PERSON)).status_code == 403
        plain = {"accept": "text/html,*/*"}  # without TLS browsers do not say where they go
        assert (await page.get(base(site) + place, headers=plain)).status_code == 403
        assert (await page.get(base(site) + place[:-2] + "x/", headers=PAGE)).status_code == 410
        large = await page.post(base(site) + place, content=bytes(box_page.BODY_BYTES + 1), headers=PAGE)
        assert large.status_code == 413
    assert len(hostile.told) == 1


async def test_redirections_stay_within_the_box(site: Site, hostile: HostileBox) -> None:
    _, place = await opened(site)
    assert (await get(site, place + "away/in")).headers["location"] == place + "next"
    for out in ("away/out", "away/else"):
        assert "location" not in (await get(site, place + out)).headers


async def test_a_ticket_is_for_one_person_and_once(site: Site, hostile: HostileBox) -> None:
    made = await asked(site, "http")
    async with httpx.AsyncClient(trust_env=False) as nobody:
        assert (await nobody.get(base(site) + made["path"], headers=PERSON)).status_code == 403
    first = await get(site, made["path"])
    assert first.status_code == 303
    assert (await get(site, made["path"])).status_code == 410
    shell = await asked(site, "shell")
    ticket = shell["path"].rpartition("/")[2]
    assert (await get(site, f"{box_page.PREFIX}{shell['id']}/{ticket}/")).status_code == 404
    assert (await get(site, "/box-page/1/short/")).status_code == 404


async def test_it_ends_by_hand_by_its_time_and_with_the_session(site: Site, hostile: HostileBox) -> None:
    exchange = site.platform.edge_remote.exchange
    made, place = await opened(site)
    assert (await get(site, place)).status_code == 200
    assert (await site.browser.post(f"/edge/tunnels/{made['id']}/end")).status_code == 204
    assert (await get(site, place)).status_code == 410
    assert (await row(site, made["id"]))["whyEnded"] == "ended"

    made, place = await opened(site)
    assert (await get(site, place)).status_code == 200
    joint = next(iter(exchange._joints.values()))
    joint.tunnel = joint.tunnel._replace(until_ms=site.platform.clock.now_ms() - 1)
    await exchange.look()
    assert (await get(site, place)).status_code == 410
    assert (await row(site, made["id"]))["whyEnded"] == "time"

    made, place = await opened(site)
    assert (await get(site, place)).status_code == 200
    await site.browser.delete("/session")
    await exchange.look()
    answer = await get(site, place, headers=PAGE)
    assert (answer.status_code, "over" in answer.text) == (410, True)


_set_by_others = Command(update(account_rows).values(must_change=1))


@pytest.mark.parametrize("how", ["reset", "set by others"])
async def test_it_ends_with_the_password_behind_its_session(
    site: Site, hostile: HostileBox, how: str
) -> None:
    """A page that is open ends, and no other is opened with the old cookie."""
    _, place = await opened(site)
    assert (await get(site, place)).status_code == 200
    made = await asked(site, "http", minutes=5)
    db = site.platform.db
    account = await accounts.find_account(db, SETUP["login"])
    assert account is not None
    async with db.begin() as tx:
        if how == "reset":
            await ownership.void(tx, account_id=account.id, now_ms=site.platform.clock.now_ms())
        else:
            await _set_by_others.run(tx)
    await site.platform.edge_remote.exchange.look()
    assert (await get(site, place, headers=PAGE)).status_code == 410
    assert (await get(site, made["path"])).status_code in (401, 403, 410)
    assert (await site.browser.get("/projects")).status_code == (401 if how == "reset" else 403)


async def test_it_ends_when_nobody_looks(site: Site, hostile: HostileBox, tmp_path: Path) -> None:
    made, place = await opened(site)
    assert (await get(site, place)).status_code == 200
    pages = site.platform.edge_remote.pages
    pages._leave(next(iter(pages._visits.values())))  # as its timer does after three minutes
    assert (await row(site, made["id"]))["whyEnded"] == "person"
    assert (await get(site, place)).status_code == 410
    async with asyncio.timeout(30):
        while site.box.agent.open_tunnels:
            await asyncio.sleep(0.01)


async def test_a_box_without_a_page_says_so(site: Site) -> None:
    _, place = await opened(site)
    answer = await get(site, place)
    assert (answer.status_code, "switched off" in answer.text) == (502, True)
