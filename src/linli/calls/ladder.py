"""A call to a home goes on step by step: whoever rings already rings on, and the next ones ring as well."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from typing import Any, Protocol

from linli.calls.engine import Ringing
from linli.calls.outcomes import outcome_of, preferred
from linli.calls.rows import (
    ANSWERED,
    BUSY,
    ELSEWHERE,
    MISSED,
    NO_PHONE,
    RECORDED,
    REFUSED,
    RINGING,
    Binding,
    CallStep,
    Rung,
    staff_of,
)
from linli.calls.sides import Leg
from linli.kernel.clock import Clock
from linli.kernel.sip.flows import Flow
from linli.rules.ladder import DESK, FAMILY, INDOOR

type Phones = list[tuple[Binding, Flow]]


class Reached(Protocol):
    """The phones of these numbers that can be rung now; and if there are none, why."""

    def __call__(self, numbers: tuple[str, ...]) -> Awaitable[tuple[Phones, str]]: ...


class Called(Protocol):
    """The call of a ladder."""

    @property
    def id(self) -> int: ...

    @property
    def tenant_id(self) -> str: ...

    @property
    def community_id(self) -> int | None: ...

    @property
    def target(self) -> str: ...


class Notes(Protocol):
    def tried(self, step: CallStep) -> None:
        """Whom a call to a home tries, or what became of it."""
        ...


class Ladder:
    """Of one call. Not thread-safe: of one event loop."""

    talk: Ringing
    """Set by the call."""

    def __init__(
        self,
        call: Called,
        rungs: Iterable[Rung],
        reach: Reached,
        log: Notes,
        clock: Clock,
        work: Callable[[Coroutine[Any, Any, None]], None],
    ) -> None:
        self._call = call
        self._left = list(rungs)
        self.voice = frozenset().union(*(rung.voice for rung in self._left))
        """Phones that get no picture."""
        self._reach = reach
        self._log = log
        self._clock = clock
        self._work = work
        self._rung: list[tuple[Rung, CallStep]] = []
        """Those that ring now."""
        self._place = 0
        self._climbing = False
        self._timer: asyncio.TimerHandle | None = None
        self.why = ""
        """Of the last step without a phone."""
        self.total_s = sum(rung.wait_s for rung in self._left)

    async def climb(self) -> Phones:
        """The phones of the next step that has some; none: there is no further one."""
        while self._left:
            rung = self._left.pop(0)
            self._place += 1
            phones, why = await self._reach(rung.numbers) if rung.numbers else ([], rung.why or NO_PHONE)
            count = sum(binding.number != self._call.target for binding, _ in phones)
            self._note(rung, count, "" if phones else why)
            if phones:
                return phones
            self.why = BUSY if BUSY in (why, self.why) else why
        return []

    def _note(self, rung: Rung, phones: int, why: str) -> None:
        now_ms = self._clock.now_ms()
        step = CallStep(
            call_id=self._call.id,
            place=self._place,
            tenant_id=self._call.tenant_id,
            community_id=self._call.community_id or 0,
            step=rung.step,
            phones=phones,
            result=why or RINGING,
            number="",
            started_ms=now_ms,
            ended_ms=now_ms if why else 0,
        )
        if not why:
            self._rung.append((rung, step))
        self._log.tried(step)

    def silent(self, number: str) -> bool:
        """Whether a phone is to ring without a sound."""
        return any(number in rung.silent for rung, _ in self._rung)

    def wait(self) -> None:
        """From now on the step that was rung last has its time."""
        if self._left and self._rung:
            wait_s = self._rung[-1][0].wait_s
            self._timer = asyncio.get_running_loop().call_later(wait_s, self._go_on)

    def refused(self, legs: list[Leg]) -> bool:
        """No phone rings any more: whether another step is tried now. Who declines at home declines for the home."""
        declined = False
        for rung, step in self._rung:
            statuses = {leg.status for leg in legs if leg.binding.number in rung.numbers}
            result = outcome_of(preferred(statuses, 480))
            declined = declined or (result == REFUSED and rung.step in (INDOOR, FAMILY))
            self._settle(step, result)
        self._rung.clear()
        if self._climbing:
            return True
        if declined or not self._left:
            return False
        self._go_on()
        return True

    def _go_on(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        if not self._climbing:
            self._climbing = True
            self._work(self._ring_next())

    async def _ring_next(self) -> None:
        try:
            phones = await self.climb()
        finally:
            self._climbing = False
        if self.talk.over or self.talk.answered is not None:
            self.ended(ELSEWHERE)  # meanwhile
        elif phones:
            self.talk.ring_more(phones)
            self.wait()
        else:
            self.talk.nobody_left()

    def answered(self, number: str) -> None:
        """This phone has the call."""
        for rung, step in self._rung:
            taken = number in rung.numbers or (rung.step == DESK and bool(staff_of(number)))
            self._settle(step, ANSWERED if taken else ELSEWHERE, number if taken else "")
        self._stop()

    def recorded(self, number: str) -> None:
        """What takes messages has the call: nobody else answered."""
        for rung, step in self._rung:
            taken = number in rung.numbers
            self._settle(step, RECORDED if taken else MISSED, number if taken else "")
        self._stop()

    def ended(self, outcome: str) -> None:
        """It is over: what still rang ends with it."""
        for _, step in self._rung:
            self._settle(step, outcome)
        self._stop()

    def _stop(self) -> None:
        self._rung.clear()
        self._left.clear()
        if self._timer is not None:
            self._timer.cancel()

    def _settle(self, step: CallStep, result: str, number: str = "") -> None:
        self._log.tried(step._replace(result=result, number=number, ended_ms=self._clock.now_ms()))
