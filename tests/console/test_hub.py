"""The broadcast behind the live pages."""

import msgspec

from linli.console.hub import MISSED, MOST_EACH, MOST_WAITING, Hub
from linli.kernel.scope import Caller, Scope

STAFF = Caller("staff", "1")


async def test_only_those_who_may_see_a_community_hear_of_it():
    hub = Hub()
    whole = hub.subscribe({"pass": Scope("T1", STAFF)}, account_id=1)
    here = hub.subscribe({"pass": Scope("T1", STAFF, frozenset({1}))}, account_id=1)
    elsewhere = hub.subscribe({"pass": Scope("T1", STAFF, frozenset({2}))}, account_id=1)
    stranger = hub.subscribe({"pass": Scope("T2", STAFF)}, account_id=1)
    other_topic = hub.subscribe({"device": Scope("T1", STAFF)}, account_id=1)

    hub.publish("pass", {"id": "7"}, tenant_id="T1", community_id=1)

    assert [(await s.next(0)) is not None for s in (whole, here, elsewhere, stranger, other_topic)] == [
        True, True, False, False, False,
    ]  # fmt: skip


async def test_each_topic_is_heard_as_far_as_its_own_scope_reaches():
    hub = Hub()
    reader = hub.subscribe(
        {"pass": Scope("T1", STAFF, frozenset({1})), "visit": Scope("T1", STAFF, frozenset({2}))},
        account_id=1,
    )
    for topic in ("pass", "visit"):
        for community_id in (1, 2, None):
            hub.publish(topic, {"in": community_id}, tenant_id="T1", community_id=community_id)
    heard = [await reader.next(0), await reader.next(0), await reader.next(0)]
    assert heard == [("pass", b'{"in":1}'), ("visit", b'{"in":2}'), None]


async def test_what_waits_for_who_may_see_less_is_dropped():
    hub = Hub()
    reader = hub.subscribe({"pass": Scope("T1", STAFF)}, account_id=1)
    hub.publish("pass", {}, tenant_id="T1", community_id=2)
    reader.see({"pass": Scope("T1", STAFF, frozenset({1}))})
    assert await reader.next(0) == (MISSED, b"{}")
    assert await reader.next(0) is None


async def test_events_missed_by_another_process_are_told_in_every_community():
    hub = Hub()
    here = hub.subscribe({"pass": Scope("T1", STAFF, frozenset({1}))}, account_id=1)
    stranger = hub.subscribe({"pass": Scope("T2", STAFF)}, account_id=2)
    hub.tell_missed("pass", tenant_id="T1")
    assert await here.next(0) == (MISSED, b"{}")
    assert await stranger.next(0) is None


async def test_one_account_holds_a_bounded_number_of_streams():
    hub = Hub()
    scopes = {"pass": Scope("T1", STAFF)}
    first, other = hub.subscribe(scopes, account_id=1), hub.subscribe(scopes, account_id=2)
    for _ in range(MOST_EACH):
        hub.subscribe(scopes, account_id=1)
    assert (first.closed, other.closed, hub.readers) == (True, False, MOST_EACH + 1)


async def test_slow_reader_loses_the_oldest_and_is_told():
    hub = Hub()
    reader = hub.subscribe({"pass": Scope("T1", STAFF)}, account_id=1)
    for number in range(MOST_WAITING + 3):
        hub.publish("pass", {"n": number}, tenant_id="T1", community_id=1)
    first = await reader.next(0)
    assert first is not None
    assert first.topic == MISSED
    second = await reader.next(0)
    assert second is not None
    assert msgspec.json.decode(second.body) == {"n": 3}


async def test_closing_the_hub_ends_the_streams():
    hub = Hub()
    reader = hub.subscribe({"pass": Scope("T1", STAFF)}, account_id=1)
    hub.close()
    assert await reader.next(5) is None
    assert reader.closed
    hub.leave(reader)
    assert hub.readers == 0
