"""What opens doors is read by nobody who only looks: canaries are planted, then everything that can be read is read."""

import asyncio
import contextlib
import io
import re
import zipfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import select

from linli.kernel.db import Query
from linli.openapi.models import request_log
from linli.things.debugging.models import refused_uplinks
from linli.things.models import service_calls
from tests.console.canary_site import CARD, NAME, ORDER, PHONE, Site, gone, listened, plant, running_site
from tests.scope.test_routes import ROUTES

ENDLESS = {"GET /live"}
"""Heard in a test of its own."""
WHOLE_CARDS = {
    "GET /passes", "GET /passes/export.csv", "GET /passes/export.xlsx",
    "GET /communities/{community_id}/credentials",
    "GET /doors/{iot_id}/reading", "GET /communities/{community_id}/held-credentials",
    "GET /communities/{community_id}/held-credentials/export.csv",
    "GET /communities/{community_id}/held-credentials/export.xlsx", "GET /organisation/export",
}  # fmt: skip
"""Where whoever has `codes.use` reads card numbers, and what Bluetooth keys are made from."""


@pytest_asyncio.fixture
async def site(database_url: str, tmp_path: Path) -> AsyncIterator[Site]:
    async with running_site(database_url, tmp_path) as made:
        yield made


def _texts(answer: httpx.Response) -> str:
    """All that can be read of an answer: a workbook is unpacked."""
    if answer.content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
            return "\n".join(book.read(name).decode("utf-8", "replace") for name in book.namelist())
    return answer.text.replace("\\/", "/")


def _canaries_in(site: Site, text: str, *, cards: bool) -> Iterator[str]:
    for secret, what in site.canaries.items():
        # A PIN is a number: only where it stands alone.
        pattern = rf"(?<![\w.-]){secret}(?![\w.-])" if secret.isdigit() else re.escape(secret)
        if re.search(pattern, text):
            yield f"{what}: {secret}"
    if not cards:
        yield from (
            f"a card or what Bluetooth keys are made from: {one}" for one in (CARD, ORDER) if one in text
        )


def _asks(site: Site, name: str, found: dict[str, list[str]]) -> Iterator[tuple[str, dict[str, Any]]]:
    """(path, query) of every way to ask a route for what there is."""
    ids = {
        "community_id": site.community, "iot_id": site.iot_id, "product_key": site.product_key,
        "apply_id": site.apply_id, "identity_id": site.person, "person_id": site.person, "space_id": site.house,
        "house_id": site.house, "identifier": "PermissionCount",
    }  # fmt: skip
    path = name.partition(" ")[2]
    queries: list[dict[str, Any]] = [{}]
    if path == "/records":
        queries = [{"modelId": "iot_entrance_event_model"}]
    elif path == "/trace":
        queries = [{"id": number} for number in found["trace"]]
    elif path.endswith("/history") and "delivery" not in path:
        kinds = (("credentials", "*"), ("passes", "*"), ("door", site.iot_id), ("visit", site.apply_id))
        queries = [{"kind": kind, "target": target} for kind, target in kinds]
    elif path.endswith("/why"):
        queries = [{"personId": site.person}]
    elif path.endswith("/why-not"):
        queries = [{"identifier": "syncPermissions"}]
    elif path == "/search":
        queries = [{"q": site.person[:8]}, {"q": CARD}, {"q": "北门"}]
    for name_, wanted in (("delivery_id", "delivery"), ("call_id", "call"), ("record_id", "record")):
        if f"{{{name_}}}" in path:
            for number in found[wanted]:
                yield _filled(path, {**ids, name_: number}), {}
            return
    for query in queries:
        yield _filled(path, ids), query


def _filled(path: str, ids: dict[str, Any]) -> str:
    return re.sub(r"{(\w+)}", lambda match: str(ids.get(match[1], 1)), path)


async def _numbers(site: Site) -> dict[str, list[str]]:
    browser = site.browsers["guard"]
    messages = (await browser.get(f"/devices/{site.iot_id}/messages")).json()
    records = (await browser.get("/records", params={"modelId": "iot_entrance_event_model"})).json()["data"]
    requests = (await site.browsers["administrator"].get("/requests")).json()
    return {
        "delivery": [row["id"] for row in (await browser.get("/deliveries")).json()["data"]],
        "call": [row["traceId"] for row in messages if row["direction"] == "down"],
        "trace": [row["traceId"] for row in messages] + [row["requestId"] for row in requests],
        "record": [row["id"] for row in records],
    }


async def test_no_code_is_read_where_it_may_not_be(site: Site) -> None:
    heard: dict[str, list[str]] = {who: [] for who in site.browsers}
    ears = [asyncio.create_task(listened(site, who, lines)) for who, lines in heard.items()]
    await plant(site)
    assert len(site.canaries) >= 9
    numbers = await _numbers(site)
    assert all(numbers.values()), numbers
    wrong, read = [], 0
    for who, browser in site.browsers.items():
        for name in sorted(ROUTES):
            if not name.startswith("GET ") or name in ENDLESS:
                continue
            for path, query in _asks(site, name, numbers):
                answer = await browser.get(path, params=query)
                assert answer.status_code < 500, (path, answer.text)
                read += answer.is_success
                cards = who != "guard" and name in WHOLE_CARDS
                wrong += [f"{who} {path}: {one}" for one in _canaries_in(site, _texts(answer), cards=cards)]
    assert wrong == []
    assert read > 300
    for ear in ears:
        ear.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await ear
    for who, lines in heard.items():
        told = "".join(lines)
        assert all(f"event: {topic}" in told for topic in ("pass", "delivery", "message")), who
        assert list(_canaries_in(site, told, cards=False)) == [], who


async def test_what_was_kept_of_messages_and_requests_holds_no_code_and_no_person(site: Site) -> None:
    await plant(site)
    kept = ""
    for table in (service_calls, refused_uplinks, request_log):
        kept += f"{await Query(select(table), unscoped='a test looks at all').all(site.platform.db)}\n"
    assert "syncPermissions" in kept
    assert "/entrance/paas/perm/qrcode/config" in kept
    assert list(_canaries_in(site, kept, cards=False)) == []
    for person in (PHONE, NAME):
        assert person not in kept


async def test_a_permission_file_is_gone_when_the_door_has_it(site: Site) -> None:
    await plant(site)
    assert len(site.links) > 2
    assert {await gone(site, link) for link in site.links} <= {403, 404}
    folder = Path(site.platform.settings.data_dir) / "objects" / site.tenant_id / "door-permissions"
    assert [file for file in folder.rglob("*") if file.is_file()] == []


@pytest.mark.parametrize("who", ["guard", "manager"])
async def test_whole_cards_are_read_by_right(site: Site, who: str) -> None:
    await plant(site)
    browser, here = site.browsers[who], f"/communities/{site.community}"
    for path in (f"{here}/credentials", f"{here}/held-credentials", "/passes", "/passes/export.csv"):
        told = (await browser.get(path)).text
        assert (CARD in told) == (who == "manager"), path
        assert CARD[-4:] in told
    row = (await browser.get(f"{here}/held-credentials", params={"origin": "code"})).json()["data"][0]
    named = {"origin": row["origin"], "ref": row["ref"], "personId": row["personId"]}
    answer = await browser.post(f"{here}/held-credentials/reveal", json=named)
    assert answer.status_code == (200 if who == "manager" else 403)
    assert ("code" in answer.json() and answer.json()["code"] in site.canaries) == (who == "manager")
