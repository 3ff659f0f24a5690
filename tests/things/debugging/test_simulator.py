"""The simulator stands in for a device over a real socket, and leaves when it should."""

import asyncio
from typing import Any

import pytest

from linli.kernel.clock import ManualClock
from linli.kernel.db import Database
from linli.kernel.errors import BadInput, NotFound
from linli.things.debugging.errors import DeviceIsOnline, NotSimulated
from linli.things.debugging.simulated_values import Range
from linli.things.debugging.simulation_rows import Act, Answer, Settings, SimulationRow
from linli.things.debugging.simulator import LASTS_MS, UNWATCHED_MS, Simulator
from linli.things.errors import DeviceDisabled, DeviceRefused
from linli.things.queries.devices import get_device
from linli.things.queries.history import latest
from linli.things.service.devices import enable_device
from tests.things.conftest import Site
from tests.things.device import Platform, until


@pytest.fixture
def simulator(platform: Platform) -> Simulator:
    return platform.things.simulator


async def begin(simulator: Simulator, site: Site, **settings: Any) -> SimulationRow:
    return await simulator.start(site.tenant, iot_id=site.device.iot_id, settings=Settings(**settings))


async def online(database: Database, site: Site, wanted: bool) -> None:
    async def reached() -> bool:
        device = await get_device(site.tenant, database, iot_id=site.device.iot_id)
        return bool(device.online) is wanted

    await until(reached)


async def values(database: Database, site: Site) -> dict[str, Any]:
    device = await get_device(site.tenant, database, iot_id=site.device.iot_id)
    return await latest(database, device_no=device.device_no)


async def over(simulator: Simulator, site: Site) -> None:
    async def ended() -> bool:
        return await simulator.find(site.tenant, iot_id=site.device.iot_id) is None

    await until(ended)


async def test_it_connects_posts_by_schedule_and_answers_calls(
    simulator: Simulator, platform: Platform, site: Site, database: Database, clock: ManualClock
) -> None:
    invoker, iot_id = platform.things.invoker, site.device.iot_id
    await begin(
        simulator, site, interval_s=10, properties=["Temperature"], ranges={"Temperature": Range(20, 25)},
        answers={"remoteOpen": Answer(5001, "the lock is jammed")},
    )  # fmt: skip
    await online(database, site, True)
    first = (await until(lambda: values(database, site)))["Temperature"]
    assert 20 <= first.number <= 25
    assert list(await values(database, site)) == ["Temperature"]

    assert set(await invoker.invoke(site.tenant, iot_id, "CloudCallElevator", {"Floor": 3})) == {"code"}
    with pytest.raises(DeviceRefused) as refused:
        await invoker.invoke(site.tenant, iot_id, "remoteOpen", {})
    facts = refused.value.facts
    assert (facts["answer"], facts["message"]) == (5001, "the lock is jammed")

    await invoker.set_properties(site.tenant, iot_id, {"LightSwitch": 1})
    assert (await invoker.get_properties(site.tenant, iot_id, ["LightSwitch"])).data == {"LightSwitch": 1}
    await until(lambda: _held(database, site, "LightSwitch", 1.0))

    await clock.advance(10_000)

    async def posted_again() -> bool:
        return (await values(database, site))["Temperature"].ts > first.ts

    await until(posted_again)
    await simulator.stop(site.tenant, iot_id=iot_id)
    await online(database, site, False)
    with pytest.raises(NotSimulated):
        await simulator.stop(site.tenant, iot_id=iot_id)


async def _held(database: Database, site: Site, identifier: str, value: float) -> bool:
    found = (await values(database, site)).get(identifier)
    return found is not None and found.number == value


async def test_it_tells_on_a_button(simulator: Simulator, site: Site, database: Database) -> None:
    await begin(simulator, site)
    iot_id = site.device.iot_id
    await simulator.tell(site.tenant, iot_id=iot_id, act=Act("property", values={"Temperature": 21.5}))
    await until(lambda: _held(database, site, "Temperature", 21.5))
    with pytest.raises(BadInput):
        await simulator.tell(site.tenant, iot_id=iot_id, act=Act("event", "nothing"))


async def test_it_ends_after_half_an_hour_or_when_nobody_looks(
    simulator: Simulator, site: Site, database: Database, clock: ManualClock
) -> None:
    await begin(simulator, site)
    for _ in range(2):
        await clock.advance(UNWATCHED_MS - 5_000)
        await simulator.watch(site.tenant, iot_id=site.device.iot_id)
    assert await simulator.find(site.tenant, iot_id=site.device.iot_id) is not None
    for _ in range(12):
        await clock.advance(5_000)
        await asyncio.sleep(0.01)
    await over(simulator, site)
    await online(database, site, False)

    row = await begin(simulator, site)
    assert row.ends_ms - row.begun_ms == LASTS_MS
    while await simulator.find(site.tenant, iot_id=site.device.iot_id) is not None:
        assert clock.now_ms() < row.ends_ms + 20_000
        await clock.advance(20_000)
        await asyncio.sleep(0.005)
        try:
            await simulator.watch(site.tenant, iot_id=site.device.iot_id)
        except NotSimulated:
            break
    assert clock.now_ms() >= row.ends_ms


async def test_the_real_device_is_never_thrown_out_and_throws_the_simulator_out(
    simulator: Simulator, platform: Platform, site: Site, database: Database
) -> None:
    await begin(simulator, site)
    device = await platform.connect(site.device)
    await over(simulator, site)
    await online(database, site, True)
    with pytest.raises(DeviceIsOnline):
        await begin(simulator, site)
    assert await device.post({"Temperature": 20})


async def test_no_simulation_of_the_disabled_of_strangers_or_with_bad_settings(
    simulator: Simulator, site: Site, other: Site, database: Database
) -> None:
    with pytest.raises(NotFound):
        await simulator.start(other.tenant, iot_id=site.device.iot_id, settings=Settings())
    for bad in ({"interval_s": -1}, {"answers": {"x": Answer(delay_ms=-1)}}, {"ranges": {"x": Range(2, 1)}}):
        with pytest.raises(BadInput):
            await begin(simulator, site, **bad)
    async with database.begin() as tx:
        await enable_device(site.tenant, tx, iot_id=site.device.iot_id, enabled=False)
    with pytest.raises(DeviceDisabled):
        await begin(simulator, site)
