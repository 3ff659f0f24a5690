"""Calls of scripts, outside the event loop, in a child process without data and without access to anything.

A script that runs too long, uses too much memory or breaks the engine fails alone: the child ends its call, or is
killed and started again. Companies take fair turns: the company with the least use goes first, so a company with many
calls waits behind its own. A company whose script was slow or exceeded a limit runs in a second child for SLOW_SECONDS,
where no other company waits for it. A script that exceeds a limit in more than one call of five is stopped for
PAUSE_SECONDS, then twice as long, until its product gets a new script.
"""

import asyncio
import contextlib
import hashlib
import struct
import sys
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec

from linli.kernel import telemetry
from linli.kernel.clock import Clock
from linli.kernel.turns import Crowded, FairTurns
from linli.things.scripts.errors import FailureKind, SandboxBusy, ScriptFailed, ShareSpent

log = telemetry.logger(__name__)

WALL_SECONDS: Final = 2.0
"""Until the child is given up; its own limits count processor time, and the machine may be busy."""
MAX_WAITING: Final = 2_000
WAITING_SECONDS: Final = 3.0
"""Of a company's own calls: further ones are refused, and its devices send again."""
PATIENCE: Final = 5
PAUSE_SECONDS: Final = 60.0
_LONGEST_PAUSE: Final = 5
"""Doublings of it."""
SLOW_MICROS: Final = 15_000
"""Processor time of a call after which its company's are run apart."""
SLOW_SECONDS: Final = 60.0
_SLOW_CALL: Final = 0.05
"""Seconds that one lasts which runs into its limit."""
_REMEMBERED: Final = 10_000
_ENGINE: Final = Path(__file__).with_name("engine.py")
_LIMITS: Final[frozenset[FailureKind]] = frozenset({"time", "memory", "crash"})

_calls = telemetry.counter("script_calls", "Calls of products' scripts", ("outcome",))


class Script(NamedTuple):
    """A script as the sandbox knows it."""

    key: str
    """Another one for every text."""
    source: str
    owner: str = ""
    """The tenant whose share of time it takes."""

    @staticmethod
    def of(source: str, owner: str) -> "Script":
        """One that is kept nowhere: a draft on trial."""
        return Script(hashlib.sha256(source.encode()).hexdigest(), source, owner)


class Ran(NamedTuple):
    value: Any
    lines: tuple[str, ...]
    """The lines that it logged."""
    micros: int
    """Processor time."""


class _Answer(msgspec.Struct):
    value: str | None = None
    error: str = ""
    kind: FailureKind = "error"
    lines: tuple[str, ...] = ()
    micros: int = 0
    need: bool = False


_read_answer = msgspec.json.Decoder(_Answer).decode
_encode = msgspec.json.encode


class _Engine:
    """One child and the turns at it. Started by its first call."""

    def __init__(self, expected: float = 0.0) -> None:
        """`expected`: seconds that a call takes of a company that has not called yet."""
        self.turns = FairTurns(
            waiting=MAX_WAITING, waiting_each=MAX_WAITING // 2, patience=WAITING_SECONDS, expected=expected
        )
        self.child: asyncio.subprocess.Process | None = None

    async def ask(self, script: Script, function: str, given: str) -> _Answer:
        """In a turn."""
        call = {"key": script.key, "function": function, "input": given}
        try:
            async with asyncio.timeout(WALL_SECONDS):
                answer = await self._exchange(call)
                if answer.need:
                    answer = await self._exchange({**call, "source": script.source})
        except TimeoutError:
            await self.end()
            return _Answer(error="took too long", kind="time")
        except (EOFError, ConnectionError):
            await self.end()
            return _Answer(error="ended the engine", kind="crash")
        except asyncio.CancelledError:
            # Its answer would be taken for the next call's.
            await self.end()
            raise
        return answer

    async def _exchange(self, call: dict[str, Any]) -> _Answer:
        child = self.child
        if child is None or child.returncode is not None:
            child = self.child = await asyncio.create_subprocess_exec(
                sys.executable,
                "-I",
                str(_ENGINE),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                env={},
            )
        assert child.stdin is not None
        assert child.stdout is not None
        body = _encode(call)
        child.stdin.write(struct.pack(">I", len(body)) + body)
        await child.stdin.drain()
        head = await child.stdout.readexactly(4)
        return _read_answer(await child.stdout.readexactly(struct.unpack(">I", head)[0]))

    async def end(self) -> None:
        child, self.child = self.child, None
        if child is None:
            return
        if child.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                child.kill()
        await child.wait()


