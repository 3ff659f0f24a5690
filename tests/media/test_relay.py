"""Calls through the relay's child over real sockets."""

import asyncio
import os
import signal
import time

from linli.protocols import rtp
from linli.protocols.rtp.events import build_event
from tests.media.conftest import Hall, description
from tests.media.peer import keys_of


async def test_two_phones_hear_each_other(hall: Hall) -> None:
    door, phone = await hall.peer(1), await hall.peer(2)
    session, told = hall.call(("door", door), ("phone", phone))
    session.talk("phone")
    await door.said_to(told["door"][0], phone)
    await phone.said_to(told["phone"][0], door)
    session.close()
    await until(lambda: hall.ears.quality is not None)
    assert hall.ears.quality is not None
    by_end = {heard.end: heard.counts for heard in hall.ears.quality.media}
    assert by_end["door"].packets >= 1
    assert 1 <= by_end["phone"].sent <= by_end["door"].packets
    assert not hall.ears.quality.one_way
    assert hall.relay.ports == 0


async def test_only_one_talks_and_all_see(hall: Hall) -> None:
    door = (await hall.peer(1), await hall.peer(11, kind=96))
    first = (await hall.peer(2), await hall.peer(12, kind=96))
    second = (await hall.peer(3), await hall.peer(13, kind=96))
    session, told = hall.call(("door", door), ("first", first), ("second", second))
    session.talk("first")
    await door[1].said_to(told["door"][1], first[1])
    await door[1].said_to(told["door"][1], second[1])
    await first[0].said_to(told["first"][0], door[0])
    for _ in range(5):
        second[0].say(told["second"][0])
    await first[0].said_to(told["first"][0], door[0])
    heard = [rtp.read_head(door[0].packets.get_nowait()) for _ in range(door[0].packets.qsize())]
    assert all(head is not None and head.ssrc == 2 for head in heard)
    session.talk("second")
    await second[0].said_to(told["second"][0], door[0])
    # A viewer misses a picture: the door is asked for a whole one.
    control = await hall.peer(0)
    session.take("second", "127.0.0.1", description(second[0].port, control.port - 1))
    watch = await hall.peer(0)
    session.take("door", "127.0.0.1", description(door[0].port, watch.port - 1))
    session.talk("first")
    async with asyncio.timeout(30):
        while watch.nothing():
            door[1].say(told["door"][1])
            control.wire.sendto(rtp.build_picture_loss(13, 11), ("127.0.0.1", told["second"][1] + 1))
            await asyncio.sleep(0.05)
    assert rtp.read_compound(await watch.hear()) == (rtp.PictureLoss(11),)
    session.close()


async def test_a_stranger_takes_no_call_over(hall: Hall) -> None:
    door, phone, stranger = await hall.peer(1), await hall.peer(2), await hall.peer(9, "127.0.0.9")
    session, told = hall.call(("door", door), ("phone", phone))
    session.talk("phone")
    for _ in range(20):
        stranger.say(told["phone"][0])  # before the phone's first packet
    await door.said_to(told["door"][0], phone)
    await phone.said_to(told["phone"][0], door)
    stranger.ssrc, stranger.sequence = phone.ssrc, phone.sequence
    for _ in range(20):
        stranger.say(told["phone"][0])  # with the phone's own stream
    neighbour = await hall.peer(8)
    for _ in range(20):
        neighbour.say(told["phone"][0])  # from the phone's own network, but not its stream
    await phone.said_to(told["phone"][0], door)
    await door.said_to(told["door"][0], phone)
    assert stranger.nothing()
    assert neighbour.nothing()
    assert all(rtp.read_head(data).ssrc == 2 for data in drained(door))  # type: ignore[union-attr]
    session.close()


async def test_a_network_gives_the_phone_another_port(hall: Hall) -> None:
    door, phone = await hall.peer(1), await hall.peer(2)
    session, told = hall.call(("door", door), ("phone", phone))
    session.talk("phone")
    await phone.said_to(told["phone"][0], door)
    before = phone.port
    phone.close()
    await phone.bind()
    assert phone.port != before
    await phone.said_to(told["phone"][0], door)
    await door.said_to(told["door"][0], phone)
    session.close()


