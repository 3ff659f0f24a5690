"""The engine that runs its models in a child process, so that a bad picture can only harm the child.

The child has one request at a time, so the request that ends or hangs it is certain: it alone fails, the child is
started again, and the waiting requests go on. Searches and changes of libraries come first, then doors' requests, then
other pictures. A door's picture and its search are one request; otherwise the search would wait for the next door's
picture.
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
from linli.vision.engine.frames import (
    Answer,
    Ask,
    CropAsk,
    Done,
    FeedAsk,
    FindAsk,
    ForgetAsk,
    LookAsk,
    MarkAsk,
    SearchAsk,
    Unreadable,
)
from linli.vision.engine.ports import Busy, Change, EngineError, NoPicture, Off, State, TooSlow
from linli.vision.looks import Hit, Look, Use
from linli.vision.manifest import Model

log = logging.getLogger(__name__)

START_SECONDS: Final = 60.0
WAITING_BYTES: Final = 64 * 1024 * 1024
"""Most bytes of waiting pictures; more are refused, even a single picture."""
_AGAIN_SECONDS: Final = (0.0, 0.5, 2.0, 10.0, 30.0)
"""Before the child is started again after it ended so many times in a row."""


class _Job:
    """One ask and who waits for its answer."""

    __slots__ = ("answer", "body")

    def __init__(self, ask: Ask) -> None:
        self.body = frames.frame(frames.encode(ask))
        self.answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()


class ProcessEngine:
    """Implements `ports.Engine`. `start` before the first ask, `stop` at the end; without models it is Off."""

    def __init__(
        self,
        models: Path,
        libraries: Path,
        *,
        queue: int = 64,
        timeout_seconds: float = 10.0,
        memory_mb: int = 1024,
    ) -> None:
        self._command = [sys.executable, "-m", "linli.vision.engine.child"]
        self._arguments = [str(models), str(libraries), str(memory_mb)]
        self._models = models
        self._queue = queue
        self._timeout = timeout_seconds
        self._state = State("", 0, None, [], "the engine was not started", "stopped")
        self._pictures: deque[_Job] = deque()
        self._finds: deque[_Job] = deque()
        self._searches: deque[_Job] = deque()
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
            self._task = asyncio.create_task(self._run(), name="face engine")
        else:
            log.warning("faces are off: %s", self._state.reason)
            await self._end()
            self._state = msgspec.structs.replace(self._state, models=self._named())

    def _named(self) -> list[Model]:
        """The folder's manifest, also when none of its models runs."""
        try:
            return manifests.read(self._models).models
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
        for job in (*self._searches, *self._finds, *self._pictures):
            if not job.answer.done():
                job.answer.set_exception(Off(self._state.reason))
        self._searches.clear()
        self._finds.clear()
        self._pictures.clear()

    # what is asked

    async def look(self, picture: bytes, *, use: Use = "enrol", embed: bool = True) -> Look:
        return await self._ask(LookAsk(picture, use, embed), self._pictures, Look)

    async def embed_crop(self, picture: bytes) -> Look:
        return await self._ask(CropAsk(picture), self._pictures, Look)

    async def find(self, library: str, picture: bytes, *, crop: bool = False, limit: int = 5) -> list[Hit]:
        return await self._ask(FindAsk(library, picture, crop, limit), self._finds, list[Hit])

    async def mark(self, library: str) -> int:
        return await self._ask(MarkAsk(library), self._searches, int)

    async def feed(self, library: str, changes: Sequence[Change], *, mark: int, afresh: bool = False) -> int:
        return await self._ask(FeedAsk(library, list(changes), mark, afresh), self._searches, int)

    async def search(self, library: str, vectors: Sequence[bytes], *, limit: int = 5) -> list[list[Hit]]:
        return await self._ask(SearchAsk(library, list(vectors), limit), self._searches, list[list[Hit]])

    async def forget(self, library: str) -> None:
        await self._ask(ForgetAsk(library), self._searches, type(None))

    async def _ask[R](self, ask: Ask, line: deque[_Job], kind: type[R]) -> R:
        if self._task is None:
            raise Off(self._state.reason)
        job = _Job(ask)
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
                log.warning("the face child ended: %r", error)
                self._fail(job, EngineError("the child that runs the models ended"))
                await self._end()
            else:
                failures = 0
                if not job.answer.done():
                    job.answer.set_result(answer)

    def _next(self) -> _Job | None:
        """The next ask that somebody still waits for."""
        for line in (self._searches, self._finds, self._pictures):
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
