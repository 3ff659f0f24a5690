"""User topics between clients: who gets what, what is retained, and shared subscriptions. Source: ADR 0020; MQTT 5.0."""

import asyncio
import itertools

import pytest

from linli.kernel.clock import ManualClock
from linli.protocols import mqtt
from linli.things.mqtt.close_reasons import Gone
from linli.things.mqtt.retained_messages import DatabaseRetained, forget_retained
from tests.things.mqtt.backend import APP, PK, Client, app_connect, device_connect
from tests.things.mqtt.conftest import Rig

USER = f"/{PK}/door/user/x"
OWN = f"/app/{APP}/user/x"


async def subscribe(rig: Rig, client: Client, *filters: tuple[str, int]) -> list[mqtt.Packet]:
    """What came behind the SUBACK; retained messages are read in a task of their own."""
    client.send(mqtt.Subscribe(1, filters))
    got = await client.ping()
    await asyncio.gather(*rig.front._subscribing._tasks)
    return [*got, *await client.ping()][1:]


async def publish(client: Client, topic: str, payload: bytes, *, retain: bool = False) -> None:
    client.send(mqtt.Publish(topic, payload, 1, 9, retain))
    while not isinstance(await client.read(), mqtt.Puback):
        pass


async def test_wildcards(rig):
    door = await rig.connect(device_connect("door"))
    wanted = {
        f"/{PK}/door/user/a/b": {"exact", "plus", "hash", "any door"},
        f"/{PK}/door/user/a/c": {"plus", "hash", "any door"},
        f"/{PK}/door/user/a": {"hash", "any door"},
        f"/{PK}/door/user/a/b/c": {"hash", "any door"},
        f"/{PK}/door/user/z": {"any door"},
    }
    filters = {
        "exact": f"/{PK}/door/user/a/b",
        "plus": f"/{PK}/door/user/a/+",
        "hash": f"/{PK}/door/user/a/#",
        "any door": f"/{PK}/+/user/#",
    }
    listeners = {name: await rig.connect(app_connect(name)) for name in filters}
    for name, client in listeners.items():
        await subscribe(rig, client, (filters[name], 0))
    for topic, names in wanted.items():
        await publish(door, topic, b"x")
        for name, client in listeners.items():
            assert await client.ping() == ([mqtt.Publish(topic, b"x")] if name in names else []), (
                topic,
                name,
            )


async def test_apps_get_what_they_see_alone(rig):
    rig.backend.hidden = {"safe"}
    app = await rig.connect(app_connect())
    app.send(mqtt.Subscribe(1, ((f"/{PK}/safe/user/x", 1), (f"/{PK}/+/user/#", 1), ("/+/+/user/#", 1))))
    assert await app.read() == mqtt.Suback(1, (0x80, 1, 0x80))
    safe = await rig.connect(device_connect("safe"))
    safe.send(mqtt.Subscribe(1, ((f"/{PK}/safe/user/#", 1),)))
    await safe.read()
    await publish(safe, f"/{PK}/safe/user/x", b"secret", retain=True)
    app.send(mqtt.Publish(f"/{PK}/safe/user/x", b"order", 1, 5))
    assert await app.ping() == [mqtt.Puback(5)]
    assert await safe.ping() == []
    assert await subscribe(rig, app, (f"/{PK}/+/user/+", 1)) == []


async def test_devices_stay_in_their_own_topics(rig):
    door = await rig.connect(device_connect("door"))
    door.send(mqtt.Subscribe(1, ((f"/{PK}/other/user/x", 1), (OWN, 1), ("$share/g//app/+/user/x", 1))))
    assert await door.read() == mqtt.Suback(1, (0x80, 0x80, 0x80))
    other = await rig.connect(device_connect("other"))
    other.send(mqtt.Subscribe(1, ((f"/{PK}/other/user/#", 1),)))
    await other.read()
    door.send(mqtt.Publish(f"/{PK}/other/user/x", b"x", 1, 2))
    assert mqtt.Puback(2) in await door.ping()
    assert await other.ping() == []


async def test_a_gateway_hears_its_sub_devices_while_they_are_logged_in(rig):
    gateway = await rig.connect(device_connect("gate"))
    session = rig.backend.sessions[PK, "gate"]
    rig.switchboard.attach(session, PK, "sub", 5)
    topic = f"/{PK}/sub/user/x"
    await subscribe(rig, gateway, (topic, 0))
    app = await rig.connect(app_connect())
    await publish(app, topic, b"1")
    assert await gateway.ping() == [mqtt.Publish(topic, b"1")]
    rig.switchboard.detach(session, PK, "sub")
    await publish(app, topic, b"2")
    assert await gateway.ping() == []


