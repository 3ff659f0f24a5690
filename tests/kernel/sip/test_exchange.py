"""What transactions leave behind when they end."""

import gc
import weakref

from linli.kernel.clock import ManualClock
from linli.kernel.sip.exchange import Exchange, Incoming
from linli.protocols import sip


class Wire:
    """A way to a phone that goes nowhere."""

    transport, host, port, reliable = "udp", "127.0.0.1", 5060, False

    def send(self, data: bytes) -> bool:
        return True

    def proved(self, number: str) -> None:
        return


class User:
    def __init__(self) -> None:
        self.came: list[weakref.ref[Incoming]] = []

    def request(self, transaction: Incoming) -> None:
        self.came.append(weakref.ref(transaction))
        transaction.answer(200)

    def ack(self, request: sip.Request) -> None:
        return


async def test_a_request_that_was_answered_goes_with_its_timer(clock: ManualClock) -> None:
    """Without a search for cycles, which comes seldom in a process that holds a million objects."""
    user = User()
    exchange = Exchange(clock, user, here="127.0.0.1:5060", token=lambda length: "t" * length)
    request = sip.Request("REGISTER", "sip:127.0.0.1")
    for name, value in (
        ("via", "SIP/2.0/UDP 127.0.0.1;branch=z9hG4bKone"),
        ("from", "<sip:a@127.0.0.1>;tag=1"),
        ("to", "<sip:a@127.0.0.1>"),
        ("call-id", "one"),
        ("cseq", "1 REGISTER"),
    ):
        request.set(name, value)
    gc.collect()
    gc.disable()
    try:
        exchange.receive_request(request, Wire())
        assert exchange.count == 1
        await clock.advance(40_000)
        exchange._ring()
        assert exchange.count == 0
        assert user.came[0]() is None
    finally:
        gc.enable()
        exchange.close()
