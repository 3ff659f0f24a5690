"""WebSocket: our handshake, wsproto's frames within our bounds. Vectors: RFC 6455, 1.3, 5.7 and 7.4."""

import itertools
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wsproto.connection import Connection, ConnectionType
from wsproto.events import (
    AcceptConnection,
    BytesMessage,
    CloseConnection,
    Ping,
    RejectConnection,
    Request,
    TextMessage,
)
from wsproto.frame_protocol import CloseReason
from wsproto.handshake import H11Handshake

from linli.protocols.websocket import (
    HandshakeRefused,
    MessageReader,
    WebSocketError,
    Whole,
    accept,
    binary_frame,
    events,
)

HEADERS = {
    b"upgrade": b"websocket",
    b"connection": b"keep-alive, Upgrade",
    b"sec-websocket-version": b"13",
    b"sec-websocket-key": b"dGhlIHNhbXBsZSBub25jZQ==",
    b"sec-websocket-protocol": b"chat, mqtt",
}


def test_the_handshake_of_the_standard():
    head = accept(HEADERS.items(), ("mqtt",))
    assert b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n" in head
    assert b"Sec-WebSocket-Protocol: mqtt\r\n" in head
    assert head.endswith(b"\r\n\r\n")


def test_no_extension_is_agreed_on():
    offer = b"permessage-deflate; client_max_window_bits"
    assert b"extensions" not in accept({**HEADERS, b"sec-websocket-extensions": offer}.items(), ()).lower()


@pytest.mark.parametrize(
    ("name", "value", "status"),
    [
        (b"upgrade", b"h2c", 400),
        (b"connection", b"close", 400),
        (b"connection", b"\xff", 400),
        (b"sec-websocket-version", b"8", 426),
        (b"sec-websocket-key", b"short", 400),
        (b"sec-websocket-key", b"****", 400),
        (b"sec-websocket-key", b"\xe9" * 24, 400),
        (b"sec-websocket-protocol", b"chat", 400),
        (b"sec-websocket-protocol", b"\xff\x00", 400),
    ],
)
def test_handshakes_that_are_refused(name, value, status):
    with pytest.raises(HandshakeRefused) as caught:
        accept({**HEADERS, name: value}.items(), ("mqtt",))
    assert caught.value.status == status


