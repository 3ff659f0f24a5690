"""Several fronts over one PostgreSQL database, in one test process: each with its own Database and port."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
import pytest
from sqlalchemy import bindparam, select

from linli.kernel.clock import ManualClock
from linli.kernel.db import Database, Query, Tx
from linli.kernel.ids import Ids
from linli.kernel.secrets import Secrets
from linli.protocols import mqtt
from linli.things.errors import DeviceOffline
from linli.things.inbox.batch import Batch
from linli.things.models import devices, inbox_work
from linli.things.routing.presence import CONNECTED, KEPT
from linli.things.service import devices as device_service
from tests.things.conftest import Site
from tests.things.device import until
from tests.things.routing.fronts import Front, Open

pytestmark = pytest.mark.engines("postgresql")

_row = Query(
    select(devices.c.online, devices.c.front).where(devices.c.iot_id == bindparam("iot_id")),
    unscoped="a test looks",
)
_work = Query(select(inbox_work.c.seq))


async def beat(clock: ManualClock, seconds: int) -> None:
    for _ in range(seconds):
        await clock.advance(1000)
        await asyncio.sleep(0.05)


async def state(db: Database, site: Site) -> tuple[int, str]:
    return tuple(await _row.one(db, iot_id=site.device.iot_id))


def told(front: Front, site: Site, wanted: int, by: Front | None = None) -> Callable[[], Awaitable[bool]]:
    """Whether `front` knows that the device is `wanted` at `by`."""

    async def check() -> bool:
        device = front.things.fleet.named(site.product_key, "dev.lobby-01")
        held = device and front.things.routing.presence.get(device.device_no)
        return bool(held and held.state == wanted and (by is None or held.front == by.processes.name))

    return check


async def test_calls_reach_a_device_at_another_front(fronts: Open, site: Site) -> None:
    one, two = await fronts("one"), await fronts("two")
    device = await one.connect(site.device)
    await until(told(two, site, CONNECTED, one))
    assert two.things.switchboard.is_connected(site.product_key, "dev.lobby-01")
    device.answers["thing.service.CloudCallElevator"] = lambda params: {"data": {"code": params["Floor"]}}
    device.answers["thing.service.syncPermissions"] = lambda params: {"data": {}}
    device.answers["thing.service.property.set"] = lambda params: {}
    invoker = two.things.invoker
    answer = await invoker.invoke(site.tenant, site.device.iot_id, "CloudCallElevator", {"Floor": 7})
    assert answer == {"code": 7}
    await invoker.invoke(site.tenant, site.device.iot_id, "syncPermissions", {"permissionUrl": "u"})
    await invoker.set_properties(site.tenant, site.device.iot_id, {"LightSwitch": 1})
    assert await state(two.db, site) == (1, one.processes.name)


async def test_the_style_of_synchronous_calls_is_known_everywhere(fronts: Open, site: Site) -> None:
    one, two = await fronts("one"), await fronts("two")
    for ext, style in ((0, "sys"), (1, "ext")):
        device = await one.connect(site.device, ext=ext)
        device.answers["thing.service.remoteOpen"] = lambda params: {}
        entry = two.things.fleet.named(site.product_key, "dev.lobby-01")
        assert entry is not None

        async def known(no: int = entry.device_no, style: str = style) -> bool:
            held = two.things.routing.presence.get(no)
            return bool(held and held.state == CONNECTED and held.style == style)

        await until(known)
        await two.things.invoker.invoke(site.tenant, site.device.iot_id, "remoteOpen", {})


async def test_a_second_connection_takes_over_across_fronts(fronts: Open, site: Site) -> None:
    one, two = await fronts("one"), await fronts("two")
    first = await one.connect(site.device)
    second = await two.connect(site.device)
    assert await first.closed()
    assert not one.things.switchboard.holds((site.product_key, "dev.lobby-01"))
    second.answers["thing.service.remoteOpen"] = lambda params: {}
    await one.things.invoker.invoke(site.tenant, site.device.iot_id, "remoteOpen", {})

    async def at_two() -> bool:
        return await state(two.db, site) == (1, two.processes.name)

    await until(at_two)
    third = await one.connect(site.device)
    assert await second.closed()
    await third.close()

    entry = two.things.fleet.named(site.product_key, "dev.lobby-01")
    assert entry is not None

    async def gone(no: int = entry.device_no) -> bool:
        held = two.things.routing.presence.get(no)  # hears of it after the row is written
        return await state(two.db, site) == (0, "") and not (held and held.state == CONNECTED)

    await until(gone)
    with pytest.raises(DeviceOffline):
        await two.things.invoker.invoke(site.tenant, site.device.iot_id, "remoteOpen", {})


async def test_a_front_that_writes_late_does_not_take_the_device_back(
    fronts: Open, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It came online here, then there: written the other way round, it would stand as being here, and as gone later."""
    one, two = await fronts("one"), await fronts("two")
    write = one.things.ingest._write

    async def late(batch: Batch, tx: Tx) -> None:
        if batch.statuses:
            await asyncio.sleep(0.5)
        await write(batch, tx)

    monkeypatch.setattr(one.things.ingest, "_write", late)
    await one.connect(site.device)
    await two.connect(site.device)
    await one.things.ingest.written()
    await two.things.ingest.written()
    assert await state(two.db, site) == (1, two.processes.name)


