"""A guard desk holds calls and passes them on: the visitor stays on the line, and no call is lost on the way."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from linli.calls import handover
from linli.domains.intercom.service.derived import group_of_house
from linli.domains.people.rights import Role
from linli.kernel.clock import ManualClock
from linli.kernel.db import Database
from linli.kernel.ids import Ids
from linli.protocols import sdp, sip
from tests.domains.access.platform import until
from tests.domains.access.test_search import staff
from tests.domains.intercom.sip.house import House
from tests.domains.intercom.sip.pages import PAGE, open_pages
from tests.domains.intercom.sip.phone import Phone
from tests.domains.intercom.sip.test_calls import ANSWER, acknowledge, answer, send
from tests.domains.intercom.sip.test_guard_desk import OTHER, Desk, account_of
from tests.domains.intercom.sip.test_ladder import choose_steps, course, desk_phone, tried, unit

pytest.importorskip("pylibsrtp")
pytest.importorskip("OpenSSL")


@pytest.fixture
async def house(database: Database, clock: ManualClock, ids: Ids, tmp_path: Path) -> AsyncIterator[House]:
    async with open_pages(database, clock, ids, tmp_path, first_port=26_200) as made:
        yield made


async def final(station: Phone) -> sip.Response:
    """The 200 of its INVITE."""
    accepted = await station.response(200)
    while "INVITE" not in (accepted.get("cseq") or ""):
        accepted = await station.response(200)
    return accepted


async def talk(house: House, desk: Desk, station: Phone) -> tuple[str, sip.Dialog]:
    """The door rings the home, whose calls the desk gets first; this desk takes it."""
    invite = await station.call(group_of_house(house.estate.houses[0]))
    call = await desk.rings()
    await desk.look(call)
    await desk.ask(call, "take")
    return call, acknowledge(station, invite, await final(station))


async def shown(desk: Desk, call: str) -> dict[str, Any]:
    return next((row for row in await desk.now() if row["call"]["id"] == call), {})


def talker(house: House, call: str) -> Any:
    """Whom the door hears."""
    made = house.front.calls.by_id(int(call))
    assert made is not None
    return made._media.session._talker


async def give(desk: Desk, call: str, status: int = 204, **to: str) -> Any:
    answered = await desk.web.post(f"{desk.path}/calls/{call}/pass", json={**desk.page, **to})
    assert answered.status_code == status, answered.text
    return answered.json() if answered.content else None


async def test_a_held_door_hears_nobody_until_the_desk_talks_again(house: House) -> None:
    _, _, station = await house.door()
    await choose_steps(house, "desk:60")
    desk = Desk(house, house.estate.desk, await account_of(house.estate.desk))
    call, dialog = await talk(house, desk, station)
    assert talker(house, call) is not None
    await desk.ask(call, "hold")
    row = await shown(desk, call)
    assert (row["state"], row["mine"]) == ("held", True)
    assert row["heldMs"] > 0
    assert talker(house, call) is None
    await desk.ask(call, "hold")  # again: nothing moves
    assert (await shown(desk, call))["heldMs"] == row["heldMs"]
    assert (await desk.ask(call, "open", 200))["opened"]
    assert (await desk.ask(call, "join", 200))["state"] == "talks"  # its picture, after another line
    await desk.ask(call, "resume")
    assert (await shown(desk, call))["state"] == "talks"
    assert talker(house, call) is not None
    await desk.ask(call, "hold")
    send(station, dialog.request("BYE"))  # the visitor leaves meanwhile
    await course(house, "answered")
    assert await desk.now() == []
    assert (await desk.ask(call, "resume", 409))["code"] == "intercom.call_over"


async def test_a_desk_that_takes_another_call_holds_the_first(house: House) -> None:
    _, _, station = await house.door()
    _, _, second = await house.door("SN-2")
    await choose_steps(house, "desk:60")
    desk = Desk(house, house.estate.desk, await account_of(house.estate.desk))
    call, _ = await talk(house, desk, station)
    invite = await second.call(group_of_house(house.estate.houses[0]))

    async def two() -> bool:
        return len(await desk.now()) == 2

    await until(two)
    other = next(row["call"]["id"] for row in await desk.now() if row["call"]["id"] != call)
    await desk.look(other)
    await desk.ask(other, "take")
    acknowledge(second, invite, await final(second))
    assert [(await shown(desk, each))["state"] for each in (call, other)] == ["held", "talks"]
    await desk.ask(call, "resume")
    assert [(await shown(desk, each))["state"] for each in (call, other)] == ["talks", "held"]


async def test_a_held_call_ends_after_its_limit(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handover, "HELD_S", 0.2)
    _, _, station = await house.door()
    await choose_steps(house, "desk:60")
    desk = Desk(house, house.estate.desk, await account_of(house.estate.desk))
    call, _ = await talk(house, desk, station)
    await desk.ask(call, "hold")
    assert await station.request("BYE")
    await course(house, "answered")


async def test_a_call_is_passed_to_another_desk(house: House) -> None:
    _, _, station = await house.door()
    await choose_steps(house, "desk:60")
    async with staff(house.estate, Role.STAFF, community_id=house.estate.community) as guard:
        desk = Desk(house, house.estate.desk, await account_of(house.estate.desk))
        theirs = await account_of(guard)
        colleague = Desk(house, guard, theirs, OTHER)
        call, _ = await talk(house, desk, station)
        params = {"page": desk.page["page"]}
        targets = (await desk.web.get(f"{desk.path}/calls/{call}/targets", params=params)).json()
        assert targets["seats"] == [{"accountId": str(theirs), "name": "保安"}]
        assert (targets["houseId"], targets["indoor"], targets["family"]) == (
            str(house.estate.houses[0]), False, True,
        )  # fmt: skip
        await give(desk, call, to="seat", accountId=str(theirs))
        assert (await shown(desk, call))["state"] == "passes"
        assert (await shown(colleague, call))["state"] == "rings"
        assert talker(house, call) is None
        again = await give(desk, call, 409, to="seat", accountId=str(theirs))
        assert again["code"] == "intercom.passed_on"
        await colleague.look(call)
        await colleague.ask(call, "take")

        async def theirs_now() -> bool:
            return bool((await shown(colleague, call)).get("mine"))

        await until(theirs_now)
        assert (await shown(desk, call))["state"] == "talks"
        assert (await desk.ask(call, "hang-up", 409))["code"] == "intercom.taken_elsewhere"
        assert talker(house, call) is not None
        await colleague.ask(call, "hang-up")
        station.send(sip.respond(await station.request("BYE"), 200))
        detail = await course(house, "answered")
        assert detail["call"]["answeredName"] == "保安"
        steps = [(step, result, who) for step, _, result, who in tried(detail)]
        assert steps[0][:2] == ("desk", "answered")
        assert steps[1] == ("passed", "passed", steps[0][2])
        assert steps[2] == ("seat", "answered", "保安")


async def test_a_desk_that_declines_sends_the_call_back(house: House) -> None:
    _, _, station = await house.door()
    await choose_steps(house, "desk:60")
    async with staff(house.estate, Role.STAFF, community_id=house.estate.community) as guard:
        desk = Desk(house, house.estate.desk, await account_of(house.estate.desk))
        colleague = Desk(house, guard, await account_of(guard), OTHER)
        call, _ = await talk(house, desk, station)
        await give(desk, call, to="seat", accountId=str(await account_of(guard)))
        await desk.ask(call, "resume")  # before anybody took it
        assert (await shown(desk, call))["state"] == "talks"
        assert talker(house, call) is not None
        await give(desk, call, to="seat", accountId=str(await account_of(guard)))
        await desk.ask(call, "decline")  # who passed it on declines nothing
        await colleague.ask(call, "decline")

        async def back() -> bool:
            row = await shown(desk, call)
            return row["state"] == "talks" and row["mine"]

        await until(back)
        await desk.ask(call, "hang-up")
        steps = [(step, result) for step, _, result, _ in tried(await course(house, "answered"))]
        assert steps == [
            ("desk", "answered"), ("passed", "passed"), ("seat", "given_up"), ("passed", "passed"),
            ("seat", "refused"),
        ]  # fmt: skip


async def test_a_call_to_the_property_is_passed_to_a_home(house: House) -> None:
    """Its indoor unit is a SIP phone: it is offered what the door was answered, and the door's own dialog stays."""
    _, _, station = await house.door()
    number = (await desk_phone(house)).number
    indoor = await unit(house, 1)
    desk = Desk(house, house.estate.desk, await account_of(house.estate.desk))
    invite = await station.call(number)
    call = await desk.rings()
    await desk.look(call)
    await desk.ask(call, "take")
    acknowledge(station, invite, await final(station))
    assert (await give(desk, call, 400, to="indoor"))["field"] == "houseId"
    await give(desk, call, to="indoor", houseId=str(house.estate.houses[1]))
    received = await indoor.request("INVITE")
    assert sdp.read(received.body).media[0].formats == ["8"]
    answer(indoor, received, 200, body=ANSWER)
    assert await indoor.request("ACK")
    await until(lambda: talker(house, call) is not None)
    await station.silence()  # nothing of this is told to the door
    theirs = sip.Dialog.of_request(received, "callee")
    send(indoor, theirs.request("BYE"))
    assert await station.request("BYE")
    detail = await course(house, "answered")
    assert detail["call"]["houseId"] == str(house.estate.houses[1])
    assert [(step, result) for step, _, result, _ in tried(detail)][-1] == ("indoor", "answered")


