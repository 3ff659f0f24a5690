"""Work in a child: each bound ends the child alone, says which it was, and the next piece of work finds a good one."""

from collections.abc import Iterator

import pytest

from linli.kernel.children.bounds import Bounds
from linli.kernel.children.parent import ChildEnded, Nursery

BOUNDS = Bounds(memory_bytes=64 * 1024 * 1024, cpu_seconds=1)


@pytest.fixture
def nursery(monkeypatch: pytest.MonkeyPatch) -> Iterator[Nursery]:
    monkeypatch.setenv("LINLI_SECRET_FOR_TEST", "not for children")
    made = Nursery("tests.kernel.children.work", "serve", BOUNDS, wall_seconds=30)
    yield made
    made.stop()


def ask(nursery: Nursery, *asked: str) -> list[str]:
    with nursery.child() as child:
        answers = []
        for one in asked:
            child.send(one)
            answers.append(child.receive(str))
        return answers


@pytest.mark.parametrize(
    "work, cause", [("hoard", "memory"), ("loop", "time"), ("abort", "crash"), ("raise", "crash")]
)
def test_a_child_that_breaks_a_bound_ends_alone(nursery: Nursery, work: str, cause: str) -> None:
    assert ask(nursery, "echo") == ["echo"]
    with pytest.raises(ChildEnded) as ended:
        ask(nursery, work)
    assert ended.value.cause == cause
    assert ask(nursery, "echo") == ["echo"]


def test_one_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    nursery = Nursery("tests.kernel.children.work", "serve", BOUNDS, wall_seconds=1.5)
    try:
        with pytest.raises(ChildEnded) as ended:
            ask(nursery, "hang")
        assert ended.value.cause == "time"
    finally:
        nursery.stop()


def test_every_piece_of_work_has_a_fork_of_its_own_in_one_nursery(nursery: Nursery) -> None:
    with nursery.child() as child:
        first, parent = child, child.pid
    assert ask(nursery, "pid", "pid") != ask(nursery, "pid", "pid")
    with nursery.child() as child:
        assert child is first
        assert child.pid == parent


def test_two_at_once_do_not_meet(nursery: Nursery) -> None:
    with nursery.child() as one, nursery.child() as other:
        one.send("pid")
        other.send("pid")
        assert one.receive(str) != other.receive(str)


def test_what_libraries_print_and_what_the_platform_knows_stay_apart(nursery: Nursery) -> None:
    assert ask(nursery, "print", "echo") == ["printed", "echo"]
    (names,) = ask(nursery, "environment")
    assert "LINLI_SECRET_FOR_TEST" not in names


def test_an_idle_nursery_ends() -> None:
    nursery = Nursery("tests.kernel.children.work", "serve", BOUNDS, wall_seconds=30, idle_seconds=0.01)
    with nursery.child() as child:
        child.send("echo")
        child.receive(str)
    child._process.wait(60)
    assert ask(nursery, "echo") == ["echo"]
    nursery.stop()
