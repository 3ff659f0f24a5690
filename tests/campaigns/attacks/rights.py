"""Routes, streams and downloads asked for by those who may not: nobody, a resident, a guard, another company."""

import asyncio
import re
from typing import Final

import httpx

from linli.console.live_topics import RIGHTS, TOPICS
from linli.domains.people.rights import RIGHTS_OF, Role
from tests.campaigns.attacks.tally import Tally
from tests.campaigns.attacks.target import ADMINISTRATOR, CANARY, RESIDENT, Target
from tests.campaigns.publisher import Publisher
from tests.campaigns.site import METER
from tests.scope.test_routes import ROUTES

AT_ONCE: Final = 8
LISTEN_SECONDS: Final = 2.0
HURRIED: Final = 5
"""Of so many routes one is asked in a hurry: `tests/scope` asks all."""
ENDING: Final = frozenset({"DELETE /session", "POST /sessions/revoke-others", "POST /session/tenant"})
"""Would end the session that asks."""


def path_of(target: Target, name: str) -> str:
    """The route's address with ids of the attacked company."""
    known = {
        "community_id": target.site.community_id,
        "iot_id": target.site.iot_ids["door-0"],
        "house_id": target.site.houses[0],
        "space_id": target.site.houses[0],
        "tenant_id": target.site.tenant_id,
        "project_id": target.site.project_id,
        "app_key": target.site.app_key,
        "identity_id": target.person,
        "product_key": target.site.triples[f"{METER}-0"].product_key,
    }
    return re.sub(r"{(\w+)}", lambda one: str(known.get(one[1], 1)), name.partition(" ")[2])


async def attempts(target: Target, tally: Tally) -> None:
    resident = target.browsers["resident"]
    async with target.new_browser() as nobody:
        await _routes(target, tally, nobody, resident)
        await _live(target, tally, nobody, resident)


async def _routes(
    target: Target, tally: Tally, nobody: httpx.AsyncClient, resident: httpx.AsyncClient
) -> None:
    gate = asyncio.Semaphore(AT_ONCE)
    guard, stranger = target.browsers["guard"], target.browsers["stranger"]
    lacking = {one.value for one in set().union(*RIGHTS_OF.values()) - RIGHTS_OF[Role.STAFF]}

    async def ask(name: str) -> None:
        method, path = name.partition(" ")[0], path_of(target, name)
        right = str(ROUTES[name].opt["right"])
        async with gate:
            answer = await nobody.request(method, path, json={} if method != "GET" else None)
            tally.note("nobody", name, answer.status_code == 401, answer.status_code)
            if right != "signed_in":
                answer = await resident.request(method, path, json={} if method != "GET" else None)
                tally.note("resident", name, answer.status_code == 403, answer.status_code)
            if right in lacking:
                answer = await guard.request(method, path, json={} if method != "GET" else None)
                tally.note("guard", name, answer.status_code == 403, answer.status_code)
            if method == "GET" and name != "GET /live":
                answer = await stranger.get(path, params={"communityId": target.site.community_id})
                seen = [one for one in (CANARY, RESIDENT, ADMINISTRATOR) if one in answer.text]
                tally.note(
                    "stranger", name, not seen and answer.status_code < 500, seen or answer.status_code
                )

    every = sorted(ROUTES.keys() - ENDING)
    await asyncio.gather(*(ask(name) for name in (every[::HURRIED] if target.hurry else every)))


async def _live(target: Target, tally: Tally, nobody: httpx.AsyncClient, resident: httpx.AsyncClient) -> None:
    for topic in sorted(TOPICS):
        for who, browser in (("nobody", nobody), ("resident", resident)):
            answer = await browser.get("/live", params={"topics": topic})
            tally.note("live", f"{who} {topic}", answer.status_code in (401, 403), answer.status_code)
    held = ",".join(topic for topic, right in RIGHTS.items() if right in RIGHTS_OF[Role.TENANT_ADMIN])
    told = await asyncio.gather(
        *(_listen(target.browsers[name], held) for name in ("administrator", "stranger")), _stir(target)
    )
    tally.note("live", "the company itself hears of its doors", told[0] > 0, told[0])
    tally.note("live", "another company hears nothing", told[1] == 0, told[1])


async def _listen(browser: httpx.AsyncClient, topics: str) -> int:
    """Events told within a while."""
    told = 0
    try:
        async with asyncio.timeout(LISTEN_SECONDS), browser.stream(
            "GET", "/live", params={"topics": topics}, timeout=None
        ) as answer:  # fmt: skip
            assert answer.status_code == 200, answer.status_code
            async for line in answer.aiter_lines():
                told += line.startswith("event: ")
    except TimeoutError:
        pass
    return told


async def _stir(target: Target) -> None:
    """A device of the attacked company comes and reports."""
    await asyncio.sleep(LISTEN_SECONDS / 4)
    device = Publisher(target.site.triples["meter-1"], target.installation.mqtt_port)
    device.start()
    device.post({"Energy": 1.5}, number="1")
    await asyncio.sleep(LISTEN_SECONDS / 2)
    await device.stop()
