"""MANSCDP, steering and descriptions of GB/T 28181."""

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linli.protocols import gb28181 as gb
from linli.protocols import sdp

CAMERA = "34020000001320000001"
CATALOGUE = """<?xml version="1.0" encoding="GB2312"?>
<Response><CmdType>Catalog</CmdType><SN>17</SN><DeviceID>34020000001180000001</DeviceID><SumNum>3</SumNum>
<DeviceList Num="1"><Item><DeviceID>34020000001320000001</DeviceID><Name>北门 & 车道</Name>
<Status>ON</Status><Info><PTZType>1</PTZType></Info></Item></DeviceList></Response>"""


@pytest.mark.parametrize("coding", ["gb2312", "gb18030", "utf-8"])
def test_a_catalogue_in_any_coding_with_a_bare_ampersand(coding: str):
    message = gb.read(CATALOGUE.encode(coding))
    assert (message.kind, message.command, message.number, message.total) == ("Response", "Catalog", "17", 3)
    assert message.items == ({"DeviceID": CAMERA, "Name": "北门 & 车道", "Status": "ON", "PTZType": "1"},)


def test_what_we_build_we_read():
    body = gb.build("Query", "Catalog", 5, CAMERA, {"Name": "<甲>"}, [{"DeviceID": "1", "Name": "乙&"}])
    message = gb.read(body)
    assert message.get("Name") == "<甲>"
    assert message.items == ({"DeviceID": "1", "Name": "乙&"},)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<Notify>",
        b"<Other><CmdType>x</CmdType></Other>",
        b"<Notify><SN>1</SN></Notify>",
        b'<!DOCTYPE x [<!ENTITY a "aaaa">]><Notify><CmdType>&a;</CmdType></Notify>',
        b"<Notify>" + b"<a>" * 5_000 + b"</a>" * 5_000 + b"</Notify>",
        b"<Notify><CmdType>K</CmdType><L>" + b"<Item/>" * 1_001 + b"</L></Notify>",
        b"<Notify><CmdType>" + b"x" * 70_000 + b"</CmdType></Notify>",
    ],
)
def test_what_is_no_message_is_refused(body: bytes):
    with pytest.raises(gb.Unreadable):
        gb.read(body)


@given(st.binary(max_size=300))
@settings(max_examples=200, deadline=None)
def test_whatever_comes_is_read_or_refused(data: bytes):
    for body in (data, b"<Notify><CmdType>Keepalive</CmdType>" + data + b"</Notify>"):
        with contextlib.suppress(gb.Unreadable):
            gb.read(body)


def test_steering_as_the_standard_has_it():
    assert gb.ptz_command(gb.Move(across=1), 0x1F) == "A50F01011F0000D5"
    assert gb.ptz_command(gb.Move(across=-1, up=1), 0x20) == "A50F010A20200000FF"[:14] + "FF"
    assert gb.ptz_command(gb.Move(zoom=1), 0x10) == "A50F0110000010D5"
    assert gb.ptz_command(gb.Move()) == "A50F0100000000B5"
    for across in (-1, 0, 1):
        for up in (-1, 0, 1):
            data = bytes.fromhex(gb.ptz_command(gb.Move(across, up, 1), 300))
            assert len(data) == 8
            assert sum(data[:7]) % 256 == data[7]


def test_asking_for_a_picture():
    ssrc = gb.ssrc_of("3402000000", 12_345, recorded=False)
    assert ssrc == "0200002345"
    live = gb.Wanted(CAMERA, "192.0.2.7", 30_000, ssrc)
    body = gb.describe(live, "34020000002000000001")
    assert gb.ssrc_in(body) == ssrc
    assert sdp.read(body).media[0].codecs == {"96": "ps/90000", "98": "h264/90000"}
    assert gb.subject(live, "34020000002000000001") == f"{CAMERA}:{ssrc},34020000002000000001:0"
    past = gb.Wanted(CAMERA, "192.0.2.7", 30_000, ssrc, "passive", 100, 160)
    text = gb.describe(past, "34020000002000000001").decode()
    assert "s=Playback\r\nu=34020000001320000001:0\r\n" in text
    assert "t=100 160\r\nm=video 30000 TCP/RTP/AVP 96 98\r\n" in text
    assert "a=setup:passive" in text


def test_times_as_cameras_write_them():
    assert gb.date_text("2026-12-01T08:00:01") == "2026-12-01 08:00:01"
    assert gb.date_text("2026-12-01T08:00:01.250Z") == "2026-12-01 08:00:01"
    assert gb.date_text("gestern") == ""


def test_kinds_by_code():
    assert gb.kind_of(CAMERA) == "camera"
    assert gb.kind_of("34020000001340000001") == "alarm"
    assert gb.kind_of("34020000002000000001") == "other"
    assert gb.kind_of("channel1") == "camera"
