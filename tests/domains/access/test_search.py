"""Searches find what tables print, each under its own right: addresses, plates, whole card numbers, doors."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from linli.domains.access.queries.card_holders import CardNumbers
from linli.domains.communities.queries import finding
from linli.domains.people.rights import OwnRights, Right, Rights, Role
from linli.domains.people.service import accounts
from linli.kernel.clock import ManualClock
from linli.kernel.db import Database
from linli.kernel.ids import Ids
from tests.console.conftest import PASSWORD, Browser
from tests.domains.access.estate import Estate, open_estate
from tests.domains.access.platform import until

CARD = "7731904455"
PLATE = "浙A12345"


@pytest.fixture
async def estate(database: Database, clock: ManualClock, ids: Ids, tmp_path: Path) -> AsyncIterator[Estate]:
    async with open_estate(database, clock, ids, tmp_path) as made:
        await made.new_door("door-7", "南门", online=False)
        card = {"kind": "card", "personId": made.owner, "number": CARD}
        given = await made.desk.post(f"/communities/{made.community}/credentials", json=card)
        assert given.status_code == 201, given.text
        vehicle = {"plate": PLATE, "identityId": made.owner}
        added = await made.desk.post(f"/communities/{made.community}/vehicles", json=vehicle)
        assert added.status_code == 201, added.text
        yield made


@asynccontextmanager
async def staff(estate: Estate, role: Role, **place: Any) -> AsyncIterator[Browser]:
    hashed = await accounts.hash_password(PASSWORD)
    place = {"tenant_id": estate.tenant.tenant, **place}
    async with estate.platform.db.begin() as tx:
        account = await accounts.create_account(
            tx,
            login="guard1",
            password_hash=hashed,
            proven=True,
            name="保安",
            ids=estate.platform.ids,
            now_ms=estate.now,
        )
        await accounts.grant_role(tx, account_id=account, role=role, now_ms=estate.now, **place)
    async with Browser(estate.parts, address="192.0.2.77") as browser:
        assert (await browser.sign_in("guard1")).status_code == 200
        yield browser


async def residents(web: httpx.AsyncClient, estate: Estate, text: str) -> list[str]:
    answer = await web.get(f"/communities/{estate.community}/residents", params={"q": text})
    return sorted(row["name"] for row in answer.json()["data"])


async def houses(web: httpx.AsyncClient, estate: Estate, text: str) -> list[str]:
    answer = await web.get(f"/communities/{estate.community}/houses", params={"q": text})
    return [row["location"] for row in answer.json()["data"]]


async def hits(web: httpx.AsyncClient, text: str) -> list[tuple[str, str, str]]:
    answer = await web.get("/search", params={"q": text})
    return [(hit["kind"], hit["title"], hit["detail"]) for hit in answer.json()]


@pytest.mark.parametrize("text", ["1幢101室", "1-101", "0101", "1幢/101", "A12345", PLATE, CARD, "王伟"])
async def test_residents_are_found_by_what_tables_print(estate: Estate, text: str) -> None:
    assert await residents(estate.desk, estate, text) == ["王伟"]
    assert await residents(estate.desk, estate, "9幢901") == []


async def test_houses_and_everything(estate: Estate) -> None:
    desk = estate.desk
    for text in ("1幢101室", "0101", "A12345", CARD):
        assert await houses(desk, estate, text) == ["1幢/101"], text
    assert await houses(desk, estate, "2幢") == ["2幢/201"]
    assert ("house", "Building 1, Room 101", "桂花里") in await hits(desk, "1幢101室")
    assert await hits(desk, "a12345") == [("vehicle", PLATE, "王伟")]
    assert ("door", "南门", "door-7") in await hits(desk, "door-7")
    assert [hit for hit in await hits(desk, "南门") if hit[0] == "device"] == []


async def test_a_card_is_found_whole_and_shown_masked(estate: Estate) -> None:
    async with staff(estate, Role.STAFF, community_id=estate.community) as guard:
        for web in (estate.desk, guard):
            answer = await web.get("/search", params={"q": CARD})
            assert [(hit["kind"], hit["title"], hit["detail"]) for hit in answer.json()] == [
                ("card", "…4455", "王伟")
            ]
            assert CARD not in answer.text
            for part in (CARD[:-1], CARD[1:], "4455", "7731"):
                assert await hits(web, part) == []
                assert await residents(web, estate, part) == []


async def test_who_sees_neither_cards_nor_vehicles_finds_nobody_by_them(estate: Estate) -> None:
    db, tenant, community = estate.platform.db, estate.tenant.tenant, estate.community

    async def persons_by(text: str, *also: Right) -> int:
        own = OwnRights(tenant, frozenset({Right.RESIDENTS_SEE, *also}), communities=frozenset({community}))
        search = finding.search_of(Rights(1, "前台", (), (own,)), estate.tenant, community, CardNumbers())
        return len((await finding.hits(estate.tenant, db, text, search)).persons)

    assert [await persons_by(PLATE), await persons_by(CARD)] == [0, 0]
    assert await persons_by(PLATE, Right.VEHICLES_SEE) == 1
    assert await persons_by(CARD, Right.DEVICES_SEE) == 1


async def test_a_card_on_the_reader_says_whose_it_is_and_what_it_opens(estate: Estate) -> None:
    path, desk = estate.path, estate.desk
    (door,) = (await desk.get("/doors")).json()["data"]
    await estate.serve(door["iotId"], estate.root)

    async def read(web: httpx.AsyncClient, number: str = CARD) -> dict[str, Any]:
        answer = await web.post(f"{path}/card-readings", json={"number": number})
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def doors() -> list[tuple[str, list[str], list[str]]]:
        answer = await desk.get(f"{path}/residents/{estate.owner}/doors")
        return [(row["name"], row["kinds"], row["serves"]) for row in answer.json()]

    (card,) = (await read(desk))["credentials"]
    assert (card["personName"], card["state"]) == ("王伟", "live")

    async def opens() -> bool:
        return [opened["name"] for opened in (await read(desk))["doors"]] == ["南门"]

    await until(opens)
    assert await doors() == [("南门", ["card"], ["桂花里"])]
    async with staff(estate, Role.STAFF, community_id=estate.community) as guard:
        answer = await guard.post(f"{path}/card-readings", json={"number": CARD})
        assert answer.json()["credentials"][0]["shown"] == "…4455"
        assert CARD not in answer.text
        assert (await read(guard, CARD[1:])) == {"credentials": [], "doors": []}
        named = {"origin": card["origin"], "ref": card["ref"], "personId": card["personId"]}
        refused = await guard.post(f"{path}/held-credentials/end", json={**named, "reason": "lost"})
        assert refused.status_code == 403
    empty = await desk.post(f"{path}/card-readings", json={"number": " "})
    assert (empty.status_code, empty.json()["field"]) == (400, "number")

    lost = await desk.post(f"{path}/held-credentials/end", json={**named, "reason": "lost"})
    assert lost.status_code == 200, lost.text
    assert (await read(desk))["doors"] == []
    assert (await read(desk))["credentials"][0]["endReason"] == "lost"

    async def shut() -> bool:
        return await doors() == [("南门", [], ["桂花里"])]

    await until(shut)
    again = await desk.post(f"{path}/held-credentials/restore", json=named)
    assert again.status_code in (201, 204), again.text
    await until(opens)
    assert await doors() == [("南门", ["card"], ["桂花里"])]


async def test_what_is_delivered_names_the_person(estate: Estate) -> None:
    iot_id, _ = await estate.new_door("door-9", "侧门", online=False)
    await estate.switch()
    await estate.serve(iot_id, estate.root)
    rows: list[dict[str, Any]] = []

    async def delivered() -> bool:
        nonlocal rows
        rows = (await estate.desk.get("/deliveries", params={"subject": estate.owner})).json()["data"]
        return bool(rows)

    await until(delivered)
    assert {(row["subject"], row["subjectName"]) for row in rows} == {(estate.owner, "王伟")}
