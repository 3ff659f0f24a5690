"""RTMP of players: what FFmpeg says, however it is cut, and broken bytes."""

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linli.protocols import rtmp

HELLO = b"\x03" + bytes(1536) + bytes(1536)


def _said() -> bytes:
    connect = rtmp.write_values("connect", 1.0, {"app": "live?token=a&session=b", "tcUrl": "rtmp://x/live"})
    play = rtmp.write_values("play", 3.0, None, "name_0", -2000.0)
    return (
        HELLO
        + rtmp.message(20, 0, connect, stream=0, channel=3, chunk=128)
        + rtmp.message(20, 0, rtmp.write_values("createStream", 2.0, None), stream=0, channel=3, chunk=128)
        + rtmp.message(20, 0, play, channel=8, chunk=128)
    )


@pytest.mark.parametrize("step", [1, 5, 1500, 10_000])
def test_a_player_asks_however_it_is_cut(step: int):
    session, asked, answers = rtmp.Session(), [], b""
    said = _said()
    for at in range(0, len(said), step):
        answer, plays = session.feed(said[at : at + step])
        answers += answer
        asked += plays
    assert asked == [rtmp.Play("live?token=a&session=b", "name_0")]
    assert b"NetConnection.Connect.Success" in answers


def test_values_come_back():
    values = ["a", 1.5, True, None, {"x": "y", "z": {"n": 2.0}}]
    assert rtmp.read_values(rtmp.write_values(*values)) == values


@pytest.mark.parametrize("data", [b"\x06" + bytes(1536), HELLO + b"\xc5", HELLO + b"\x03" + b"\xff" * 11])
def test_what_is_no_rtmp_is_broken(data: bytes):
    with pytest.raises(rtmp.Broken):
        rtmp.Session().feed(data)


@given(st.binary(max_size=300), st.integers(1, 40))
@settings(max_examples=150, deadline=None)
def test_whatever_comes_is_refused_or_waits(data: bytes, step: int):
    for begin in (HELLO + data, _said() + data):
        session = rtmp.Session()
        with contextlib.suppress(rtmp.Broken):
            for at in range(0, len(begin), 500 * step):
                session.feed(begin[at : at + 500 * step])
