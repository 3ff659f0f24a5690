"""Many datagrams by one call: whole, in order, each with who sent it."""

import socket
from collections.abc import Iterator

import pytest

from linli.media.cameras.datagrams import MOST, Datagrams, Run

SIZE = 2_048


@pytest.fixture(params=[(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")], ids=["v4", "v6"])
def here(request: pytest.FixtureRequest) -> Iterator[socket.socket]:
    family, host = request.param
    with socket.socket(family, socket.SOCK_DGRAM) as here:
        try:
            here.bind((host, 0))
        except OSError:
            pytest.skip(f"no address {host} here")
        here.setblocking(False)
        yield here


def sender(here: socket.socket, host: str = "") -> socket.socket:
    there = socket.socket(here.family, socket.SOCK_DGRAM)
    if host:
        there.bind((host, 0))
    there.connect(here.getsockname())
    return there


def test_nothing_waits(here: socket.socket) -> None:
    assert Datagrams(here.family, SIZE).take(here) == []


def test_each_datagram_is_given_once_and_in_order(here: socket.socket) -> None:
    datagrams = Datagrams(here.family, SIZE)
    with sender(here) as there:
        for length in (12, 0, 1_412, 3, SIZE):
            there.send(bytes([length & 255]) * length)
        (run,) = datagrams.take(here)
        assert [len(packet) for packet in run.packets] == [12, 0, 1_412, 3, SIZE]
        assert run.packets[2] == b"\x84" * 1_412
        assert run.host == here.getsockname()[0]
        there.send(b"one more")
        assert datagrams.take(here) == [Run(run.host, [b"one more"])]
    assert datagrams.take(here) == []


def test_more_than_one_call_takes_wait_for_the_next(here: socket.socket) -> None:
    datagrams = Datagrams(here.family, SIZE)
    with sender(here) as there:
        for number in range(MOST + 5):
            there.send(number.to_bytes(2))
    first, second = datagrams.take(here), datagrams.take(here)
    came = [packet for run in (*first, *second) for packet in run.packets]
    assert came == [number.to_bytes(2) for number in range(MOST + 5)]
    assert len(first[0].packets) == MOST


def test_what_is_larger_than_its_room_is_cut_off_there(here: socket.socket) -> None:
    with sender(here) as there:
        there.send(b"a" * (SIZE + 100))
        there.send(b"b" * 10)
    assert Datagrams(here.family, SIZE).take(here)[0].packets == [b"a" * SIZE, b"b" * 10]


def test_two_senders_are_told_apart() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as here:
        here.bind(("127.0.0.1", 0))
        with sender(here, "127.0.0.1") as one, sender(here, "127.0.0.2") as other:
            for there, data in ((one, b"1"), (one, b"2"), (other, b"3"), (one, b"4")):
                there.send(data)
        came = Datagrams(here.family, SIZE).take(here)
    assert came == [
        Run("127.0.0.1", [b"1", b"2"]), Run("127.0.0.2", [b"3"]), Run("127.0.0.1", [b"4"]),
    ]  # fmt: skip


def test_of_a_socket_that_was_closed_nothing_comes() -> None:
    here = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    here.close()
    assert Datagrams(socket.AF_INET, SIZE).take(here) == []
