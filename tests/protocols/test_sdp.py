"""Descriptions of calls, and the same with a relay's addresses."""

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linli.protocols import sdp

DOOR = b"""v=0\r
o=TU9e8mJvLJLcSsy9dmDKuc 2846 1117 IN IP4 192.168.1.233\r
s=Talk\r
c=IN IP4 192.168.1.233\r
b=AS:512\r
t=0 0\r
a=ice-pwd:305b42a8561a2b3f06a158d7\r
a=ice-ufrag:a60560d1\r
m=audio 54480 RTP/AVPF 96 97 98 0 8 101 99 100\r
a=rtpmap:96 opus/48000/2\r
a=fmtp:96 useinbandfec=1\r
a=rtpmap:97 speex/16000\r
a=rtpmap:98 speex/8000\r
a=rtpmap:101 telephone-event/48000\r
a=rtcp:51670\r
a=candidate:1 1 UDP 2130706431 192.168.1.233 54480 typ host\r
m=video 0 RTP/AVPF 102\r
a=rtpmap:102 H264/90000\r
"""


def test_a_doors_description():
    door = sdp.read(DOOR)
    audio, video = door.media
    assert door.address(audio) == sdp.Address("192.168.1.233", 54480, 51670)
    assert door.address(video) is None
    assert audio.voices == {"opus", "speex", "pcmu", "pcma"}
    assert audio.codecs["101"] == "telephone-event/48000"
    assert video.voices == {"h264"}
    assert not door.of_browser


def test_the_relay_stands_in_it_and_nothing_of_the_door():
    wire = sdp.read(DOOR).placed("203.0.113.5", [10_000, 10_002])
    text = wire.decode()
    assert "192.168.1.233" not in text
    assert "ice-" not in text
    assert "candidate" not in text
    assert "a=rtcp:" not in text
    assert "m=audio 10000 RTP/AVPF 96 97 98 0 8 101 99 100\r\n" in text
    assert "m=video 0 RTP/AVPF 102\r\n" in text
    assert "a=fmtp:96 useinbandfec=1\r\n" in text
    again = sdp.read(wire)
    assert again.address(again.media[0]) == sdp.Address("203.0.113.5", 10_000, 10_001)


def test_a_codec_is_left_out_unless_it_is_all_there_is():
    door = sdp.read(DOOR)
    door.media[0].leave_out("speex")
    text = door.placed("203.0.113.5", [10_000, 0]).decode()
    assert "m=audio 10000 RTP/AVPF 96 0 8 101 99 100\r\n" in text
    assert "speex" not in text
    alone = sdp.read(
        b"v=0\r\nm=audio 4 RTP/AVP 97 101\r\na=rtpmap:97 speex/8000\r\na=rtpmap:101 telephone-event/8000\r\n"
    )
    alone.media[0].leave_out("speex")
    assert alone.media[0].voices == {"speex"}


def test_each_medium_may_have_an_address_of_its_own():
    wire = (
        b"v=0\no=- 1 1 IN IP4 h\ns=-\nt=0 0\n"
        b"m=audio 4000 RTP/AVP 8\nc=IN IP4 192.0.2.1\na=rtcp:4100 IN IP4 192.0.2.1\n"
    )
    description = sdp.read(wire)
    assert description.address(description.media[0]) == sdp.Address("192.0.2.1", 4000, 4100)
    placed = sdp.read(description.placed("2001:db8::1", [10_000]))
    assert placed.address(placed.media[0]) == sdp.Address("2001:db8::1", 10_000, 10_001)
    assert [kind for kind, _ in placed.lines] == ["v", "o", "s", "c", "t"]


def test_held_stays_held():
    wire = DOOR.replace(b"c=IN IP4 192.168.1.233", b"c=IN IP4 0.0.0.0")
    placed = sdp.read(sdp.read(wire).placed("203.0.113.5", [10_000, 0]))
    assert placed.address(placed.media[0]) == sdp.Address("0.0.0.0", 10_000, 10_001)


@pytest.mark.parametrize(
    "wire",
    [
        b"",
        b"v=0\r\n",
        b"m=audio 1 RTP/AVP 8\r\n",
        b"v=0\r\nm=audio x RTP/AVP 8\r\n",
        b"v=0\r\nm=audio 65536 RTP/AVP 8\r\n",
        b"v=0\r\nm=audio 1 RTP/AVP\r\n",
        b"v=0\r\n" + b"m=audio 1 RTP/AVP 8\r\n" * 9,
        b"v=0\r\nm=audio 1 RTP/AVP 8\r\nnonsense\r\n",
        b"v=0\r\nm=audio 1 RTP/AVP 8\r\na=x\r\ry\r\n",
        b"v=0\r\nm=audio 1 RTP/AVP 8\r\n" + b"a=x\r\n" * 500,
        b"v=0\r\nm=audio 1 RTP/AVP 8\r\na=" + b"x" * 17_000,
    ],
)
def test_no_description(wire: bytes):
    with pytest.raises(sdp.Unreadable):
        sdp.read(wire)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(DOOR)), st.integers(0, 6), st.binary(max_size=6)), max_size=5))
def test_anything_is_read_or_refused(changes: list[tuple[int, int, bytes]]):
    wire = bytearray(DOOR)
    for at, length, new in changes:
        wire[at : at + length] = new
    with suppress(sdp.Unreadable):
        description = sdp.read(bytes(wire))
        for medium in description.media:
            description.address(medium)
            assert isinstance(medium.voices, set)
        placed = description.placed("203.0.113.5", [10_000] * len(description.media))
        again = sdp.read(placed)
        assert len(again.media) == len(description.media)
