"""A visitor's own phone rings a home by the code at an entrance: seen before it is answered, and told nothing."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from linli.domains.intercom.answering import Answering
from linli.domains.intercom.doorbell.front import OF_HOME, OF_NETWORK, DoorbellPages
from linli.domains.intercom.sip.bell_calls import MOST_EACH, BellCalls
from linli.domains.people.rights import Role
from linli.kernel.clock import ManualClock
from linli.kernel.db import Database
from linli.kernel.http import Callers
from linli.kernel.ids import Ids
from linli.rules import ladder, quiet
from tests.domains.access.estate import NEIGHBOUR_PHONE
from tests.domains.access.platform import until
from tests.domains.access.test_search import staff
from tests.domains.intercom.sip.house import House
from tests.domains.intercom.sip.pages import PAGE, PRINT, browser_answer, open_pages
from tests.domains.intercom.sip.test_calls import ANSWER, answer
from tests.domains.intercom.sip.test_guard_desk import Desk, account_of
from tests.domains.intercom.sip.test_home_settings import hours_now
from tests.domains.intercom.sip.test_ladder import choose_steps

pytest.importorskip("pylibsrtp")
pytest.importorskip("OpenSSL")
VISITOR = "visitor-page-0001"
STEPS = [{"name": step.name, "seconds": step.seconds, "on": step.on} for step in ladder.USUAL]


def camera_answer(offer: str) -> str:
    """What a browser says that sends its picture as H.264 and its voice."""
    _, voice, picture = offer.split("m=")
    lines = [f"m={part}" for part in (voice, picture)]
    lines[1] = lines[1].replace("SAVPF 96 97", "SAVPF 96").replace("a=recvonly", "a=sendonly")
    kept = [
        line for part in lines for line in part.split("\r\n")
        if line.startswith(("m=", "a=mid", "a=rtpmap", "a=fmtp", "a=send")) and "VP8" not in line
    ]  # fmt: skip
    return "\r\n".join(["v=0", "o=- 2 2 IN IP4 127.0.0.1", "s=-", "t=0 0", PRINT, *kept, ""])


@dataclass
class Entrance:
    """A house with a door, and the page of its doorbell."""

    house: House
    iot_id: str
    door: Any
    web: httpx.AsyncClient
    bell: dict[str, Any]

    @property
    def path(self) -> str:
        return f"{self.house.estate.path}/doorbells"

    async def change(self, **values: Any) -> httpx.Response:
        body = {"name": "东门", "iotId": self.iot_id, **values}
        return await self.house.estate.desk.put(f"{self.path}/{self.bell['bellId']}", json=body)

    async def call(self, room: str, page: str = VISITOR, **more: Any) -> httpx.Response:
        url, body = self.bell["url"], {"page": page, "room": room}
        called = await self.web.post(f"{url}/call", json=body, **more)
        if called.status_code == 200:
            offer = called.json()["description"]
            answered = {"page": page, "description": camera_answer(offer)}
            assert (await self.web.post(f"{url}/answer", json=answered)).status_code == 200
        return called

    async def state(self, page: str = VISITOR) -> dict[str, Any]:
        told = await self.web.post(f"{self.bell['url']}/state", json={"page": page})
        assert told.status_code == 200, told.text
        return dict(told.json())

    async def end(self, page: str = VISITOR) -> None:
        assert (await self.web.post(f"{self.bell['url']}/end", json={"page": page})).status_code == 200

    async def comes(self, page: str = VISITOR, **wanted: Any) -> None:
        async def there() -> bool:
            return wanted.items() <= (await self.state(page)).items()

        await until(there)

    async def calls(self) -> list[dict[str, Any]]:
        return list((await self.house.estate.desk.get("/calls")).json()["data"])


@asynccontextmanager
async def entrance(
    database: Database, clock: ManualClock, ids: Ids, tmp_path: Path, *, port: int, ring_s: float = 90.0
) -> AsyncIterator[Entrance]:
    async with open_pages(database, clock, ids, tmp_path, first_port=port) as house:
        answering = house.estate.parts.services["answering"]
        assert isinstance(answering, Answering)
        answering.bells = bells = BellCalls(house.front, house.front.calls.media, ring_s=ring_s)  # type: ignore[arg-type]
        iot_id, door, _ = await house.door()
        made = await house.estate.desk.post(
            f"{house.estate.path}/doorbells", json={"name": " 东门 ", "iotId": iot_id}
        )
        assert made.status_code == 201, made.text
        pages = DoorbellPages(house.estate.platform.db, clock, Callers((), clock), answering)
        transport = httpx.ASGITransport(app=pages)  # type: ignore[arg-type]
        async with httpx.AsyncClient(transport=transport, base_url="http://here") as web:
            yield Entrance(house, iot_id, door, web, made.json())
        bells.close()


@pytest.fixture
async def gate(database: Database, clock: ManualClock, ids: Ids, tmp_path: Path) -> AsyncIterator[Entrance]:
    async with entrance(database, clock, ids, tmp_path, port=26_200) as made:
        yield made


@pytest.fixture
async def brief(database: Database, clock: ManualClock, ids: Ids, tmp_path: Path) -> AsyncIterator[Entrance]:
    """It rings for two seconds at most."""
    async with entrance(database, clock, ids, tmp_path, port=26_800, ring_s=2.0) as made:
        yield made


async def rings_at(gate: Entrance, resident: Any) -> tuple[str, dict[str, Any]]:
    """The path of the call that rings at home, and what the home knows of it."""
    found: list[dict[str, Any]] = []
    answering = gate.house.estate.parts.services["answering"]
    assert isinstance(answering, Answering)

    async def there() -> bool:
        found[:] = (await resident.get("/calls/now")).json()["calls"]
        return bool(found) and answering.desk is not None and answering.desk.holds(int(found[0]["id"]))

    await until(there)
    return f"/houses/{found[0]['houseId']}/calls/{found[0]['id']}", found[0]


async def test_the_home_sees_the_visitor_answers_and_opens(gate: Entrance) -> None:
    shown = await gate.web.get(gate.bell["url"], headers={"accept-language": "fr"})
    assert (shown.status_code, "东门" in shown.text, "Ring" in shown.text) == (200, True, True)
    assert "script-src 'self'" in shown.headers["content-security-policy"]
    assert (await gate.web.get("/bell/visitor.js")).headers["content-type"].startswith("text/javascript")
    phone = await gate.house.member(0)
    async with gate.house.estate.phone() as owner:
        called = await gate.call("101")
        assert called.status_code == 200, called.text
        # One way of coding for all who see the visitor: what the browser chose of both that it was offered.
        sent = called.json()["description"]
        assert [word in sent for word in ("H264", "VP8", "a=recvonly", "a=sendrecv", "a=sendonly")] == [
            True, True, True, True, False,
        ]  # fmt: skip
        invite = await phone.request("INVITE")
        assert b"H264" in invite.body
        assert b"VP8" not in invite.body
        assert b"a=sendonly" in invite.body
        path, call = await rings_at(gate, owner)
        assert (call["bellName"], call["doorName"], call["state"]) == ("东门", "大门", "rings")
        joined = (await owner.post(f"{path}/join", json=PAGE)).json()["description"]
        assert "H264/90000" in joined
        body = {**PAGE, "description": browser_answer(joined)}
        assert (await owner.put(f"{path}/picture", json=body)).status_code == 204
        assert await gate.state() == {"state": "rings", "why": "", "opened": False}
        told = (await owner.post(f"{path}/open")).json()
        assert told["opened"], told
        assert gate.door.opened == 1
        await gate.comes(opened=True, state="rings")
        assert (await owner.post(f"{path}/take", json=PAGE)).status_code == 204
        await gate.comes(state="talks")
        assert (await owner.post(f"{path}/hang-up", json=PAGE)).status_code == 204
        await gate.comes(state="over", why="ended")

    async def written() -> bool:
        return [row["outcome"] for row in await gate.calls()] == ["answered"]

    await until(written)
    (row,) = await gate.calls()
    assert (row["bellName"], row["iotId"], row["opened"], row["answeredName"], row["fromDoor"]) == (
        "东门", gate.iot_id, True, "王伟", False,
    )  # fmt: skip


async def test_a_phone_answers_and_the_visitor_hangs_up(gate: Entrance) -> None:
    phone = await gate.house.member(0)
    assert (await gate.call("101")).status_code == 200
    answer(phone, await phone.request("INVITE"), 200, body=ANSWER)
    assert await phone.request("ACK")
    await gate.comes(state="talks")
    await gate.end()
    assert await phone.request("BYE")
    assert (await gate.state())["state"] == "over"


async def test_the_visitor_learns_nothing_of_who_does_not_answer(brief: Entrance) -> None:
    """A room that is none, a home where nobody is, one that declines and one that wants no calls look alike."""
    estate = brief.house.estate
    async with estate.phone() as owner:

        async def quiet_again() -> bool:
            return not (await owner.get("/calls/now")).json()["calls"]

        async def told(room: str, page: str, *, declines: bool = False) -> list[Any]:
            called = await brief.call(room, page)
            seen: list[Any] = [called.status_code, len(called.json()["description"].splitlines())]
            if declines:
                path, _ = await rings_at(brief, owner)
                await owner.post(f"{path}/join", json=PAGE)
                await owner.post(f"{path}/decline", json=PAGE)

                await until(quiet_again)
            seen.append(await brief.state(page))
            await brief.comes(page, state="over")
            return [*seen, await brief.state(page)]

        expected = [
            200,
            seen_lines(await brief.call("999", "visitor-page-0000")),
            {"state": "rings", "why": "", "opened": False},
            {"state": "over", "why": "nobody", "opened": False},
        ]
        await brief.comes("visitor-page-0000", state="over")
        assert await told("9-9-999", "visitor-page-0001") == expected
        assert await told("101", "visitor-page-0002") == expected
        await until(quiet_again)
        assert await told("101", "visitor-page-0003", declines=True) == expected
        # The home mutes the doorbell: it rings nobody there, and the visitor is told the same.
        last = (await brief.calls())[0]
        house_path = f"/houses/{estate.houses[0]}/calls/{last['id']}"
        assert (await owner.post(f"{house_path}/mute-bell")).status_code == 204
        before = len(await brief.calls())
        assert await told("101", "visitor-page-0004") == expected
        assert len(await brief.calls()) == before
        async with estate.phone(NEIGHBOUR_PHONE) as neighbour:
            assert (await neighbour.post(f"{house_path}/mute-bell")).status_code == 404
            other = house_path.replace(str(estate.houses[0]), str(estate.houses[1]))
            assert (await neighbour.post(f"{other}/mute-bell")).status_code == 404


def seen_lines(called: httpx.Response) -> int:
    return len(called.json()["description"].splitlines())


async def test_a_visitors_phone_opens_nothing_by_itself(gate: Entrance) -> None:
    """A home that opens to whoever rings opens to a door, not to a phone that may be anywhere; quiet hours hold."""
    estate = gate.house.estate
    path = f"/houses/{estate.houses[0]}"
    async with estate.phone() as owner:
        assert (await owner.post(f"{path}/auto-open", json={"minutes": 10})).status_code == 204
        assert (await gate.call("101")).status_code == 200
        await rings_at(gate, owner)
        assert gate.door.opened == 0
        await gate.end()
        quiet_now = {"steps": STEPS, "quiet": hours_now(gate.house, quiet.SKIP)}
        assert (await owner.put(f"{path}/call-settings", json=quiet_now)).status_code == 204
        for count in (2, 3):  # ringing again changes nothing here
            assert (await gate.call("101")).status_code == 200

            async def tried(count: int = count) -> bool:
                rows = await gate.calls()
                return len(rows) == count and all(row["outcome"] for row in rows)

            await until(tried)
            assert (await owner.get("/calls/now")).json()["calls"] == []
            await gate.end()


async def test_without_a_door_it_says_so(gate: Entrance) -> None:
    assert (await gate.change(iotId="")).status_code == 200
    async with gate.house.estate.phone() as owner:
        await gate.call("101")
        path, call = await rings_at(gate, owner)
        assert (call["bellName"], call["doorName"]) == ("东门", "")
        asked = await owner.post(f"{path}/open")
        assert asked.status_code == 200, asked.text
        told = asked.json()
        assert (told["opened"], bool(told["words"])) == (False, True)
        assert gate.door.opened == 0


async def test_too_many_calls_are_refused(gate: Entrance) -> None:
    """By network at once and within minutes; by home without a word."""
    for place in range(MOST_EACH):
        assert (await gate.call("999", f"visitor-page-000{place}")).status_code == 200
    refused = await gate.call("999", "visitor-page-0009")
    assert (refused.status_code, refused.json()["code"]) == (429, "intercom.bell_busy")
    again = await gate.call("999", "visitor-page-0000")  # one call a browser: the new one takes its place
    assert again.status_code == 200
    for place in range(MOST_EACH):
        await gate.end(f"visitor-page-000{place}")
    tried = MOST_EACH + 2
    for _ in range(OF_NETWORK - tried):
        assert (await gate.call("101")).status_code == 200
        await gate.end()
    assert (await gate.call("101")).status_code == 429
    assert OF_NETWORK - tried <= OF_HOME


async def test_the_property_switches_it_off(gate: Entrance) -> None:
    estate = gate.house.estate
    now = hours_now(gate.house, quiet.SKIP)
    other = {"fromMinute": now["toMinute"], "toMinute": now["fromMinute"]}
    for values in ({"isOn": False}, other):
        assert (await gate.change(**values)).status_code == 200
        assert "呼叫</button>" not in (await gate.web.get(gate.bell["url"])).text
        off = await gate.call("101")
        assert (off.status_code, off.json()["code"]) == (409, "intercom.bell_off")
    assert (await gate.change()).status_code == 200
    async with staff(estate, Role.STAFF, community_id=estate.community) as guard:
        muted = await guard.post(f"{gate.path}/{gate.bell['bellId']}/mute", json={"muted": True})
        assert muted.status_code == 204, muted.text
        assert (await gate.call("101")).status_code == 409
        await guard.post(f"{gate.path}/{gate.bell['bellId']}/mute", json={"muted": False})
        assert (await gate.call("101")).status_code == 200
    renewed = (await estate.desk.post(f"{gate.path}/{gate.bell['bellId']}/renew")).json()
    assert renewed["url"] != gate.bell["url"]
    assert (await gate.web.get(gate.bell["url"])).status_code == 404  # what was printed rings nobody
    assert (await gate.call("101")).status_code == 404
    assert (await gate.web.get(renewed["url"])).status_code == 200
    assert (await estate.desk.delete(f"{gate.path}/{gate.bell['bellId']}")).status_code == 204
    assert (await gate.web.get(renewed["url"])).status_code == 404
    assert (await estate.desk.get(gate.path)).json() == []


async def test_a_guard_desk_takes_it(gate: Entrance) -> None:
    estate = gate.house.estate
    await choose_steps(gate.house, "desk:30,family:30")
    desk = Desk(gate.house, estate.desk, await account_of(estate.desk))
    await gate.call("101")
    call = await desk.rings()
    (row,) = await desk.now()
    assert (row["call"]["bellName"], row["call"]["houseId"]) == ("东门", str(estate.houses[0]))
    await desk.look(call)
    await desk.ask(call, "take")
    await gate.comes(state="talks")


async def test_what_does_not_fit_is_named(gate: Entrance) -> None:
    estate, url = gate.house.estate, gate.bell["url"]
    assert (await gate.web.post(f"{url}/call", content=b"{", headers=JSON)).status_code == 400
    assert (await gate.web.post(f"{url}/call", content=b"{}", headers=JSON)).status_code == 400
    assert (await gate.web.post(f"{url}/call", content=b"x" * 30_000, headers=JSON)).status_code == 400
    assert (await gate.web.post(f"{url}/call", content=b"{}")).status_code == 400  # no form of another site
    assert (await gate.call(" ")).json()["code"] == "bad_input"
    broken = {"page": VISITOR, "description": "v=0"}
    assert (await gate.web.post(f"{url}/answer", json=broken)).json()["code"] == "intercom.call_over"
    assert (await gate.web.post(f"{url}/call", json={"page": VISITOR, "room": "101"})).status_code == 200
    assert (await gate.web.post(f"{url}/answer", json=broken)).json()["code"] == "intercom.cannot_see"
    assert (await gate.web.put(url)).status_code == 405
    for values, field in (
        ({"name": " "}, "name"), ({"fromMinute": 1440}, "fromMinute"), ({"days": 0}, "days"),
        ({"spaceId": 5}, "spaceId"), ({"name": "长" * 40}, "name"),
    ):  # fmt: skip
        refused = await gate.change(**values)
        assert (refused.status_code, field in refused.text) == (400, True), (values, refused.text)
    assert (await gate.change(iotId="no-door")).status_code == 404
    async with staff(estate, Role.STAFF, community_id=estate.community + 1) as stranger:
        assert (await stranger.get(gate.path)).status_code == 404
        mute = f"{gate.path}/{gate.bell['bellId']}/mute"
        assert (await stranger.post(mute, json={"muted": True})).status_code == 404


JSON = {"content-type": "application/json"}
