"""Turns at a scarce resource, shared fairly among owners: the next turn goes to the owner who has used it least.

An owner with much work waits behind its own work; others do not wait for it. An owner who returns after a pause starts
with the least use of those present, so a pause earns no credit.
"""

import asyncio
import contextlib
import math
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from typing import Final

_REMEMBERED: Final = 10_000
"""Owners whose use is known."""


class Crowded(Exception):
    """Nobody else may wait. `own`: since the owner itself has as many waiting as one may."""

    def __init__(self, *, own: bool) -> None:
        super().__init__(own)
        self.own = own


class FairTurns:
    """`width` turns at a time; use is measured as the time that turns last. One event loop only.

    `patience`: seconds that an owner's waiting work may take, estimated by its turns so far; `expected`: seconds of a
    turn for an owner without any.
    """

    def __init__(
        self,
        width: int = 1,
        *,
        waiting: int,
        waiting_each: int,
        patience: float = math.inf,
        expected: float = 0.0,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._free = width
        self._most, self._most_each, self._patience = waiting, waiting_each, patience
        self._expected = expected
        self._seconds = seconds
        self._waiting: dict[str, deque[asyncio.Future[None]]] = {}
        self._count = 0
        self._used: dict[str, float] = {}
        self._average: dict[str, float] = {}
        """The recent average of an owner's turns, in seconds."""
        self._floor = 0.0
        """The use of the owner of the latest turn."""

    @contextlib.asynccontextmanager
    async def turn(self, owner: str) -> AsyncIterator[None]:
        """Wait for a turn, which the block is. Raises Crowded."""
        await self._wait(owner)
        began = self._seconds()
        try:
            yield
        finally:
            self._note(owner, self._seconds() - began)
            self._free += 1
            self._next()

    def waiting(self, owner: str) -> int:
        """How many turns an owner waits for."""
        return len(self._waiting.get(owner, ()))

    async def _wait(self, owner: str) -> None:
        if not self._count and self._free:
            self._begin(owner)
            return
        ahead = self.waiting(owner)
        if ahead >= self._most_each or ahead * self._average.get(owner, self._expected) > self._patience:
            raise Crowded(own=True)
        if self._count >= self._most:
            raise Crowded(own=False)
        line = self._waiting.setdefault(owner, deque())
        if not line:
            self._used[owner] = max(self._used.get(owner, 0.0), self._floor)
        turn = asyncio.get_running_loop().create_future()
        line.append(turn)
        self._count += 1
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():  # it had just been given
                self._free += 1
                self._next()
            else:
                self._leave(owner, turn)
            raise

    def _note(self, owner: str, lasted: float) -> None:
        self._used[owner] = self._used.get(owner, self._floor) + lasted
        before = self._average.get(owner, self._expected or lasted)
        self._average[owner] = before + (lasted - before) / 8

    def _begin(self, owner: str) -> None:
        self._free -= 1
        self._floor = max(self._floor, self._used.get(owner, 0.0))
        self._used[owner] = max(self._used.get(owner, 0.0), self._floor)
        if len(self._used) > _REMEMBERED:
            self._used = {
                who: used
                for who, used in self._used.items()
                if used > self._floor or who == owner or who in self._waiting
            }
            self._average = {who: mean for who, mean in self._average.items() if who in self._used}

    def _next(self) -> None:
        while self._free and self._waiting:
            owner = min(self._waiting, key=self._used.__getitem__)
            line = self._waiting[owner]
            turn = line.popleft()
            self._count -= 1
            if not line:
                del self._waiting[owner]
            if not turn.done():  # a cancelled one may still stand in line
                self._begin(owner)
                turn.set_result(None)

    def _leave(self, owner: str, turn: asyncio.Future[None]) -> None:
        line = self._waiting.get(owner)
        if line is None or turn not in line:
            return
        line.remove(turn)
        self._count -= 1
        if not line:
            del self._waiting[owner]
