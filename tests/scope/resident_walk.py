"""Routes of residents, with ids of a lot."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx

from linli.domains.privacy.topics import OTHER, TOPICS
from tests.resident.test_scope import BODIES, ROUTES
from tests.scope.canaries import Canaries, Overheard
from tests.scope.desk import Ask
from tests.scope.town import Town

STREAM = "GET /calls/live"
"""Ends with its page: what it tells is looked at in tests/resident/test_live.py."""
READS = sorted(name for name in ROUTES if name.startswith("GET ") and name != STREAM)
_LAST = ("POST /sessions/revoke-others", "DELETE /session")
WRITES = [*sorted(ROUTES.keys() - {*READS, STREAM, *_LAST}), *_LAST]
"""What ends the session comes last."""


def asks(route: str, town: Town, canaries: Canaries, lot_name: str) -> list[Ask]:
    lot, rows = town.lots[lot_name], canaries.rows[lot_name]
    known: dict[str, Any] = {
        "community_id": lot.community, "house_id": lot.house, "identity_id": rows["person"],
        "session_id": 1, "notice_id": rows["notice"], "asset_id": lot.asset, "vehicle_id": rows["vehicle"],
        "apply_id": rows["visit"], "iot_id": lot.door, "request_id": lot.asked_deletion,
        "call_id": 1, "asking_id": lot.house, "bind_id": lot.terminal_bind,
        "code": canaries.of(lot_name, "house invitation"), "credential_id": lot.credential,
        "stay_id": lot.owing_stay,
    }  # fmt: skip
    path = {name: known[name] for name in re.findall(r"{(\w+)}", route) if name != "topic"}
    body = BODIES.get(route)
    if isinstance(body, dict) and "houseId" in body:
        body = {**body, "houseId": lot.house}
    if "{topic}" in route:
        return [Ask({**path, "topic": topic}) for topic in (*TOPICS, OTHER)]
    return [Ask(path, body=body)]


@asynccontextmanager
async def phone_of(town: Town, phone: str, heard: list[Overheard]) -> AsyncIterator[httpx.AsyncClient]:
    """Signed in on the residents' pages with the code that was sent."""
    async with httpx.AsyncClient(
        base_url=f"{town.platform.objects.base_url}/api/resident",
        headers={"x-linli-request": "1", "accept-language": "en"},
        trust_env=False,
        timeout=100,
    ) as browser:
        asked = await browser.post("/session/code", json={"phone": phone})
        assert asked.status_code == 202, asked.text
        code = await _sent(town, phone, heard)
        answer = await browser.post("/session/code/verify", json={"phone": phone, "code": code})
        assert answer.status_code == 200, answer.text
        yield browser


async def _sent(town: Town, phone: str, heard: list[Overheard]) -> str:
    return next(one.plain for one in reversed(heard) if one.about == f"code:{phone}")


async def own_export(browser: httpx.AsyncClient) -> bytes:
    """The list of a resident's exports once the one that was just asked for is made: its link stands in it."""
    asked = await browser.post("/my-data/exports")
    assert asked.is_success, asked.text
    async with asyncio.timeout(30):
        while True:
            answer = await browser.get("/my-data/exports")
            if b"/files/" in answer.content:
                return answer.content
            await asyncio.sleep(0.05)
