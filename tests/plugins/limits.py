"""A test that does not end in its time fails alone, with the stacks of all threads and tasks in its report.

pytest-timeout keeps the settings: `timeout` in pyproject.toml and the marker of that name count set-up, call and
tear-down together. Its own ways to end a test are not enough here: a signal does not reach a uvloop that waits, and its
thread ends the process with all tests that were still to come. So a thread asks in turn, each time a little more roughly:

1. the loop that runs is told to cancel what it was started for;
2. a signal raises in the main thread, which ends what blocks it (a sleep, a lock, a child, a busy loop);
3. the loop is stopped;
4. the process ends, with its children, and pytest-xdist starts another for the tests that are left. Where even this
   thread gets no turn, faulthandler does it.

A test that ran out of time, and one that failed, has TEARDOWN_LIMIT_S for its tear-down.
"""

import asyncio
import faulthandler
import io
import os
import signal
import sys
import threading
import traceback
import weakref
from collections.abc import Callable, Generator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, TextIO

import pytest
import uvloop
from _pytest import runner
from pytest_timeout import Settings, is_debugging

TEARDOWN_LIMIT_S: Final = float(os.environ.get("TEARDOWN_LIMIT_S", "60"))
STEP_S: Final = float(os.environ.get("LIMIT_STEP_S", "10"))
"""How long each way of asking may take."""
MOST_TASKS: Final = 200
"""Tasks whose stacks are shown."""

_loops: "weakref.WeakSet[TestLoop]" = weakref.WeakSet()


class TestLoop(uvloop.Loop):
    """The loop that the platform runs on; knows what it was started for."""

    __test__ = False
    awaited: "asyncio.Future[Any] | None" = None

    def run_until_complete(self, future: Any) -> Any:
        _loops.add(self)
        self.awaited = asyncio.ensure_future(future, loop=self)
        return super().run_until_complete(self.awaited)


def pytest_asyncio_loop_factories(
    config: pytest.Config, item: pytest.Item
) -> Mapping[str, Callable[[], TestLoop]]:
    return {"uvloop": TestLoop}


class Watch:
    """The time of one test, and of one tear-down after it."""

    def __init__(self, item: pytest.Item, limit_s: float, *, even_when_debugged: bool = False) -> None:
        self.limit_s = limit_s
        self.fired = False
        self.stopped = False
        self._item = item
        self._phase = ""
        self._even_when_debugged = even_when_debugged
        self._changed = threading.Condition()
        self._out = item.config.stash[_STDERR]
        faulthandler.dump_traceback_later(limit_s + 4 * STEP_S, exit=True, file=self._out)
        threading.Thread(target=self._wait, name=f"limit of {item.nodeid}", daemon=True).start()

    def enter(self, phase: str) -> None:
        # Stays set: a signal that comes late must not end the process.
        signal.signal(signal.SIGALRM, self._ring)
        self._phase = phase

    def leave(self) -> None:
        with self._changed:
            self._phase = ""
            self._changed.notify()

    def stop(self) -> None:
        with self._changed:
            self.stopped = True
            self._changed.notify()
        faulthandler.cancel_dump_traceback_later()

    def _wait(self) -> None:
        with self._changed:
            if self._changed.wait_for(lambda: self.stopped, self.limit_s):
                return
        if is_debugging() and not self._even_when_debugged:
            faulthandler.cancel_dump_traceback_later()
            return
        stacks = all_stacks()
        with self._changed:
            if self.stopped or not self._phase:
                self.stopped = True  # what is left to tear down gets a watch of its own
                return
            self.fired = True
            self._item.add_report_section(self._phase, "stacks", stacks)
        for ask in (self._cancel, self._raise, self._stop_loop):
            ask()
            with self._changed:
                if self._changed.wait_for(lambda: self.stopped or not self._phase, STEP_S):
                    return
        print(f"{self._item.nodeid} does not end: its process is ended\n{stacks}", file=self._out, flush=True)
        end_children()
        os._exit(1)

    def _cancel(self) -> None:
        def cancel(loop: TestLoop) -> None:
            if self._phase and loop.awaited is not None:
                loop.awaited.cancel()

        self._in_loops(cancel)

    def _raise(self) -> None:
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGALRM)

    def _ring(self, *_: object) -> None:
        if self._phase:
            pytest.fail(self.sentence)

    def _stop_loop(self) -> None:
        self._in_loops(lambda loop: loop.stop() if self._phase else None)

    def _in_loops(self, work: Callable[[TestLoop], object]) -> None:
        for loop in list(_loops):
            with suppress(RuntimeError):  # closed meanwhile
                if loop.is_running():
                    loop.call_soon_threadsafe(work, loop)

    @property
    def sentence(self) -> str:
        return f"ran out of time: more than {self.limit_s:g} s"


_WATCH = pytest.StashKey[Watch]()
_STDERR = pytest.StashKey[TextIO]()
"""Where it can be seen also while pytest captures."""


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_STDERR] = os.fdopen(os.dup(2), "w")
    # What is left to tear down after an Exception is torn down, but not after a CancelledError: all later tests of the
    # process would then find things set up that they do not know.
    outcomes = runner.TEST_OUTCOME
    if asyncio.CancelledError not in outcomes:
        runner.TEST_OUTCOME = (*outcomes, asyncio.CancelledError)  # type: ignore[assignment]


@pytest.hookimpl(tryfirst=True)
def pytest_timeout_set_timer(item: pytest.Item, settings: Settings) -> bool:
    item.stash[_WATCH] = Watch(item, settings.timeout, even_when_debugged=settings.disable_debugger_detection)
    return True


@pytest.hookimpl(tryfirst=True)
def pytest_timeout_cancel_timer(item: pytest.Item) -> bool:
    if watch := item.stash.get(_WATCH, None):
        watch.stop()
    return True


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None]:
    return (yield from _limited(item.stash.get(_WATCH, None), "setup"))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None]:
    return (yield from _limited(item.stash.get(_WATCH, None), "call"))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None]:
    watch = item.stash.get(_WATCH, None)
    if watch is not None and (watch.fired or watch.stopped):
        watch.stop()
        watch = item.stash[_WATCH] = Watch(item, TEARDOWN_LIMIT_S)
    return (yield from _limited(watch, "teardown"))


def _limited(watch: Watch | None, phase: str) -> Generator[None]:
    if watch is None:
        return (yield)
    watch.enter(phase)
    try:
        result = yield
    except (Exception, asyncio.CancelledError, pytest.fail.Exception) as error:
        watch.leave()
        if watch.fired:
            raise pytest.fail.Exception(watch.sentence) from error
        raise
    finally:
        watch.leave()
    if watch.fired:
        pytest.fail(watch.sentence)
    return result


def all_stacks() -> str:
    """Where each thread stands, and each task of the tests' loops."""
    text = io.StringIO()
    names = {thread.ident: thread.name for thread in threading.enumerate()}
    for ident, frame in sys._current_frames().items():
        if ident != threading.get_ident():
            print(f"thread {names.get(ident, ident)}", file=text)
            traceback.print_stack(frame, file=text)
    for loop in list(_loops):
        if not loop.is_closed():
            for task in list(asyncio.all_tasks(loop))[:MOST_TASKS]:
                task.print_stack(file=text)
    return text.getvalue()


def end_children() -> None:
    """Ask the processes that this one started to end: engines would else stay."""
    for file in Path("/proc/self/task").glob("*/children"):
        for pid in file.read_text().split():
            with suppress(ProcessLookupError):
                os.kill(int(pid), signal.SIGTERM)
