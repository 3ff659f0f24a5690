"""The door protocol's codec against the published exchanges, the signature's vectors and every rule of its tables."""

import json
import re
import struct
import zlib
from collections.abc import Callable
from operator import attrgetter
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linli.protocols import door_http
from linli.protocols.door_http import INTERFACES, SOURCE_INTERFACES, Code, Refused, Server
from linli.protocols.door_http.messages.connection import Connect, TemperatureRule
from linli.protocols.door_http.messages.elevators import Elevators
from linli.protocols.door_http.messages.rules import Rule, check_rooms
from tests.protocols.door_http.published import EXCHANGES, TOKEN, UNLIKE_WRITTEN, Exchange, compact

SIGNED = {"time": 1589472000, "mac": "00-16-EA-AE-3D-40", "sn": "123456789", "ip": "192.168.1.128"}


WIRE_NAMES = sorted({name for case in EXCHANGES for name in re.findall(r'"(\w+)":', case.request.decode())})
CARD = {"cardId": "1", "effectiveTime": "1", "expiryTime": "2"}


def photo(width: int = 120, height: int = 120, size: int = 0) -> bytes:
    """A PNG header of that size, filled up to `size` bytes."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunk = struct.pack(">I", 13) + b"IHDR" + head + struct.pack(">I", zlib.crc32(b"IHDR" + head))
    return (b"\x89PNG\r\n\x1a\n" + chunk).ljust(size, b"\0")


def read(path: str, **fields: Any) -> Any:
    return door_http.read_request(INTERFACES[path], "application/json", json.dumps(fields).encode())


def refusal(path: str, **fields: Any) -> str:
    with pytest.raises(Refused) as refused:
        read(path, **fields)
    assert refused.value.code is Code.BAD_PARAMETER
    return refused.value.message


def test_there_are_the_32_interfaces_of_the_source() -> None:
    assert len(SOURCE_INTERFACES) == 32
    assert {one.path for one in EXCHANGES} == set(SOURCE_INTERFACES)
    assert [one.name for one in EXCHANGES] == [f"V{n}" for n in range(1, 33)]


@pytest.mark.parametrize("case", [one for one in EXCHANGES if one.request], ids=attrgetter("name"))
def test_published_requests_are_read_and_written_byte_for_byte(case: Exchange) -> None:
    interface = INTERFACES[case.path]
    message = door_http.read_request(interface, "application/json", case.request)
    kind, body = door_http.write_request(interface, message)
    assert kind == "application/json"
    written = compact(case.request.decode())
    if case.name not in UNLIKE_WRITTEN:
        assert body == written
    elif case.name != "V23":
        assert json.loads(body) == json.loads(written)


@pytest.mark.parametrize("case", [one for one in EXCHANGES if one.fields], ids=attrgetter("name"))
def test_published_forms(case: Exchange) -> None:
    interface = INTERFACES[case.path]
    message = msgspec.convert({**case.fields, "photo": photo()}, interface.ask)
    kind, body = door_http.write_request(interface, message)
    assert door_http.read_request(interface, kind, body) == message
    told = msgspec.to_builtins(message, builtin_types=(bytes,))
    assert told.pop("photo") == photo()
    assert told == case.fields


@pytest.mark.parametrize("case", EXCHANGES, ids=attrgetter("name"))
def test_published_answers_are_read_and_written_byte_for_byte(case: Exchange) -> None:
    answer = door_http.read_answer(INTERFACES[case.path], case.answer)
    assert door_http.write_answer(answer) == case.answer


@pytest.mark.parametrize(
    ("method", "digest"),
    [
        ("md5", "4db51117ad87cef349f45a3b14c05142"),  # 3.5.1.2.txt:229-237
        ("sha1", "b5d6f31aa47695764bb66399cd3da86a1e36b862"),  # derived, spec G S1
        ("sha256", "df93bb43875266f6895507547ca4f36bfbfd1849a3e374500c7d8e4cc4212ea0"),
    ],
)
def test_signature(method: str, digest: str) -> None:
    text = "TIME{1589472000}MAC{00-16-EA-AE-3D-40}SN{123456789}IP{192.168.1.128}"
    assert door_http.signed_text(**SIGNED) == text
    assert door_http.sign(method, **SIGNED) == digest
    message = {**SIGNED, "keepalive": 30, "signMethod": method, "sign": digest}
    assert door_http.is_signed(read("/connect", **message))


@pytest.mark.parametrize(
    "digest", ["4f8701cbc7c4d92ce04a9fc369e7a414", "4DB51117AD87CEF349F45A3B14C05142", ""]
)
def test_a_digest_without_braces_or_in_capitals_is_no_signature(digest: str) -> None:
    message = {**SIGNED, "keepalive": 30, "signMethod": "md5", "sign": digest}
    assert not door_http.is_signed(read("/connect", **message))


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("keepalive", 9, "keepalive"),
        ("keepalive", 121, "keepalive"),
        ("keepalive", "30", "keepalive"),
        ("signMethod", "MD5", "signMethod"),
        ("sn", "123", "sn"),
        ("sn", "1" * 33, "sn"),
        ("sn", "12 45", "sn"),
        ("ip", "192.168.1.256", "ip"),
        ("ip", "::1", "ip"),
        ("time", "1589472000", "time"),
        ("mac", "", "mac"),
        ("sign", None, "sign"),
    ],
)
def test_connect_names_the_field_it_refuses(field: str, value: Any, said: str) -> None:
    good = {**SIGNED, "keepalive": 30, "signMethod": "md5", "sign": "4db51117ad87cef349f45a3b14c05142"}
    assert said in refusal("/connect", **{**good, field: value})


@pytest.mark.parametrize("keepalive", [10, 120])
def test_ends_of_the_heartbeat_range(keepalive: int) -> None:
    message = {**SIGNED, "keepalive": keepalive, "signMethod": "md5", "sign": "x"}
    assert isinstance(read("/connect", **message), Connect)


@pytest.mark.parametrize("kind", range(8))
def test_all_alarms(kind: int) -> None:
    assert read("/alarmEvent", token="t", alarmType=kind, cardId="777").alarm_type == kind


@pytest.mark.parametrize(
    ("path", "fields", "said"),
    [
        ("/alarmEvent", {"alarmType": 8}, "alarmType"),
        ("/alarmEvent", {"alarmType": 2}, "cardId"),
        ("/alarmEvent", {"alarmType": 3}, "cardId"),
        ("/setKeepOpen", {"data": {"keepOpen": 2}}, "keepOpen"),
        ("/setTempCheckRule", {"data": {"isCheck": 1}}, "maxThreshold"),
        ("/setTempCheckRule", {"data": {"isCheck": 1, "maxThreshold": "36", "minThreshold": "37"}}, "minThreshold"),
        ("/qrcode", {"qrCode": ""}, "qrCode"),
        ("/qrcode", {"qrCode": "a" * 129}, "qrCode"),
        ("/qrcode", {"qrCode": "门" * 43}, "qrCode"),
        ("/faceAC/syncFaces", {"faces": [{"type": 2}]}, "faceId"),
        ("/faceAC/syncFaces", {"faces": [{"type": 1, "faceId": "a"}]}, "feature"),
        ("/faceAC/syncFaces", {"faces": [{"type": 2, "faceId": str(n)} for n in range(51)]}, "faces"),
        ("/cardAC/syncPermissions", {"permissions": [{**CARD, "type": 4}]}, "type"),
        ("/cardAC/syncPermissions", {"permissions": [{"type": 2, "cardId": "1"}]}, "effectiveTime"),
        ("/visualIntercom/getGroupId", {"roomId": "1-9-3"}, "roomId"),
        ("/visualIntercom/getGroupId", {"roomId": "1-9999-3-1202"}, "roomId"),
        ("/visualIntercom/reportOpenDoor", {"type": 2, "number": "1"}, "type"),
    ],
)  # fmt: skip
def test_rules_of_the_tables(path: str, fields: dict[str, Any], said: str) -> None:
    assert said in refusal(path, token="t", **fields)
    assert "token" in refusal(path, **fields) or said in refusal(path, **fields)


def test_one_keep_open_in_an_array_is_read() -> None:
    assert read("/setKeepOpen", token="t", data=[{"keepOpen": 1}]).keep_open == 1


@pytest.mark.parametrize(
    ("temperature", "passes"),
    [("36.5", True), ("37.5", True), ("36.49", False), ("37.51", False), (None, False)],
)
def test_temperature_rule(temperature: str | None, passes: bool) -> None:
    rule = TemperatureRule(is_check=1, max_threshold="37.5", min_threshold="36.5")
    assert rule.lets_pass(temperature) == passes
    assert TemperatureRule(is_check=0).lets_pass(temperature)


RULE = {"ruleId": "r", "userId": "u"}
FLOOR = [{"floor": "9"}]


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ({"controlMode": "CALL_ONLY"}, "startFloor"),
        (
            {"controlMode": "CALL_ONLY", "startFloor": "1", "targetFloorRoomList": FLOOR},
            "targetFloorRoomList",
        ),
        ({"controlMode": "CALL_WITH_TARGET", "startFloor": "1"}, "targetFloorRoomList"),
        ({"controlMode": "CALL_WITH_TARGET", "targetFloorRoomList": FLOOR}, "startFloor"),
        ({"controlMode": "CALL_WITH_TARGET", "startFloor": "1", "targetFloorRoomList": [{}]}, "floor"),
        ({"controlMode": "RELEASE_ONLY", "startFloor": "1", "targetFloorRoomList": FLOOR}, "startFloor"),
        ({"controlMode": "RELEASE_ONLY", "startRoom": "1", "targetFloorRoomList": FLOOR}, "startRoom"),
        ({"controlMode": "RELEASE_ONLY"}, "targetFloorRoomList"),
        ({"controlMode": "ACTIVATE_ONLY", "targetFloorRoomList": FLOOR * 2}, "single floor"),
        ({"controlMode": "CALL_ONLY", "startFloor": "1", "delaySeconds": 301}, "delaySeconds"),
        ({"controlMode": "FLY", "startFloor": "1"}, "controlMode"),
        ({}, "controlMode"),
    ],
)
def test_presence_by_control_mode(rule: dict[str, Any], said: str) -> None:
    """3.5.1.2.txt:2747-2811."""
    got = refusal("/elevator/rule/sync", version="2021-12-13", token="t", rules=[{"type": 1, **RULE, **rule}])
    assert said in got


def test_longest_delay_and_a_missing_type() -> None:
    rule = {**RULE, "controlMode": "CALL_ONLY", "startFloor": "1", "delaySeconds": 300}
    assert len(read("/elevator/rule/sync", version="2021-12-13", token="t", rules=[rule]).rules) == 1
    assert read("/elevator/rule/sync", version="2021-12-13", token="t", rules=[{"type": 4}])
    assert "version" in refusal("/elevator/rule/sync", version="2020-01-01", token="t", rules=[])


def lifts(mode: str, *, rooms: bool, count: int = 1) -> Elevators:
    floor = {"floor": "9", "roomList": ["901"]} if rooms else {"floor": "9"}
    lift = {"isDualCardDoor": rooms, "floorInfo": [floor]}
    return msgspec.convert({"elevatorMode": mode, "floorInfoList": [lift] * count}, Elevators)


def rule(**fields: Any) -> Rule:
    return msgspec.convert(
        {**RULE, "controlMode": "RELEASE_ONLY", "targetFloorRoomList": FLOOR, **fields}, Rule
    )


@pytest.mark.parametrize(
    ("fields", "at", "said"),
    [
        ({}, lifts("ALL", rooms=True), "roomNumber"),
        (
            {"targetFloorRoomList": [{"floor": "9", "roomNumber": "901"}]},
            lifts("ALL", rooms=False),
            "roomNumber",
        ),
        ({}, lifts("SINGLE", rooms=False, count=2), "elevatorId"),
    ],
)
def test_rooms_and_lifts_that_a_rule_must_name(fields: dict[str, Any], at: Elevators, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        check_rooms(rule(**fields), at)


def test_rules_that_fit_their_lifts() -> None:
    check_rooms(rule(), lifts("ALL", rooms=False))
    check_rooms(rule(elevatorId="01"), lifts("SINGLE", rooms=False, count=2))
    check_rooms(rule(elevatorId="01"), lifts("GROUP", rooms=False, count=2))
    check_rooms(rule(targetFloorRoomList=[{"floor": "9", "roomNumber": "901"}]), lifts("ALL", rooms=True))


def test_other_spellings_that_the_source_uses_are_read() -> None:
    lift = {"version": "2021-12-13", "token": "t"}
    assert read("/elevator/getRunState", **lift, data=["01"]).elevators == ["01"]
    assert read("/elevator/getRunState", **lift, elevatorList=["02"]).elevators == ["02"]
    assert read("/elevator/getRunState", **lift).elevators is None
    floors = [{"floor": "1", "room": "2"}, {"floor": "1", "roomNumber": "3"}]
    got = read("/elevator/releaseFloors", **lift, floorRoomList=floors)
    assert [one.room or one.room_number for one in got.floor_room_list] == ["2", "3"]
    assert "floorRoomList" in refusal("/elevator/activateFloor", **lift)
    assert read("/elevator/rule/get", **lift, currentPage="01", pageSize=2).page == (1, 2)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", "application/json"),
        (b"{", "application/json"),
        (b"[]", "application/json"),
        (b"\xff\xfe", "application/json"),
        (b"[" * 100_000, "application/json"),
        (b'{"token":' + b'"' + b"t" * 65 + b'"}', "application/json"),
    ],
)
def test_broken_json_is_a_bad_parameter(body: bytes, kind: str) -> None:
    with pytest.raises(Refused) as refused:
        door_http.read_request(INTERFACES["/keepalive"], kind, body)
    assert refused.value.code is Code.BAD_PARAMETER


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", b"{}"),
        ("multipart/form-data", b""),
        ("multipart/form-data; boundary=x", b"--y\r\n\r\n"),
        ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="token"\r\n\r\nt\r\n--x--\r\n'),
        ("multipart/form-data; boundary=x", b"--x\r\n" * 100),
    ],
)  # fmt: skip
def test_broken_forms_are_bad_parameters(kind: str, body: bytes) -> None:
    with pytest.raises(Refused) as refused:
        door_http.read_request(INTERFACES["/recognize"], kind, body)
    assert refused.value.code is Code.BAD_PARAMETER


@pytest.mark.parametrize(
    ("data", "good"),
    [
        (photo(), True),
        (photo(119, 200), False),
        (photo(200, 119), False),
        (photo(120, 120, 1024 * 1024), True),
        (photo(120, 120, 1024 * 1024 + 1), False),
        (b"GIF89a" + b"\xff" * 200, False),
        (b"\xff\xd8\xff\xe0\x00\x04ab\xff\xc0\x00\x11\x08\x00\x78\x00\x79\x03", True),
        (b"\xff\xd8\xff\xe0\x00\x04ab\xff\xc2\x00\x11\x08\x00\x77\x00\x79\x03", False),
        (b"\xff\xd8\xff" + b"\xff" * 50, False),
        (b"", False),
    ],
)
def test_photos(data: bytes, good: bool) -> None:
    if good:
        assert min(door_http.check_photo(data)) >= 120
        return
    with pytest.raises(Refused):
        door_http.check_photo(data)


def test_answers_of_no_such_protocol() -> None:
    for body in (b"", b"<html>", b'{"code":"x"}', b'{"code":0,"message":"success"}'):
        with pytest.raises(door_http.BadAnswer):
            door_http.read_answer(INTERFACES["/connect"], body)
    refused = door_http.read_answer(INTERFACES["/connect"], b'{"code":7,"message":"device is illegal"}')
    assert (refused.code, type(refused)) == (Code.DEVICE_UNKNOWN, door_http.Answer)
    assert len(TOKEN) <= 64
    assert {one.server for one in INTERFACES.values()} == set(Server)


def tried(call: Callable[[], Any]) -> tuple[Any, Refused | None]:
    try:
        return call(), None
    except Refused as refused:
        return None, refused


anything = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(2**60), 2**60), st.floats(), st.text(max_size=40)),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.sampled_from(WIRE_NAMES), inner, max_size=6)),
    max_leaves=12,
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(
    st.sampled_from([path for path, one in INTERFACES.items() if not one.form]),
    st.dictionaries(st.sampled_from(WIRE_NAMES), anything, max_size=8),
)
def test_whatever_a_peer_sends_is_a_message_or_a_bad_parameter(path: str, fields: dict[str, Any]) -> None:
    body = json.dumps({"token": "t", "version": "2021-12-13", **fields}).encode()
    message, refused = tried(lambda: door_http.read_request(INTERFACES[path], "application/json", body))
    if refused is not None:
        assert refused.code is Code.BAD_PARAMETER
        assert refused.message
        return
    assert message is not None
    kind, written = door_http.write_request(INTERFACES[path], message)
    assert door_http.read_request(INTERFACES[path], kind, written) == message


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300), st.sampled_from(["/recognize", "/faceAC/passEvent"]))
def test_whatever_bytes_a_form_has(body: bytes, path: str) -> None:
    head = b'--x\r\nContent-Disposition: form-data; name="photo"\r\n\r\n'
    for sent in (body, head + body, head + body + b"\r\n--x--\r\n"):
        with pytest.raises(Refused):
            door_http.read_request(INTERFACES[path], "multipart/form-data; boundary=x", sent)


@given(st.binary(max_size=200))
def test_whatever_a_photo_is(data: bytes) -> None:
    for sent in (data, b"\x89PNG\r\n\x1a\n" + data, b"\xff\xd8\xff" + data):
        size, refused = tried(lambda sent=sent: door_http.check_photo(sent))  # type: ignore[misc]
        assert refused.code is Code.BAD_PARAMETER if refused else min(size) >= 120
