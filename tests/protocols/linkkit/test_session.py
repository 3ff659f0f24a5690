"""What devices of ours share on their line, against the platform's own reading of it."""

import pytest

from linli.protocols import mqtt
from linli.protocols.linkkit import session
from linli.protocols.linkkit.connect import parse_connect


def test_the_platform_reads_who_connects_and_finds_the_signature_right() -> None:
    packet = session.connect_packet("a1", "door-1", "s3cret", clean=False, options={"_v": "x", "ext": "1"})
    (read,) = mqtt.Decoder("server").feed(mqtt.encode(packet))
    assert isinstance(read, mqtt.Connect)
    assert (read.clean, read.keep_alive) == (False, session.KEEP_ALIVE_S)
    named = parse_connect(read.client_id, read.username or "")
    assert named is not None
    assert (named.product_key, named.device_name) == ("a1", "door-1")
    assert read.password is not None
    assert named.proves(read.password.decode(), "s3cret")


def test_packet_ids_go_round_and_leave_out_what_is_in_flight() -> None:
    ids = session.PacketIds()
    assert [ids.next() for _ in range(65_534)] == list(range(1, 65_535))
    assert ids.next({1, 2}) == 3


def test_what_came_before_a_broken_packet_is_read_and_the_break_comes_last() -> None:
    good = mqtt.encode(mqtt.Puback(7))
    for cut in range(len(good) + 1):
        inbound = session.Inbound()
        inbound.heard = False
        found = [*inbound.feed(good[:cut]), *inbound.feed(good[cut:] + b"\xff\x00")]
        assert found[0] == mqtt.Puback(7)
        assert isinstance(found[-1], mqtt.MqttError)
        assert inbound.heard


@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        ("/sys/a/b/thing/service/open", "/sys/a/b/thing/service/open_reply"),
        ("/sys/a/b/rrpc/request/9", "/sys/a/b/rrpc/response/9"),
        ("/ext/rrpc/9//sys/a/b/thing/service/open", "/ext/rrpc/9//sys/a/b/thing/service/open"),
    ],
)
def test_a_call_is_answered_where_the_platform_waits(asked: str, answered: str) -> None:
    assert session.reply_topic(asked) == answered
    assert not session.is_reply(asked)


def test_downlinks_are_calls_or_replies() -> None:
    call = session.read_downlink(b'{"id":"1","method":"thing.service.property.set","params":{"a":1}}')
    assert (call.is_call, call.service, bytes(call.params)) == (True, "property.set", b'{"a":1}')
    told = session.read_downlink(b'{"id":2,"code":6401,"message":"no topology","data":[]}')
    assert (told.is_call, told.code, bytes(told.data)) == (False, 6401, b"[]")


def test_waits_grow_to_the_last_and_are_spread() -> None:
    waits = [session.wait_s((1, 2, 8), failures, 0.5) for failures in (0, 1, 2, 9)]
    assert waits == [1, 2, 8, 8]
    assert (session.wait_s((4,), 0, 0), session.wait_s((4,), 0, 1)) == (2, 6)


async def test_packets_come_until_the_connection_ends_or_breaks() -> None:
    async def read_of(*pieces: bytes) -> list[mqtt.Packet]:
        rest = list(pieces)

        async def read(most: int) -> bytes:
            return rest.pop(0) if rest else b""

        return [packet async for packet in session.Inbound().packets(read)]

    wire = mqtt.encode(mqtt.Puback(7)) + mqtt.encode(mqtt.Puback(8))
    for cut in range(1, len(wire)):
        assert await read_of(wire[:cut], wire[cut:]) == [mqtt.Puback(7), mqtt.Puback(8)]
    with pytest.raises(mqtt.MqttError):
        await read_of(wire, b"\xff\x00")