async def test_a_home_that_does_not_answer_sends_the_call_back(house: House) -> None:
    _, _, station = await house.door()
    await choose_steps(house, "desk:60")
    indoor = await unit(house)
    desk = Desk(house, house.estate.desk, await account_of(house.estate.desk))
    call, _ = await talk(house, desk, station)
    await give(desk, call, to="indoor")
    answer(indoor, await indoor.request("INVITE"), 486)

    async def back() -> bool:
        return (await shown(desk, call))["state"] == "talks"

    await until(back)
    assert talker(house, call) is not None
    await give(desk, call, to="indoor")
    await indoor.request("INVITE")
    station.send(sip.respond(station.make("BYE", "sip:x"), 200))  # nonsense changes nothing
    assert (await shown(desk, call))["state"] == "passes"


async def test_what_a_page_held_goes_back_to_the_queue_with_it(house: House) -> None:
    _, _, station = await house.door()
    await choose_steps(house, "desk:60")
    desk = Desk(house, house.estate.desk, await account_of(house.estate.desk))
    call, _ = await talk(house, desk, station)
    await desk.ask(call, "hold")
    desk.desks.leave(desk.seat, for_good=True)  # nobody is at a desk now
    async with staff(house.estate, Role.STAFF, community_id=house.estate.community) as guard:
        colleague = Desk(house, guard, await account_of(guard), OTHER)
        assert (await shown(colleague, call))["state"] == "rings"
        await colleague.look(call)
        await colleague.ask(call, "take")
        assert (await shown(colleague, call))["mine"]
        await colleague.ask(call, "hang-up")
        assert await station.request("BYE")
        steps = [(step, result, who) for step, _, result, who in tried(await course(house, "answered"))]
        assert steps[2] == ("queue", "answered", "保安")


