"""What a home is told of calls, on real push messages."""

from typing import Any

from linli.console.parts import Parts
from linli.domains.intercom.service import calls
from tests.resident import test_notifications as news
from tests.resident.conftest import Village
from tests.resident.door_calls import door_of, ring
from tests.resident.push_service import PushedTo

parts, post, service = news.parts, news.post, news.service


async def test_a_home_hears_of_a_ring_and_of_a_missed_call(
    parts: Parts,
    post: news.Post,
    service: Any,
    village: Village,
    owner: Any,
    neighbour: Any,
) -> None:
    phone, elsewhere = PushedTo(service, "owner"), PushedTo(service, "neighbour")
    await owner.post("/push/subscription", json=phone.json)
    await neighbour.post("/push/subscription", json=elsewhere.json)
    door = await door_of(parts, village)
    call_id = await ring(parts, door)
    await post.send()
    (told,) = phone.told
    assert told["tag"] == f"call:{call_id}"
    assert str(told["path"]).startswith(f"ring/{village.house}/")
    assert (phone.raw[0].headers["urgency"], int(phone.raw[0].headers["ttl"])) == ("high", 60)
    async with parts.db.begin() as tx:
        await calls.end(tx, call_id=call_id, outcome="missed", now_ms=parts.clock.now_ms())
    await post.send()
    assert [one["tag"] for one in phone.told] == [f"call:{call_id}"] * 2
    assert phone.told[1]["title"] != phone.told[0]["title"]
    # Taken, or over before anybody could be told that it rings: nothing, or only that it was missed.
    await ring(parts, door, "answered", taken_by="p1")
    await ring(parts, door, "given_up")
    await post.send()
    assert len(phone.told) == 3
    assert phone.told[2]["title"] == phone.told[1]["title"]
    assert elsewhere.told == []
