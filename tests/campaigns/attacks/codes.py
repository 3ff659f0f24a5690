"""Codes that open doors, looked for in everything that staff without their own right to them can read."""

import asyncio
import contextlib
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

import httpx

from linli.console.live_topics import RIGHTS
from linli.domains.people.rights import RIGHTS_OF, Role
from linli.sim.door import SimulatedDoor
from tests.campaigns.attacks.rights import path_of
from tests.campaigns.attacks.tally import Tally
from tests.campaigns.attacks.target import Target
from tests.scope.test_routes import ROUTES

KIND: Final = "codes"
READERS: Final = {"guard": Role.STAFF, "manager": Role.COMMUNITY_MANAGER, "administrator": Role.TENANT_ADMIN}
PIN: Final = "58043197"
LINK: Final = re.compile(r"https?://[^\s\"'\\]+/files/[^\s\"'\\]+")
HELD_SECONDS: Final = 30.0
HOUR_MS: Final = 3_600_000


async def attempts(target: Target, tally: Tally) -> None:
    """Give a QR code and a PIN, have a door fetch and confirm both, and read everything."""
    async with _door(target) as door, _listening(target) as heard:
        secrets = await _give(target, door)
        for name, role in READERS.items():
            await _read(target, tally, name, role, secrets)
        await asyncio.sleep(1)
        for name, text in heard.items():
            tally.note(KIND, f"{name} listens to every topic", bool(text), "nothing was told")
            await _look(target, tally, f"{name} live", "".join(text), secrets)


async def _give(target: Target, door: SimulatedDoor) -> list[str]:
    """What was given, once the door holds it: texts that nobody else may read."""
    administrator, community = target.browsers["administrator"], target.site.community_id
    named = {"personId": target.person, "name": "住户", "endsMs": int(time.time() * 1000) + HOUR_MS}
    iot_ids = [target.site.iot_ids["door-0"]]
    answer = await administrator.post(
        "/qr-codes", json={**named, "communityId": community, "iotIds": iot_ids}
    )
    assert answer.is_success, answer.text
    code: str = answer.json()["qrCode"]
    pin = {"kind": "pin", "number": PIN, "reach": "doors", "iotIds": iot_ids, **named}
    answer = await administrator.post(f"/communities/{community}/credentials", json=pin)
    assert answer.is_success, answer.text
    async with asyncio.timeout(HELD_SECONDS):
        while not (door.permissions.qr and door.permissions.passwords):
            await asyncio.sleep(0.05)
    return [code, PIN]


async def _read(target: Target, tally: Tally, name: str, role: Role, secrets: list[str]) -> None:
    """Each list and detail that the role may ask for."""
    browser = target.browsers[name]
    query = {"communityId": str(target.site.community_id), "iotId": target.site.iot_ids["door-0"]}
    held = {right.value for right in RIGHTS_OF[role]} | {"signed_in"}
    for route, handler in sorted(ROUTES.items()):
        if not route.startswith("GET ") or route == "GET /live" or str(handler.opt["right"]) not in held:
            continue
        answer = await browser.get(path_of(target, route), params=query)
        await _look(target, tally, f"{name} {route}", answer.text, secrets)


async def _look(target: Target, tally: Tally, what: str, text: str, secrets: list[str]) -> None:
    """Neither the text nor a file that it links to holds a secret."""
    plain = text.replace("\\/", "/").replace("\\u0026", "&")
    tally.note(KIND, what, not any(one in plain for one in secrets), "a whole code")
    assert target.installation.trust is not None
    async with httpx.AsyncClient(verify=target.installation.trust, trust_env=False) as nobody:
        for link in sorted(set(LINK.findall(plain)))[:20]:
            with contextlib.suppress(httpx.HTTPError):
                file = await nobody.get(link)
                tally.note(KIND, f"{what}: a link", not any(one in file.text for one in secrets), link)


@asynccontextmanager
async def _door(target: Target) -> AsyncIterator[SimulatedDoor]:
    door = SimulatedDoor(target.site.triples["door-0"], "127.0.0.1", target.installation.mqtt_port)
    assert target.installation.trust is not None
    door.trust = target.installation.trust
    await door.start()
    try:
        await door.link.wait_online()
        yield door
    finally:
        await door.stop()


@asynccontextmanager
async def _listening(target: Target) -> AsyncIterator[dict[str, list[str]]]:
    """What those who may read lists are told meanwhile, by name."""
    heard: dict[str, list[str]] = {name: [] for name in READERS}

    async def listen(name: str, topics: str) -> None:
        params: dict[str, Any] = {"topics": topics}
        async with target.browsers[name].stream("GET", "/live", params=params, timeout=None) as answer:
            assert answer.status_code == 200, answer.status_code
            async for line in answer.aiter_lines():
                heard[name].append(line)

    tasks = [
        asyncio.create_task(
            listen(name, ",".join(t for t, right in RIGHTS.items() if right in RIGHTS_OF[role]))
        )
        for name, role in READERS.items()
    ]
    try:
        while not all(heard.values()):
            await asyncio.sleep(0.05)
        yield heard
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
