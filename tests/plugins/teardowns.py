"""A tear-down that hangs or is cancelled fails its own test, and none after it.

pytest goes on with what is left to tear down after an Exception, but not after the CancelledError that a time-out leaves
of a running loop: every later test of the process would then find things set up that it does not know. And pytest-timeout
counts once a test: one that ran out of time in its call would have no limit for its tear-down.
"""

import asyncio
import os
import signal
from collections.abc import Generator
from typing import NoReturn

import pytest
from _pytest import runner

SECOND_LIMIT_S = float(os.environ.get("TEARDOWN_LIMIT_S", "60"))


def pytest_configure() -> None:
    outcomes = runner.TEST_OUTCOME
    if asyncio.CancelledError not in outcomes:
        runner.TEST_OUTCOME = (*outcomes, asyncio.CancelledError)  # type: ignore[assignment]


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None]:
    limited = signal.getitimer(signal.ITIMER_REAL)[0] > 0 or item.config.getvalue("timeout") == 0
    if not limited:
        signal.signal(signal.SIGALRM, _too_long)
        signal.setitimer(signal.ITIMER_REAL, SECOND_LIMIT_S)
    try:
        yield
    finally:
        if not limited:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, signal.SIG_DFL)


def _too_long(*_: object) -> NoReturn:
    pytest.fail(f"torn down for more than {SECOND_LIMIT_S:g} s, after the test itself ran out of time")
