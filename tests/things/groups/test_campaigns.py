"""A firmware campaign goes to the members of a device group."""

import pytest

from linli.kernel.db import Database
from linli.kernel.errors import NotFound
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets
from linli.things.groups import service as groups
from linli.things.groups.conditions import Conditions
from linli.things.ota import campaigns, selection
from linli.things.ota.selection import Aim, Selection
from linli.things.queries.devices import get_device
from linli.things.service import devices
from linli.things.tags import set_tags
from tests.things.conftest import Site


async def test_members_of_either_kind_of_group(
    site: Site, other: Site, database: Database, ids: Ids, secrets: Secrets
) -> None:
    async with database.begin() as tx:
        made = await devices.create_device(
            site.tenant,
            tx,
            values=devices.DeviceValues(product_key=site.product_key, device_name="east-gate"),
            ids=ids,
            secrets=secrets,
        )
        await set_tags(site.tenant, tx, iot_id=made.iot_id, tags={"side": "east"})
        by_hand = await groups.create_group(site.tenant, tx, name="hand")
        await groups.add_members(site.tenant, tx, group_no=by_hand, iot_ids=[site.device.iot_id])
        east = Conditions(tags={"side": "east"})
        by_tag = await groups.create_group(site.tenant, tx, name="tag", conditions=east)
    lobby = await get_device(site.tenant, database, iot_id=site.device.iot_id)

    async def chosen(group_no: int, scope: Scope = site.tenant) -> list[str]:
        aim = Aim(lobby.product_no, "default", "2.0", "", None, Selection(device_group=group_no))
        page = await selection.page_of_candidates(scope, database, aim, after=0, limit=9)
        assert await selection.count_candidates(scope, database, aim) == len(page)
        async with database.begin() as tx:
            for one in page:
                assert await selection.is_candidate(tx, aim, device_no=one.device_no)
            outside = {lobby.device_no} - {one.device_no for one in page}
            for number in outside:
                assert not await selection.is_candidate(tx, aim, device_no=number)
        return [one.device_name for one in page]

    assert await chosen(0) == ["dev.lobby-01", "east-gate"]
    assert await chosen(by_hand) == ["dev.lobby-01"]
    assert await chosen(by_tag) == ["east-gate"]
    assert await chosen(by_tag + 99) == [], "a group that is gone has no members"
    with pytest.raises(NotFound):
        await campaigns._check_group(other.tenant, database, Selection(device_group=by_hand))
