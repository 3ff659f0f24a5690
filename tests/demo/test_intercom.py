"""The sample's doors hold accounts and rooms once the SIP server is on."""

import shutil
from pathlib import Path

from linli.demo import town
from linli.demo.folder import DemoFolder
from linli.domains.intercom.queries.owners import groups_of_houses
from tests.demo.conftest import start, until, wishes
from tests.engines import free_port


async def test_doors_of_the_sample_hold_their_account_and_rooms(folder: DemoFolder, seeded: Path) -> None:
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
    finally:
        await sample.demo.stop()
