"""Program streams against FFmpeg, both ways; and MP4 and FLV made of them."""

import contextlib
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linli.protocols import flv, fmp4, h26x, hls, mpeg_ps
from tests.clips import checksums, clip, ffmpeg


def _pictures(stream: bytes) -> tuple[list[h26x.Picture], h26x.Pictures]:
    cutter = h26x.Pictures()
    return cutter.feed(stream, None) + cutter.flush(), cutter


def _timed(stream: bytes) -> list[h26x.Picture]:
    return [
        picture._replace(pts=90_000 + index * 3600, dts=90_000 + index * 3600)
        for index, picture in enumerate(_pictures(stream)[0])
    ]


def _demuxed(data: bytes, step: int) -> tuple[list[h26x.Picture], mpeg_ps.Demuxer]:
    demuxer, cutter, pictures = mpeg_ps.Demuxer(), h26x.Pictures(), []
    for at in range(0, len(data), step):
        for packet in demuxer.feed(data[at : at + step]):
            pictures += cutter.feed(packet.data, packet.times)
    return pictures + cutter.flush(), demuxer


def test_ffmpeg_reads_what_a_camera_writes():
    stream = b"".join(map(mpeg_ps.write, _timed(clip())))
    assert checksums("mpeg", stream) == checksums("h264", clip())


@pytest.mark.parametrize("step", [1, 7, 1400, 1 << 20])
def test_our_own_comes_back_however_it_is_cut(step: int):
    pictures, demuxer = _demuxed(b"".join(map(mpeg_ps.write, _timed(clip(1)))), step)
    assert pictures == _timed(clip(1))
    assert demuxer.stream_type == mpeg_ps.H264
    assert demuxer.skipped == 0


@pytest.mark.parametrize("step", [7, 1400])
def test_what_ffmpeg_writes_is_read(step: int):
    stream = ffmpeg("-f", "h264", "-r", "25", "-i", "-", "-c", "copy", "-f", "vob", "-", data=clip())
    pictures, _ = _demuxed(stream, step)
    assert [picture.units for picture in pictures] == [picture.units for picture in _timed(clip())]


def test_a_packet_without_length_ends_at_the_next_code():
    whole = mpeg_ps.write(_timed(clip(1))[1])
    at = whole.index(b"\x00\x00\x01\xe0")
    endless = whole[: at + 4] + b"\x00\x00" + whole[at + 6 :]
    pictures, _ = _demuxed(endless + mpeg_ps.write(_timed(clip(1))[2]), 500)
    assert pictures == _timed(clip(1))[1:3]


def test_h265_is_told_apart_though_no_map_says_so():
    cutter = h26x.Pictures()
    assert cutter.feed(clip(1, "libx265"), None) == []
    assert cutter.h265
    assert not _pictures(clip(1))[1].h265


def test_mp4_and_flv_have_the_pictures_of_the_source():
    pictures, cutter = _pictures(clip())
    shape = h26x.read_shape(cutter.parameters[0])
    assert (shape.width, shape.height) == (320, 240)
    assert shape.codec.startswith("avc1.42")
    mp4 = fmp4.head(*cutter.parameters) + b"".join(
        fmp4.fragment(index + 1, index * 3600, [fmp4.Sample(3600, picture.key, 0, picture.sized)])
        for index, picture in enumerate(pictures)
    )
    tags = [flv.tag(flv.VIDEO, 0, flv.configuration(*cutter.parameters))]
    tags += [
        flv.tag(flv.VIDEO, index * 40, flv.picture(picture.sized, key=picture.key, shift_ms=0))
        for index, picture in enumerate(pictures)
    ]
    expected = checksums("h264", clip())
    assert len(expected) == 50
    assert checksums("mp4", mp4) == expected
    assert checksums("flv", flv.HEAD + b"".join(tags)) == expected


def test_a_playlist():
    text = hls.playlist(7, [hls.Segment("7.m4s", 1.04), hls.Segment("8.m4s", 2.0)], "head.mp4").decode()
    assert "#EXT-X-TARGETDURATION:2\n#EXT-X-MEDIA-SEQUENCE:7\n" in text
    assert text.endswith("#EXTINF:2.000,\n8.m4s\n")


@given(st.binary(max_size=400), st.integers(1, 60))
@settings(max_examples=150, deadline=None)
def test_whatever_comes_is_survived(data: bytes, step: int):
    demuxer, cutter = mpeg_ps.Demuxer(), h26x.Pictures()
    stream = b"\x00\x00\x01\xba" + data + b"\x00\x00\x01\xe0" + data + b"\x00\x00\x01\xbc" + data
    for begin, end in pairwise([*range(0, len(stream), step), len(stream)]):
        for packet in demuxer.feed(stream[begin:end]):
            cutter.feed(packet.data, packet.times)
    cutter.flush()
    with contextlib.suppress(h26x.Unreadable):
        h26x.read_shape(data)


def test_what_waits_is_bounded():
    cutter, demuxer = h26x.Pictures(), mpeg_ps.Demuxer()
    for _ in range(80):
        cutter.feed(b"\x00\x00\x01\x65" + b"\x11" * 100_000, None)
        demuxer.feed(b"\x00\x00\x01\xe0\x00\x00" + b"\x11" * 100_000)
    assert cutter._size <= h26x.MOST_BYTES
    assert demuxer._size <= mpeg_ps.MOST_BYTES + 100_006
