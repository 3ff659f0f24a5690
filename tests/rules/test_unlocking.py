"""Which way opens a door from a call, after which."""

import pytest

from linli.rules.unlocking import TWICE_MS, TryResult, Twice, Way, next_way


@pytest.mark.parametrize(
    ("way", "told", "with_line", "without_line"),
    [
        (Way.INFO, TryResult.OPENED, None, None),
        (Way.INFO, TryResult.REFUSED, None, None),
        (Way.INFO, TryResult.UNKNOWN, Way.STAR, Way.STAR),
        (Way.INFO, TryResult.SILENT, Way.REMOTE, Way.STAR),
        (Way.STAR, TryResult.SENT, None, None),
        (Way.STAR, TryResult.UNKNOWN, Way.REMOTE, None),
        (Way.STAR, TryResult.SILENT, Way.REMOTE, None),
        (Way.REMOTE, TryResult.OPENED, None, None),
        (Way.REMOTE, TryResult.REFUSED, None, None),
        (Way.REMOTE, TryResult.SILENT, None, None),
    ],
)
def test_next_way(way: Way, told: TryResult, with_line: Way | None, without_line: Way | None) -> None:
    assert next_way(way, told, remote=True) == with_line
    assert next_way(way, told, remote=False) == without_line


@pytest.mark.parametrize("told", TryResult)
@pytest.mark.parametrize("remote", [True, False])
def test_every_try_comes_to_an_end(told: TryResult, remote: bool) -> None:
    way: Way | None = Way.INFO
    for _ in range(3):
        way = next_way(way, told, remote=remote) if way is not None else None
    assert way is None


def test_the_second_copy_counts_for_nothing() -> None:
    twice = Twice()
    assert not twice.again("a", 7, 1_000)
    assert twice.again("a", 7, 1_001)
    assert twice.again("a", 7, 1_000 + TWICE_MS - 1)
    assert not twice.again("a", 8, 1_002), "another request"
    assert not twice.again("b", 7, 1_002), "another phone"
    assert not twice.again("a", 7, 1_000 + TWICE_MS), "its time is over: numbers come round again"
