"""The Bluetooth protocol against the published vectors (3.5.1.2.3), every cut of a frame, and broken frames."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linli.protocols import door_ble
from linli.protocols.door_ble import FrameError, OpenRequest, Result

FIXED = door_ble.fixed_key("DZP20200117037")
RANDOM = bytes.fromhex("45189f5c")
KEY = door_ble.session_key(FIXED, RANDOM)
VECTORS = [
    ("12345601010702", "f72f00edfc2a83cdc96c05bc9564a675"),  # :445-467
    ("1234567812345678", "ce53387f115df4aaed9d1ce8745d39e1ebdc8162353878ee3411d0facd39980a"),  # :469-496
    (
        "1234567812345678123456781234567",
        "ce53387f115df4aaed9d1ce8745d39e1453b02c05a71357afa21f514de436ff9",
    ),  # :498-529
]


def test_keys() -> None:
    assert bytes.fromhex("445A5032303230303131373033373030") == FIXED  # :377-383
    assert bytes.fromhex("4472DF6E004ABF6C0149BF6C014FBF6C") == KEY  # :405-417


@pytest.mark.parametrize(("card", "cipher"), VECTORS)
def test_permission_cipher(card: str, cipher: str) -> None:
    assert door_ble.encrypt(KEY, card).hex() == cipher
    assert door_ble.decrypt(KEY, bytes.fromhex(cipher)) == card


@pytest.mark.parametrize(
    ("card", "checks_first", "frame"),
    [
        (VECTORS[0][0], True, "240010f72f00edfc2a83cdc96c05bc9564a675c7"),
        (VECTORS[0][0], False, "240110f72f00edfc2a83cdc96c05bc9564a675c8"),
        (VECTORS[1][0], True, "240020ce53387f115df4aaed9d1ce8745d39e1ebdc8162353878ee3411d0facd39980ad5"),
        (VECTORS[2][0], True, "240020ce53387f115df4aaed9d1ce8745d39e1453b02c05a71357afa21f514de436ff90a"),
        ("514152694808390", True, "240010876afca6c0de354cba61346b825c597148"),
    ],
)
def test_request_frames(card: str, checks_first: bool, frame: str) -> None:
    request, wire = OpenRequest(door_ble.encrypt(KEY, card), checks_first), bytes.fromhex(frame)
    assert door_ble.write_request(request) == wire
    assert door_ble.take_request(wire + b"next") == (request, b"next")
    for cut in range(len(wire)):
        assert door_ble.take_request(wire[:cut]) == (None, wire[:cut])
    assert b"".join(door_ble.pieces(wire)) == wire
    assert max(map(len, door_ble.pieces(wire))) <= 20


@pytest.mark.parametrize(
    ("result", "frame"),
    [
        (Result.OK, "2400000024"),
        (Result.BAD_CHECKSUM, "2400000125"),
        (Result.BAD_FORMAT, "2400000226"),
        (Result.NO_PERMISSION, "2400000327"),
    ],
)
def test_response_frames(result: Result, frame: str) -> None:
    assert door_ble.write_response(result).hex() == frame
    assert door_ble.read_response(bytes.fromhex(frame)) is result


@pytest.mark.parametrize(
    ("frame", "result"),
    [
        ("250010", Result.BAD_FORMAT),
        ("240210", Result.BAD_FORMAT),
        ("240011", Result.BAD_FORMAT),
        ("240010f72f00edfc2a83cdc96c05bc9564a675c6", Result.BAD_CHECKSUM),
    ],
)
def test_broken_requests_have_their_result(frame: str, result: Result) -> None:
    with pytest.raises(FrameError) as error:
        door_ble.take_request(bytes.fromhex(frame))
    assert error.value.result is result


def test_a_new_random_makes_old_ciphers_useless() -> None:
    other = door_ble.session_key(FIXED, bytes.fromhex("11223344"))
    assert door_ble.decrypt(other, bytes.fromhex(VECTORS[0][1])) != VECTORS[0][0]


def test_too_long_a_card() -> None:
    with pytest.raises(ValueError, match="31"):
        door_ble.encrypt(KEY, "1" * 32)


@given(st.text("0123456789ABCDEF", max_size=31), st.binary(min_size=4, max_size=4))
def test_round_trip(card: str, random: bytes) -> None:
    key = door_ble.session_key(FIXED, random)
    assert door_ble.decrypt(key, door_ble.encrypt(key, card)) == card


def test_names_and_advertisement() -> None:
    name = door_ble.door_name(building=1, unit=1)
    assert name == "SRE1001000100001"  # :236
    assert door_ble.door_name(building=1, unit=1, below_ground=True) == "SRE1001000100101"
    assert door_ble.wall_name(number=2) == "SRE1000000002001"
    wire = door_ble.write_advertisement(name, RANDOM)  # :131-218
    assert wire.hex() == "0201061109" + "53524531303031303030313030303031" + "0302fffa05ff45189f5c"
    assert door_ble.read_advertisement(wire) == (name, RANDOM)
    assert door_ble.read_advertisement(wire.replace(b"\xff\xfa", b"\xfa\xff")) == (name, RANDOM)
    with pytest.raises(FrameError):
        door_ble.read_advertisement(wire[:30])
    with pytest.raises(ValueError, match="building"):
        door_ble.door_name(building=1000, unit=1)
