"""STUN: the vectors of RFC 5769, the checks of an ICE-lite end, and anything else."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linli.protocols import stun

PASSWORD = "VOkJxbRl1RmTxUk/WvJxBt"
REQUEST = bytes.fromhex(  # RFC 5769, 2.1
    "000100582112a442b7e7a701bc34d686fa87dfae"
    "802200105354554e207465737420636c69656e74"
    "002400046e0001ff80290008932ff9b151263b36"
    "000600096576746a3a68367659202020"
    "000800149aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a280280004e57a3bcf"
)
RESPONSE = bytes.fromhex(  # RFC 5769, 2.2
    "0101003c2112a442b7e7a701bc34d686fa87dfae"
    "8022000b7465737420766563746f7220"
    "002000080001a147e112a643"
    "000800142b91f599fd9e90c38c7489f92af9ba53f06be7d780280004c07d4c96"
)
RESPONSE_V6 = bytes.fromhex(  # RFC 5769, 2.3
    "010100482112a442b7e7a701bc34d686fa87dfae"
    "8022000b7465737420766563746f7220"
    "002000140002a1470113a9faa5d3f179bc25f4b5bed2b9d9"
    "00080014a382954e4be67bf11784c97c8292c275bfe3ed4180280004c8fb0b4c"
)


@pytest.mark.parametrize("wire", [REQUEST, RESPONSE, RESPONSE_V6], ids=["request", "IPv4", "IPv6"])
def test_vectors(wire: bytes):
    message = stun.read(wire)
    assert message is not None
    assert message.proves(PASSWORD.encode())
    assert not message.proves(b"another")
    broken = bytearray(wire)
    broken[30] ^= 1
    assert stun.read(bytes(broken)) is None
    assert all(stun.read(wire[:cut]) is None for cut in range(len(wire)))


def test_addresses_of_the_vectors():
    for wire, host in ((RESPONSE, "192.0.2.1"), (RESPONSE_V6, "2001:db8:1234:5678:11:2233:4455:6677")):
        request, wanted = stun.read(REQUEST), stun.read(wire)
        assert request is not None
        assert wanted is not None
        answer = stun.read(stun.answer_binding(request, host, 32853, PASSWORD.encode()))
        assert answer is not None
        assert answer.get(0x0020) == wanted.get(0x0020)
        assert answer.proves(PASSWORD.encode())


def test_a_check_is_answered():
    check = stun.answer_check(REQUEST, "192.0.2.9", 5, fragment="evtj", password=PASSWORD)
    assert check is not None
    assert (check.good, check.nominated) == (True, False)
    nominating = stun.build(
        stun.REQUEST, bytes(12), [(0x0006, b"evtj:h6vY"), (0x0025, b"")], PASSWORD.encode()
    )
    check = stun.answer_check(nominating, "192.0.2.9", 5, fragment="evtj", password=PASSWORD)
    assert check is not None
    assert (check.good, check.nominated) == (True, True)


@pytest.mark.parametrize(
    "attributes, password, status",
    [
        ([(0x0006, b"evtj:x")], None, 400),
        ([], PASSWORD, 400),
        ([(0x0006, b"evtj:x")], "wrong", 401),
        ([(0x0006, b"other:x")], PASSWORD, 401),
        ([(0x0006, b"evtj:x"), (0x7777, b"")], PASSWORD, 420),
    ],
    ids=["no integrity", "no name", "wrong password", "another's name", "unknown attribute"],
)
def test_checks_that_prove_nothing(attributes, password, status):
    wire = stun.build(stun.REQUEST, bytes(12), attributes, password.encode() if password else None)
    check = stun.answer_check(wire, "192.0.2.9", 5, fragment="evtj", password=PASSWORD)
    assert check is not None
    assert not check.good
    answer = stun.read(check.answer)
    assert answer is not None
    error = answer.get(0x0009)
    assert error is not None
    assert error[2] * 100 + error[3] == status


def test_what_follows_the_integrity_counts_for_nothing():
    wire = stun.build(stun.REQUEST, bytes(12), [(0x0006, b"evtj:x")], PASSWORD.encode())
    begun = wire[:-8]  # without the fingerprint
    more = begun + b"\x00\x25\x00\x00"
    more = more[:2] + (len(more) - 20).to_bytes(2) + more[4:]
    check = stun.answer_check(more, "192.0.2.9", 5, fragment="evtj", password=PASSWORD)
    assert check is not None
    assert (check.good, check.nominated) == (True, False)


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from([REQUEST, RESPONSE, RESPONSE_V6]),
    st.lists(st.tuples(st.integers(0, 120), st.integers(0, 255))),
    st.binary(max_size=40),
)
def test_anything_is_read_or_refused(wire: bytes, changes: list[tuple[int, int]], tail: bytes):
    mangled = bytearray(wire + tail)
    mangled[2:4] = (len(mangled) - 20 & 0xFFFF).to_bytes(2)
    for at, value in changes:
        mangled[at % len(mangled)] = value
    message = stun.read(bytes(mangled))
    if message is not None:
        message.proves(b"x")
        assert message.username is None or isinstance(message.username, str)
    check = stun.answer_check(bytes(mangled), "192.0.2.1", 1, fragment="evtj", password="x")
    assert check is None or not check.good
