"""A shared subscription with members at several fronts: each message goes to one, once. Source: MQTT 5.0, 4.8.2."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from linli.kernel import tenancy
from linli.kernel.clock import ManualClock
from linli.kernel.db import Database
from linli.kernel.ids import Ids
from linli.kernel.secrets import Secrets
from linli.protocols import mqtt
from linli.protocols.linkkit import signatures
from tests.things.conftest import Site
from tests.things.device import until
from tests.things.mqtt.backend import Client
from tests.things.routing.fronts import Front, Open

pytestmark = pytest.mark.engines("postgresql")

MESSAGES = 60


class Apps:
    """Connections of one appKey, at any front."""

    def __init__(self, app_key: str, secret: str, clock: ManualClock) -> None:
        self.app_key, self._secret, self._clock = app_key, secret, clock
        self.topic = f"/app/{app_key}/user/x"
        self.clients: list[Client] = []

    async def connect(self, front: Front, name: str, *filters: str) -> Client:
        client = await Client.dial(front.port)
        self.clients.append(client)
        now = str(self._clock.now_ms())
        password = signatures.sign(self._secret, f"{name}{now}", "hmacsha256")
        client.send(mqtt.Connect(f"{name}|timestamp={now}|", self.app_key, password.encode(), keep_alive=600))
        answer = await client.read()
        assert isinstance(answer, mqtt.Connack)
        assert answer.code == 0
        if filters:
            client.send(mqtt.Subscribe(1, tuple((text, 1) for text in filters)))
            assert isinstance(await client.read(), mqtt.Suback)
        return client

    async def publish(self, client: Client, *payloads: bytes) -> None:
        for number, payload in enumerate(payloads, 1):
            client.send(mqtt.Publish(self.topic, payload, 1, number))
        for _ in payloads:
            assert isinstance(await client.read(), mqtt.Puback)


async def taken(client: Client) -> list[bytes]:
    """What came so far, acknowledged."""
    came = [packet for packet in await client.ping() if isinstance(packet, mqtt.Publish)]
    client.send(*(mqtt.Puback(packet.packet_id) for packet in came if packet.qos))
    return [packet.payload for packet in came]


def knows(front: Front, members: int) -> Callable[[], Awaitable[bool]]:
    """Whether `front` has heard of so many connected members at the others."""

    async def check() -> bool:
        assert front.things.routing is not None
        there = front.things.routing._links.sharing._there.values()
        return sum(room.connected for rooms in there for room in rooms.values()) == members

    return check


@pytest.fixture
async def apps(
    database: Database, site: Site, ids: Ids, secrets: Secrets, clock: ManualClock
) -> AsyncIterator[Apps]:
    async with database.begin() as tx:
        key, secret = await tenancy.create_app_key(
            site.tenant, tx, project_id=site.project_id, ids=ids, secrets=secrets
        )
    made = Apps(key, secret, clock)
    yield made
    for client in made.clients:
        client.abort()


async def collect(members: dict[str, Client], count: int) -> dict[str, list[bytes]]:
    """What the members got, once it is `count` in all; nothing more comes then."""
    got: dict[str, list[bytes]] = {name: [] for name in members}

    async def enough() -> bool:
        for name, client in members.items():
            got[name] += await taken(client)
        return sum(map(len, got.values())) >= count

    await until(enough)
    for name, client in members.items():
        got[name] += await taken(client)
    return got


async def test_a_message_goes_to_one_member_over_all_fronts(fronts: Open, apps: Apps) -> None:
    one, two, three = await fronts("one"), await fronts("two"), await fronts("three")
    group = f"$share/workers/{apps.topic}"
    members = {
        "a": await apps.connect(one, "a", group),
        "b": await apps.connect(two, "b", group),
        "c": await apps.connect(two, "c", group),
    }
    plain = await apps.connect(one, "plain", apps.topic)
    for front, elsewhere in ((one, 2), (two, 1), (three, 3)):
        await until(knows(front, elsewhere))
    sent = []
    for number, front in enumerate((one, two, three)):
        sender = await apps.connect(front, f"sender {number}")
        payloads = [b"%d-%d" % (number, nth) for nth in range(MESSAGES // 3)]
        await apps.publish(sender, *payloads)
        sent += payloads
    got = await collect(members, MESSAGES)
    assert Counter(payload for payloads in got.values() for payload in payloads) == Counter(sent)
    assert all(len(payloads) >= MESSAGES // 6 for payloads in got.values()), "the work is not shared"
    assert Counter((await collect({"plain": plain}, MESSAGES))["plain"]) == Counter(sent)


async def test_groups_of_other_names_get_their_own_copy(fronts: Open, apps: Apps) -> None:
    one, two = await fronts("one"), await fronts("two")
    members = {
        "a": await apps.connect(one, "a", f"$share/first/{apps.topic}"),
        "b": await apps.connect(two, "b", f"$share/second//app/{apps.app_key}/user/#"),
    }
    await until(knows(one, 1))
    await until(knows(two, 1))
    await apps.publish(await apps.connect(one, "sender"), b"1", b"2")
    assert await collect(members, 4) == {"a": [b"1", b"2"], "b": [b"1", b"2"]}


async def test_a_member_that_left_gets_nothing_more(fronts: Open, apps: Apps) -> None:
    one, two = await fronts("one"), await fronts("two")
    group = f"$share/workers/{apps.topic}"
    stays = await apps.connect(one, "a", group)
    leaves = await apps.connect(two, "b", group)
    await until(knows(one, 1))
    leaves.send(mqtt.Unsubscribe(2, (group,)))
    assert isinstance(await leaves.read(), mqtt.Unsuback)
    await until(knows(one, 0))
    await apps.publish(await apps.connect(one, "sender"), b"1", b"2", b"3")
    assert await collect({"a": stays}, 3) == {"a": [b"1", b"2", b"3"]}
    assert await taken(leaves) == []


async def test_a_front_that_comes_later_learns_of_all_members(fronts: Open, apps: Apps) -> None:
    one = await fronts("one")
    member = await apps.connect(one, "a", f"$share/workers/{apps.topic}")
    two = await fronts("two")
    await until(knows(two, 1))
    await apps.publish(await apps.connect(two, "sender"), b"1")
    assert await collect({"a": member}, 1) == {"a": [b"1"]}


async def test_a_dead_fronts_members_are_forgotten(fronts: Open, apps: Apps, clock: ManualClock) -> None:
    one, two = await fronts("one"), await fronts("two")
    group = f"$share/workers/{apps.topic}"
    await apps.connect(one, "a", group)
    stays = await apps.connect(two, "b", group)
    await until(knows(two, 1))
    await one.die()
    for _ in range(9):
        await clock.advance(1000)
        await asyncio.sleep(0.05)
    await apps.publish(await apps.connect(two, "sender"), *(b"%d" % nth for nth in range(8)))
    assert len((await collect({"b": stays}, 8))["b"]) == 8
    assert two.things.routing is not None
    two.things.routing._links.sharing.forget_dead()
    assert await knows(two, 0)()
