"""A visitor keys a room at a door; what the door, the group's applications and the platform do, over sockets."""

from collections.abc import AsyncIterator

import pytest

from linli.calls.relay_media import Relayed
from linli.calls.rows import APP
from linli.domains.intercom.sip.front import SipFront
from linli.media.relay import Relay
from linli.protocols import sip
from linli.sim.door import SimulatedDoor
from tests.domains.access.platform import until
from tests.domains.intercom.conftest import DOOR, GROUP, SIP, Home
from tests.domains.intercom.sip.phone import Phone
from tests.domains.intercom.sip.test_call_records import front, phone_of
from tests.domains.intercom.sip.test_calls import acknowledge, answer, send
from tests.domains.intercom.sip.test_media import picture, port_of, voice
from tests.domains.intercom.test_door_delivery import account, new_door, on_door
from tests.media.peer import Peer

__all__ = ("front",)


@pytest.fixture
async def relayed(front: SipFront) -> AsyncIterator[SipFront]:
    relay = Relay("127.0.0.1", 29_500, 29_999)
    await relay.start()
    front.calls.media = Relayed(relay, "127.0.0.1", "")
    yield front
    await front.stop()
    await relay.stop()


async def station_of(home: Home, front: SipFront) -> tuple[str, SimulatedDoor, Phone]:
    """A door that was issued an account, and logged in with what it was brought."""
    iot_id, door = await new_door(home)
    issue = await account(home)
    await home.ok(f"{DOOR}/sipnumber/sync", iotId=iot_id, **issue)
    await until(lambda: door.intercom.account == on_door(issue))
    number, password = door.intercom.account["sipNumber"], door.intercom.account["password"]
    station = await Phone.open(front.port, number, password)
    assert (await station.register()).status == 200
    return iot_id, door, station


@pytest.mark.covers("EP-53")
async def test_all_apps_of_a_room_ring_and_one_answers_with_video_or_audio(
    home: Home, relayed: SipFront
) -> None:
    iot_id, door, station = await station_of(home, relayed)
    apps = [await phone_of(home, relayed, APP) for _ in range(3)]
    stranger = await phone_of(home, relayed, APP)
    group, other = await home.group(), await home.group()
    await home.ok(f"{GROUP}/sip/add", groupID=group, sipNumberList=[app.number for app in apps])
    await home.ok(f"{GROUP}/sip/add", groupID=other, sipNumberList=[stranger.number])
    maps = [{"roomId": "1202", "groupId": group}, {"roomId": "1203", "groupId": other}]
    await home.ok(f"{DOOR}/map/add", iotId=iot_id, maps=maps)
    await until(lambda: len(door.intercom.rooms) == 2)
    assert door.intercom.group_of("1204") is None
    keyed = door.intercom.group_of("1202")
    assert keyed == group
    lens = await Peer.open(1), await Peer.open(2)
    home_ends = await Peer.open(3), await Peer.open(4)
    offer = voice(lens[0].port, more=picture(lens[1].port))
    with_video = voice(home_ends[0].port, more=picture(home_ends[1].port))
    with_audio = voice(home_ends[0].port, more=picture(0))
    for taker, reply, ports in ((1, with_video, 2), (0, with_audio, 1)):
        invite = await station.call(keyed, body=offer)
        rung = [await app.request("INVITE") for app in apps]
        for app, received in zip(apps, rung, strict=True):
            answer(app, received, 180)
        answer(apps[taker], rung[taker], 200, body=reply)
        accepted = await station.response(200)
        acknowledge(station, invite, accepted)
        await apps[taker].request("ACK")
        for place in {0, 1, 2} - {taker}:
            cancel = await apps[place].request("CANCEL")
            assert "Call completed elsewhere" in (cancel.get("reason") or "")
            apps[place].send(sip.respond(cancel, 200))
            answer(apps[place], rung[place], 487)
            await apps[place].request("ACK")
        for index in range(ports):
            await lens[index].said_to(port_of(accepted, index), home_ends[index])
            await home_ends[index].said_to(port_of(rung[taker], index), lens[index])
        assert (b"m=video 0" in accepted.body) == (ports == 1)
        send(apps[taker], sip.Dialog.of_request(rung[taker], "callee").request("BYE"))
        station.send(sip.respond(await station.request("BYE"), 200))
        await apps[taker].response(200)
    await until(lambda: not relayed.calls.count)
    await stranger.silence()
    for each in (*lens, *home_ends, station, *apps, stranger):
        each.close()


@pytest.mark.covers("G-C23")
async def test_an_app_asks_for_a_doors_number_and_looks_through_it(home: Home, relayed: SipFront) -> None:
    """By an application's own accounts; those of persons look through the doors that they may open."""
    iot_id, _, station = await station_of(home, relayed)
    app = await phone_of(home, relayed, APP)
    asked = await home.ok(f"{DOOR}/sipnumber/get", iotId=iot_id)
    assert asked["sipNumber"] == station.number
    assert "password" not in asked
    lens = await Peer.open(1), await Peer.open(2)
    ends = await Peer.open(3), await Peer.open(4)
    invite = await app.call(asked["sipNumber"], body=voice(ends[0].port, more=picture(ends[1].port)))
    received = await station.request("INVITE")
    assert received.get("answer-mode") == "Auto"
    answer(station, received, 200, body=voice(lens[0].port, more=picture(lens[1].port)))
    accepted = await app.response(200)
    dialog = acknowledge(app, invite, accepted)
    await station.request("ACK")
    await lens[1].said_to(port_of(received, 1), ends[1])
    await lens[0].said_to(port_of(received), ends[0])
    await ends[0].said_to(port_of(accepted), lens[0])
    send(app, dialog.request("BYE"))
    station.send(sip.respond(await station.request("BYE"), 200))
    await until(lambda: not relayed.calls.count)

    # Another project is told no number, and reaches nobody by it.
    assert (await home.call(f"{DOOR}/sipnumber/get", by=home.other, iotId=iot_id))["code"] == 403
    (row,) = await home.ok(f"{SIP}/add", by=home.other, count=1, type=APP)
    stranger = await Phone.open(relayed.port, row["sipNumber"], row["sipPassword"])
    assert (await stranger.register()).status == 200
    await stranger.call(station.number)
    assert (await stranger.response()).status == 404
    await station.silence()
    for each in (*lens, *ends, station, app, stranger):
        each.close()
