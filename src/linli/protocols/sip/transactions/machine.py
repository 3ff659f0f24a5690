"""What the machines share: times, timers and actions."""

from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

from ..message import Request, Response


@dataclass(frozen=True, slots=True)
class Times:
    """The three times all others are made of, ms (RFC 3261, 17.1.1.1)."""

    t1: int = 500
    """A guess at the way there and back."""
    t2: int = 4_000
    """The longest pause between two sendings."""
    t4: int = 5_000
    """How long a message may live in the network."""
    d: int = 32_000
    """How long answers of an INVITE that failed may be repeated."""

    @property
    def patience(self) -> int:
        return 64 * self.t1


DEFAULT_TIMES: Final = Times()

State = Literal["trying", "calling", "proceeding", "completed", "confirmed", "accepted", "terminated"]


class Send(NamedTuple):
    """To the peer, by the transaction's transport."""

    message: Request | Response


class Deliver(NamedTuple):
    """To the transaction's user."""

    message: Request | Response


class Failure(NamedTuple):
    """To the transaction's user: nothing came, or nothing could be sent. The transaction is over."""

    kind: Literal["timeout", "transport"]


Action = Send | Deliver | Failure


class Machine:
    """A state and its timers. `reliable`: whether the transport repeats what is lost itself."""

    __slots__ = ("_timers", "reliable", "request", "state", "times")

    def __init__(
        self, request: Request, state: State, *, reliable: bool, times: Times = DEFAULT_TIMES
    ) -> None:
        self.request = request
        self.state: State = state
        self.reliable = reliable
        self.times = times
        self._timers: dict[str, int] = {}

    @property
    def over(self) -> bool:
        return self.state == "terminated"

    @property
    def deadline_ms(self) -> int | None:
        """When `tick` has something to do; None: not by itself."""
        return min(self._timers.values(), default=None)

    def tick(self, now_ms: int) -> list[Action]:
        """Do what is due. Calling it too early does nothing."""
        actions: list[Action] = []
        for name, at_ms in sorted(self._timers.items(), key=lambda timer: timer[1]):
            if at_ms <= now_ms and self._timers.get(name) == at_ms:
                del self._timers[name]
                actions += self._fire(name, now_ms)
        return actions

    def transport_failed(self) -> list[Action]:
        """Nothing could be sent: the user is told, and it is over."""
        if self.over:
            return []
        self._end()
        return [Failure("transport")]

    def _fire(self, name: str, now_ms: int) -> list[Action]:
        raise NotImplementedError

    def _go(self, state: State, **timers: int) -> None:
        """Enter a state, with these timers (ms on the clock) and no others."""
        self.state = state
        self._timers = timers

    def _end(self) -> None:
        self._go("terminated")

    def _linger(self, state: State, until_ms: int, timer: str) -> None:
        """Stay to absorb what may still be repeated; on a reliable transport nothing is."""
        if self.reliable:
            self._end()
        else:
            self._go(state, **{timer: until_ms})
