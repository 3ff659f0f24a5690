"""The sample's doors hold accounts and rooms once the SIP server is on."""

import shutil
from pathlib import Path

import pytest

from linli.demo import callers, town
from linli.demo.folder import DemoFolder
from linli.domains.intercom.queries import calls
from linli.domains.intercom.queries.owners import groups_of_houses
from linli.kernel.pages import PageRequest
from linli.sim.voip import AccountState
from tests.demo.conftest import Sample, start, until, wishes
from tests.engines import free_port


async def visitors_ring(sample: Sample, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each door is a phone by itself; a visitor keys a room, nobody answers, and the call is on record."""
    monkeypatch.setattr(callers, "RINGS_S", (0.5, 0.5))
    visitors = callers.Callers(sample.platform, sample.fleet)
    await visitors.start()
    try:

        async def logged_in() -> bool:
            accounts = [station.voip.account("edge") for station in visitors.stations.values()]
            return all(account is not None and account.state is AccountState.ONLINE for account in accounts)

        await until(logged_in)
        await visitors.ring()

        async def on_record() -> bool:
            page = await calls.list_calls(
                sample.site.tenant, sample.platform.db, where=calls.CallFilter(), page=PageRequest(1, 5)
            )
            return bool(page.data) and page.data[0].outcome in ("unreachable", "given_up")

        await until(on_record)
    finally:
        await visitors.stop()


async def test_doors_of_the_sample_hold_their_account_and_rooms(
    folder: DemoFolder, seeded: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(seeded, folder.path)
    sample = await start(folder, wishes()._replace(sip_port=free_port()))
    try:
        there = await town.look(sample.platform, sample.site)
        person = there.people[0]
        door = sample.fleet.doors[there.unit_door(person)]

        async def held() -> bool:
            return bool(door.intercom.account and door.intercom.rooms)

        await until(held)
        assert door.intercom.account["sipServerAddr"] == "127.0.0.1"
        assert door.intercom.mode == 0
        houses = await groups_of_houses(sample.site.tenant, sample.platform.db, [person.house_id])
        assert houses[person.house_id].group_id in door.intercom.rooms.values()
        await visitors_ring(sample, monkeypatch)
    finally:
        await sample.demo.stop()
