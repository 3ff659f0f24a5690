"""Questions that the box answers over a tunnel: each name is one method, its input a checked struct."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any, Final, NamedTuple

import msgspec

from linli.kernel import telemetry
from linli.kernel.errors import BadInput, LinliError
from linli.protocols.edge_remote import wire
from linli.protocols.edge_remote.wire import Answer, Fault, Question

log = telemetry.logger(__name__)

MOST_OPEN: Final = 16
"""Questions at once in one tunnel."""

type Say = Callable[[bytes, bool], Awaitable[None]]
"""Send one frame; whether it is text."""


class Refused(Exception):
    """A question is answered with this. `code` as in `wire.Fault`."""

    def __init__(self, code: str, message: str, field: str = "") -> None:
        super().__init__(message)
        self.fault = Fault(code, message, field)


class Items(NamedTuple):
    """An answer that comes in parts."""

    items: AsyncIterator[Any]


class Bytes(NamedTuple):
    """An answer whose parts are bytes; `end` is the last part."""

    pieces: AsyncIterator[bytes]
    end: Any


class Duty(NamedTuple):
    takes: type[msgspec.Struct]
    answer: Callable[[Any], Awaitable[Any]]


class Desk:
    """Answers the questions of one tunnel, several at once."""

    def __init__(self, duties: Mapping[str, Duty], say: Say) -> None:
        self._duties = duties
        self._say = say
        self._open: dict[int, asyncio.Task[None]] = {}

    def hear(self, text: bytes) -> None:
        """One text frame. Raises WireError where it is no question."""
        asked = wire.question(text)
        if asked.do == wire.CANCEL:
            if (task := self._open.get(asked.id)) is not None:
                task.cancel()
            return
        if asked.id in self._open:
            raise wire.WireError(f"question {asked.id} is already open")
        if len(self._open) >= MOST_OPEN:
            raise wire.WireError(f"at most {MOST_OPEN} questions at once")
        task = asyncio.create_task(self._answer(asked), name=f"remote-{asked.do}")
        self._open[asked.id] = task
        task.add_done_callback(lambda _: self._open.pop(asked.id, None))

    async def stop(self) -> None:
        tasks = list(self._open.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _answer(self, asked: Question) -> None:
        fault = None
        try:
            duty = self._duties.get(asked.do)
            if duty is None:
                raise Refused("unknown", f"this box knows no {asked.do!r}")
            await self._send(asked.id, await duty.answer(_taken(duty.takes, asked.given)))
        except Refused as refused:
            fault = refused.fault
        except BadInput as error:
            fault = Fault("bad_input", str(error), error.field or "")
        except LinliError as error:
            fault = Fault(error.code, str(error), error.field or "")
        except Exception as error:  # the edge of a duty: who asked learns that it failed, the tunnel goes on
            log.exception("remote: %s failed", asked.do)
            fault = Fault("failed", f"{type(error).__name__}: {error}")
        if fault is not None:
            await self._say(wire.encode(Answer(asked.id, error=fault)), True)

    async def _send(self, number: int, answer: Any) -> None:
        match answer:
            case Items(items):
                async for item in items:
                    await self._say(wire.encode(Answer(number, item=item)), True)
                ok: Any = {}
            case Bytes(pieces, end):
                async for piece in pieces:
                    await self._say(wire.piece(number, piece), False)
                ok = end
            case _:
                ok = answer
        await self._say(wire.encode(Answer(number, ok={} if ok is None else ok)), True)


def _taken(takes: type[msgspec.Struct], given: Mapping[str, Any]) -> Any:
    """Raises Refused naming the field."""
    try:
        return msgspec.convert(given, takes)
    except msgspec.ValidationError as error:
        text = str(error)
        field = text.rpartition("`$.")[2].rstrip("`") if "`$." in text else ""
        raise Refused("bad_input", text, field) from error
