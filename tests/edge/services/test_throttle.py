"""Who guesses at the box waits, whatever addresses of their own they take; nobody else does."""

from linli.edge.services.throttle import FREE, Throttle


def test_an_ipv6_subscriber_is_one_address(clock):
    throttle = Throttle(clock)
    for n in range(FREE):
        throttle.failed(f"fd00::{n}")
    assert throttle.closed("fd00::ffff") > 0
    assert throttle.closed("fd00:0:0:1::1") == 0
    assert throttle.closed("192.168.1.7") == 0
    throttle.passed("fd00::9")
    assert throttle.closed("fd00::1") == 0
