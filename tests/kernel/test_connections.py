"""Who has room on a listener, and whose connection is closed for a newcomer."""

from random import Random

import pytest

from linli.kernel.callers import forwarded_address
from linli.kernel.connections import Connections, Standing, holder_of


class One:
    def __init__(self, house: Connections["One"], standing: Standing, since: float) -> None:
        self.house, self.state, self.since = house, standing, since
        self.closed = False

    def standing(self) -> tuple[Standing, float]:
        return self.state, self.since

    def displace(self) -> None:
        self.closed = True


class House:
    """Connections numbered by when they came."""

    def __init__(self, most: int, each: int = 0, proxies: tuple[str, ...] = ()) -> None:
        self.share: Connections[One] = Connections(most, each, proxies=proxies)
        self.came = 0

    def come(self, address: str, standing: Standing = Standing.IDLE) -> One | None:
        self.came += 1
        one = One(self.share, standing, self.came)
        return one if self.share.enter(one, address) else None


@pytest.mark.parametrize(
    "address, holder",
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:bbbb::9", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("unix:x", "unix:x"),
        ("", ""),
    ],
)
def test_of_ipv6_a_subscriber_is_a_64(address: str, holder: str) -> None:
    assert holder_of(address) == holder


@pytest.mark.parametrize(
    "header, address",
    [
        ("", ""),
        ("203.0.113.9", "203.0.113.9"),
        ("6.6.6.6, 203.0.113.9", "203.0.113.9"),
        ("6.6.6.6, 203.0.113.9, 10.0.0.2 ", "203.0.113.9"),
        ("10.0.0.2", ""),
        ("6.6.6.6,", "6.6.6.6"),
    ],
)
def test_who_comes_through_proxies_is_the_last_that_is_none(header: str, address: str) -> None:
    assert forwarded_address(header, {"10.0.0.1", "10.0.0.2"}) == address


def test_an_address_over_its_share_closes_its_own_idlest() -> None:
    house = House(most=100, each=3)
    other = house.come("b")
    first, second, third = (house.come("a") for _ in range(3))
    assert first
    assert second
    first.since = 50  # it was used since
    assert house.come("a") is not None
    assert second.closed
    assert not first.closed
    assert third
    assert not third.closed
    assert other
    assert not other.closed
    assert house.share.of("a") == 3


def test_an_address_whose_share_is_at_work_gets_no_more() -> None:
    house = House(most=100, each=2)
    assert house.come("a", Standing.BUSY)
    assert house.come("a", Standing.BUSY)
    assert house.come("a") is None
    assert house.come("b") is not None


def test_a_slow_request_goes_before_work_and_after_idleness() -> None:
    house = House(most=100, each=3)
    slow, busy, idle = house.come("a", Standing.UNFINISHED), house.come("a", Standing.BUSY), house.come("a")
    assert slow
    assert busy
    assert idle
    assert house.come("a", Standing.BUSY)
    assert idle.closed
    assert not slow.closed
    assert house.come("a", Standing.BUSY)
    assert slow.closed
    assert not busy.closed
    assert house.come("a") is None


def test_a_newcomer_gets_in_though_all_room_is_taken() -> None:
    house = House(most=10)
    many = [house.come("a") for _ in range(7)]
    few = [house.come("b") for _ in range(3)]
    for address in "cdef":
        assert house.come(address) is not None
    assert [one.closed for one in many if one] == [True] * 4 + [False] * 3
    assert not any(one.closed for one in few if one)
    assert len(house.share) == 10


def test_whoever_holds_most_loses_also_what_is_at_work_but_not_to_his_like() -> None:
    house = House(most=4)
    busy = [house.come("a", Standing.BUSY) for _ in range(4)]
    assert house.come("a", Standing.BUSY) is None, "it has most itself"
    assert house.come("b", Standing.BUSY)
    assert busy[0]
    assert busy[0].closed
    assert house.come("b", Standing.BUSY)
    assert busy[1]
    assert busy[1].closed
    assert house.come("b", Standing.BUSY) is None, "two and two: nobody has more than the newcomer would"
    assert house.come("c"), "it has none"


def test_behind_a_proxy_everybody_has_his_own_share() -> None:
    house = House(most=100, each=2, proxies=("10.0.0.1",))
    pooled = [house.come("10.0.0.1") for _ in range(20)]
    assert all(pooled)
    assert house.share.of("10.0.0.1") == 20
    first, second, third = pooled[:3]
    assert first
    assert second
    assert third
    assert house.share.move(first, "203.0.113.9")
    assert house.share.move(second, "203.0.113.9")
    first.state = second.state = Standing.BUSY
    assert not house.share.move(third, "203.0.113.9")
    assert house.share.of("203.0.113.9") == 2
    assert house.share.of("10.0.0.1") == 17


@pytest.mark.parametrize("seed", range(5))
def test_counts_stay_true_whatever_comes_and_goes(seed: int) -> None:
    rng = Random(seed)
    house = House(most=40, each=12, proxies=("p",))
    alive: list[One] = []
    for _ in range(3000):
        if alive and rng.random() < 0.4:
            house.share.leave(alive.pop(rng.randrange(len(alive))))
        else:
            came = house.come(rng.choice("aaabcdefp"), Standing(rng.randrange(3)))
            alive += [came] if came else []
        alive = [one for one in alive if not one.closed]
        assert len(house.share) == len(alive) <= 40
        assert set(house.share) == set(alive)
        assert all(house.share.of(address) <= 12 for address in "abcdef")