async def test_a_visitor_whom_nobody_takes_up_again_was_missed(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("linli.domains.intercom.sip.desk_passing.QUEUE_S", 0.2)
    _, _, station = await house.door()
    await choose_steps(house, "desk:60")
    desk = Desk(house, house.estate.desk, await account_of(house.estate.desk))
    call, _ = await talk(house, desk, station)
    await desk.ask(call, "hold")
    desk.desks.leave(desk.seat, for_good=True)
    assert await station.request("BYE")
    await course(house, "missed")


async def test_a_page_that_went_while_its_call_was_passed_on(house: House) -> None:
    """Nobody takes it there either: it rings at all desks."""
    _, _, station = await house.door()
    await choose_steps(house, "desk:60")
    indoor = await unit(house)
    desk = Desk(house, house.estate.desk, await account_of(house.estate.desk))
    call, _ = await talk(house, desk, station)
    await give(desk, call, to="indoor")
    received = await indoor.request("INVITE")
    desk.desks.leave(desk.seat, for_good=True)
    answer(indoor, received, 603)
    async with staff(house.estate, Role.STAFF, community_id=house.estate.community) as guard:
        colleague = Desk(house, guard, await account_of(guard), OTHER)

        async def waits() -> bool:
            return (await shown(colleague, call)).get("state") == "rings"

        await until(waits)


async def test_nobody_holds_or_passes_what_is_not_theirs(house: House) -> None:
    _, _, station = await house.door()
    await choose_steps(house, "desk:60")
    estate = house.estate
    desk = Desk(house, estate.desk, await account_of(estate.desk))
    own = str(await account_of(estate.desk))
    call, _ = await talk(house, desk, station)
    async with staff(estate, Role.STAFF, community_id=estate.community) as guard:
        colleague = Desk(house, guard, await account_of(guard), OTHER)
        for way in ("hold", "resume"):
            assert (await colleague.ask(call, way, 409))["code"] == "intercom.taken_elsewhere", way
        stolen = await give(colleague, call, 409, to="seat", accountId=own)
        assert stolen["code"] == "intercom.taken_elsewhere"
        for way in ("hold", "resume"):  # with the page's name of somebody else
            forged = await guard.post(f"{desk.path}/calls/{call}/{way}", json=PAGE)
            assert (forged.status_code, forged.json()["code"]) == (409, "intercom.not_at_desk")
    assert (await give(desk, call, 409, to="seat", accountId=own))["code"] == "intercom.nobody_there"
    assert (await give(desk, call, 409, to="seat", accountId="99"))["code"] == "intercom.nobody_there"
    assert (await give(desk, call, 400, to="seat"))["field"] == "accountId"
    assert (await give(desk, call, 409, to="indoor"))["code"] == "intercom.nobody_there"
    other = await give(desk, call, 409, to="family", houseId=str(estate.houses[1]))
    assert other["code"] == "intercom.other_home"
    for stranger in ("1", str(estate.community), "9" * 19):
        assert (await give(desk, call, 404, to="family", houseId=stranger))["code"] == "not_found"
    for bad in ({"to": "mars"}, {"to": "seat", "accountId": "x"}, {"to": "family", "houseId": "1" * 30}, {}):
        await give(desk, call, 400, **bad)
    assert (await shown(desk, call))["state"] == "talks"


async def test_a_guard_of_another_community_reaches_no_call(house: House) -> None:
    _, _, station = await house.door()
    await choose_steps(house, "desk:60")
    desk = Desk(house, house.estate.desk, await account_of(house.estate.desk))
    call, _ = await talk(house, desk, station)
    async with staff(house.estate, Role.STAFF, community_id=house.estate.community + 1) as stranger:
        for way, more in (("hold", {}), ("resume", {}), ("pass", {"to": "family"})):
            refused = await stranger.post(f"{desk.path}/calls/{call}/{way}", json={**PAGE, **more})
            assert (refused.status_code, refused.json()["code"]) == (404, "not_found"), way
        asked = await stranger.get(f"{desk.path}/calls/{call}/targets", params=PAGE)
        assert asked.status_code == 404
    assert (await shown(desk, call))["state"] == "talks"


async def test_two_desks_do_not_throw_a_call_without_end(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("linli.domains.intercom.sip.desk_passing.MOST_PASSES", 2)
    _, _, station = await house.door()
    await choose_steps(house, "desk:60")
    async with staff(house.estate, Role.STAFF, community_id=house.estate.community) as guard:
        desk = Desk(house, house.estate.desk, await account_of(house.estate.desk))
        colleague = Desk(house, guard, await account_of(guard), OTHER)
        call, _ = await talk(house, desk, station)
        for giver, taker in ((desk, colleague), (colleague, desk)):
            await give(giver, call, to="seat", accountId=str(await account_of(taker.web)))
            await taker.look(call)
            await taker.ask(call, "take")
            assert (await shown(taker, call))["mine"]
        thrown = await give(desk, call, 409, to="seat", accountId=str(await account_of(guard)))
        assert thrown["code"] == "intercom.passed_often"


async def test_a_phone_may_hold_the_desk(house: House) -> None:
    """A member's phone that holds its call to the property is answered right, and goes on as it likes."""
    await house.door()
    phone, number = await house.member(0), (await desk_phone(house)).number
    desk = Desk(house, house.estate.desk, await account_of(house.estate.desk))
    invite = await phone.call(number)
    call = await desk.rings()
    await desk.look(call)
    await desk.ask(call, "take")
    dialog = acknowledge(phone, invite, await final(phone))
    for asked, told in (("sendonly", "recvonly"), ("inactive", "inactive"), ("sendrecv", "sendrecv")):
        renewal = dialog.request("INVITE")
        renewal.set("contact", f"<sip:{phone.number}@127.0.0.1:{phone.port}>")
        renewal.set("content-type", "application/sdp")
        renewal.body = invite.body + f"a={asked}\r\n".encode()
        send(phone, renewal)
        accepted = await final(phone)
        medium = sdp.read(accepted.body).media[0]
        assert medium.port > 0
        assert ("a", told) in medium.lines, (asked, accepted.body)
        send(phone, dialog.ack())
    refer = dialog.request("REFER")
    refer.set("refer-to", f"<sip:{number}@127.0.0.1>")
    send(phone, refer)
    refused = await phone.response(405)
    assert "REFER" not in (refused.get("allow") or "")
    assert (await shown(desk, call))["state"] == "talks"


async def test_a_call_moves_from_a_phone_to_the_same_persons_computer(house: House) -> None:
    """Two pages of one person are two desks: what one has is not the other's, and either may give it to the other."""
    _, _, station = await house.door()
    await choose_steps(house, "desk:30,family:30")
    web = house.estate.desk
    account = await account_of(web)
    phone, computer = Desk(house, web, account), Desk(house, web, account, OTHER)

    async def at(desk: Desk) -> tuple[str, bool]:
        (row,) = (await web.get(desk.path, params=desk.page)).json()["calls"]
        return row["state"], row["mine"]

    invite = await station.call(group_of_house(house.estate.houses[0]))
    call = await phone.rings()
    await phone.look(call)
    await phone.ask(call, "take")
    acknowledge(station, invite, await final(station))
    assert await at(phone) == ("talks", True)
    assert await at(computer) == ("talks", False)
    refused = await computer.ask(call, "hang-up", 409)
    assert refused["code"] == "intercom.taken_elsewhere"
    targets = (await web.get(f"{phone.path}/calls/{call}/targets", params=phone.page)).json()
    assert [row["accountId"] for row in targets["seats"]] == [str(account)]
    body = {**phone.page, "to": "seat", "accountId": str(account)}
    passed = await web.post(f"{phone.path}/calls/{call}/pass", json=body)
    assert passed.status_code == 204, passed.text
    assert await at(phone) == ("passes", True)
    assert await at(computer) == ("rings", False)
    await computer.look(call)
    await computer.ask(call, "take")
    assert await at(computer) == ("talks", True)
    assert await at(phone) == ("talks", False)
    await computer.ask(call, "hang-up")
    station.send(sip.respond(await station.request("BYE"), 200))
