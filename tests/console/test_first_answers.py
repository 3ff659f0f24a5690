"""What a page brings along of who is there."""

import html
import json
import re
from pathlib import Path
from typing import Any

import httpx
import pytest

from linli.console.app import console_app
from linli.console.first_answers import QUESTIONS, FirstAnswers
from linli.console.pages import Pages
from linli.console.parts import Parts
from tests.console.conftest import Browser

_ANSWERS = re.compile(r'<meta name="linli-answers" content="([^"]*)">')

DOORS: dict[str, Any] = {
    "files": ["/assets/doors.js"],
    "ask": {
        "devices.use": ["/api/console/doors?communityId={community}"],
        "nobody.has": ["/api/console/communities/{community}/houses"],
    },
    "bring": {"devices.use": ["/api/console/door-outages?communityId={community}", "/api/console/nowhere"]},
}
"""What the build says of a page."""
ANSWERED = {
    "/api/console/session": {"rights": ["devices.use"]},
    "/api/console/doors": {"data": ["南门"]},
    "/api/console/door-outages": [],
    "/api/console/communities/7/houses": {"data": []},
}


def console_of(*communities: str) -> Any:
    """A console of somebody who looks after the doors of these communities."""
    answers = {**ANSWERED, "/api/console/communities": {"data": [{"id": one} for one in communities]}}

    async def answering(scope: Any, _receive: Any, send: Any) -> None:
        found = answers.get(scope["path"])
        await send({"type": "http.response.start", "status": 404 if found is None else 200, "headers": []})
        await send({"type": "http.response.body", "body": json.dumps(found).encode()})

    return answering


@pytest.fixture
def site(tmp_path: Path, parts: Parts) -> httpx.AsyncClient:
    pages = tmp_path / "pages"
    pages.mkdir()
    (pages / "first.json").write_text(json.dumps({"": {}, "/doors": DOORS}))
    (pages / "index.html").write_text(
        '<meta name="linli-page" content="{}"><meta name="linli-answers" content="{}">'
    )
    asked = Pages(pages, answers=FirstAnswers(console_app(parts)))
    return httpx.AsyncClient(transport=httpx.ASGITransport(asked), base_url="http://linli.test")  # type: ignore[arg-type]


def cookie_of(browser: Browser) -> str:
    return "; ".join(f"{name}={value}" for name, value in browser.cookies.items())


def told(answer: httpx.Response) -> dict[str, dict[str, object]]:
    found = _ANSWERS.search(answer.text)
    assert found, answer.text
    return json.loads(html.unescape(found[1]))  # type: ignore[no-any-return]


async def test_the_page_of_somebody_signed_in_says_who_they_are(
    site: httpx.AsyncClient, administrator: Browser
) -> None:
    answer = await site.get("/doors", headers={"cookie": cookie_of(administrator)})
    first = told(answer)
    assert tuple(first) == QUESTIONS
    assert first[QUESTIONS[0]] == (await administrator.get("/session")).json()
    assert first[QUESTIONS[1]] == (await administrator.get("/communities?pageSize=100")).json()
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.usefixtures("site")
async def test_no_name_can_leave_its_place(tmp_path: Path) -> None:
    body = b'{"name": "\\"><script>alert(1)</script><b a=\'"}'

    async def answering(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": body})

    asked = Pages(tmp_path / "pages", answers=FirstAnswers(answering))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(asked), base_url="http://linli.test") as site:  # type: ignore[arg-type]
        answer = await site.get("/", headers={"cookie": "linli_session=x"})
    assert "<script>" not in answer.text
    assert told(answer)[QUESTIONS[0]] == json.loads(body)


@pytest.mark.parametrize("cookie", ["", f"linli_session={'x' * 43}", "other=1"])
async def test_nobody_is_told_anything(site: httpx.AsyncClient, administrator: Browser, cookie: str) -> None:
    answer = await site.get("/doors", headers={"cookie": cookie})
    assert told(answer) == {}
    assert answer.headers["cache-control"] == "no-cache"


async def test_whoever_signed_out_is_told_nothing(site: httpx.AsyncClient, administrator: Browser) -> None:
    cookie = cookie_of(administrator)
    assert (await administrator.delete("/session")).status_code < 300
    assert told(await site.get("/", headers={"cookie": cookie})) == {}


@pytest.mark.usefixtures("site")
@pytest.mark.parametrize(
    ("communities", "path", "more"),
    [
        (["7"], "/doors", {"doors?communityId=7": {"data": ["南门"]}, "door-outages?communityId=7": []}),
        (["7", "8"], "/doors", {}),  # only the browser knows which one is chosen
        ([], "/doors", {}),
        (["7"], "/doors?state=offline", {}),
        (["7"], "/spaces", {}),
    ],
)
async def test_who_works_in_one_community_is_told_what_the_page_asks_first(
    tmp_path: Path, communities: list[str], path: str, more: dict[str, Any]
) -> None:
    """As far as the rights go; what is refused the page asks by itself, and says so."""
    asked = Pages(tmp_path / "pages", answers=FirstAnswers(console_of(*communities)))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(asked), base_url="http://linli.test") as site:  # type: ignore[arg-type]
        first = told(await site.get(path, headers={"cookie": "linli_session=x"}))
    assert list(first)[:2] == [*QUESTIONS]
    assert {way: first[way] for way in list(first)[2:]} == {
        f"/api/console/{way}": answer for way, answer in more.items()
    }
