"""Log-ins that are not one's own: added beforehand, reset, guessed, founded past the wall; one-time codes guessed."""

import asyncio
import re
import time
from typing import Any, Final

import httpx

from tests.campaigns.attacks.tally import Tally
from tests.campaigns.attacks.target import ADMINISTRATOR, HEADERS, RESIDENT, Target
from tests.campaigns.site import PASSWORD

KIND: Final = "takeover"
VICTIMS: Final = ("13500000001", "13500000002", "13500000003", "13500000004")
OUTSIDER, GUESSED = "13500000008", "13500000009"
GUESSES: Final = 30
WORD: Final = re.compile(r"[A-Za-z0-9_\-]{6,64}")


async def attempts(target: Target, tally: Tally) -> None:
    for number, phone in enumerate(VICTIMS):
        await _beforehand(target, tally, phone, reset_first=number % 2 == 0, kept=number > 1)
    await _reset_from_elsewhere(target, tally)
    await _wall(target, tally)
    await _guesses(target, tally)
    await _codes(target, tally)


async def _added(browser: httpx.AsyncClient, phone: str) -> tuple[str, str]:
    """(account, all that was told)"""
    answer = await browser.post("/organisation/persons", json={"persons": [{"name": "某人", "phone": phone}]})
    assert answer.status_code == 201, answer.text
    return str(answer.json()[0]["accountId"]), answer.text


async def _beforehand(target: Target, tally: Tally, phone: str, *, reset_first: bool, kept: bool) -> None:
    """A stranger's company adds a phone and keeps all it is told; then the phone becomes somebody elsewhere."""
    stranger, administrator = target.browsers["stranger"], target.browsers["administrator"]
    account, told = await _added(stranger, phone)
    if reset_first:
        told += (await stranger.post(f"/organisation/persons/{account}/password")).text
    ours, _ = await _added(administrator, phone)
    if not reset_first:
        told += (await stranger.post(f"/organisation/persons/{account}/password")).text
    if not kept:
        await stranger.put(f"/organisation/persons/{account}/access", json={"disabled": True})
    tally.note(KIND, f"{phone}: one log-in for both", account == ours, (account, ours))
    words = [PASSWORD, "", "!", *dict.fromkeys(WORD.findall(told))][:12]
    for word in words:
        await _refused(target, tally, phone, word)


async def _refused(target: Target, tally: Tally, login: str, password: str) -> None:
    async with target.new_browser() as thief:
        answer = await thief.post("/session", json={"login": login, "password": password})
        tally.note(
            KIND, f"{login} with a word that was told", answer.status_code in (400, 401, 429), answer.text
        )
        opened = await thief.post(f"/doors/{target.site.iot_ids['door-0']}/open", json={"reason": "x"})
        tally.note(KIND, f"{login} opens a door", opened.status_code == 401, opened.status_code)


async def _reset_from_elsewhere(target: Target, tally: Tally) -> None:
    """A company that has added the manager of another one touches neither their password nor their session."""
    stranger, manager = target.browsers["stranger"], target.browsers["manager"]
    phone = (await manager.get("/session")).json()["login"]
    account, _ = await _added(stranger, phone)
    answer = await stranger.post(f"/organisation/persons/{account}/password")
    tally.note(KIND, "reset of another company's manager", answer.status_code in (403, 409), answer.text)
    still = await manager.get("/session")
    tally.note(KIND, "the manager goes on working", still.status_code == 200, still.status_code)
    async with target.new_browser() as again:
        answer = await again.post("/session", json={"login": phone, "password": PASSWORD})
        tally.note(KIND, "the manager's own password still opens", answer.status_code == 200, answer.text)


async def _wall(target: Target, tally: Tally) -> None:
    """Founding a company without an invitation: by registration, and by a log-in made on the residents' page."""
    async with target.new_browser() as browser, target.client() as client:
        answer = await browser.post("/registration/code", json={"phone": OUTSIDER})
        tally.note(KIND, "registration without invitation", answer.status_code == 403, answer.text)
        resident = "/api/resident/session/code"
        asked = await client.post(resident, json={"phone": OUTSIDER}, headers=HEADERS)
        if asked.status_code == 202:
            body = {"phone": OUTSIDER, "code": await target.code_for(OUTSIDER)}
            await client.post(f"{resident}/verify", json=body, headers=HEADERS)
        if target.hurry:
            return
        async with asyncio.timeout(90):  # until one more code is sent to the same phone
            while (await browser.post("/session/code", json={"phone": OUTSIDER})).status_code == 429:
                await asyncio.sleep(3)
        code = await target.code_for(OUTSIDER)
        await browser.post("/session/code/verify", json={"phone": OUTSIDER, "code": code})
        answer = await browser.post("/first-use/organisation", json={"name": "墙外公司"})
        tally.note(KIND, "founding past the wall", answer.status_code in (401, 403), answer.text)


async def _guesses(target: Target, tally: Tally) -> None:
    """Many wrong passwords from one address, some at once; the owner, who was here before, still gets in."""
    administrator = target.browsers["administrator"]

    async def guess(number: int) -> int:
        async with target.new_browser() as browser:
            body = {"login": ADMINISTRATOR, "password": f"wrong guess {number}"}
            return (await browser.post("/session", json=body)).status_code

    began = time.monotonic()
    answers = await asyncio.gather(*(guess(number) for number in range(GUESSES)))
    for number, status in enumerate(answers):
        tally.note(KIND, f"guess {number}", status in (401, 429), status)
    looked_at = sum(status == 401 for status in answers)
    tally.note(KIND, "most guesses at once are not looked at", looked_at <= 12, looked_at)
    answer = await administrator.post("/session", json={"login": ADMINISTRATOR, "password": PASSWORD})
    tally.note(KIND, "the owner is not locked out of a known device", answer.status_code == 200, answer.text)
    tally.figures["guesses"] = {
        "sent": GUESSES, "looked_at": looked_at, "seconds": round(time.monotonic() - began, 1),
    }  # fmt: skip


async def _codes(target: Target, tally: Tally) -> None:
    """Wrong codes for a phone that has just been sent one, at once and one after the other; then the right one."""
    async with target.new_browser() as owner:
        answer = await owner.post("/session/code", json={"phone": GUESSED})
        assert answer.status_code == 202, answer.text
    right = "000000"  # nobody's: the phone has no log-in, and nothing tells
    known = await _code_or_none(target)
    wrong = [f"{number:06}" for number in range(GUESSES) if f"{number:06}" != known]

    async def guess(code: str) -> int:
        async with target.new_browser() as browser:
            answer = await browser.post("/session/code/verify", json={"phone": GUESSED, "code": code})
            return answer.status_code

    answers = await asyncio.gather(*(guess(code) for code in [right, *wrong]))
    for code, status in zip([right, *wrong], answers, strict=True):
        tally.note(KIND, f"code {code}", status in (400, 401, 403, 404, 429), status)
    if known:
        status = await guess(known)
        tally.note(KIND, "the right code after too many wrong ones", status != 200, status)
    phones: dict[str, Any] = {}
    async with target.new_browser() as browser:
        for phone in (RESIDENT, "13512345678"):
            answer = await browser.post("/session/code", json={"phone": phone})
            phones[phone] = (answer.status_code, sorted(answer.json()))
    tally.note(
        KIND,
        "a known and an unknown phone are answered alike",
        len(set(map(str, phones.values()))) == 1,
        phones,
    )


async def _code_or_none(target: Target) -> str:
    try:
        async with asyncio.timeout(2):
            return await target.code_for(GUESSED)
    except TimeoutError:
        return ""
