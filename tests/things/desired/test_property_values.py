"""Desired values: wanted by an application, set at once or fetched later, dropped by the device that took them up."""

import asyncio
from typing import Any

import pytest

from linli.kernel.db import Database
from linli.kernel.errors import BadInput, NotFound
from linli.things.desired.property_values import Taken, Wanted, want_properties
from linli.things.desired.queries import desired_of
from linli.things.desired.service import DesiredChanged, forget_desired, set_desired
from tests.things.conftest import Site
from tests.things.device import Platform

GET, DELETE = "thing/property/desired/get", "thing/property/desired/delete"


async def held(platform: Platform, site: Site, database: Database) -> dict[str, tuple[Any, int]]:
    device = await platform.things.fleet.find(site.product_key, site.device.device_name)
    assert device is not None
    found = await desired_of(database, device_no=device.device_no)
    return {identifier: (row.value, row.version) for identifier, row in found.items()}


async def want(platform: Platform, site: Site, database: Database, **values: Any) -> Wanted:
    return await want_properties(
        site.tenant, database, platform.things.invoker, iot_id=site.device.iot_id, values=values
    )


async def test_a_device_that_is_away_fetches_it(platform: Platform, site: Site, database: Database) -> None:
    assert (await want(platform, site, database, LightSwitch=0)).taken is Taken.WAITING
    assert await want(platform, site, database, LightSwitch=1) == Wanted(Taken.WAITING, {"LightSwitch": 2})
    device = await platform.connect(site.device)
    assert (await device.ask(GET, ["LightSwitch"]))["data"] == {"LightSwitch": {"value": 1, "version": 2}}
    stale = await device.ask(DELETE, {"LightSwitch": {"version": 1}})
    assert (stale["code"], stale["data"]) == (460, {"LightSwitch": {"version": 2}})
    assert "LightSwitch" in stale["message"]
    assert await held(platform, site, database) == {"LightSwitch": (1, 2)}
    assert (await device.ask(DELETE, {"LightSwitch": {"version": 2}}))["code"] == 200
    assert (await device.ask(DELETE, {"LightSwitch": {"version": 2}}))["code"] == 200, (
        "nothing is left to delete"
    )
    assert await held(platform, site, database) == {}


async def test_a_device_that_is_there_is_set_at_once(
    platform: Platform, site: Site, database: Database
) -> None:
    device = await platform.connect(site.device)
    seen: list[Any] = []
    device.answers["thing.service.property.set"] = lambda params: seen.append(params) or {}
    assert (await want(platform, site, database, LightSwitch=1)).taken is Taken.BY_DEVICE
    assert (seen, await held(platform, site, database)) == ([{"LightSwitch": 1}], {})


async def test_what_a_device_refuses_stays_wanted(platform: Platform, site: Site, database: Database) -> None:
    device = await platform.connect(site.device)
    device.answers["thing.service.property.set"] = lambda params: {"code": 500, "message": "jammed"}
    wanted = await want(platform, site, database, LightSwitch=1)
    assert wanted.taken is Taken.REFUSED
    assert "jammed" in wanted.reason
    assert await held(platform, site, database) == {"LightSwitch": (1, 1)}


async def test_a_later_wish_outlives_an_earlier_confirmation(
    platform: Platform, site: Site, database: Database
) -> None:
    device = await platform.connect(site.device)
    setting = asyncio.create_task(want(platform, site, database, LightSwitch=1))
    first = await device.next()
    async with database.begin() as tx:
        await set_desired(site.tenant, tx, iot_id=site.device.iot_id, values={"LightSwitch": 0})
    await device.publish(f"{first.topic}_reply", first.payload.replace(b'"method"', b'"code":200,"was"'))
    assert (await setting).taken is Taken.BY_DEVICE
    assert await held(platform, site, database) == {"LightSwitch": (0, 2)}


@pytest.mark.parametrize(
    "params",
    [None, [], 5, {"Nobody": {}}, {"LightSwitch": 5}, {"LightSwitch": {"version": "2"}}, [["x"]]],
    ids=str,
)
async def test_a_wrong_deletion_is_refused(
    platform: Platform, site: Site, database: Database, params: Any
) -> None:
    await want(platform, site, database, LightSwitch=1)
    device = await platform.connect(site.device)
    assert (await device.ask(DELETE, params))["code"] == 460
    assert await held(platform, site, database) == {"LightSwitch": (1, 1)}


async def test_who_may_and_what(platform: Platform, site: Site, other: Site, database: Database) -> None:
    for values, error in (({}, BadInput), ({"Geo": {}}, BadInput), ({"Nobody": 1}, BadInput)):
        with pytest.raises(error):
            await want(platform, site, database, **values)
    with pytest.raises(NotFound):
        await want_properties(
            other.tenant,
            database,
            platform.things.invoker,
            iot_id=site.device.iot_id,
            values={"LightSwitch": 1},
        )
    await want(platform, site, database, LightSwitch=1)
    for version, error in ((7, DesiredChanged), (1, None)):
        async with database.begin() as tx:
            deletion = forget_desired(
                site.tenant, tx, iot_id=site.device.iot_id, identifier="LightSwitch", version=version
            )
            if error is None:
                await deletion
            else:
                with pytest.raises(error):
                    await deletion
    assert await held(platform, site, database) == {}
