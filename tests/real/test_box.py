"""Doors behind a box, watched in the console: the platform and `linli edge run` are processes, machines real sockets.

The tests share one site and follow each other as its life does: set up, changed and put back, its box burnt.
"""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.real.box_site import BoxSite, box_site, until

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(240),
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.xdist_group("box site"),
]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[BoxSite]:
    async with box_site(tmp_path_factory.mktemp("box")) as made:
        yield made


@pytest.mark.covers("C104")
async def test_states_of_devices_are_seen_live_with_time_and_reason(site: BoxSite) -> None:
    east, west = await site.machine(1), await site.machine(2)
    await site.add("east", "card", east)
    await site.add("west", "qrcode", west)
    before = await site.devices()
    assert {(row["state"], row["reason"]) for row in before.values()} == {("unactive", "not_deployed")}
    await site.deploy()

    async def reasons(**wanted: str) -> bool:
        found = await site.devices()
        return all(found[name]["reason"] == reason for name, reason in wanted.items())

    await until(lambda: reasons(east="never_came", west="never_came"))
    assert set((await site.states(state="unactive")).values()) == {"unactive"}
    async with site.live("device", "edge") as told:
        site.runs(east)
        await site.until_states(east="online", west="unactive")
        await site.until_told(told, iotId=site.iot_ids["east"], identifier="online")
        firmware = site.runs(west)
        await site.until_states(east="online", west="online")
        # Its power goes: after three heartbeats of ten seconds it is offline.
        firmware.cancel()
        await west.stop()
        await site.until_states(50, east="online", west="offline")
        await site.until_told(told, iotId=site.iot_ids["west"], identifier="offline")
        await until(lambda: reasons(west="silent"))
        await site.until_told(told, what="devices", nodeId=site.node)
    row = (await site.devices(state="offline"))["west"]
    assert row["sinceMs"] > before["west"]["createdMs"] + 25_000
    assert list(await site.devices(state="online")) == ["east"]
    assert await site.devices(state="unactive") == {}
    await west.start()
    site.runs(west)
    await site.until_states(west="online")
    assert (await site.devices())["west"]["reason"] == ""
