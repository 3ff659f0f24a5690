"""Opening the door of a call when one of its phones asks: rights first, then way by way, and the result in words."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Final, Protocol

from linli.calls.opening_words import DOOR_UNKNOWN, NOT_ALLOWED, words_of
from linli.calls.rows import ASKED, Opening, person_of_telephone
from linli.calls.sides import Side
from linli.kernel.sip.exchange import Exchange, Incoming
from linli.kernel.telemetry import logger
from linli.protocols import sip
from linli.protocols.sip import unlock
from linli.rules.unlocking import TryResult, Twice, Way, next_way

log = logger(__name__)
ANSWER_S: Final = 3.0
"""How long a door may take to say how it went (spec A 4.1)."""
MOST_TRIES: Final = 20
"""Of the phones of one call."""
_STATUS: Final[dict[str, int]] = {
    TryResult.OPENED: 200,
    TryResult.SENT: 200,
    NOT_ALLOWED: 403,
    DOOR_UNKNOWN: 404,
}
_FAILED: Final = 500
_STAR: Final = -1


class Openings(Protocol):
    """Who may open the doors of calls, and the trace of each try."""

    async def ask(self, call_id: int, number: str) -> Opening:
        """The phone of a number asks to open the door of its call. `result` is ASKED if it may."""
        ...

    def hears(self, call_id: int, number: str) -> bool:
        """Whether the phone of a number is heard at all; else it is answered as by a door that knows no questions."""
        ...

    def by_remote(self, opening: Opening) -> bool:
        """Whether the door can be asked by its own line."""
        ...

    async def remote(self, opening: Opening) -> str:
        """Have the device open by its own line: `TryResult.OPENED`, or the code of an error."""
        ...

    async def settle(self, opening: Opening, way: Way | None, result: str) -> None:
        """Keep what became of it."""
        ...


class Talk(Protocol):
    """A call, as this part of it sees it."""

    id: int
    over: bool
    deaf_door: bool
    """The other end is a visitor's phone at a door: what opens it is the door's own line."""

    def door_side(self) -> Side | None:
        """The end that is a door, once it can be told something."""
        ...

    def opened(self) -> None:
        """The door opened."""
        ...


class Unlocking:
    """Of one call. Not thread-safe: of one event loop."""

    def __init__(
        self, talk: Talk, exchange: Exchange, openings: Openings, *, answer_s: float = ANSWER_S
    ) -> None:
        self._talk = talk
        self._exchange = exchange
        self._openings = openings
        self._answer_s = answer_s
        self._twice = Twice()
        self._tries = 0
        self._number = 0
        self._waiting: dict[int, asyncio.Future[int]] = {}
        """Our numbers of requests that the door has not answered."""
        self._tasks: set[asyncio.Task[None]] = set()

    # ------------------------------------------------------------ what comes

    def take(self, side: Side, number: str, incoming: Incoming) -> bool:
        """An INFO of the phone of a number; False: it asks for no door."""
        asked = unlock.read_unlock(incoming.request)
        asks = asked is not None and asked.asks
        if (asks or unlock.presses_star(incoming.request)) and not self._openings.hears(
            self._talk.id, number
        ):
            incoming.answer(415)
            return True
        if asked is not None and asked.asks:
            first = not self._twice.again(number, asked.number, self._exchange.clock.steady_ms())
            incoming.answer(200)
            if first:
                self._begin(side, number, Way.INFO, asked.number, None)
            return True
        if unlock.presses_star(incoming.request):
            if self._twice.again(number, _STAR, self._exchange.clock.steady_ms()):
                incoming.answer(200)
            else:
                self._begin(side, number, Way.STAR, 0, incoming)
            return True
        return False

    def pressed(self, number: str, release: Callable[[], None]) -> None:
        """The phone of a number pressed the key as a tone: `release` lets it go on to the door."""
        if not self._twice.again(number, _STAR, self._exchange.clock.steady_ms()):
            self._tries += 1
            if self._tries <= MOST_TRIES:
                asked = bool(person_of_telephone(number)) or self._talk.deaf_door
                self._run((self._open_by if asked else self._let_pass)(number, release))

    async def _open_by(self, number: str, release: Callable[[], None]) -> None:
        """A telephone has this key only: the door is asked for its word, and a door that knows no questions gets it."""
        result = await self.open_for(number)
        if result in (TryResult.UNKNOWN, TryResult.SILENT) and not self._talk.over:
            release()

    async def _let_pass(self, number: str, release: Callable[[], None]) -> None:
        try:
            opening = await self._openings.ask(self._talk.id, number)
            if opening.result == ASKED and not self._talk.over:
                release()
                await self._openings.settle(opening, Way.STAR, TryResult.SENT)
        except Exception:
            log.exception("opening a door in call %d failed", self._talk.id)

    async def open_for(self, number: str) -> str:
        """Open as if the phone of a number had asked by INFO; the result."""
        self._tries += 1
        if self._tries > MOST_TRIES:
            return NOT_ALLOWED
        try:
            return await self._try(number, Way.INFO)
        except Exception:
            log.exception("opening a door in call %d failed", self._talk.id)
            return "error"

    def answered(self, incoming: Incoming) -> bool:
        """An INFO of the door; False: it answers nothing that we asked."""
        reply = unlock.read_unlock(incoming.request)
        if reply is None or reply.asks or not 0 < reply.number <= self._number:
            return False
        incoming.answer(200)
        waiting = self._waiting.get(reply.number)  # none: the second copy, or too late
        if waiting is not None and not waiting.done():
            waiting.set_result(reply.status)
        return True

    def close(self) -> None:
        for task in self._tasks:
            task.cancel()

    # ------------------------------------------------------------ one try

    def _begin(self, side: Side, number: str, way: Way, asked: int, star: Incoming | None) -> None:
        self._tries += 1
        if self._tries > MOST_TRIES:
            if star is not None:
                star.answer(403)
            return
        self._run(self._open(side, number, way, asked, star))

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _open(self, side: Side, number: str, way: Way, asked: int, star: Incoming | None) -> None:
        """`asked`: the phone's own number of its request; `star`: its INFO, which waits for the result."""
        result: str = "error"
        try:
            result = await self._try(number, way)
        except Exception:
            log.exception("opening a door in call %d failed", self._talk.id)
        words = words_of(result)
        status = _STATUS.get(result, _FAILED)
        if star is not None:
            if not star.answered:
                star.answer(status, words)
        elif not self._talk.over:
            self._tell(side, unlock.tell_opening(asked, status, words))

    async def _try(self, number: str, way: Way) -> str:
        opening = await self._openings.ask(self._talk.id, number)
        if opening.result != ASKED:
            return opening.result
        following: Way | None = way
        result: str = TryResult.SILENT
        while following is not None:
            way = following
            result = await self._by(way, opening)
            outcome = TryResult(result) if result in TryResult else TryResult.REFUSED
            following = next_way(way, outcome, remote=self._openings.by_remote(opening))
        if result == TryResult.OPENED:
            self._talk.opened()
        await self._openings.settle(opening, way, result)
        return result

    async def _by(self, way: Way, opening: Opening) -> str:
        if way is Way.REMOTE:
            return await self._openings.remote(opening)
        door = self._talk.door_side()
        if door is None or self._talk.over:
            return TryResult.SILENT
        if way is Way.STAR:
            status = await self._send(door, unlock.STAR_TYPE, unlock.press_star())
            return (
                TryResult.SENT if 200 <= status < 300 else TryResult.UNKNOWN if status else TryResult.SILENT
            )
        return await self._ask(door, opening.number)

    async def _ask(self, door: Side, number: str) -> TryResult:
        self._number = self._number % 999 + 1
        asked = self._number
        loop = asyncio.get_running_loop()
        reply = self._waiting[asked] = loop.create_future()
        due = loop.time() + self._answer_s
        try:
            body = unlock.ask_to_open(asked, number)
            waiting = {reply, *(self._send(door, unlock.CONTENT_TYPE, body) for _ in range(2))}
            refused = 0
            while not reply.done() and waiting and loop.time() < due:
                done, waiting = await asyncio.wait(
                    waiting, timeout=due - loop.time(), return_when=asyncio.FIRST_COMPLETED
                )
                refused += sum(answer.result() >= 300 for answer in done if answer is not reply)
                if refused == 2 and not reply.done():
                    return TryResult.UNKNOWN
            if not reply.done():
                return TryResult.SILENT
            return TryResult.OPENED if reply.result() == unlock.OPENED else TryResult.REFUSED
        finally:
            del self._waiting[asked]

    def _send(self, door: Side, kind: str, body: bytes) -> asyncio.Future[int]:
        """The status of the answer; 0: none came."""
        answer: asyncio.Future[int] = asyncio.get_running_loop().create_future()

        def answered(response: sip.Response) -> None:
            if response.status >= 200 and not answer.done():
                answer.set_result(response.status)

        def lost() -> None:
            if not answer.done():
                answer.set_result(0)

        self._exchange.send(_info(door, kind, body), door.flow, answered, lost)
        return answer

    def _tell(self, side: Side, body: bytes) -> None:
        """Twice, as the contract has it."""
        for _ in range(2):
            if side.dialog.state != "ended":
                info = _info(side, unlock.CONTENT_TYPE, body)
                self._exchange.send(info, side.flow, _ignore, _nothing)


def _info(side: Side, kind: str, body: bytes) -> sip.Request:
    info = side.dialog.request("INFO")
    info.set("content-type", kind)
    info.body = body
    return info


def _ignore(_response: sip.Response) -> None:
    return


def _nothing() -> None:
    return
