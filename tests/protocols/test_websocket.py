"""WebSocket frames and handshake. Vectors: RFC 6455, 1.3 and 5.7."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linli.protocols.websocket import (
    CloseCode,
    Frame,
    FrameReader,
    HandshakeRefused,
    MessageReader,
    Opcode,
    WebSocketError,
    accept,
    close_frame,
    frame,
)
from linli.protocols.websocket_client import NotAccepted, check_answer, masked_frame, request

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


@pytest.mark.parametrize(
    ("name", "value", "status"),
    [
        (b"upgrade", b"h2c", 400),
        (b"connection", b"close", 400),
        (b"sec-websocket-version", b"8", 426),
        (b"sec-websocket-key", b"short", 400),
        (b"sec-websocket-key", b"****", 400),
        (b"sec-websocket-protocol", b"chat", 400),
    ],
)
def test_handshakes_that_are_refused(name, value, status):
    with pytest.raises(HandshakeRefused) as caught:
        accept({**HEADERS, name: value}.items(), ("mqtt",))
    assert caught.value.status == status


HELLO = bytes.fromhex("818537fa213d7f9f4d5158")
"""A masked text frame `Hello` (5.7)."""


def test_the_masked_frame_of_the_standard_at_every_cut():
    assert FrameReader(100).feed(HELLO) == [Frame(Opcode.TEXT, b"Hello")]
    for cut in range(len(HELLO)):
        reader = FrameReader(100)
        assert reader.feed(HELLO[:cut]) + reader.feed(HELLO[cut:]) == [Frame(Opcode.TEXT, b"Hello")]


def test_what_we_send():
    assert frame(Opcode.TEXT, b"Hello") == bytes.fromhex("810548656c6c6f")
    assert frame(Opcode.BINARY, b"x" * 256)[:4] == bytes.fromhex("827e0100")
    assert frame(Opcode.BINARY, b"x" * 65536)[:10] == bytes.fromhex("827f0000000000010000")
    assert close_frame(CloseCode.NORMAL) == bytes.fromhex("880203e8")


@pytest.mark.parametrize(
    ("wire", "code"),
    [
        ("820548656c6c6f", CloseCode.PROTOCOL_ERROR),  # no mask
        ("c28100000000ff", CloseCode.PROTOCOL_ERROR),  # reserved bit
        ("838100000000ff", CloseCode.PROTOCOL_ERROR),  # unknown opcode
        ("89fe007f", CloseCode.PROTOCOL_ERROR),  # ping too long
        ("098100000000ff", CloseCode.PROTOCOL_ERROR),  # ping in pieces
        ("808100000000ff", CloseCode.PROTOCOL_ERROR),  # continues nothing
        ("028100000000ff828100000000ff", CloseCode.PROTOCOL_ERROR),  # begins anew before the end
        ("82ff7fffffffffffffff", CloseCode.TOO_BIG),
    ],
)
def test_frames_that_are_refused(wire, code):
    with pytest.raises(WebSocketError) as caught:
        FrameReader(1000).feed(bytes.fromhex(wire))
    assert caught.value.code == code


def masked(opcode: int, payload: bytes, mask: bytes) -> bytes:
    head = frame(Opcode.BINARY, payload)
    size = head[: len(head) - len(payload)]
    body = bytes(byte ^ mask[i % 4] for i, byte in enumerate(payload))
    return bytes((opcode, size[1] | 0x80)) + size[2:] + mask + body


@given(
    st.lists(st.binary(max_size=300), min_size=1, max_size=5), st.binary(min_size=4, max_size=4), st.data()
)
def test_pieces_in_any_packing(payloads, mask, data):
    last = len(payloads) - 1
    wire = b"".join(
        masked((0x80 if i == last else 0) | (0 if i else 2), payload, mask)
        for i, payload in enumerate(payloads)
    )
    cut = data.draw(st.integers(0, len(wire)))
    reader = FrameReader(1000)
    got = reader.feed(wire[:cut]) + reader.feed(wire[cut:])
    assert [one.payload for one in got] == payloads


def test_the_client_masks_as_the_standard_shows():
    """RFC 6455, 5.7: a single-frame masked text message."""
    mask = bytes.fromhex("37fa213d")
    assert masked_frame(Opcode.TEXT, b"Hello", mask).hex() == "818537fa213d7f9f4d5158"
    for size in (125, 126, 65535, 65536):
        sent = masked_frame(Opcode.BINARY, b"x" * size, mask)
        assert FrameReader(100_000).feed(sent) == [Frame(Opcode.BINARY, b"x" * size)]


def test_both_sides_of_the_handshake_fit():
    key = bytes(16)
    asked = request("linli.example:8080", "/edge/tunnel/abc", key, [("x-linli-node", "7")])
    lines = asked.decode().split("\r\n")[1:-2]
    answer = accept(
        [(n.lower().encode(), v.strip().encode()) for n, _, v in (one.partition(":") for one in lines)], ()
    )
    check_answer(answer[:-4], key)
    for wrong, status in (
        (answer, 101), (b"HTTP/1.1 403 Forbidden\r\n\r\n", 403), (b"SSH-2.0-x\r\n\r\n", 0),
    ):  # fmt: skip
        with pytest.raises(NotAccepted) as caught:
            check_answer(wrong[:-4], b"another key 16 b")
        assert caught.value.status == status
    with pytest.raises(ValueError):
        request("host", "/path", key, [("x", "a\r\nInjected: yes")])


def test_messages_are_put_together_and_have_a_limit():
    pieces = bytes((0x01, 2)) + b"ab" + frame(Opcode.PING, b"") + bytes((0x80, 1)) + b"c"
    got = MessageReader(10, masked=False).feed(pieces)
    assert got == [Frame(Opcode.PING, b""), Frame(Opcode.TEXT, b"abc")]
    with pytest.raises(WebSocketError) as caught:
        MessageReader(10, masked=False).feed(bytes((0x01, 8)) + b"x" * 8 + bytes((0x80, 8)) + b"x" * 8)
    assert caught.value.code is CloseCode.TOO_BIG
    with pytest.raises(WebSocketError):
        MessageReader(10, masked=False).feed(masked_frame(Opcode.TEXT, b"a", bytes(4)))