async def test_what_waits_for_a_device_that_is_away(rig):
    connect = device_connect("door", clean=False)
    door = await rig.connect(connect)
    await subscribe(rig, door, (USER, 1))
    door.abort()
    await rig.backend.until(lambda: rig.backend.events[-1][0] == Gone.LOST)
    app = await rig.connect(app_connect())
    await publish(app, USER, b"1")
    door = await rig.connect(connect, present=True)
    assert await door.read() == mqtt.Publish(USER, b"1", 1, 1)


# --- retained ---


@pytest.fixture(params=["memory", "database"])
async def keeping(request, database, make_rig):
    retained = DatabaseRetained(database, ManualClock()) if request.param == "database" else None
    return await make_rig(retained=retained, max_retained=3, max_retained_bytes=1000)


async def test_retained_messages_come_with_the_subscription(keeping: Rig):
    door = await keeping.connect(device_connect("door"))
    await publish(door, f"/{PK}/door/user/a", b"1", retain=True)
    await publish(door, f"/{PK}/door/user/b", b"2", retain=True)
    await publish(door, f"/{PK}/door/user/a", b"3", retain=True)
    await publish(door, f"/{PK}/door/user/c", b"not kept")
    app = await keeping.connect(app_connect())
    assert await subscribe(keeping, app, (f"/{PK}/+/user/#", 0)) == [
        mqtt.Publish(f"/{PK}/door/user/a", b"3", retain=True),
        mqtt.Publish(f"/{PK}/door/user/b", b"2", retain=True),
    ]
    await publish(door, f"/{PK}/door/user/b", b"4", retain=True)
    assert await app.ping() == [mqtt.Publish(f"/{PK}/door/user/b", b"4")]
    await publish(door, f"/{PK}/door/user/a", b"", retain=True)
    assert await app.ping() == [mqtt.Publish(f"/{PK}/door/user/a", b"")]
    assert await subscribe(keeping, app, (f"/{PK}/door/user/+", 0)) == [
        mqtt.Publish(f"/{PK}/door/user/b", b"4", retain=True)
    ]
    assert await subscribe(keeping, app, (f"$share/g//{PK}/door/user/+", 0)) == []
    assert await subscribe(keeping, door, (f"/{PK}/door/user/b", 1)) == [
        mqtt.Publish(f"/{PK}/door/user/b", b"4", 1, 1, retain=True)
    ]


async def test_a_tenant_keeps_so_many_and_no_larger_ones(keeping: Rig):
    app = await keeping.connect(app_connect(level=5))
    for number in range(1, 4):
        app.send(mqtt.Publish(f"{OWN}/{number}", b"x", 1, number, retain=True))
        assert (await app.read()).reason == mqtt.Reason.NO_MATCHING_SUBSCRIBERS
    told = mqtt.Properties(reason_string="too large to be retained, or too many retained messages")
    app.send(mqtt.Publish(f"{OWN}/4", b"x", 1, 4, retain=True))
    assert await app.read() == mqtt.Puback(4, mqtt.Reason.QUOTA_EXCEEDED, told)
    app.send(mqtt.Publish(f"{OWN}/1", b"x" * 1001, 1, 4, retain=True))
    assert await app.read() == mqtt.Puback(4, mqtt.Reason.QUOTA_EXCEEDED, told)
    app.send(mqtt.Publish(f"{OWN}/1", b"", 1, 5, retain=True))
    await app.read()
    app.send(mqtt.Publish(f"{OWN}/4", b"x", 1, 6, retain=True))
    assert (await app.read()).reason == mqtt.Reason.NO_MATCHING_SUBSCRIBERS


async def test_retained_messages_expire(keeping: Rig):
    app = await keeping.connect(app_connect(level=5))
    app.send(mqtt.Publish(OWN, b"x", 1, 1, True, properties=mqtt.Properties(message_expiry=10)))
    await app.read()
    got = await subscribe(keeping, app, (OWN, 0))
    assert got == [mqtt.Publish(OWN, b"x", retain=True, properties=mqtt.Properties(message_expiry=10))]
    retained = keeping.front._retained
    retained._clock = keeping.clock
    await keeping.clock.advance(10_001)
    assert await subscribe(keeping, app, (OWN, 0)) == []
    await retained.sweep()
    assert await retained.find("#", ("app", APP)) == []


