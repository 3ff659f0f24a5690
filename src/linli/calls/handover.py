"""A talk that its desk holds, or passes on: the caller stays on the line with its one dialog, and hears nobody meanwhile.

Nothing of this is told to the caller's phone: its sound and picture come to our relay as before.
"""

from collections.abc import Callable
from typing import Final, NamedTuple, Protocol

from linli.calls.engine import Engine
from linli.calls.media import CallMedia
from linli.calls.outcomes import outcome_of
from linli.calls.rows import GIVEN_UP, MISSED, Binding
from linli.calls.sides import Leg, Side
from linli.kernel.sip.flows import Flow
from linli.protocols import sip

HELD_S: Final = 180.0
"""How long a caller may be held."""


class Handed(Protocol):
    """The call."""

    id: int
    side: Side
    legs: list[Leg]
    answered: Leg | None
    callee: Side | None
    over: bool
    limit_s: float
    outcome: str

    def ring_more(self, phones: list[tuple[Binding, Flow]]) -> None: ...

    def carry(self, message: sip.Message, of: Side | Leg, to: Side | Leg) -> bytes: ...

    def stop_ringing(self, leg: Leg, *, elsewhere: bool = False) -> None: ...

    def wait(self, seconds: float, then: Callable[[], None]) -> None: ...

    def hang_up(self) -> None: ...


class Watcher(Protocol):
    """Who passed a call on."""

    def taken(self, number: str) -> None:
        """This phone has it now."""
        ...

    def ended(self, result: str) -> None:
        """Nobody took it. It may be passed on again at once, if it did not go back to who had it."""
        ...


class Passing(NamedTuple):
    """A call that rings once more."""

    former: Leg | None
    """Who had it, and gets it back where nobody takes it; None: it does not go back."""
    side: Side | None
    watcher: Watcher


class Handover[Call: Handed]:
    """Of one call."""

    def __init__(self, call: Call, engine: Engine[Call], media: CallMedia) -> None:
        self._call = call
        self._engine = engine
        self._media = media
        self.held_ms = 0
        """Since when the caller is held; 0: it is not."""
        self.passing: Passing | None = None
        self.count = 0
        """How often it was passed on."""

    @property
    def former(self) -> Leg | None:
        return self.passing.former if self.passing is not None else None

    @property
    def rings(self) -> bool:
        """It rings once more."""
        return self.passing is not None

    @property
    def on_hold(self) -> bool:
        return self.held_ms > 0

    def hold(self, now_ms: int) -> None:
        """Until `resume`, or until the caller was held for so long that the call ends."""
        if not self.on_hold:
            self.held_ms = now_ms
            self._media.hold()
            self._call.wait(HELD_S, self._call.hang_up)

    def resume(self) -> None:
        if self.on_hold and self._call.answered is not None:
            self._talk(self._call.answered)

    def _talk(self, leg: Leg) -> None:
        self.held_ms = 0
        self._media.connected(leg)
        self._call.wait(self._call.limit_s, self._call.hang_up)

    # ------------------------------------------------------------ passing on

    def pass_on(
        self, phones: list[tuple[Binding, Flow]], wait_s: float, watcher: Watcher, *, back: bool
    ) -> None:
        """Ring these; the first to answer has the call. `back`: if none does so in time, it goes back."""
        call = self._call
        self.passing = Passing(call.answered, call.callee, watcher)
        self.held_ms = 0
        self.count += 1
        self._media.hold()
        call.answered = call.callee = None
        if not back:
            self.forget_former()
        call.wait(wait_s, self._nobody)
        call.ring_more(phones)

    def forget_former(self) -> None:
        """Who had it is gone, or gives it away for good."""
        if self.passing is not None:
            self._release(self.passing)
            self.passing = Passing(None, None, self.passing.watcher)

    def _release(self, passing: Passing) -> None:
        if passing.former is not None and passing.side is not None:
            passing.side.hang_up(self._engine.exchange)
            self._media.drop(passing.former)
            self._engine.drop(passing.side, passing.former.binding.number)

    def take_back(self) -> None:
        """Before anybody took it."""
        if self.former is not None:
            self._nobody(GIVEN_UP)

    def took(self, leg: Leg, side: Side, response: sip.Response) -> bool:
        """A phone answered; False: it is the first one of the call, whose caller is to be told."""
        call, passing, number = self._call, self.passing, leg.binding.number
        if passing is None:
            return False
        self.passing = None
        call.carry(response, leg, call.side)
        side.acknowledge(self._engine.exchange)
        self._engine.lines.talks(number)
        self._engine.log.answered(call.id, number)
        for other in call.legs:
            if other is not leg:
                call.stop_ringing(other, elsewhere=True)
        self._release(passing)
        self._talk(leg)
        passing.watcher.taken(number)
        return True

    def refused(self, status: int) -> bool:
        """No phone rings any more; False: it was not passed on."""
        if self.passing is None:
            return False
        self._nobody(outcome_of(status))
        return True

    def _nobody(self, result: str = MISSED) -> None:
        call, passing = self._call, self.passing
        if passing is None or call.over:
            return
        self.passing = None
        for leg in call.legs:
            call.stop_ringing(leg)
        if passing.former is not None:
            call.answered, call.callee = passing.former, passing.side
            self._engine.log.answered(call.id, passing.former.binding.number)
            self._talk(passing.former)
        passing.watcher.ended(result)
        if call.answered is None and not self.rings and not call.over:
            call.outcome = MISSED
            call.hang_up()

    def end(self) -> None:
        """The call is over."""
        passing, self.passing = self.passing, None
        if passing is not None:
            self._release(passing)
            passing.watcher.ended(GIVEN_UP)
