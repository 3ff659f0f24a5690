"""How homes may talk with doors: with the picture, by voice alone, or not at all. The property says so (spec C014)."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from linli.domains.intercom.service.derived import group_of_house
from linli.kernel.clock import ManualClock
from linli.kernel.db import Database
from linli.kernel.ids import Ids
from linli.protocols import sdp, sip
from tests.domains.access.estate import NEIGHBOUR_PHONE
from tests.domains.intercom.sip.house import House, open_house
from tests.domains.intercom.sip.pages import PAGE, browser_answer, open_pages
from tests.domains.intercom.sip.phone import SDP, Phone
from tests.domains.intercom.sip.test_calls import acknowledge, answer, send
from tests.domains.intercom.sip.test_home_settings import last_call
from tests.domains.intercom.sip.test_ladder import course, desk_phone, tried, unit
from tests.domains.intercom.sip.test_page_calls import call_of

pytest.importorskip("pylibsrtp")
pytest.importorskip("OpenSSL")

PICTURE = SDP + b"m=video 40002 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n"
TALK = {"talkMinutes": 5, "viewSeconds": 60}


@pytest.fixture
async def house(database: Database, clock: ManualClock, ids: Ids, tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(database, clock, ids, tmp_path) as opened:
        yield opened


@pytest.fixture
async def paged(database: Database, clock: ManualClock, ids: Ids, tmp_path: Path) -> AsyncIterator[House]:
    async with open_pages(database, clock, ids, tmp_path, first_port=25_600) as opened:
        yield opened


async def permit(house: House, *, which: int | None = None, **talk: str | None) -> None:
    """For one house, or all of the community."""
    place = "call-settings" if which is None else f"houses/{house.estate.houses[which]}/intercom/permissions"
    body = talk if which is not None else {**TALK, **talk}
    told = await house.estate.desk.put(f"{house.estate.path}/{place}", json=body)
    assert told.status_code == 204, told.text


def media(message: sip.Message) -> dict[str, bool]:
    """Which media a description has, and whether they are wanted."""
    return {medium.kind: medium.live for medium in sdp.read(message.body).media}


async def ring(house: House, station: Phone, which: int = 0) -> sip.Request:
    return await station.call(group_of_house(house.estate.houses[which]), body=PICTURE)


def without_picture(received: sip.Request) -> bytes:
    """What a phone answers that takes the voice and, against what it was offered, a picture as well."""
    return PICTURE if media(received)["video"] else PICTURE.replace(b"m=video 40002", b"m=video 0")


@pytest.mark.covers("C014")
async def test_phones_ring_by_voice_alone_while_terminals_show_the_picture(house: House) -> None:
    """A home with the picture, another one by voice; the door's own picture stays with those who may see it."""
    _, _, station = await house.door()
    indoor, phone = await unit(house), await house.member(0)
    invite = await ring(house, station)
    received = await indoor.request("INVITE")
    assert media(received) == {"audio": True, "video": True}
    answer(indoor, received, 486)
    received = await phone.request("INVITE")
    assert media(received) == {"audio": True, "video": True}
    answer(phone, received, 603)
    assert (await station.response()).status == 603
    await permit(house, mobile="voice", indoor="video")
    invite = await ring(house, station)
    received = await indoor.request("INVITE")
    assert media(received)["video"]
    answer(indoor, received, 486)
    received = await phone.request("INVITE")
    assert media(received) == {"audio": True, "video": False}
    answer(phone, received, 200, body=without_picture(received))
    accepted = await station.response(200)
    assert media(accepted) == {"audio": True, "video": False}
    dialog = acknowledge(station, invite, accepted)
    await phone.request("ACK")
    # Neither end gets a picture by asking again.
    again = dialog.request("INVITE")
    again.set("contact", f"<sip:{station.number}@127.0.0.1:{station.port}>")
    again.set("content-type", "application/sdp")
    again.body = PICTURE
    send(station, again)
    received = await phone.request("INVITE")
    assert media(received) == {"audio": True, "video": False}


async def test_a_home_of_its_own_mind_is_rung_as_it_was_given(house: House) -> None:
    _, _, station = await house.door()
    phone, neighbour = await house.member(0), await house.member(1)
    await permit(house, mobile="voice")
    await permit(house, which=0, mobile="video", indoor=None)
    for which, other, picture in ((0, phone, True), (1, neighbour, False)):
        await ring(house, station, which)
        received = await other.request("INVITE")
        assert media(received)["video"] is picture
        answer(other, received, 603)
        assert (await station.response()).status == 603
    shown = await house.estate.desk.get(
        f"{house.estate.path}/houses/{house.estate.houses[0]}/intercom/permissions"
    )
    assert shown.json() == {
        "own": {"indoor": None, "mobile": "video"},
        "usual": {"indoor": "video", "mobile": "voice"},
    }
    # As the community again.
    await permit(house, which=0, mobile=None, indoor=None)
    await ring(house, station)
    assert not media(await phone.request("INVITE"))["video"]