async def test_retained_wills(keeping: Rig):
    will = mqtt.Will(USER, b"offline", 1, True)
    door = await keeping.connect(device_connect("door", will=will))
    door.abort()
    await keeping.backend.until(lambda: keeping.backend.events[-1][0] == Gone.LOST)
    app = await keeping.connect(app_connect())
    assert await subscribe(keeping, app, (USER, 0)) == [mqtt.Publish(USER, b"offline", retain=True)]


async def test_kept_over_a_restart_until_the_device_goes(database, make_rig):
    rig = await make_rig(retained=DatabaseRetained(database, ManualClock()))
    app = await rig.connect(app_connect())
    await publish(app, USER, b"1", retain=True)
    await publish(app, OWN, b"2", retain=True)
    rig = await make_rig(retained=DatabaseRetained(database, ManualClock()))
    app = await rig.connect(app_connect())
    assert await subscribe(rig, app, (USER, 0)) == [mqtt.Publish(USER, b"1", retain=True)]
    async with database.begin() as tx:
        await forget_retained(tx, product_key=PK, device_name="door")
    assert await subscribe(rig, app, (USER, 0)) == []
    assert await subscribe(rig, app, (OWN, 0)) == [mqtt.Publish(OWN, b"2", retain=True)]


# --- shared subscriptions (4.8.2) ---


async def test_a_group_takes_turns_and_others_get_all(rig):
    members = [await rig.connect(app_connect(f"m{number}")) for number in range(3)]
    for member in members:
        await subscribe(rig, member, (f"$share/g/{OWN}", 1))
    alone = await rig.connect(app_connect("alone"))
    await subscribe(rig, alone, (OWN, 0), (f"$share/h/{OWN}", 0))
    speaker = await rig.connect(app_connect("speaker"))
    for number in range(9):
        await publish(speaker, OWN, str(number).encode())
    got = [[packet.payload for packet in await member.ping()] for member in members]
    assert sorted(itertools.chain(*got)) == [str(number).encode() for number in range(9)]
    assert [len(one) for one in got] == [3, 3, 3]
    assert len(await alone.ping()) == 18
    members[0].send(mqtt.Unsubscribe(2, (f"$share/g/{OWN}",)))
    assert await members[0].read() == mqtt.Unsuback(2)
    for _ in range(4):
        await publish(speaker, OWN, b"x")
    assert await members[0].ping() == []


async def test_what_a_member_had_goes_to_another_when_it_leaves(rig):
    speaker = await rig.connect(app_connect("speaker"))
    one, two = [await rig.connect(app_connect(name)) for name in ("one", "two")]
    await subscribe(rig, one, (f"$share/g/{OWN}", 1))
    await publish(speaker, OWN, b"1")
    assert len(await one.ping()) == 1
    await subscribe(rig, two, (f"$share/g/{OWN}", 1))
    one.abort()
    got = await two.read()
    assert (got.topic, got.payload) == (OWN, b"1")


async def test_a_device_may_share_with_itself(rig):
    door = await rig.connect(device_connect("door"))
    await subscribe(rig, door, (f"$share/g/{USER}", 1))
    app = await rig.connect(app_connect())
    await publish(app, USER, b"x")
    assert [packet.payload for packet in await door.ping()] == [b"x"]


async def test_a_queue_of_an_app_can_be_named_as_shared(rig):
    """Consumers of one appKey compete for its queues in any case (design 4.8)."""
    topic = f"/sys/appkey/{APP}/community/space/change"
    one = await rig.connect(app_connect("one"))
    await subscribe(rig, one, (f"$share/g/{topic}", 1))
    assert rig.switchboard.publish_app(APP, topic, b"x")
    assert [packet.payload for packet in await one.ping()] == [b"x"]


# --- between fronts ---


async def test_messages_are_told_to_other_fronts_and_taken_from_them(make_rig):
    one, two = await make_rig(), await make_rig()
    one.front.on_spread.append(two.front.spread)
    app = await two.connect(app_connect())
    await subscribe(two, app, (USER, 0))
    door = await one.connect(device_connect("door"))
    await publish(door, USER, b"x")
    assert await app.ping() == [mqtt.Publish(USER, b"x")]
