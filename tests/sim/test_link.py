"""A device's line: it comes back by itself, and what was not acknowledged is sent again."""

import asyncio
import json
from collections.abc import AsyncIterator

import pytest

from linli.sim.link import CallFailed, DeviceLink, Triple
from tests.sim.platform_end import PlatformEnd

TRIPLE = Triple("a1productkey", "door-1", "s" * 32)
CALL = "/sys/a1productkey/door-1/thing/service/remoteOpen"


@pytest.fixture
async def platform() -> AsyncIterator[PlatformEnd]:
    async with PlatformEnd() as end:
        yield end


@pytest.fixture
async def link(platform: PlatformEnd) -> AsyncIterator[DeviceLink]:
    made = DeviceLink(TRIPLE, "127.0.0.1", platform.port, seed=1)
    await made.start()
    await made.wait_online()
    yield made
    await made.stop()


async def test_unacknowledged_events_are_sent_again_after_the_line_broke(
    platform: PlatformEnd, link: DeviceLink
) -> None:
    platform.acknowledges = False
    link.queue_event("passEvent", {"code": 0})
    link.queue_event("passEvent", {"code": 103})
    await platform.messages(2)
    platform.acknowledges = True
    platform.drop()
    first, second, *again = await platform.messages(4)
    assert [message.payload for message in again] == [first.payload, second.payload]
    assert [message.packet_id for message in again] == [first.packet_id, second.packet_id]
    assert [message.dup for message in (first, second, *again)] == [False, False, True, True]
    async with asyncio.timeout(30):
        while link.unsent:
            await asyncio.sleep(0.01)
    assert len(platform.connections) == 2


async def test_events_of_a_pulled_cable_arrive_in_order_once_it_is_back(
    platform: PlatformEnd, link: DeviceLink
) -> None:
    link.cut()
    for number in range(30):
        link.queue_event("passEvent", {"code": number})
    await asyncio.sleep(0.3)
    assert not link.online
    assert link.unsent == 30
    assert platform.came == []
    link.mend()
    came = await platform.messages(30)
    assert [json.loads(message.payload)["params"]["code"] for message in came] == list(range(30))
    assert not any(message.dup for message in came)


async def test_it_keeps_trying_while_nobody_listens(platform: PlatformEnd) -> None:
    closed = DeviceLink(TRIPLE, "127.0.0.1", 1, seed=1)
    said: list[str] = []
    closed.listener = said.append
    await closed.start()
    async with asyncio.timeout(30):
        while len(said) < 3:
            await asyncio.sleep(0.05)
    await closed.stop()
    assert all(line.startswith("line down") for line in said)


async def test_calls_are_answered_refused_and_unknown(platform: PlatformEnd, link: DeviceLink) -> None:
    async def refuses(_params: object) -> dict[str, object]:
        raise CallFailed(500, "storage fault")

    link.on_service("syncPermissions", refuses)
    for service in ("remoteOpen", "syncPermissions"):
        topic = CALL.replace("remoteOpen", service)
        platform.send(topic, {"id": "5", "method": f"thing.service.{service}", "params": {}})
    platform.send(
        CALL, {"id": "6", "method": 7}
    )  # no method by this name: unreadable, and no reason to fall over
    unknown, refused = await platform.messages(2, "_reply")
    assert json.loads(unknown.payload)["code"] == 404
    assert json.loads(refused.payload) == {"id": "5", "code": 500, "data": {}, "message": "storage fault"}
    assert link.online


async def test_what_a_former_life_left_unsent_goes_first(platform: PlatformEnd) -> None:
    former = DeviceLink(TRIPLE, "127.0.0.1", platform.port)
    former.queue_event("passEvent", {"code": 101})
    left = former.pending()
    later = DeviceLink(TRIPLE, "127.0.0.1", platform.port)
    later.take_up(left)
    later.queue_event("passEvent", {"code": 102})
    await later.start()
    came = await platform.messages(2)
    await later.stop()
    assert [json.loads(message.payload)["params"]["code"] for message in came] == [101, 102]