class Sandbox:
    """One per process."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._quick, self._apart = _Engine(), _Engine(_SLOW_CALL)
        self._waiting = 0
        self._slow: dict[str, int] = {}
        """Owners whose calls are run apart, until when (ms)."""
        self._patience = _Patience(clock)

    async def stop(self) -> None:
        """Once nobody calls any more."""
        for engine in (self._quick, self._apart):
            async with engine.turns.turn(""):
                await engine.end()

    async def call(self, script: Script, function: str, *args: Any) -> Ran:
        """Call a function with JSON values. Returns its result as JSON. Raises ScriptFailed, SandboxBusy, ShareSpent."""
        self._patience.check(script, function)
        if self._waiting >= MAX_WAITING:
            raise SandboxBusy
        self._waiting += 1
        try:
            answer = None
            while answer is None:
                answer = await self._take_turn(script, function, args)
        except Crowded as crowded:
            raise (ShareSpent() if crowded.own else SandboxBusy()) from crowded
        finally:
            self._waiting -= 1
        return self._read(script, function, answer)

    async def _take_turn(self, script: Script, function: str, args: tuple[Any, ...]) -> _Answer | None:
        """None: it is to be run apart by now, since calls before it were slow. Raises Crowded, ScriptFailed."""
        engine = self._engine_for(script.owner)
        async with engine.turns.turn(script.owner):
            if self._engine_for(script.owner) is not engine:
                return None
            self._patience.check(script, function)
            return await engine.ask(script, function, _encode(args).decode())

    def _read(self, script: Script, function: str, answer: _Answer) -> Ran:
        if answer.micros > SLOW_MICROS or answer.kind in _LIMITS:
            self._slow[script.owner] = self._clock.now_ms() + round(SLOW_SECONDS * 1000)
        if answer.value is None:
            _calls.labels(answer.kind).inc()
            self._patience.failed(script, answer.kind)
            raise ScriptFailed(function, answer.error, answer.kind, answer.lines)
        _calls.labels("done").inc()
        self._patience.done(script)
        try:
            value = msgspec.json.decode(answer.value)
        except (msgspec.DecodeError, RecursionError) as error:
            raise ScriptFailed(function, f"the result is no JSON: {error}", "error", answer.lines) from error
        return Ran(value, answer.lines, answer.micros)

    def _engine_for(self, owner: str) -> _Engine:
        until = self._slow.get(owner)
        if until is None:
            return self._quick
        if self._clock.now_ms() < until:
            return self._apart
        del self._slow[owner]
        return self._quick


class _Patience:
    """With scripts that break their limits."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._strikes: dict[str, int] = {}
        """By script: PATIENCE for each call that a limit ended, less one for each that went well."""
        self._paused: dict[str, int] = {}
        """Scripts that are not run, until when (ms)."""
        self._pauses: dict[str, int] = {}
        """How often they were paused."""

    def check(self, script: Script, function: str) -> None:
        """Raises ScriptFailed while it is paused."""
        until = self._paused.get(script.key)
        if until is None:
            return
        left = until - self._clock.now_ms()
        if left > 0:
            reason = f"is suspended for {-(-left // 1000)} s: it broke its limits again and again; publish a mended one"
            raise ScriptFailed(function, reason, "paused")
        del self._paused[script.key]

    def done(self, script: Script) -> None:
        strikes = self._strikes.get(script.key)
        if strikes is None:
            return
        if strikes > 1:
            self._strikes[script.key] = strikes - 1
        else:
            del self._strikes[script.key]

    def failed(self, script: Script, kind: FailureKind) -> None:
        if kind not in _LIMITS:
            self.done(script)
            return
        strikes = self._strikes.get(script.key, 0) + PATIENCE
        if strikes < PATIENCE * PATIENCE:
            self._strikes[script.key] = strikes
            return
        self._strikes.pop(script.key, None)
        times = self._pauses.get(script.key, 0)
        if len(self._pauses) > _REMEMBERED:
            self._pauses.clear()
            self._strikes.clear()
        self._pauses[script.key] = times + 1
        seconds = PAUSE_SECONDS * 2 ** min(times, _LONGEST_PAUSE)
        self._paused[script.key] = self._clock.now_ms() + round(seconds * 1000)
        log.warning(
            "script %s of %s broke its limits and is paused for %d s", script.key, script.owner, seconds
        )