async def test_a_session_moves_with_its_downlinks(fronts: Open, site: Site) -> None:
    one, two = await fronts("one"), await fronts("two")
    pk = site.product_key
    topic = f"/sys/{pk}/dev.lobby-01/thing/service/property/set"
    device = await one.connect(site.device, clean=False)
    await device.vanish()
    await until(told(two, site, KEPT, one))
    for number in range(3):
        body = msgspec.json.encode({"id": str(number), "method": "x", "params": {}})
        # From either process: they wait at the front that keeps the session.
        sender = (one, two)[number % 2].things.switchboard
        waiting = one.things.front.traffic.queued_bytes
        assert sender.publish(pk, "dev.lobby-01", topic, body, qos=1, queue=True)

        async def more_wait(before: int = waiting) -> bool:
            return one.things.front.traffic.queued_bytes > before

        await until(more_wait)
    assert not two.things.switchboard.publish(pk, "dev.lobby-01", topic, b"now or never", qos=1)
    device = await two.connect(site.device, clean=False)
    got = [msgspec.json.decode((await device.next()).payload)["id"] for _ in range(3)]
    assert got == ["0", "1", "2"]
    assert not one.things.switchboard.holds((pk, "dev.lobby-01"))
    await device.post({"Temperature": 1})  # what it acknowledged before is taken then
    await device.vanish()
    again = await one.connect(site.device, clean=False)
    await asyncio.sleep(0.2)
    assert again.inbox.empty(), "what was acknowledged does not come again"


async def test_acknowledgements_come_back(fronts: Open, site: Site) -> None:
    one, two = await fronts("one"), await fronts("two")
    device = await one.connect(site.device)
    await until(told(two, site, CONNECTED, one))
    acks: list[bool] = []
    topic = f"/sys/{site.product_key}/dev.lobby-01/thing/config/push"
    assert two.things.switchboard.publish(
        site.product_key, "dev.lobby-01", topic, b"{}", qos=1, on_ack=acks.append
    )
    assert (await device.next()).topic == topic

    async def acknowledged() -> bool:
        return bool(acks)

    await until(acknowledged)
    assert acks == [True]