async def test_a_tenth_is_lost(hall: Hall) -> None:
    door, phone = await hall.peer(1), await hall.peer(2)
    session, told = hall.call(("door", door), ("phone", phone))
    session.talk("phone")
    await door.said_to(told["door"][0], phone)
    sent = 0
    for number in range(400):
        packet = door.packet()
        if number % 10:
            door.wire.sendto(packet, ("127.0.0.1", told["door"][0]))
            sent += 1
            if not number % 25:
                await phone.hear()  # it keeps up
    await door.said_to(told["door"][0], phone)
    session.close()
    await until(lambda: hall.ears.quality is not None)
    assert hall.ears.quality is not None
    counts = next(heard.counts for heard in hall.ears.quality.media if heard.end == "door")
    assert counts.packets >= sent
    assert counts.lost == 40


async def test_keys_are_told_once(hall: Hall) -> None:
    door, phone = await hall.peer(1), await hall.peer(2)
    session, told = hall.call(("door", door), ("phone", phone))
    session.talk("phone")
    await phone.said_to(told["phone"][0], door)
    for key in "1*1":
        phone.press(told["phone"][0], key)
    await until(lambda: len(hall.ears.keys) >= 3)
    await phone.said_to(told["phone"][0], door)
    assert hall.ears.keys == [("phone", "1"), ("phone", "*"), ("phone", "1")]
    session.close()


async def test_the_key_that_opens_waits_until_it_is_released(hall: Hall) -> None:
    door, phone = await hall.peer(1), await hall.peer(2)
    session, told = hall.call(("door", door), ("phone", phone), guarded=True)
    session.talk("phone")
    await phone.said_to(told["phone"][0], door)
    for key in "5*6":
        phone.press(told["phone"][0], key)
    await until(lambda: len(hall.ears.keys) == 3)
    # Abutting another key in one packet, or in a packet whose length lies, it is kept back as well.
    phone.sequence += 10
    head = rtp.Head(101, True, phone.sequence, phone.sequence * 160, phone.ssrc)
    both = build_event("7", ended=True, duration=1) + build_event("*", ended=True, duration=1)
    wire = rtp.build_packet(head, both)
    for packet in (wire, bytes((wire[0] | 0x20,)) + wire[1:-1] + b"\xff"):
        phone.wire.sendto(packet, ("127.0.0.1", told["phone"][0]))
    phone.press(told["phone"][0], "*")
    await until(lambda: len(hall.ears.keys) == 5)
    last = phone.say(told["phone"][0])
    heard = [await door.hear()]
    while heard[-1] != last:
        heard.append(await door.hear())
    assert keys_of(heard) == "56"
    assert wire not in heard
    assert sum(len(packet) < 100 for packet in heard) == 12, "those of the other keys"
    session.release("phone")
    await until(lambda: door.packets.qsize() >= 6)
    assert keys_of(drained(door)) == "*"
    session.close()


async def test_talk_goes_on_when_the_child_is_killed(hall: Hall) -> None:
    door, phone = await hall.peer(1), await hall.peer(2)
    session, told = hall.call(("door", door), ("phone", phone))
    session.talk("phone")
    await phone.said_to(told["phone"][0], door)
    await door.said_to(told["door"][0], phone)
    pid = hall.relay.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    began = time.monotonic()
    stranger = await hall.peer(7)
    for _ in range(5):
        stranger.say(told["phone"][0])
    await phone.said_to(told["phone"][0], door)
    await door.said_to(told["door"][0], phone)
    print(f"talk went on after {time.monotonic() - began:.2f} s")
    assert hall.relay.restarts == 1
    assert stranger.nothing()
    other, told = hall.call(("door", door), ("phone", phone))
    other.talk("phone")
    await phone.said_to(told["phone"][0], door)
    session.close()
    other.close()


async def test_hostile_packets_harm_nobody(hall: Hall) -> None:
    door, phone = await hall.peer(1), await hall.peer(2)
    session, told = hall.call(("door", door), ("phone", phone))
    session.talk("phone")
    await phone.said_to(told["phone"][0], door)
    pid = hall.relay.pid
    wires = [b"", b"\x80", b"\xff" * 3000, bytes(60_000), b"\x80\xc8\xff\xff" + bytes(8), os.urandom(400)]
    for wire in wires * 20:
        for port in (told["phone"][0], told["phone"][0] + 1):
            phone.wire.sendto(wire, ("127.0.0.1", port))
    await phone.said_to(told["phone"][0], door)
    assert hall.relay.pid == pid
    session.close()


def drained(peer) -> list[bytes]:
    return [peer.packets.get_nowait() for _ in range(peer.packets.qsize())]


async def until(true) -> None:
    async with asyncio.timeout(30):
        while not true():
            await asyncio.sleep(0.01)
