"""A tear-down that is cancelled or hangs fails its test; all others run, and everything shared is torn down once."""

from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

SUITE = """
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
        time.sleep(30)

    class TestOne:
        def test_is_cancelled(self, cancelled): pass
        def test_hangs(self, hanging): pass
        @pytest.mark.timeout(0.2)
        def test_hangs_twice(self, hanging): time.sleep(30)

    class TestTwo:
        def test_goes_on(self): assert shared == ["up", "after"]
"""


def test_later_tests_run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).resolve().parents[2]))
    monkeypatch.setenv("TEARDOWN_LIMIT_S", "0.2")
    pytester.makeini("[pytest]\ntimeout = 1\n")
    pytester.makepyfile(test_suite=SUITE)
    done = pytester.runpytest_subprocess("-p", "tests.plugins.teardowns", "-s")
    done.assert_outcomes(passed=3, failed=1, errors=3)
    done.stdout.fnmatch_lines(["*shared torn down*", "*after the test itself ran out of time*"])
