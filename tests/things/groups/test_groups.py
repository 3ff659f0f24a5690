"""Groups that people fill and groups that fill themselves."""

import pytest

from linli.kernel.db import Database
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.ids import Ids
from linli.kernel.pages import PageRequest
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets
from linli.things.device_lists import DeviceFilter, list_devices
from linli.things.groups import queries, service
from linli.things.groups.conditions import Conditions
from linli.things.groups.errors import GroupHasGroups, GroupIsDynamic, GroupNameTaken
from linli.things.models import device_firmware
from linli.things.queries.devices import get_device
from linli.things.service import devices
from linli.things.tags import set_tags
from tests.things.conftest import Site


async def add(site: Site, database: Database, ids: Ids, secrets: Secrets, name: str) -> str:
    async with database.begin() as tx:
        made = await devices.create_device(
            site.tenant,
            tx,
            values=devices.DeviceValues(product_key=site.product_key, device_name=name),
            ids=ids,
            secrets=secrets,
        )
    return made.iot_id


async def names(scope: Scope, database: Database, group_no: int) -> set[str]:
    members = await queries.membership_of(scope, database, group_no=group_no)
    found = await list_devices(scope, database, page=PageRequest(1, 50), where=DeviceFilter(group=members))
    assert found.total == len(found.data)
    return {row.device_name for row in found.data}


async def test_a_group_has_the_devices_of_those_below(
    site: Site, other: Site, database: Database, ids: Ids, secrets: Secrets
) -> None:
    east = await add(site, database, ids, secrets, "east-gate")
    async with database.begin() as tx:
        top = await service.create_group(site.tenant, tx, name="一期")
        below = await service.create_group(site.tenant, tx, name="一期", parent_no=top)
        assert (
            await service.add_members(site.tenant, tx, group_no=below, iot_ids=[east, other.device.iot_id])
            == 1
        )
        await service.add_members(site.tenant, tx, group_no=below, iot_ids=[east])
        await service.add_members(site.tenant, tx, group_no=top, iot_ids=[site.device.iot_id])
    assert await names(site.tenant, database, top) == {"east-gate", "dev.lobby-01"}
    assert await names(site.tenant, database, below) == {"east-gate"}
    assert await queries.own_members(site.tenant, database, group_nos=[top, below]) == {top: 1, below: 1}
    with pytest.raises(NotFound):
        await queries.membership_of(other.tenant, database, group_no=top)

    async with database.begin() as tx:
        with pytest.raises(GroupNameTaken):
            await service.create_group(site.tenant, tx, name=" 一期 ")
        with pytest.raises(GroupHasGroups):
            await service.delete_group(site.tenant, tx, group_no=top)
        assert await service.remove_members(site.tenant, tx, group_no=below, iot_ids=[east]) == 1
        await service.delete_group(site.tenant, tx, group_no=below)
        await service.delete_group(site.tenant, tx, group_no=top)
    assert await queries.list_groups(site.tenant, database) == []
    assert await get_device(site.tenant, database, iot_id=east)


async def test_a_tree_has_five_levels(site: Site, database: Database) -> None:
    async with database.begin() as tx:
        parent = 0
        for level in range(5):
            parent = await service.create_group(site.tenant, tx, name=f"L{level}", parent_no=parent)
        with pytest.raises(BadInput, match="5"):
            await service.create_group(site.tenant, tx, name="L5", parent_no=parent)


async def test_a_dynamic_group_fills_itself(
    site: Site, database: Database, ids: Ids, secrets: Secrets
) -> None:
    east = await add(site, database, ids, secrets, "east-gate")
    await add(site, database, ids, secrets, "west-gate")
    async with database.begin() as tx:
        await set_tags(site.tenant, tx, iot_id=east, tags={"side": "east", "gate": "1"})
        row = await get_device(site.tenant, tx, iot_id=east)
        await tx.insert(
            device_firmware,
            {"device_no": row.device_no, "module": "default", "version": "1.2", "reported_ms": 1},
        )

        async def group(name: str, **conditions: object) -> int:
            on = Conditions(**conditions)  # type: ignore[arg-type]
            return await service.create_group(site.tenant, tx, name=name, conditions=on)

        tagged = await group("tag", tags={"side": "east", "gate": "1"})
        half = await group("half", tags={"side": "east", "gate": "2"})
        version = await group("version", versions=("1.2", "9"))
        state = await group("state", states=("unactive",), product_keys=(site.product_key,))
        none = await group("product", product_keys=("a1other00000",))
        with pytest.raises(GroupIsDynamic):
            await service.add_members(site.tenant, tx, group_no=tagged, iot_ids=[east])
        with pytest.raises(GroupIsDynamic):
            await service.create_group(site.tenant, tx, name="x", parent_no=tagged)
        with pytest.raises(BadInput):
            await group("nothing")
    assert await names(site.tenant, database, tagged) == {"east-gate"}
    assert await names(site.tenant, database, half) == set()
    assert await names(site.tenant, database, version) == {"east-gate"}
    assert await names(site.tenant, database, state) == {"east-gate", "west-gate", "dev.lobby-01"}
    assert await names(site.tenant, database, none) == set()
    async with database.begin() as tx:
        await service.change_group(
            site.tenant, tx, group_no=half, conditions=Conditions(tags={"side": "east"})
        )
        await devices.enable_device(site.tenant, tx, iot_id=east, enabled=False)
    assert await names(site.tenant, database, half) == {"east-gate"}
    assert "east-gate" not in await names(site.tenant, database, state)
