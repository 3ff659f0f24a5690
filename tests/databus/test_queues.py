"""The bookkeeping of durable queues: the cursor never passes what is not settled, nor what may still come."""

from random import Random
from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from linli.databus import changes
from linli.databus.changes import Change
from linli.databus.queues import backoff
from linli.databus.queues.horizon import Horizon
from linli.databus.queues.reader import Reader
from linli.databus.queues.window import Window
from linli.databus.subscription_rows import get_subscription
from linli.databus.topics import CommunityChange, Kind, may_subscribe, topics_of
from tests.databus.test_webhooks import say, subscribe


class Numbered(NamedTuple):
    id: int


def everything(_):
    return True


def test_the_cursor_stops_below_what_is_not_settled():
    window: Window[Numbered] = Window(10)
    window.read([Numbered(11), Numbered(13), Numbered(14)], everything)
    assert window.advance(None) == 10
    window.start(11)
    window.start(13)
    window.settle(13)
    assert window.advance(None) == 10
    window.settle(11)
    assert window.advance(None) == 13
    window.start(14)
    window.put_back(14)
    assert [message.id for message in window.waiting()] == [14]
    window.settle(14)
    assert window.advance(None) == 14


def test_a_row_that_commits_late_is_still_taken_once():
    window: Window[Numbered] = Window(0)
    window.read([Numbered(1), Numbered(3)], everything)
    window.settle(1)
    window.settle(3)
    assert window.advance(1) == 1
    window.read([Numbered(2), Numbered(3)], everything)
    assert [message.id for message in window.waiting()] == [2]
    window.settle(2)
    assert window.advance(3) == 3


@given(st.permutations(range(1, 15)), st.sets(st.integers(1, 14)), st.integers(0, 14))
def test_whatever_the_order_the_cursor_covers_only_settled_messages(order, skipped, safe):
    window: Window[Numbered] = Window(0)
    window.read([Numbered(n) for n in range(1, 15)], lambda message: message.id not in skipped)
    settled = set(skipped)
    for number in order:
        if number not in skipped:
            window.start(number)
            window.settle(number)
            settled.add(number)
        cursor = window.advance(safe)
        assert cursor <= safe
        assert set(range(1, cursor + 1)) <= settled
    assert window.advance(None) == 14
    assert len(window) == 0


@given(st.integers(1, 50), st.integers())
def test_waits_grow_and_spread(failures, seed):
    wait = backoff.wait_ms(failures, Random(seed))
    assert 800 <= wait <= 7_200_000 * 1.2
    assert backoff.wait_ms(9, Random(seed)) > backoff.wait_ms(4, Random(seed))


def _covers(topic_filter: str, topic: str) -> bool:
    """As a broker takes `+` and `#` (MQTT 3.1.1, 4.7.1)."""
    wanted, given = topic_filter.split("/"), topic.split("/")
    for place, level in enumerate(wanted):
        if level == "#":
            return True
        if place >= len(given) or level not in ("+", given[place]):
            return False
    return len(wanted) == len(given)


def test_topics_and_their_filters():
    assert topics_of("data", "30239797", "t1") == (
        "/sys/appkey/30239797/dop/model/data/change",
        "/sys/30239797/dop/model/data/change",
        "/broadcast/t1/homelink/data",
    )
    assert topics_of("call", "30239797", "t1") == (
        "/broadcast/t1/vinotify",
        "/broadcast/30239797/vinotify",
        "/broadcast/t1/homelink/call",
    )
    allowed = may_subscribe("30239797", "t1")
    for kind in ("space", "message", "user", "data", "call"):
        for topic in topics_of(kind, "30239797", "t1"):
            assert any(_covers(one, topic) for one in allowed)
        for topic in topics_of(kind, "99999999", "t2"):
            assert not any(_covers(one, topic) for one in allowed)


async def test_a_slow_transaction_is_not_skipped(db, ours, ids, secrets, clock):
    """On PostgreSQL a lower number may come to light after a higher one was delivered."""
    if db.engine == "sqlite":
        return  # one writer: numbers appear in order
    hook = await subscribe(db, ours, ids, secrets, "https://example.com/")
    row = await get_subscription(ours.owner, db, subscription_id=hook)
    horizon = Horizon(db)
    reader = Reader(db, clock, horizon, row)
    window: Window[Change] = Window(row.cursor_id)

    async def fill_settled():
        await reader.fill(window, room=100)
        found = [message.id for message in window.waiting()]
        for number in found:
            window.settle(number)
        return found

    async with db.begin() as slow:
        change = CommunityChange(101, ["slow"], "insert")
        late = await changes.publish(slow, Kind.SPACE, 101, change, tenant_id=ours.tenant_id)
        quick = [await say(db, ours, number) for number in range(3)]
        assert await fill_settled() == quick
        for _ in range(5):
            horizon._sampled = 0.0
            assert await fill_settled() == []
            assert window.cursor < late
    assert await fill_settled() == [late]
    for _ in range(5):
        horizon._sampled = 0.0
        assert await fill_settled() == []
    assert window.cursor == quick[-1]
