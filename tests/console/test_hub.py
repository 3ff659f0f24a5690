"""The broadcast behind the live pages."""

import msgspec
import pytest

from linli.console.hub import MISSED, MOST_WAITING, Hub
from linli.kernel.errors import NotFound
from linli.kernel.scope import Caller, Scope

STAFF = Caller("staff", "1")


async def test_only_those_who_may_see_a_community_hear_of_it():
    hub = Hub()
    whole = hub.subscribe(Scope("T1", STAFF), {"pass"})
    here = hub.subscribe(Scope("T1", STAFF, frozenset({1})), {"pass"})
    elsewhere = hub.subscribe(Scope("T1", STAFF, frozenset({2})), {"pass"})
    stranger = hub.subscribe(Scope("T2", STAFF), {"pass"})
    other_topic = hub.subscribe(Scope("T1", STAFF), {"device"})

    hub.publish("pass", {"id": "7"}, tenant_id="T1", community_id=1)

    assert [(await s.next(0)) is not None for s in (whole, here, elsewhere, stranger, other_topic)] == [
        True, True, False, False, False,
    ]  # fmt: skip


async def test_following_a_foreign_community_is_refused():
    with pytest.raises(NotFound):
        Hub().subscribe(Scope("T1", STAFF, frozenset({1})), {"pass"}, community_id=2)


async def test_slow_reader_loses_the_oldest_and_is_told():
    hub = Hub()
    reader = hub.subscribe(Scope("T1", STAFF), {"pass"})
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
    reader = hub.subscribe(Scope("T1", STAFF), {"pass"})
    hub.close()
    assert await reader.next(5) is None
    assert reader.closed
    hub.leave(reader)
    assert hub.readers == 0