async def test_a_home_that_talks_with_no_door_is_passed_over_and_the_desk_rings(house: House) -> None:
    _, _, station = await house.door()
    phone, indoor, desk = await house.member(0), await unit(house), await desk_phone(house)
    await permit(house, which=0, mobile="off", indoor="off")
    invite = await ring(house, station)
    received = await desk.request("INVITE")
    answer(desk, received, 200, body=PICTURE)
    dialog = acknowledge(station, invite, await station.response(200))
    await desk.request("ACK")
    send(station, dialog.request("BYE"))
    detail = await course(house, "answered")
    assert tried(detail) == [
        ("indoor", 0, "not_allowed", ""), ("family", 0, "not_allowed", ""), ("desk", 1, "answered", ""),
    ]  # fmt: skip
    for silent in (phone, indoor):
        await silent.silence()
    # The property itself still reaches them.
    await desk.call(phone.number)
    answer(phone, await phone.request("INVITE"), 603)


async def test_nobody_without_the_picture_looks_through_a_door(paged: House) -> None:
    _, _, station = await paged.door()
    phone, neighbour = await paged.member(0), await paged.member(1)
    await permit(paged, which=0, mobile="voice")
    await phone.call(station.number)
    assert (await phone.response()).status == 403
    await neighbour.call(station.number)
    answer(station, await station.request("INVITE"), 486)
    assert (await neighbour.response()).status == 486
    async with paged.estate.phone() as owner, paged.estate.phone(NEIGHBOUR_PHONE) as other:
        path = f"/communities/{paged.estate.community}"
        assert (await owner.get(f"{path}/views")).json()["iotIds"] == []
        (iot_id,) = (await other.get(f"{path}/views")).json()["iotIds"]
        refused = await owner.post(f"{path}/doors/{iot_id}/view", json=PAGE)
        assert (refused.status_code, refused.json()["code"]) == (403, "intercom.voice_alone")
        assert "voice only" in refused.json()["message"]


async def test_a_page_without_the_picture_is_offered_the_voice(paged: House) -> None:
    _, _, station = await paged.door()
    await permit(paged, mobile="voice")
    async with paged.estate.phone() as owner:
        invite = await ring(paged, station)
        await station.response(180)
        path, _ = await call_of(owner)
        joined = await owner.post(f"{path}/join", json=PAGE)
        assert joined.status_code == 200, joined.text
        offer: str = joined.json()["description"]
        live = {medium.kind: medium.live for medium in sdp.read(offer.encode()).media}
        assert live == {"audio": True, "video": False}
        # A page that claims the picture all the same gets none.
        greedy = browser_answer(offer).replace("m=video 0", "m=video 9")
        seen = await owner.put(f"{path}/picture", json={**PAGE, "description": greedy})
        assert seen.status_code == 204, seen.text
        assert media(await station.response(183)) == {"audio": True, "video": False}
        assert (await owner.post(f"{path}/take", json=PAGE)).status_code == 204
        accepted = await station.response(200)
        assert media(accepted) == {"audio": True, "video": False}
        acknowledge(station, invite, accepted)
        await permit(paged, mobile="off")
        refused = await owner.post(f"{path}/join", json=PAGE)
        assert (refused.status_code, refused.json()["code"]) == (403, "intercom.doors_off")
        settings: dict[str, Any] = (await owner.get(f"/houses/{paged.estate.houses[0]}/call-settings")).json()
        assert (settings["indoor"], settings["mobile"]) == ("video", "off")


async def test_the_relay_takes_the_picture_out_of_a_phones_call_too(paged: House) -> None:
    _, _, station = await paged.door()
    phone = await paged.member(0)
    await permit(paged, mobile="voice")
    invite = await ring(paged, station)
    received = await phone.request("INVITE")
    assert media(received) == {"audio": True, "video": False}
    answer(phone, received, 200, body=PICTURE)
    accepted = await station.response(200)
    assert media(accepted) == {"audio": True, "video": False}
    acknowledge(station, invite, accepted)


async def test_an_application_that_dials_a_member_from_a_door_is_limited_too(house: House) -> None:
    """A door that keys a number and no room."""
    _, _, station = await house.door()
    phone = await house.member(0)
    await permit(house, mobile="voice")
    await station.call(phone.number, body=PICTURE)
    received = await phone.request("INVITE")
    assert media(received) == {"audio": True, "video": False}
    answer(phone, received, 603)
    await phone.request("ACK")
    await permit(house, mobile="off")
    await station.response(603)
    await station.call(phone.number, body=PICTURE)
    assert (await station.response()).status == 480
    await phone.silence()
    assert (await last_call(house, 2))["call"]["outcome"] == "unreachable"


async def test_what_is_no_permission_is_named_and_changes_nothing(house: House) -> None:
    estate = house.estate
    path = f"{estate.path}/houses/{estate.houses[0]}/intercom/permissions"
    for body, field in (({"indoor": "loud"}, "indoor"), ({"mobile": 7}, "mobile"), ([], "")):
        refused = await estate.desk.put(path, json=body)
        assert refused.status_code == 400, refused.text
        assert field in refused.text
    refused = await estate.desk.put(f"{estate.path}/call-settings", json={**TALK, "indoor": ""})
    assert refused.status_code == 400, refused.text
    for foreign in (f"{estate.path}/houses/7/intercom/permissions", path.replace(str(estate.community), "9")):
        assert (await estate.desk.put(foreign, json={})).status_code == 404
    assert (await estate.desk.get(path)).json()["own"] == {"indoor": None, "mobile": None}