async def test_messages_of_a_device_are_handled_in_order_wherever_they_arrive(
    fronts: Any, site: Site
) -> None:
    handled: list[Any] = []
    held = asyncio.Event()

    def slow(front: Front) -> None:
        async def handle(tx: Any, message: Any) -> None:
            if not handled:
                handled.append(message.values["Temperature"])
                await held.wait()  # the first front stands still in the midst of its first message
            else:
                handled.append(message.values["Temperature"])

        front.things.handlers.on_property("Temperature", handle)

    one, two = await fronts("one", slow), await fronts("two", slow)
    first = await one.connect(site.device)
    for value in range(3):
        await first.post({"Temperature": value})
    second = await two.connect(site.device)
    for value in range(3, 6):
        await second.post({"Temperature": value})
    await asyncio.sleep(0.2)
    assert handled == [0]
    held.set()

    async def done() -> bool:
        return not await _work.all(two.db)

    await until(done)
    assert handled == [0, 1, 2, 3, 4, 5]


async def test_a_dead_front_is_taken_over(fronts: Any, site: Site, clock: ManualClock) -> None:
    handled: list[Any] = []

    def handles(front: Front) -> None:
        async def handle(tx: Any, message: Any) -> None:
            handled.append(message.identifier if message.kind == "status" else message.values)

        front.things.handlers.on_status(handle)
        front.things.handlers.on_property("Temperature", handle)

    def never(front: Front) -> None:
        async def handle(tx: Any, message: Any) -> None:
            await asyncio.Event().wait()

        front.things.handlers.on_property("Temperature", handle)

    one = await fronts("one", never)
    two, three = await fronts("two", handles), await fronts("three", handles)
    device = await one.connect(site.device, clean=False)
    await until(told(two, site, CONNECTED, one))
    await device.post({"Temperature": 21})
    await one.die()
    await beat(clock, 9)

    async def offline() -> bool:
        return await state(two.db, site) == (0, "")

    await until(offline)

    async def all_handled() -> bool:
        return {"Temperature": 21} in handled and "offline" in handled

    await until(all_handled)
    assert handled.count({"Temperature": 21}) == 1
    heir = two if await told(three, site, KEPT, two)() else three
    assert await told(two, site, KEPT, heir)()
    topic = f"/sys/{site.product_key}/dev.lobby-01/thing/config/push"
    assert two.things.switchboard.publish(site.product_key, "dev.lobby-01", topic, b"{}", qos=1, queue=True)
    back = await three.connect(site.device, clean=False)
    assert (await back.next()).topic == topic
    await until(told(two, site, CONNECTED, three))
    assert two.processes.others() == [p for p in two.processes.others() if p.name == three.processes.name]


async def test_the_heir_of_a_dead_front_says_its_wills_unless_the_device_is_back(
    fronts: Any, site: Site, clock: ManualClock, secrets: Secrets, ids: Ids
) -> None:
    heard: list[bytes] = []
    one, two = await fronts("one"), await fronts("two")
    two.things.front.on_spread[:] = [lambda message: heard.append(message.payload)]
    async with two.db.begin() as tx:
        other = await device_service.create_device(
            site.tenant,
            tx,
            values=device_service.DeviceValues(product_key=site.product_key, device_name="dev.yard-02"),
            ids=ids,
            secrets=secrets,
        )
    for triple in (site.device, other):
        topic = f"/{site.product_key}/{triple.device_name}/user/last"
        await one.connect(triple, will=mqtt.Will(topic, triple.device_name.encode(), 1))
    await until(told(two, site, CONNECTED, one))
    writer = one.things.front._kept_wills._writer
    if writer is not None:
        await writer
    await one.die()
    await two.connect(other)
    await beat(clock, 10)

    async def said() -> bool:
        return bool(heard)

    await until(said)
    assert heard == [b"dev.lobby-01"]


async def test_who_came_back_elsewhere_stays_online(fronts: Open, site: Site, clock: ManualClock) -> None:
    one, two = await fronts("one"), await fronts("two")
    await one.connect(site.device)
    await until(told(two, site, CONNECTED, one))
    await one.die()
    device = await two.connect(site.device)  # waits for the dead in vain, then goes on
    await beat(clock, 9)
    assert await state(two.db, site) == (1, two.processes.name)
    assert (await device.post({"Temperature": 1}))["code"] == 200


