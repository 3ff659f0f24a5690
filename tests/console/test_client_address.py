"""Whose attempts are counted: the address behind trusted proxies, which no client can choose."""

import pytest

from linli.app.http import caller_address
from linli.kernel.clock import ManualClock
from linli.kernel.http import Callers


@pytest.mark.parametrize(
    "peer, lines, address",
    [
        ("203.0.113.9", ["6.6.6.6"], "203.0.113.9"),
        ("10.0.0.2", [], "10.0.0.2"),
        ("10.0.0.2", ["203.0.113.9"], "203.0.113.9"),
        ("10.0.0.2", ["6.6.6.6, 203.0.113.9"], "203.0.113.9"),
        (
            "10.0.0.2",
            ["6.6.6.6", "203.0.113.9"],
            "203.0.113.9",
        ),  # HAProxy adds a line and leaves the client's
        ("10.0.0.2", ["6.6.6.6", "203.0.113.9, 10.0.0.3"], "203.0.113.9"),
    ],
)
def test_the_address_is_what_the_nearest_proxy_says(peer: str, lines: list[str], address: str) -> None:
    callers = Callers(["10.0.0.2", "10.0.0.3"], ManualClock())
    headers = [(b"x-forwarded-for", line.encode()) for line in lines]
    scope = {"type": "http", "client": (peer, 4000), "headers": headers}
    assert callers.of(scope) == address
    assert caller_address(scope, frozenset({"10.0.0.2", "10.0.0.3"})) == address
