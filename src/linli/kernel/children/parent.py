"""The parent's end of bounded children. Blocks: used from threads beside the event loop."""

import contextlib
import os
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any, Final, Literal

from linli.kernel import telemetry
from linli.kernel.children.bounds import Bounds
from linli.kernel.children.channel import Channel, Ended
from linli.kernel.children.entry import BY_SIGNAL, MEMORY

log = telemetry.logger(__name__)

type Cause = Literal["memory", "time", "crash"]
_CAUSES: Final[dict[int, Cause]] = {
    MEMORY: "memory",
    BY_SIGNAL + signal.SIGXCPU: "time",
    BY_SIGNAL + signal.SIGKILL: "memory",  # the system had none left
}


_PARTING_MS: Final = 1000


class ChildEnded(Exception):
    """The child is gone before it was done. `cause`: the bound that ended it."""

    def __init__(self, cause: Cause) -> None:
        super().__init__(cause)
        self.cause = cause


class Child:
    """One nursery and the fork that works in it."""

    def __init__(self, module: str, function: str, bounds: Bounds) -> None:
        self._late = self._broken = False
        self._process = subprocess.Popen(
            [sys.executable, "-m", "linli.kernel.children.entry", module, function, *map(str, bounds)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), **_kept_environment()},
            start_new_session=True,  # a Ctrl-C at the terminal is the platform's; killed with its fork
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._channel = Channel(self._process.stdout, self._process.stdin)  # type: ignore[arg-type]

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def send(self, message: Any) -> None:
        """Raises ChildEnded."""
        try:
            self._channel.send(message)
        except Ended as error:
            raise self._why(error) from error

    def receive(self, kind: Any) -> Any:
        """A message of a type. Raises ChildEnded, msgspec.DecodeError."""
        try:
            return self._channel.receive(kind)
        except Ended as error:
            raise self._why(error) from error

    def finish(self) -> bool:
        """Say that the work is over; whether the nursery is good for more. The rest of the fork's work is not awaited."""
        if self._broken or self._late:
            return False
        answers = select.poll()
        try:
            self._channel.end()
            answers.register(self._process.stdout, select.POLLIN)  # type: ignore[arg-type]
            if not answers.poll(_PARTING_MS):
                return False
            self._channel.receive(None)
        except Ended as ended:
            return ended.code == 0
        return False

    def kill(self) -> None:
        """The nursery and its fork, at once; from any thread."""
        self._late = True
        with contextlib.suppress(OSError):
            os.killpg(self._process.pid, signal.SIGKILL)

    def end(self) -> None:
        """At once. Good in any state."""
        if self.alive:
            self.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError, ValueError):
                    pipe.close()
        self._process.wait()

    def _why(self, ended: Ended) -> ChildEnded:
        self._broken = True
        if self._late:
            return ChildEnded("time")
        cause = None if ended.code is None else _CAUSES.get(ended.code)
        if cause is not None:
            return ChildEnded(cause)
        log.warning("a child that worked on a file ended by itself: %s", ended.code)
        return ChildEnded("crash")


class Nursery:
    """Children of one kind. The first piece of work waits until the nursery has loaded; it ends `idle_seconds` after the
    last. Pieces of work at the same time have a nursery each.
    """

    def __init__(
        self, module: str, function: str, bounds: Bounds, *, wall_seconds: float, idle_seconds: float = 60.0
    ) -> None:
        self._start: Callable[[], Child] = lambda: Child(module, function, bounds)
        self._wall = wall_seconds
        self._idle = idle_seconds
        self._lock = threading.Lock()
        self._spare: Child | None = None
        self._timer: threading.Timer | None = None

    @contextlib.contextmanager
    def child(self) -> Iterator[Child]:
        """A child for one piece of work. It ends with the block."""
        child = self._take()
        late = threading.Timer(self._wall, child.kill)
        late.daemon = True
        late.start()
        try:
            yield child
        finally:
            late.cancel()
            self._put_back(child, good=child.finish())

    def prepare(self) -> None:
        """Start one in advance, so that the next work need not wait for it."""
        with self._lock:
            if self._spare is None:
                self._keep(self._start())

    def stop(self) -> None:
        """End the one that waits."""
        with self._lock:
            spare, self._spare = self._spare, None
        if spare is not None:
            spare.end()

    def _take(self) -> Child:
        with self._lock:
            spare, self._spare = self._spare, None
            if self._timer is not None:
                self._timer.cancel()
        if spare is not None:
            if spare.alive:
                return spare
            spare.end()
        return self._start()

    def _put_back(self, child: Child, *, good: bool) -> None:
        with self._lock:
            kept = good and self._spare is None
            if kept:
                self._keep(child)
        if not kept:
            child.end()

    def _keep(self, child: Child) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._spare = child
        self._timer = threading.Timer(self._idle, self.stop)
        self._timer.daemon = True
        self._timer.start()


def _kept_environment() -> dict[str, str]:
    """No secret goes along."""
    return {name: os.environ[name] for name in ("PATH", "TMPDIR", "LANG", "TZ") if name in os.environ}
