"""What counts as shown: only a test that passed from set-up to tear-down, in any process of the run."""

import json
from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

SUITE = """
    import pytest

    @pytest.mark.covers("B001", "RES-04")
    def test_passes(): pass

    @pytest.mark.covers("B002")
    def test_fails(): assert False

    @pytest.mark.covers("B003")
    def test_skips(): pytest.skip("no engine")

    @pytest.mark.covers("B004")
    @pytest.mark.xfail(strict=False)
    def test_expected_to_fail_but_passes(): pass

    @pytest.fixture
    def breaks_at_the_end():
        yield
        raise RuntimeError

    @pytest.mark.covers("B005")
    def test_tear_down_fails(breaks_at_the_end): pass

    @pytest.mark.covers("G-C01")
    @pytest.mark.parametrize("number", [1, 2])
    def test_one_of_two_fails(number): assert number == 1
"""


@pytest.fixture
def suite(inner: pytest.Pytester) -> pytest.Pytester:
    inner.makeini("[pytest]\nmarkers = covers(*ids)\n")
    return inner


@pytest.mark.parametrize("processes", [(), ("-n", "2")], ids=["alone", "two workers"])
def test_only_passed_tests_count(suite: pytest.Pytester, processes: tuple[str, ...]) -> None:
    suite.makepyfile(test_suite=SUITE)
    suite.runpytest_subprocess("-p", "tests.plugins.covers", *processes)
    written = json.loads(Path(suite.path, "build", "covers.json").read_text())
    assert written == {
        "capabilities": {
            "B001": ["test_suite.py::test_passes"],
            "G-C01": ["test_suite.py::test_one_of_two_fails[1]"],
            "RES-04": ["test_suite.py::test_passes"],
        }
    }


def test_a_mistyped_row_stops_the_run(suite: pytest.Pytester) -> None:
    suite.makepyfile('import pytest\n@pytest.mark.covers("b12")\ndef test_it(): pass')
    result = suite.runpytest_subprocess("-p", "tests.plugins.covers")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*covers('b12') is not the id of a capability row*"])


@pytest.mark.parametrize("words", [("test_suite.py",), ("-k", "passes"), ("-m", "covers")])
def test_a_run_of_some_tests_leaves_the_last_whole_run(
    suite: pytest.Pytester, words: tuple[str, ...]
) -> None:
    suite.makepyfile(test_suite=SUITE)
    suite.runpytest_subprocess("-p", "tests.plugins.covers")
    file = Path(suite.path, "build", "covers.json")
    before = file.stat().st_mtime_ns
    suite.runpytest_subprocess("-p", "tests.plugins.covers", *words)
    assert file.stat().st_mtime_ns == before