async def test_a_second_process_leaves_the_devices_of_the_first_alone(fronts: Open, site: Site) -> None:
    one = await fronts("one")
    device = await one.connect(site.device)
    await device.post({"Temperature": 1})
    two = await fronts("two")
    assert await state(two.db, site) == (1, one.processes.name)
    assert await told(two, site, CONNECTED, one)()


async def test_changes_reach_every_process(fronts: Open, site: Site) -> None:
    one, two = await fronts("one"), await fronts("two")
    device = await one.connect(site.device)
    async with two.db.begin() as tx:
        await device_service.enable_device(site.tenant, tx, iot_id=site.device.iot_id, enabled=False)
    assert await device.closed(), "disabled in one process, it is put out by the other"

    async def known() -> bool:
        entry = one.things.fleet.named(site.product_key, "dev.lobby-01")
        return entry is not None and not entry.enabled

    await until(known)


async def test_sub_devices_are_reached_through_their_gateways_front(
    fronts: Open, site: Site, secrets: Secrets, ids: Ids
) -> None:
    one, two = await fronts("one"), await fronts("two")
    async with two.db.begin() as tx:
        sub = await device_service.create_device(
            site.tenant,
            tx,
            values=device_service.DeviceValues(product_key=site.product_key, device_name="sub-0001"),
            ids=ids,
            secrets=secrets,
        )
    gateway = await one.connect(site.device)
    entry = await one.things.fleet.find(site.product_key, "sub-0001")
    assert entry is not None
    session = one.things.switchboard.clients.devices[site.product_key, "dev.lobby-01"]
    assert one.things.switchboard.attach(session, site.product_key, "sub-0001", entry.device_no)

    async def reached() -> bool:
        return two.things.switchboard.is_connected(site.product_key, "sub-0001")

    await until(reached)
    topic = f"/sys/{site.product_key}/sub-0001/thing/config/push"
    assert two.things.switchboard.publish(site.product_key, "sub-0001", topic, b"{}", qos=1)
    assert (await gateway.next()).topic == topic
    # It logs in by a gateway of the other front: the first one loses it.
    async with two.db.begin() as tx:
        other = await device_service.create_device(
            site.tenant,
            tx,
            values=device_service.DeviceValues(product_key=site.product_key, device_name="gw-two"),
            ids=ids,
            secrets=secrets,
        )
    await two.connect(other)
    second = two.things.switchboard.clients.devices[site.product_key, "gw-two"]
    assert two.things.switchboard.attach(second, site.product_key, "sub-0001", entry.device_no)

    async def lost() -> bool:
        return not one.things.switchboard.holds((site.product_key, "sub-0001"))

    await until(lost)
    assert sub.device_name == "sub-0001"
    await gateway.close()
    await asyncio.sleep(0.1)
    assert two.things.switchboard.is_connected(site.product_key, "sub-0001")


async def test_news_missed_in_an_outage_are_read_from_the_table(
    fronts: Open, site: Site, database: Database
) -> None:
    one, two = await fronts("one"), await fronts("two")
    presence = two.things.routing.presence
    stop, presence._stop_listening = presence._stop_listening, None
    assert stop is not None
    stop()  # it hears nothing …
    await one.connect(site.device)
    await asyncio.sleep(0.2)
    assert not await told(two, site, CONNECTED, one)()
    presence._missed()  # … and is told so
    await until(told(two, site, CONNECTED, one))
    assert two.things.switchboard.is_connected(site.product_key, "dev.lobby-01")


async def test_a_device_disabled_while_nobody_could_say_so_is_put_out(fronts: Open, site: Site) -> None:
    one, two = await fronts("one"), await fronts("two")
    device = await one.connect(site.device)
    one.things.fleet._stop_listening()
    stop = one.things._stop_listening
    assert stop is not None
    stop()
    async with two.db.begin() as tx:
        await device_service.enable_device(site.tenant, tx, iot_id=site.device.iot_id, enabled=False)
    one.things.fleet._missed()
    assert await device.closed()
