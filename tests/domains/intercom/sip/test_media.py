"""Calls whose sound and picture go through the relay, over real sockets."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import select

from linli.calls.relay_media import Relayed
from linli.calls.rows import Opening
from linli.domains.intercom.models import openings
from linli.domains.intercom.service.derived import group_of_house
from linli.kernel.clock import ManualClock
from linli.kernel.db import Database, Query
from linli.kernel.ids import Ids
from linli.media.relay import Relay
from linli.protocols import rtp, sdp, sip
from tests.domains.intercom.sip.conftest import Exchange
from tests.domains.intercom.sip.house import open_house
from tests.domains.intercom.sip.phone import Phone
from tests.domains.intercom.sip.test_calls import acknowledge, answer, send, until_quiet
from tests.media.peer import Peer, keys_of

_openings = Query(select(openings).order_by(openings.c.id), Opening, unscoped="a test reads all")


@dataclass
class Talk:
    """A call that two phones have answered, and their voices."""

    caller: Phone
    ours: sip.Dialog
    callee: Phone
    theirs: sip.Dialog
    voices: tuple[Peer, Peer]
    ports: tuple[int, int]
    """Of the relay, as each was told."""


class Studio:
    def __init__(self, exchange: Exchange, relay: Relay) -> None:
        self.exchange = exchange
        self.relay = relay
        self.peers: list[Peer] = []

    async def peer(self, ssrc: int, host: str = "127.0.0.1") -> Peer:
        self.peers.append(await Peer.open(ssrc, host))
        return self.peers[-1]

    async def talk(self, *, announced: str = "127.0.0.1") -> Talk:
        """`announced`: what both believe their address to be."""
        caller, callee = await self.exchange.phone(), await self.exchange.phone()
        first, second = await self.peer(1), await self.peer(2)
        invite = await caller.call(callee.number, body=voice(first.port, announced))
        received = await callee.request("INVITE")
        answer(callee, received, 200, body=voice(second.port, announced))
        accepted = await caller.response(200)
        await callee.request("ACK")
        return Talk(
            caller,
            acknowledge(caller, invite, accepted),
            callee,
            sip.Dialog.of_request(received, "callee"),
            (first, second),
            (port_of(accepted), port_of(received)),
        )


def voice(port: int, host: str = "127.0.0.1", more: str = "") -> bytes:
    return (
        f"v=0\r\no=- 1 1 IN IP4 {host}\r\ns=-\r\nc=IN IP4 {host}\r\nt=0 0\r\nm=audio {port} RTP/AVP 8 101\r\n"
        f"a=rtpmap:101 telephone-event/8000\r\n{more}"
    ).encode()


def picture(port: int) -> str:
    return f"m=video {port} RTP/AVPF 96\r\na=rtpmap:96 H264/90000\r\n"


def port_of(message: sip.Message, index: int = 0) -> int:
    description = sdp.read(message.body)
    address = description.address(description.media[index])
    assert address is not None
    assert address.host == "127.0.0.1"
    return address.port


@pytest.fixture
async def studio(exchange: Exchange) -> AsyncIterator[Studio]:
    relay = Relay("127.0.0.1", 22_000, 22_999)
    await relay.start()
    exchange.front.calls.media = Relayed(relay, "127.0.0.1", "")
    studio = Studio(exchange, relay)
    try:
        yield studio
    finally:
        for peer in studio.peers:
            peer.close()
        await exchange.front.stop()
        await relay.stop()


async def until_free(studio: Studio) -> None:
    await until_quiet(studio.exchange)
    async with asyncio.timeout(30):
        while studio.relay.ports:
            await asyncio.sleep(0.01)


async def test_phones_behind_nat_hear_each_other(studio: Studio) -> None:
    talk = await studio.talk(announced="192.168.1.233")
    first, second = talk.voices
    ports = set(talk.ports)
    assert len(ports) == 2
    assert all(22_000 <= port < 23_000 for port in ports)
    second.say(talk.ports[1])  # opens the way through its NAT
    await first.said_to(talk.ports[0], second)
    await second.said_to(talk.ports[1], first)
    # The network of the called one changes its port.
    second.close()
    await second.bind()
    await second.said_to(talk.ports[1], first)
    await first.said_to(talk.ports[0], second)
    send(talk.callee, talk.theirs.request("BYE"))
    await talk.callee.response(200)
    talk.caller.send(sip.respond(await talk.caller.request("BYE"), 200))
    await until_free(studio)


async def test_a_tenth_of_the_packets_is_lost(studio: Studio, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    talk = await studio.talk()
    first, second = talk.voices
    await first.said_to(talk.ports[0], second)
    heard = 0
    for number in range(300):
        packet = first.packet()
        if number % 10:
            first.wire.sendto(packet, ("127.0.0.1", talk.ports[0]))
            heard += (await second.hear()) == packet
    assert heard == 270
    await second.said_to(talk.ports[1], first)
    send(talk.caller, talk.ours.request("BYE"))
    talk.callee.send(sip.respond(await talk.callee.request("BYE"), 200))
    async with asyncio.timeout(30):
        while "of a voice 30 of" not in caplog.text:
            await asyncio.sleep(0.01)


@pytest.mark.covers("SIP-03")
async def test_members_see_the_door_before_one_answers(studio: Studio) -> None:
    exchange = studio.exchange
    door, first, second = await exchange.phone(kind=1), await exchange.phone(), await exchange.phone()
    camera = (await studio.peer(1), await studio.peer(11))
    homes = [(await studio.peer(2), await studio.peer(12)), (await studio.peer(3), await studio.peer(13))]
    group = await exchange.group(first, second)
    invite = await door.call(group, body=voice(camera[0].port, more=picture(camera[1].port)))
    invites = []
    for phone, (sound, screen) in zip((first, second), homes, strict=True):
        invites.append(await phone.request("INVITE"))
        answer(
            phone,
            invites[-1],
            183,
            body=voice(sound.port, more=picture(screen.port)),
            tag=phone.number,
        )
    early = await door.response(183)
    assert len({port_of(message, 1) for message in (early, *invites)}) == 3
    await door.response(180)
    for _, screen in homes:
        await camera[1].said_to(port_of(early, 1), screen)
    answer(
        second,
        invites[1],
        200,
        body=voice(homes[1][0].port, more=picture(homes[1][1].port)),
        tag=second.number,
    )
    accepted = await door.response(200)
    assert [port_of(accepted, index) for index in (0, 1)] == [port_of(early, index) for index in (0, 1)]
    acknowledge(door, invite, accepted)
    await homes[1][0].said_to(port_of(invites[1]), camera[0])
    cancel = await first.request("CANCEL")
    first.send(sip.respond(cancel, 200))
    answer(first, invites[0], 487, tag=first.number)
    for _ in range(5):
        homes[0][0].say(port_of(invites[0]))
    await homes[1][0].said_to(port_of(invites[1]), camera[0])
    heads = [rtp.read_head(camera[0].packets.get_nowait()) for _ in range(camera[0].packets.qsize())]
    assert all(head is not None and head.ssrc == 3 for head in heads)


async def test_speex_alone_is_refused_in_words(studio: Studio) -> None:
    caller, callee = await studio.exchange.phone(), await studio.exchange.phone()
    speex = b"m=audio 40000 RTP/AVP 97 100\r\na=rtpmap:97 speex/8000\r\na=rtpmap:100 telephone-event/8000\r\n"
    await caller.call(callee.number, body=voice(1).partition(b"m=")[0] + speex)
    refused = await caller.response(488)
    assert "Speex alone is not served" in (refused.get("warning") or "")
    both = speex.replace(b" 97 ", b" 97 8 ")
    await caller.call(callee.number, body=voice(1).partition(b"m=")[0] + both)
    received = await callee.request("INVITE")
    assert b"speex" not in received.body
    assert b"RTP/AVP 8 100\r\n" in received.body


async def test_an_offer_in_the_answer_and_a_held_call(studio: Studio) -> None:
    caller, callee = await studio.exchange.phone(), await studio.exchange.phone()
    first, second = await studio.peer(1), await studio.peer(2)
    invite = await caller.call(callee.number, body=b"")
    received = await callee.request("INVITE")
    answer(callee, received, 200, body=voice(second.port))
    accepted = await caller.response(200)
    dialog = sip.Dialog.of_answer(invite, accepted)
    ack = dialog.ack()
    ack.set("content-type", "application/sdp")
    ack.body = voice(first.port)
    send(caller, ack)
    acked = await callee.request("ACK")
    await first.said_to(port_of(accepted), second)
    await second.said_to(port_of(acked), first)
    again = dialog.request("INVITE")
    again.set("content-type", "application/sdp")
    again.body = voice(first.port, more="a=sendonly\r\n")
    send(caller, again)
    held = await callee.request("INVITE")
    assert held.body.endswith(b"a=sendonly\r\n")
    assert port_of(held) == port_of(acked)


async def test_a_browsers_description_passes_as_it_is(studio: Studio) -> None:
    caller, callee = await studio.exchange.phone(), await studio.exchange.phone()
    body = voice(40_000).replace(b"RTP/AVP", b"UDP/TLS/RTP/SAVPF") + b"a=fingerprint:sha-256 00\r\n"
    await caller.call(callee.number, body=body)
    assert (await callee.request("INVITE")).body == body


@pytest.mark.parametrize("may", [True, False], ids=["who may open", "who may not"])
async def test_star_as_a_tone_reaches_the_door_of(
    database: Database, clock: ManualClock, ids: Ids, tmp_path: Path, may: bool
) -> None:
    relay = Relay("127.0.0.1", 22_000, 22_999)
    async with open_house(database, clock, ids, tmp_path) as house:
        await relay.start()
        house.front.calls.media = Relayed(relay, "127.0.0.1", "")
        _, _, station = await house.door(serves=may)
        phone = await house.member(0)
        lens, ear = await Peer.open(1), await Peer.open(2)
        invite = await station.call(group_of_house(house.estate.houses[0]), body=voice(lens.port))
        received = await phone.request("INVITE")
        answer(phone, received, 200, body=voice(ear.port))
        acknowledge(station, invite, await station.response(200))
        await phone.request("ACK")
        await ear.said_to(port_of(received), lens)
        ear.press(port_of(received), "*")
        async with asyncio.timeout(60):
            while not (rows := await _openings.all(house.estate.platform.db)) or not rows[0].answered_ms:
                await asyncio.sleep(0.01)
        last = ear.say(port_of(received))
        heard = [await lens.hear()]
        while keys_of(heard) != "*" if may else heard[-1] != last:
            heard.append(await lens.hear())
        assert keys_of(heard) == ("*" if may else "")
        assert [(row.number, row.result) for row in rows] == [
            (phone.number, "sent" if may else "not_allowed")
        ]
        lens.close()
        ear.close()
    await relay.stop()


async def test_no_port_is_left(studio: Studio) -> None:
    small = Relay("127.0.0.1", 23_000, 23_004)
    await small.start()
    studio.exchange.front.calls.media = Relayed(small, "127.0.0.1", "")
    caller, callee, other = [await studio.exchange.phone() for _ in range(3)]
    await caller.call(callee.number)
    await callee.request("INVITE")
    await caller.call(other.number)
    assert (await caller.response()).status == 503
    studio.exchange.front.calls.close()
    await small.stop()
