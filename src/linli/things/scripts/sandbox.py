"""Calls of scripts: in a child process that holds nothing and reaches nothing, beside the event loop.

A script that runs too long, takes too much memory or breaks the engine fails alone: the child ends its call, or is
killed and started anew. One whose limits end it PATIENCE times in a row is not run for PAUSE_SECONDS, so that one
product's script does not take the time of all others.
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
from linli.things.scripts.errors import FailureKind, SandboxBusy, ScriptFailed

log = telemetry.logger(__name__)

WALL_SECONDS: Final = 2.0
"""Until the child is given up; its own limits count processor time, and the machine may be busy."""
MAX_WAITING: Final = 2_000
PATIENCE: Final = 5
PAUSE_SECONDS: Final = 60.0
_ENGINE: Final = Path(__file__).with_name("engine.py")
_LIMITS: Final[frozenset[FailureKind]] = frozenset({"time", "memory", "crash"})

_calls = telemetry.counter("script_calls", "Calls of products' scripts", ("outcome",))


class Script(NamedTuple):
    """A script as the sandbox knows it."""

    key: str
    """Another one for every text."""
    source: str

    @staticmethod
    def of(source: str) -> "Script":
        """One that is kept nowhere: a draft on trial."""
        return Script(hashlib.sha256(source.encode()).hexdigest(), source)


class Ran(NamedTuple):
    value: Any
    lines: tuple[str, ...]
    """What it logged."""
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


class Sandbox:
    """One per process. The child is started by the first call."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._child: asyncio.subprocess.Process | None = None
        self._turn = asyncio.Lock()
        self._waiting = 0
        self._strikes: dict[str, int] = {}
        self._paused: dict[str, int] = {}
        """Scripts that are not run, until when (ms)."""

    async def stop(self) -> None:
        async with self._turn:
            await self._end()

    async def call(self, script: Script, function: str, *args: Any) -> Ran:
        """Call a function with JSON values; what it returned, as JSON. Raises ScriptFailed, SandboxBusy."""
        self._check_pause(script, function)
        if self._waiting >= MAX_WAITING:
            raise SandboxBusy
        self._waiting += 1
        try:
            async with self._turn:
                answer = await self._ask(script, function, _encode(args).decode())
        finally:
            self._waiting -= 1
        if answer.value is None:
            _calls.labels(answer.kind).inc()
            self._strike(script, answer.kind)
            raise ScriptFailed(function, answer.error, answer.kind, answer.lines)
        _calls.labels("done").inc()
        self._strikes.pop(script.key, None)
        try:
            value = msgspec.json.decode(answer.value)
        except (msgspec.DecodeError, RecursionError) as error:
            raise ScriptFailed(function, f"the result is no JSON: {error}", "error", answer.lines) from error
        return Ran(value, answer.lines, answer.micros)

    # the child

    async def _ask(self, script: Script, function: str, given: str) -> _Answer:
        call = {"key": script.key, "function": function, "input": given}
        try:
            async with asyncio.timeout(WALL_SECONDS):
                answer = await self._exchange(call)
                if answer.need:
                    answer = await self._exchange({**call, "source": script.source})
        except TimeoutError:
            await self._end()
            return _Answer(error="took too long", kind="time")
        except (EOFError, ConnectionError):
            await self._end()
            return _Answer(error="ended the engine", kind="crash")
        except asyncio.CancelledError:
            # Its answer would be taken for the next call's.
            await self._end()
            raise
        return answer

    async def _exchange(self, call: dict[str, Any]) -> _Answer:
        child = self._child
        if child is None or child.returncode is not None:
            child = self._child = await asyncio.create_subprocess_exec(
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

    async def _end(self) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        if child.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                child.kill()
        await child.wait()

    # patience

    def _check_pause(self, script: Script, function: str) -> None:
        until = self._paused.get(script.key)
        if until is None:
            return
        if self._clock.now_ms() < until:
            raise ScriptFailed(function, "is paused: it broke its limits again and again", "paused")
        del self._paused[script.key]

    def _strike(self, script: Script, kind: FailureKind) -> None:
        if kind not in _LIMITS:
            self._strikes.pop(script.key, None)
            return
        strikes = self._strikes.get(script.key, 0) + 1
        if strikes < PATIENCE:
            self._strikes[script.key] = strikes
            return
        self._strikes.pop(script.key, None)
        self._paused[script.key] = self._clock.now_ms() + round(PAUSE_SECONDS * 1000)
        log.warning("script %s broke its limits %d times in a row and is paused", script.key, strikes)
