"""What becomes of calls when accounts are no more: their talk ends at once, and whoever else looks goes on looking."""

from typing import Protocol, runtime_checkable

from linli.calls.call import Call
from linli.calls.dial import Dial
from linli.calls.watch import Watch
from linli.kernel.sip.exchange import Exchange


@runtime_checkable
class Guest(Protocol):
    """A phone that has a dialog of its own besides the call: one in a browser that looks through a door."""

    number: str

    def leave(self) -> None:
        """It looks no more."""
        ...


def hang_up_gone(call: Call, numbers: frozenset[str], exchange: Exchange) -> None:
    """End what a call has with these numbers: all of it if one of them talks, else their ringing or looking."""
    watch = call.side.flow
    if isinstance(watch, Dial) and watch.number in numbers:
        watch.hang_up()
    elif isinstance(watch, Watch):
        for (number, _), page in list(watch.viewers.items()):
            if number in numbers and page.on_lost is not None:
                page.on_lost()
    else:
        call.viewers.drop(numbers)
        if call.caller.number in numbers:
            side = call.side
            if call.viewers and call.answered is not None:
                side.hang_up(exchange)
                call.viewers.left(side)
            else:
                call.hang_up()
    if call.answered is not None:
        if call.answered.binding.number in numbers:
            call.hang_up()
        return
    for leg in list(call.legs):
        if leg.binding.number in numbers:
            call.stop_ringing(leg)
