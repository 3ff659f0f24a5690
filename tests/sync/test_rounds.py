"""Diff, batches, back-off, windows, and a round over a store in memory."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from linli.sync import (
    Backoff,
    Delivery,
    Item,
    Outcome,
    Result,
    State,
    Window,
    batch_limit,
    new_item,
    next_change,
    serve_device,
    settle,
    start,
    take_batch,
    want,
    window_now,
)

DAY = 86_400_000


def test_failed_rows_go_in_smaller_batches_and_alone_in_the_end() -> None:
    assert [batch_limit(200, failures) for failures in range(5)] == [200, 14, 1, 1, 1]
    assert batch_limit(1, 1) == 1
    rows = [replace(new_item("d", "k", str(n)), failures=n % 3) for n in range(90)]
    assert {item.failures for item in take_batch(rows, 200)} == {0}
    assert len(take_batch([item for item in rows if item.failures == 1], 100)) == 10
    assert take_batch([], 10) == []


def test_waits_grow_to_their_limit_and_are_spread() -> None:
    backoff = Backoff(first_ms=1000, factor=10, longest_ms=50_000)
    assert [backoff.wait_ms(failures, 0.5) for failures in (1, 2, 3, 9)] == [1000, 10_000, 50_000, 50_000]
    waits = {backoff.wait_ms(1, random.Random(seed).random()) for seed in range(50)}
    assert len(waits) > 20
    assert all(800 <= wait <= 1200 for wait in waits)


def test_a_gap_between_two_grants_stays_closed() -> None:
    windows = [Window(10 * DAY, 12 * DAY), Window(0, 2 * DAY), Window(1 * DAY, 3 * DAY)]
    assert window_now(windows, DAY) == Window(0, 3 * DAY)
    assert next_change(windows, DAY) == 3 * DAY + 1
    assert window_now(windows, 4 * DAY) == Window(10 * DAY, 12 * DAY)
    assert window_now(windows, 13 * DAY) is None
    assert next_change(windows, 13 * DAY) is None


@given(st.lists(st.builds(Window, st.integers(0, 50), st.integers(0, 50)), max_size=6), st.integers(0, 50))
def test_the_window_on_the_device_never_opens_more_than_the_grants(windows: list[Window], now: int) -> None:
    chosen = window_now(windows, now)
    later = {t for w in windows for t in range(max(w.starts_ms, now), w.ends_ms + 1)}
    assert (chosen is None) == (not later)
    if chosen is not None:
        assert set(range(max(chosen.starts_ms, now), chosen.ends_ms + 1)) <= later
        assert (now in later) == (chosen.starts_ms <= now <= chosen.ends_ms)


class MemoryStore:
    """Rows of one process; also what an edge driver's tests need."""

    def __init__(self, items: list[Item]) -> None:
        self.rows = {item.key: item for item in items}
        self.now = 1000

    async def claim(self, device: str, kinds: Sequence[str], *, most: int) -> list[Delivery]:
        due = [
            item
            for item in self.rows.values()
            if item.device == device and item.kind in kinds and item.next_try_ms is not None
            and item.next_try_ms <= self.now
        ]  # fmt: skip
        batch = [start(item, lease_until_ms=self.now + 60_000) for item in take_batch(due, most)]
        self.rows.update({item.key: item for item in batch})
        return [Delivery(item, item.wanted) for item in batch]

    async def settle(self, device: str, results: Sequence[tuple[Item, Outcome]]) -> None:
        for sent, outcome in results:
            now = self.rows[sent.key]
            self.rows[sent.key] = settle(now, outcome, sent=sent, backoff=Backoff(), now_ms=self.now)


class OneBadRow:
    """Refuses every batch that holds the credential `bad`."""

    kinds = ("k",)
    most = 100

    def __init__(self) -> None:
        self.batches: list[int] = []

    async def carry(self, device: str, batch: Sequence[Delivery]) -> Mapping[tuple[str, str], Outcome]:
        self.batches.append(len(batch))
        refused = any(delivery.item.credential == "bad" for delivery in batch)
        outcome = Outcome(Result.REFUSED if refused else Result.DONE)
        return {(d.item.kind, d.item.credential): outcome for d in batch if d.item.credential != "silent"}


async def test_one_bad_row_does_not_hold_up_the_rest() -> None:
    names = ["bad", *(str(n) for n in range(30))]
    store = MemoryStore([want(new_item("d", "k", name), "h", now_ms=0) for name in names])
    carrier = OneBadRow()
    for _ in range(60):
        store.now += 3_600_000
        await serve_device(store, carrier, "d", lambda item: Outcome(Result.REFUSED))
    states = {item.credential: item.state for item in store.rows.values()}
    assert states.pop("bad") is State.NEEDS_PERSON
    assert set(states.values()) == {State.HELD}
    assert carrier.batches[0] == 31


async def test_a_row_without_an_answer_gets_the_given_outcome() -> None:
    store = MemoryStore([want(new_item("d", "k", name), "h", now_ms=0) for name in ("silent", "heard")])
    assert (
        await serve_device(store, OneBadRow(), "d", lambda item: Outcome(Result.TIMED_OUT, "no answer")) == 2
    )
    assert store.rows["d", "k", "silent"].state is State.TIMED_OUT
    assert store.rows["d", "k", "heard"].state is State.HELD
    assert await serve_device(store, OneBadRow(), "d", lambda item: Outcome(Result.DONE)) == 0
