"""A test that hangs fails alone, whatever it hangs in: all others run, and everything shared is torn down once."""

import pytest

pytest_plugins = ["pytester"]

HANGING = """
    import asyncio, queue, subprocess, sys, time
    import pytest

    pytestmark = pytest.mark.timeout(1)

    async def test_waits_in_its_loop():
        await asyncio.sleep(60)

    async def test_heeds_no_cancelling():
        while True:
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                pass

    async def test_blocks_its_loop():
        time.sleep(60)

    def test_waits_for_a_child():
        subprocess.run([sys.executable, "-c", "import time; time.sleep(60)"])

    def test_waits_for_a_thread():
        queue.Queue().get()

    def test_is_busy():
        while True:
            pass

    @pytest.fixture
    async def never_up():
        await asyncio.sleep(60)

    def test_is_never_set_up(never_up): pass

    @pytest.mark.timeout(60)
    async def test_goes_on(): pass
"""
TEARDOWNS = """
    import asyncio, time
    import pytest

    shared = []

    @pytest.fixture(scope="session", autouse=True)
    def of_the_session():
        shared.append("up")
        yield
        print("shared torn down", shared)

    @pytest.fixture
    def after():
        yield
        shared.append("after")

    @pytest.fixture
    def cancelled(after):
        yield
        raise asyncio.CancelledError

    @pytest.fixture
    def hanging():
        yield
        time.sleep(60)

    class TestOne:
        def test_is_cancelled(self, cancelled): pass
        @pytest.mark.timeout(1)
        def test_hangs(self, hanging): pass
        @pytest.mark.timeout(1)
        def test_hangs_twice(self, hanging): time.sleep(60)

    class TestTwo:
        def test_goes_on(self): assert shared == ["up", "after"]
"""
DEAF = """
    import signal, time
    import pytest

    def test_before(): pass

    @pytest.mark.timeout(1)
    def test_is_deaf():
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGALRM])
        time.sleep(60)

    def test_after(): pass
"""


@pytest.fixture
def suite(inner: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    monkeypatch.setenv("TEARDOWN_LIMIT_S", "1")
    monkeypatch.setenv("LIMIT_STEP_S", "0.5")
    inner.makeini(
        "[pytest]\nasyncio_mode = auto\nasyncio_default_fixture_loop_scope = function\ntimeout = 100\n"
    )
    inner.makeconftest('pytest_plugins = ["tests.plugins.limits", "tests.plugins.groups"]')
    return inner


def test_whatever_hangs_fails_alone_and_shows_where(suite: pytest.Pytester) -> None:
    suite.makepyfile(test_suite=HANGING)
    done = suite.runpytest_subprocess()
    # The task that heeds no cancelling is waited for once more, when its loop is closed.
    done.assert_outcomes(passed=1, failed=6, errors=2)
    done.stdout.fnmatch_lines([
        "*test_waits_in_its_loop*", "*stacks*", "thread MainThread", "*coro=<test_waits_in_its_loop()*",
    ])  # fmt: skip
    done.stdout.fnmatch_lines(["FAILED*test_is_busy*ran out of time: more than 1 s"])


def test_later_tests_run_after_a_tear_down_that_hangs(suite: pytest.Pytester) -> None:
    suite.makepyfile(test_suite=TEARDOWNS)
    done = suite.runpytest_subprocess("-s")
    done.assert_outcomes(passed=3, failed=1, errors=3)
    done.stdout.fnmatch_lines(["*shared torn down*", "ERROR*test_hangs_twice*ran out of time*"])


def test_a_process_that_nothing_reaches_is_replaced(suite: pytest.Pytester) -> None:
    suite.makepyfile(test_suite=DEAF)
    done = suite.runpytest_subprocess("-n", "1", "--dist", "loadgroup")
    done.assert_outcomes(passed=2, failed=1)
    done.stdout.fnmatch_lines(["FAILED*test_is_deaf*"])
    done.stderr.fnmatch_lines(["*test_is_deaf does not end*", "*test_is_deaf*"])
