"""Tests of a group stay together, and a worker that ends takes one test with it."""

import pytest

pytest_plugins = ["pytester"]

FALLING = """
    import os
    import pytest

    @pytest.mark.parametrize("number", range(6))
    @pytest.mark.xdist_group("falls")
    def test_falls(number):
        if number == 1:
            os._exit(1)

    def test_last_of_a_worker():
        if os.path.exists("once"):
            raise AssertionError("asked again")
        open("once", "w").close()
        os._exit(1)

    def test_goes_on(): pass
"""
TOGETHER = """
    import pytest

    @pytest.mark.parametrize("number", range(5))
    def test_single(number): pass

    @pytest.mark.parametrize("number", range(5))
    @pytest.mark.xdist_group("together")
    def test_together(number, worker_id):
        with open("order", "a") as file:
            print(worker_id, file=file)

    @pytest.mark.parametrize("number", range(20))
    def test_other(number, worker_id):
        with open("turns", "a") as file:
            print(worker_id, "other", file=file)

    @pytest.mark.slow
    def test_slow(worker_id):
        with open("order", "a") as file:
            print("slow", file=file)
"""
PAGE = """
    import os
    import pytest

    @pytest.mark.parametrize("number", range(4))
    def test_page(number, worker_id):
        with open("pages", "a") as file:
            print(worker_id, os.path.basename(__file__), file=file)
        with open("turns", "a") as file:
            print(worker_id, "page", file=file)
        if number == FALLS and os.path.basename(__file__) == "test_page_1.py":
            os._exit(1)
"""


@pytest.fixture
def suite(inner: pytest.Pytester) -> pytest.Pytester:
    return inner


def run(suite: pytest.Pytester, workers: int, *words: str) -> pytest.RunResult:
    line = [
        "-p",
        "tests.plugins.groups",
        "-n",
        str(workers),
        "--dist",
        "loadgroup",
        "--max-worker-restart",
        "4",
        *words,
    ]
    return suite.runpytest_subprocess(*line)


def test_a_worker_that_ends_takes_one_test_with_it(suite: pytest.Pytester) -> None:
    suite.makepyfile(test_suite=FALLING)
    done = run(suite, 1)
    done.assert_outcomes(passed=6, failed=2)
    done.stdout.fnmatch_lines_random(["FAILED*test_falls?1?*", "FAILED*test_last_of_a_worker*"])


def test_a_group_stays_on_one_worker_and_what_is_slow_comes_first(suite: pytest.Pytester) -> None:
    suite.makepyfile(test_suite=TOGETHER)
    run(suite, 1).assert_outcomes(passed=31)
    order = (suite.path / "order").read_text().split()
    assert order == ["slow", *["gw0"] * 5]
    (suite.path / "order").unlink()
    run(suite, 2).assert_outcomes(passed=31)
    assert len({*(suite.path / "order").read_text().split()} - {"slow"}) == 1


@pytest.mark.parametrize("falls", [-1, 1])
def test_pages_come_first_on_workers_of_their_own_file_by_file(suite: pytest.Pytester, falls: int) -> None:
    """Also when one of these ends: another takes its place."""
    folder = suite.path / "tests" / "browser"
    folder.mkdir(parents=True)
    for number in range(3):
        text = "\n".join(line[4:] for line in PAGE.splitlines()).replace("FALLS", str(falls))
        (folder / f"test_page_{number}.py").write_text(text)
    suite.makepyfile(test_suite=TOGETHER)
    done = run(suite, 2, "--page-workers", "1")
    fallen = int(falls >= 0)
    done.assert_outcomes(passed=43 - fallen, failed=fallen)
    pages = [line.split() for line in (suite.path / "pages").read_text().splitlines()]
    if not fallen:  # else what is left of its file comes last
        assert [file for _, file in pages] == sorted(file for _, file in pages)
    of_pages = {worker for worker, _ in pages}
    assert len(of_pages) == 1 + fallen
    turns = [line.split() for line in (suite.path / "turns").read_text().splitlines()]
    for page_worker in of_pages:  # no page after another test: that one's loop runs
        kinds = [kind for worker, kind in turns if worker == page_worker]
        assert kinds == sorted(kinds, reverse=True)


def test_pages_run_without_workers_of_their_own_too(suite: pytest.Pytester) -> None:
    folder = suite.path / "tests" / "browser"
    folder.mkdir(parents=True)
    (folder / "test_page_0.py").write_text("def test_page(): pass")
    run(suite, 1).assert_outcomes(passed=1)
    run(suite, 3, "--page-workers", "2").assert_outcomes(passed=1)
