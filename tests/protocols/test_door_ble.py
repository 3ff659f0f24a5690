"""The Bluetooth protocol against the published vectors (3.5.1.2.3), every cut of a frame, and broken frames."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linli.protocols import door_ble
from linli.protocols.door_ble import FrameError, OpenRequest, Result

SAID = json.loads((Path(__file__).parent / "door_ble" / "vectors.json").read_text("utf-8"))
"""The phones' codec, in TypeScript, is tested with the same file."""
FIXED = door_ble.fixed_key(SAID["order"])
RANDOM = bytes.fromhex(SAID["random"])
KEY = door_ble.session_key(FIXED, RANDOM)
VECTORS = [(one["card"], one["cipher"]) for one in SAID["ciphers"]]


def test_keys() -> None:
    assert FIXED.hex() == SAID["fixedKey"]
    assert KEY.hex() == SAID["sessionKey"]


@pytest.mark.parametrize(("card", "cipher"), VECTORS)
def test_permission_cipher(card: str, cipher: str) -> None:
    assert door_ble.encrypt(KEY, card).hex() == cipher
    assert door_ble.decrypt(KEY, bytes.fromhex(cipher)) == card


@pytest.mark.parametrize(
    ("card", "checks_first", "frame"),
    [(one["card"], one["checksFirst"], one["frame"]) for one in SAID["requests"]],
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
    ("result", "frame"), [(Result(one["result"]), one["frame"]) for one in SAID["responses"]]
)
def test_response_frames(result: Result, frame: str) -> None:
    assert door_ble.write_response(result).hex() == frame
    assert door_ble.read_response(bytes.fromhex(frame)) is result


@pytest.mark.parametrize("frame", SAID["brokenResponses"])
def test_broken_responses(frame: str) -> None:
    with pytest.raises(FrameError):
        door_ble.read_response(bytes.fromhex(frame))


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
    assert [one["name"] for one in SAID["names"]] == [
        name, door_ble.door_name(building=1, unit=1, below_ground=True), door_ble.wall_name(number=2)
    ]  # fmt: skip
    wire = door_ble.write_advertisement(name, RANDOM)
    assert (name, wire.hex()) == (SAID["advertisement"]["name"], SAID["advertisement"]["wire"])
    assert door_ble.read_advertisement(wire) == (name, RANDOM)
    assert door_ble.read_advertisement(wire.replace(b"\xff\xfa", b"\xfa\xff")) == (name, RANDOM)
    with pytest.raises(FrameError):
        door_ble.read_advertisement(wire[:30])
    with pytest.raises(ValueError, match="building"):
        door_ble.door_name(building=1000, unit=1)
