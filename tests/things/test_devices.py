"""Devices: triples, where they belong, filters, tags; a foreign one answers as if it were not there."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from linli.kernel.db import Database, Tx
from linli.kernel.errors import BadInput, LinliError, NotFound
from linli.kernel.ids import Ids
from linli.kernel.pages import PageRequest
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets
from linli.things import tags
from linli.things.device_lists import DeviceFilter, list_devices
from linli.things.errors import DeviceBoundElsewhere, DeviceNameTaken
from linli.things.events import DeviceDeleted, DeviceMoved
from linli.things.queries.devices import device_tags_of, get_device
from linli.things.service import devices, products
from tests.things.conftest import Site

PAGE = PageRequest()


async def test_a_device_gets_a_triple_of_the_usual_shapes(
    database: Database, site: Site, secrets: Secrets
) -> None:
    device = site.device
    assert (len(device.iot_id), len(device.device_secret), device.device_name) == (26, 32, "dev.lobby-01")
    row = await get_device(site.tenant, database, iot_id=device.iot_id)
    assert row.state == "unactive"
    assert device.device_secret not in row.secret
    assert (
        await devices.read_secret(site.tenant, database, iot_id=device.iot_id, secrets=secrets)
        == device.device_secret
    )


async def test_both_addresses_lead_to_the_device(database: Database, site: Site) -> None:
    named = {"product_key": site.product_key, "device_name": site.device.device_name}
    assert (await get_device(site.tenant, database, **named)).iot_id == site.device.iot_id
    assert (await get_device(site.tenant, database, iot_id=site.device.iot_id, **named)).device_no > 0
    for wrong in (
        {},
        {"product_key": site.product_key},
        {"iot_id": site.device.iot_id, "device_name": "other"},
    ):
        with pytest.raises(BadInput):
            await get_device(site.tenant, database, **wrong)
    with pytest.raises(NotFound):
        await get_device(site.tenant, database, iot_id="nobody")


@pytest.mark.parametrize("name", ["a", "a b cd", "x" * 33, "名字名字", "a/b/c"])
async def test_device_names_have_a_form(
    database: Database, site: Site, ids: Ids, secrets: Secrets, name: str
) -> None:
    with pytest.raises(BadInput):
        async with database.begin() as tx:
            await devices.create_device(
                site.tenant,
                tx,
                values=devices.DeviceValues(product_key=site.product_key, device_name=name),
                ids=ids,
                secrets=secrets,
            )


async def test_a_name_is_given_once_a_product(
    database: Database, site: Site, ids: Ids, secrets: Secrets
) -> None:
    with pytest.raises(DeviceNameTaken):
        async with database.begin() as tx:
            await devices.create_device(
                site.tenant,
                tx,
                values=devices.DeviceValues(product_key=site.product_key, device_name="dev.lobby-01"),
                ids=ids,
                secrets=secrets,
            )


async def test_binding_to_a_project_is_all_or_none(
    database: Database, site: Site, other: Site, ids: Ids, secrets: Secrets
) -> None:
    with pytest.raises(NotFound):
        await get_device(site.app, database, iot_id=site.device.iot_id)
    for iot_ids in ([site.device.iot_id, other.device.iot_id], [site.device.iot_id, "nobody"], []):
        with pytest.raises(LinliError):
            async with database.begin() as tx:
                await devices.bind_project(site.app, tx, project_id=site.project_id, iot_ids=iot_ids)
    with pytest.raises(NotFound):
        async with database.begin() as tx:
            await devices.bind_project(
                site.app, tx, project_id=other.project_id, iot_ids=[site.device.iot_id]
            )
    for _ in range(2):  # binding twice changes nothing
        async with database.begin() as tx:
            await devices.bind_project(site.app, tx, project_id=site.project_id, iot_ids=[site.device.iot_id])
    assert (await get_device(site.app, database, iot_id=site.device.iot_id)).project_id == site.project_id
    async with database.begin() as tx:
        await devices.unbind_project(site.app, tx, project_id=site.project_id, iot_ids=[site.device.iot_id])
    with pytest.raises(NotFound):
        await get_device(site.app, database, iot_id=site.device.iot_id)
    with pytest.raises(DeviceBoundElsewhere):
        async with database.begin() as tx:
            await devices.unbind_project(
                site.app, tx, project_id=site.project_id, iot_ids=[site.device.iot_id]
            )


async def test_a_device_is_in_one_community_at_a_time(database: Database, site: Site) -> None:
    moves: list[DeviceMoved] = []

    async def moved(tx: Tx, event: DeviceMoved) -> None:
        moves.append(event)

    database.handlers.inline(DeviceMoved, moved)
    iot_id = site.device.iot_id
    async with database.begin() as tx:
        await devices.assign_community(site.tenant, tx, iot_id=iot_id, community_id=5)
        await devices.assign_community(site.tenant, tx, iot_id=iot_id, community_id=5)
    with pytest.raises(DeviceBoundElsewhere):
        async with database.begin() as tx:
            await devices.assign_community(site.tenant, tx, iot_id=iot_id, community_id=6)
    seen = Scope(site.tenant.tenant_id, site.app.caller, frozenset({5}), "another")
    assert (await get_device(seen, database, iot_id=iot_id)).community_id == 5
    with pytest.raises(NotFound):
        async with database.begin() as tx:
            await devices.assign_community(seen, tx, iot_id=iot_id, community_id=6)
    async with database.begin() as tx:
        await devices.assign_community(seen, tx, iot_id=iot_id, community_id=None)
    assert [(m.community_before, m.community_id) for m in moves] == [(None, 5), (5, None)]


async def test_filters_must_all_hold(database: Database, site: Site, ids: Ids, secrets: Secrets) -> None:
    async with database.begin() as tx:
        camera = await products.create_product(
            site.tenant,
            tx,
            values=products.ProductValues(name="摄像头", category_code="community/security/ipcamera"),
            ids=ids,
            secrets=secrets,
        )
        made = [
            await devices.create_device(
                site.tenant,
                tx,
                values=devices.DeviceValues(
                    product_key=camera.product_key, device_name=f"cam_0{n}", nickname=f"东门{n}"
                ),
                ids=ids,
                secrets=secrets,
            )
            for n in range(3)
        ]
        await tags.set_tags(site.tenant, tx, iot_id=made[0].iot_id, tags={"color": "red", "floor": "1"})
        await tags.set_tags(site.tenant, tx, iot_id=made[1].iot_id, tags={"color": "red"})
        await devices.enable_device(site.tenant, tx, iot_id=made[2].iot_id, enabled=False)
    names = ["cam_00", "cam_01", "cam_02", "dev.lobby-01"]
    cases: list[tuple[dict[str, Any], list[int]]] = [
        ({}, [0, 1, 2, 3]),
        ({"keyword": "cam_0"}, [0, 1, 2]),
        ({"keyword": "东门1"}, [1]),
        ({"keyword": made[1].iot_id}, [1]),
        ({"product_keys": (site.product_key,)}, [3]),
        ({"categories": ("ipcamera",)}, [0, 1, 2]),
        ({"categories": ("community/security/ipcamera", "qrcode")}, [0, 1, 2, 3]),
        ({"categories": ("security",)}, []),
        ({"state": "disabled"}, [2]),
        ({"state": "unactive"}, [0, 1, 3]),
        ({"state": "online"}, []),
        ({"state": "offline"}, []),
        ({"tags": (("color", "red"),)}, [0, 1]),
        ({"tags": (("color", "red"), ("floor", "1"))}, [0]),
        ({"tags": (("CategoryCode", "community/people/qrcode"),)}, [3]),
        ({"community_id": 9}, []),
        ({"project_id": "nobody"}, []),
        ({"gateway_no": 1}, []),
        ({"keyword": "cam", "state": "unactive", "tags": (("color", "red"),)}, [0, 1]),
    ]
    for where, wanted in cases:
        found = await list_devices(site.tenant, database, page=PAGE, where=DeviceFilter(**where))
        assert (where, sorted(row.device_name for row in found.data)) == (where, [names[n] for n in wanted])
        assert found.total == len(wanted)
    page = await list_devices(site.tenant, database, page=PageRequest(2, 3))
    assert (page.total, [row.device_name for row in page.data]) == (4, ["dev.lobby-01"])


async def test_tags_are_added_changed_and_removed(database: Database, site: Site) -> None:
    device_no = (await get_device(site.tenant, database, iot_id=site.device.iot_id)).device_no
    automatic = {
        "CategoryCode": "community/people/qrcode", "CategoryName": "智慧社区/人员通行/二维码门禁",
    }  # fmt: skip
    assert await device_tags_of(site.tenant, database, device_no=device_no) == automatic
    async with database.begin() as tx:
        await tags.set_tags(
            site.tenant, tx, iot_id=site.device.iot_id, tags={"a": "1", "Capability": ["face"]}
        )
        await tags.set_tags(site.tenant, tx, iot_id=site.device.iot_id, tags={"a": "2"})
        await tags.remove_tags(site.tenant, tx, iot_id=site.device.iot_id, keys=["CategoryName", "nobody"])
    assert await device_tags_of(site.tenant, database, device_no=device_no) == {
        "CategoryCode": "community/people/qrcode", "Capability": '["face"]', "a": "2",
    }  # fmt: skip
    for wrong in ({"": "x"}, {"k" * 65: "x"}, {"k": "x" * 1025}, {"k": "a\0"}):
        with pytest.raises(BadInput):
            async with database.begin() as tx:
                await tags.set_tags(site.tenant, tx, iot_id=site.device.iot_id, tags=wrong)


async def test_a_deleted_device_is_gone_and_its_name_free(
    database: Database, site: Site, ids: Ids, secrets: Secrets
) -> None:
    gone: list[DeviceDeleted] = []

    async def deleted(tx: Tx, event: DeviceDeleted) -> None:
        gone.append(event)

    database.handlers.inline(DeviceDeleted, deleted)
    async with database.begin() as tx:
        await devices.delete_device(site.tenant, tx, iot_id=site.device.iot_id)
        again = await devices.create_device(
            site.tenant,
            tx,
            values=devices.DeviceValues(product_key=site.product_key, device_name="dev.lobby-01"),
            ids=ids,
            secrets=secrets,
        )
    assert [event.iot_id for event in gone] == [site.device.iot_id]
    assert again.iot_id != site.device.iot_id


CALLS: list[Callable[[Scope, Tx, str, Any], Awaitable[object]]] = [
    lambda scope, tx, iot_id, more: devices.assign_community(scope, tx, iot_id=iot_id, community_id=1),
    lambda scope, tx, iot_id, more: devices.label_device(scope, tx, iot_id=iot_id, nickname="x"),
    lambda scope, tx, iot_id, more: devices.enable_device(scope, tx, iot_id=iot_id, enabled=False),
    lambda scope, tx, iot_id, more: devices.reset_secret(
        scope, tx, iot_id=iot_id, ids=more[0], secrets=more[1]
    ),
    lambda scope, tx, iot_id, more: devices.delete_device(scope, tx, iot_id=iot_id),
    lambda scope, tx, iot_id, more: tags.set_tags(scope, tx, iot_id=iot_id, tags={"a": "b"}),
    lambda scope, tx, iot_id, more: tags.remove_tags(scope, tx, iot_id=iot_id, keys=["CategoryCode"]),
]


async def test_a_strangers_device_is_not_there(
    database: Database, site: Site, other: Site, ids: Ids, secrets: Secrets
) -> None:
    before = await get_device(site.tenant, database, iot_id=site.device.iot_id)
    for call in CALLS:
        with pytest.raises(NotFound):
            async with database.begin() as tx:
                await call(other.tenant, tx, site.device.iot_id, (ids, secrets))
    assert await get_device(site.tenant, database, iot_id=site.device.iot_id) == before
    for call in CALLS:
        if call is not CALLS[4]:
            async with database.begin() as tx:
                await call(site.tenant, tx, site.device.iot_id, (ids, secrets))
