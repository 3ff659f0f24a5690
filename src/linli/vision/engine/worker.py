"""A child process that answers asks one at a time, so that a bad picture can only harm the child.

The request that ends or hangs the child is certain: it alone fails, the child is started again, and the waiting
requests go on. Lines of requests are served in their order; a full line, or too many waiting bytes, is busy.
"""

import asyncio
import contextlib
import logging
import os
import sys
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec

from linli.vision import manifest as manifests
from linli.vision.engine import frames
from linli.vision.engine.frames import Answer, Done, Unreadable
from linli.vision.engine.ports import Busy, EngineError, NoPicture, Off, State, TooSlow
from linli.vision.manifest import FACES, Job, Model

log = logging.getLogger(__name__)

START_SECONDS: Final = 60.0
WAITING_BYTES: Final = 64 * 1024 * 1024
"""Most bytes of waiting pictures; more are refused, even a single picture."""
_AGAIN_SECONDS: Final = (0.0, 0.5, 2.0, 10.0, 30.0)
"""Before the child is started again after it ended so many times in a row."""
type Line = deque[_Job]


class _Job:
    """One ask and who waits for its answer."""

    __slots__ = ("answer", "body")

    def __init__(self, ask: msgspec.Struct) -> None:
        self.body = frames.frame(frames.encode(ask))
        self.answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()


class Worker:
    """`start` before the first ask, `stop` at the end; without models it is Off."""

    def __init__(
        self,
        module: str,
        arguments: list[str],
        models: Path,
        jobs: Sequence[Job] = FACES,
        *,
        name: str,
        lines: int,
        queue: int,
        timeout_seconds: float,
    ) -> None:
        self._command = [sys.executable, "-m", module]
        self._arguments = arguments
        self._models = models
        self._jobs = jobs
        self._name = name
        self._queue = queue
        self._timeout = timeout_seconds
        self._state = State("", 0, None, [], "the engine was not started", "stopped")
        self._lines: tuple[Line, ...] = tuple(deque() for _ in range(lines))
        self._waiting_bytes = 0
        self._wake = asyncio.Event()
        self._child: asyncio.subprocess.Process | None = None
        self._task: asyncio.Task[None] | None = None
        self.restarts = 0
        """How often the child had to be started again."""

    @property
    def state(self) -> State:
        return self._state

    @property
    def pid(self) -> int | None:
        """Of the child, while there is one."""
        return self._child.pid if self._child is not None else None

    async def start(self) -> None:
        """Start the child and learn what it runs. Without models, or with models that cannot be used, it stays Off."""
        if not (self._models / "manifest.json").is_file():
            self._state = State("", 0, None, [], f"there are no models in {self._models}", "no_models")
            return
        await self._spawn()
        if self._state.model_id:
            self._task = asyncio.create_task(self._run(), name=f"{self._name} engine")
        else:
            log.warning("%s are off: %s", self._name, self._state.reason)
            await self._end()
            self._state = msgspec.structs.replace(self._state, models=self._named())

    def _named(self) -> list[Model]:
        """The folder's manifest, also when none of its models runs."""
        try:
            return manifests.read(self._models, self._jobs).models
        except (OSError, manifests.ManifestError):
            return []

    async def stop(self) -> None:
        """End the child. Waiting callers are told that the engine is off."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None
        await self._end()
        self._state = State("", 0, None, [], "the engine was stopped", "stopped")
        for job in (job for line in self._lines for job in line):
            if not job.answer.done():
                job.answer.set_exception(Off(self._state.reason))
        for line in self._lines:
            line.clear()

    async def ask[R](self, ask: msgspec.Struct, place: int, kind: type[R]) -> R:
        """The answer of the child to an ask in the line at `place`. Raises EngineError, NoPicture."""
        if self._task is None:
            raise Off(self._state.reason)
        job, line = _Job(ask), self._lines[place]
        if len(line) >= self._queue or self._waiting_bytes + len(job.body) > WAITING_BYTES:
            raise Busy(f"{len(line)} asks wait already")
        self._waiting_bytes += len(job.body)
        line.append(job)
        self._wake.set()
        answer = await job.answer
        match answer:
            case Done(result):
                return msgspec.msgpack.decode(result, type=kind)
            case Unreadable(rule):
                raise NoPicture(rule)
            case _:
                raise EngineError(answer.why)

    # the child

    async def _run(self) -> None:
        failures = 0
        while True:
            job = self._next()
            if job is None:
                self._wake.clear()
                await self._wake.wait()
                continue
            try:
                if self._child is None:
                    await asyncio.sleep(_AGAIN_SECONDS[min(failures, len(_AGAIN_SECONDS) - 1)])
                    self.restarts += 1
                    await self._spawn()
                    if self._child is None:
                        raise EngineError(self._state.reason)
                async with asyncio.timeout(self._timeout):
                    answer = await self._exchange(job.body)
            except asyncio.CancelledError:
                self._fail(job, Off("the engine was stopped", "stopped"))
                raise
            except TimeoutError:
                failures += 1
                self._fail(job, TooSlow(f"no answer within {self._timeout:g} s"))
                await self._end()
            except (EngineError, OSError, EOFError, msgspec.DecodeError) as error:
                failures += 1
                log.warning("the child of %s ended: %r", self._name, error)
                self._fail(job, EngineError("the child that runs the models ended"))
                await self._end()
            else:
                failures = 0
                if not job.answer.done():
                    job.answer.set_result(answer)

    def _next(self) -> _Job | None:
        """The next ask that somebody still waits for."""
        for line in self._lines:
            while line:
                job = line.popleft()
                self._waiting_bytes -= len(job.body)
                if not job.answer.done():
                    return job
        return None

    @staticmethod
    def _fail(job: _Job, error: EngineError) -> None:
        if not job.answer.done():
            job.answer.set_exception(error)

    async def _spawn(self) -> None:
        # One core a child: the linear algebra below numpy would take them all.
        environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
        self._child = await asyncio.create_subprocess_exec(
            *self._command,
            *self._arguments,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env=environment,
            start_new_session=True,  # a Ctrl-C at the terminal is the platform's to handle
        )
        try:
            async with asyncio.timeout(START_SECONDS):
                state = frames.decode_state(await self._read())
        except (TimeoutError, OSError, EOFError, msgspec.DecodeError) as error:
            await self._end()
            state = State("", 0, None, [], f"the child did not start: {error!r}")
        if state.model_id or not self._state.model_id:
            self._state = state  # templates belong to the model that ran once, in spite of a later start
        if not state.model_id:
            await self._end()

    async def _exchange(self, body: bytes) -> Answer:
        assert self._child is not None
        assert self._child.stdin is not None
        self._child.stdin.write(body)
        await self._child.stdin.drain()
        return frames.decode_answer(await self._read())

    async def _read(self) -> bytes:
        assert self._child is not None
        assert self._child.stdout is not None
        (length,) = frames.LENGTH.unpack(await self._child.stdout.readexactly(frames.LENGTH.size))
        if length > frames.FRAME_MAX:
            raise EOFError("a frame that is too long")
        return await self._child.stdout.readexactly(length)

    async def _end(self) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        if child.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                child.kill()
        await child.wait()
