"""Whose address a request comes from, and which proxies the operator forgot to name."""

import pytest

from linli.kernel.http import Callers, network_of

DAY_MS = 24 * 3_600_000


def test_a_named_proxy_tells_whose_request_it_is(clock):
    callers = Callers(["10.0.0.2", "10.0.0.3"], clock)
    assert callers.address("198.51.100.1", "") == "198.51.100.1"
    assert callers.address("10.0.0.2", "203.0.113.9, 198.51.100.1, 10.0.0.3") == "198.51.100.1"
    assert callers.address("10.0.0.2", "") == "10.0.0.2"
    assert callers.unnamed() == []


async def test_who_passes_on_without_being_named_is_believed_nothing_and_remembered(clock):
    callers = Callers(["10.0.0.2"], clock)
    assert callers.address("10.0.0.9", "203.0.113.9") == "10.0.0.9"
    for last in range(100):
        callers.address(f"192.0.2.{last}", "203.0.113.9")
    callers.address("10.0.0.9", "203.0.113.9")
    assert len(callers.unnamed()) == 8
    assert callers.unnamed()[0] == "10.0.0.9"
    await clock.advance(DAY_MS)
    assert callers.unnamed() == []


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("198.51.100.1", "198.51.100.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::ffff:198.51.100.1", "198.51.100.1"),
        ("", ""),
        ("x" * 100, "x" * 64),
    ],
)
def test_one_subscriber_counts_as_one(address, counted):
    assert network_of(address) == counted
