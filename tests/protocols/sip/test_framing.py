import pytest

from linli.protocols import sip
from linli.protocols.sip.message import MAX_HEAD, BrokenRequest
from tests.protocols.sip.dumps import dumps

WIRE = {name: bytes(sip.read_datagram(wire)) for name, wire in dumps().items()}
STREAM = b"".join(WIRE.values())


@pytest.mark.parametrize("step", [1, 2, 3, 7, 100, 4096, len(STREAM)])
def test_a_stream_is_cut_into_its_messages(step: int):
    reader = sip.StreamReader()
    messages = []
    for at in range(0, len(STREAM), step):
        messages += reader.read(STREAM[at : at + step])
    assert [bytes(message) for message in messages] == list(WIRE.values())
    assert reader.idle
    assert reader.pings == 0


@pytest.mark.parametrize("step", [1, 2, 3, 5, 1000])
def test_keep_alives_between_messages_are_counted(step: int):
    stream = (
        sip.PING + WIRE["register"] + sip.PING + sip.PING + WIRE["registered"] + sip.PONG + WIRE["invite"]
    )
    reader = sip.StreamReader()
    messages = []
    for at in range(0, len(stream), step):
        messages += reader.read(stream[at : at + step])
    assert len(messages) == 3
    assert reader.pings == 3


def test_a_stream_without_length_is_lost():
    wire = WIRE["register"].replace(b"Content-Length: 0\r\n", b"")
    reader = sip.StreamReader()
    assert reader.read(wire) == []
    assert isinstance(reader.flaw, BrokenRequest)
    assert reader.flaw.status == 400
    assert reader.flaw.request.call_id == "7ay7mqUOym"
    assert reader.read(WIRE["register"]) == []


@pytest.mark.parametrize("length", [b"-1", b"1e3", b"99999", b"1, 2", b"\xd9\xa3"])
def test_a_length_that_is_none_ends_the_stream(length: bytes):
    reader = sip.StreamReader()
    wire = WIRE["register"].replace(b"Content-Length: 0", b"Content-Length: " + length)
    assert len(reader.read(WIRE["registered"] + wire)) == 1
    assert isinstance(reader.flaw, BrokenRequest)


def test_a_head_without_end_is_bounded():
    reader = sip.StreamReader()
    reader.read(b"OPTIONS sip:h SIP/2.0\r\nX: ")
    for _ in range(100):
        reader.read(b"y" * (MAX_HEAD // 10))
    assert isinstance(reader.flaw, sip.Malformed)
    assert reader.idle


def test_other_protocols_end_the_stream():
    reader = sip.StreamReader()
    reader.read(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n")
    assert isinstance(reader.flaw, sip.NotSip)