def test_both_sides_of_the_handshake_fit():
    client = H11Handshake(ConnectionType.CLIENT)
    asked = client.send(
        Request(host="linli.example:8080", target="/edge/tunnel/abc", extra_headers=[(b"x-linli-node", b"7")])
    )
    lines = asked.split(b"\r\n")[1:-2]
    answer = accept([(n.lower(), v.strip()) for n, _, v in (line.partition(b":") for line in lines)], ())
    client.receive_data(answer)
    (accepted,) = client.events()
    assert isinstance(accepted, AcceptConnection)
    assert client.connection is not None
    refused = H11Handshake(ConnectionType.CLIENT)
    refused.send(Request(host="linli.example", target="/edge/tunnel/abc"))
    refused.receive_data(b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n")
    first = next(refused.events())
    assert isinstance(first, RejectConnection)
    assert first.status_code == 403


HELLO = bytes.fromhex("818537fa213d7f9f4d5158")
"""A masked text frame `Hello` (5.7)."""


def reader(most: int = 1000, side: ConnectionType = ConnectionType.SERVER) -> MessageReader:
    return MessageReader(Connection(side), most)


def test_the_masked_frame_of_the_standard_at_every_cut():
    assert list(reader().feed(HELLO)) == [Whole(b"Hello", True)]
    for cut in range(len(HELLO)):
        one = reader()
        assert [*one.feed(HELLO[:cut]), *one.feed(HELLO[cut:])] == [Whole(b"Hello", True)]


def test_what_we_send():
    server = Connection(ConnectionType.SERVER)
    assert server.send(TextMessage("Hello")) == bytes.fromhex("810548656c6c6f")
    assert server.send(BytesMessage(b"x" * 256))[:4] == bytes.fromhex("827e0100")
    assert server.send(BytesMessage(b"x" * 65536))[:10] == bytes.fromhex("827f0000000000010000")
    assert server.send(CloseConnection(CloseReason.NORMAL_CLOSURE)) == bytes.fromhex("880203e8")


@pytest.mark.parametrize(
    ("wire", "code"),
    [
        ("820548656c6c6f", CloseReason.PROTOCOL_ERROR),  # no mask
        ("c28100000000ff", CloseReason.PROTOCOL_ERROR),  # reserved bit: compressed, which nobody agreed on
        ("838100000000ff", CloseReason.PROTOCOL_ERROR),  # unknown opcode
        ("89fe007f", CloseReason.PROTOCOL_ERROR),  # ping too long
        ("098100000000ff", CloseReason.PROTOCOL_ERROR),  # ping in pieces
        ("808100000000ff", CloseReason.PROTOCOL_ERROR),  # continues nothing
        ("028100000000ff828100000000ff", CloseReason.PROTOCOL_ERROR),  # begins anew before the end
        ("82ff8000000000000000", CloseReason.PROTOCOL_ERROR),  # a length that is no number
        ("82fe0001", CloseReason.PROTOCOL_ERROR),  # a length longer than it needs to be
        ("818200000000c328", CloseReason.INVALID_FRAME_PAYLOAD_DATA),  # no UTF-8
        ("018100000000c3808100000000ff", CloseReason.INVALID_FRAME_PAYLOAD_DATA),  # nor over two pieces
        ("888100000000ff", CloseReason.PROTOCOL_ERROR),  # half a code
        ("88820000000003ed", CloseReason.PROTOCOL_ERROR),  # 1005, which is never sent
    ],
)
def test_frames_that_are_refused(wire, code):
    for cut in range(0, len(wire), 2):
        one = reader()
        with pytest.raises(WebSocketError) as caught:
            list(itertools.chain(one.feed(bytes.fromhex(wire[:cut])), one.feed(bytes.fromhex(wire[cut:]))))
        assert caught.value.code == code


def test_a_close_is_the_last_and_no_error():
    close = Connection(ConnectionType.CLIENT).send(CloseConnection(CloseReason.GOING_AWAY, "bye"))
    got = list(reader().feed(HELLO + close + HELLO))
    assert got == [Whole(b"Hello", True), CloseConnection(CloseReason.GOING_AWAY, "bye")]


@given(st.lists(st.binary(max_size=300), min_size=1, max_size=5), st.lists(st.integers(0, 2000), max_size=5))
def test_pieces_in_any_packing(payloads, cuts):
    client = Connection(ConnectionType.CLIENT)
    last = len(payloads) - 1
    wire = b"".join(
        client.send(BytesMessage(data, message_finished=i == last)) for i, data in enumerate(payloads)
    )
    one = reader(2000)
    got = []
    for start, end in itertools.pairwise([0, *sorted(cuts), len(wire) + 2000]):
        got += one.feed(wire[start:end])
    assert got == [Whole(b"".join(payloads), False)]


def test_pings_come_between_the_pieces_of_a_message():
    server = Connection(ConnectionType.SERVER)
    pieces = [
        server.send(TextMessage("ä", message_finished=False)), server.send(Ping(b"!")), server.send(TextMessage("c")),
    ]  # fmt: skip
    got = list(reader(3, ConnectionType.CLIENT).feed(b"".join(pieces)))
    assert got == [Ping(b"!"), Whole("äc".encode(), True)]


@pytest.mark.parametrize("begin", ["82ff7fffffffffffffff00000000", "81ff0000000000100000" + "00000000"])
def test_a_message_is_bounded_whatever_its_length_says(begin):
    one = reader(1000)
    assert list(one.feed(bytes.fromhex(begin))) == []
    assert list(one.feed(b"x" * 1000)) == []
    with pytest.raises(WebSocketError) as caught:
        list(one.feed(b"x"))
    assert caught.value.code == CloseReason.MESSAGE_TOO_BIG


def test_many_pieces_are_bounded_as_one_is():
    client = Connection(ConnectionType.CLIENT)
    one = reader(10)
    list(one.feed(client.send(TextMessage("x" * 8, message_finished=False))))
    with pytest.raises(WebSocketError) as caught:
        list(one.feed(client.send(TextMessage("x" * 8))))
    assert caught.value.code == CloseReason.MESSAGE_TOO_BIG


def test_empty_pieces_and_pings_without_end_take_no_memory():
    client = Connection(ConnectionType.CLIENT)
    begun = client.send(BytesMessage(b"", message_finished=False))
    more = client.send(BytesMessage(b"", message_finished=False)) + client.send(Ping(b"?"))
    one = reader(1000)
    list(one.feed(begun))
    list(one.feed(more * 100))
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        for _ in range(100):
            assert all(isinstance(event, Ping) for event in one.feed(more * 200))
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert after - before < 20_000


def test_what_a_connection_brings_comes_in_pieces_at_once():
    """As MQTT takes it: a frame of any length is passed on and never kept."""
    connection = Connection(ConnectionType.SERVER)
    got = list(events(connection, bytes.fromhex("82ff000000010000000000000000") + b"abc"))
    assert [(event.data, event.message_finished) for event in got] == [(b"abc", False)]


@pytest.mark.parametrize("size", [0, 1, 125, 126, 65_535, 65_536, 200_000])
def test_a_frame_that_is_packed_once_is_what_a_line_sends(size: int):
    line = Connection(ConnectionType.SERVER)
    assert binary_frame(b"x" * size) == line.send(BytesMessage(b"x" * size))


def test_frames_are_those_of_the_standard():
    """RFC 6455, 5.7: 256 bytes, and 64 KiB, in a single unmasked frame."""
    assert binary_frame(bytes(256))[:4] == bytes.fromhex("82 7e 0100")
    assert binary_frame(bytes(65_536))[:10] == bytes.fromhex("82 7f 0000000000010000")
