"""A partner puts devices into a community. Spec B §3.13, F13, §9 V3."""

import pytest
from sqlalchemy import bindparam, update

from linli.kernel import tenancy
from linli.kernel.db import INT, Command
from linli.things.models import devices as device_table
from linli.things.serials.service import SerialNumberEntry, list_serial_numbers
from linli.things.service import devices, products

D = "/solution/community/paas/device"
V3 = {"type": "PK_AND_DN", "iotId": "", "productKey": "a12BH8167id", "deviceName": "edgebox-014addc8"}

_seen = Command(
    update(device_table)
    .where(device_table.c.iot_id == bindparam("iot"))
    .values(online=bindparam("connected", type_=INT), active_ms=1),
    unscoped="a test's one device",
)


@pytest.fixture
async def home(platform, partner):
    """(call within the community, its id, iotId of a device of the tenant that no project has)."""
    community = await platform.new_community(partner)
    token = await partner.token(community)
    async with platform.db.begin() as tx:
        await products.create_product(
            partner.owner,
            tx,
            values=products.ProductValues(
                name="盒子", product_key=V3["productKey"], category_code="community/edge/EdgeBox", node_type=1
            ),
            ids=platform.ids,
            secrets=platform.secrets,
        )
        made = await devices.create_device(
            partner.owner,
            tx,
            values=devices.DeviceValues(product_key=V3["productKey"], device_name=V3["deviceName"]),
            ids=platform.ids,
            secrets=platform.secrets,
        )

    async def call(path, version, params):
        return await partner.call(path, version, params, cloudToken=token)

    return call, community, made.iot_id


@pytest.mark.covers("B014", "B052", "B053", "B054", "B055", "B056")
async def test_bind_add_find_and_remove(platform, partner, home):
    call, community, iot_id = home
    early = await call(f"{D}/add", "1.0.2", {"deviceIdentity": V3})
    assert early["code"] == 403, "a device must be bound to the project first"
    unknown = {"deviceIdentity": {**V3, "deviceName": "nothing"}}
    assert {**early, "id": 0} == {**await call(f"{D}/add", "1.0.2", unknown), "id": 0}
    bind = {"projectId": partner.project_id, "iotIds": [iot_id]}
    assert (await partner.call("/project/device/bind", "1.0.0", bind))["code"] == 200
    added = await call(f"{D}/add", "1.0.2", {"deviceIdentity": V3, "nickName": "一号盒子"})
    assert (added["code"], "data" in added) == (200, False)

    (row,) = (await call(f"{D}/query", "1.0.2", {"pageNo": 1, "pageSize": 100}))["data"]
    assert row["iotId"] == iot_id
    assert (row["nickName"], row["nodeType"], row["status"], row["categoryKey"]) == (
        "一号盒子",
        "1",
        -1,
        "EdgeBox",
    )
    of_category = {"pageNo": 1, "pageSize": 10, "categoryKey": "ElevatorController"}
    assert (await call(f"{D}/query", "1.0.2", of_category))["data"] == []
    of_category["categoryKey"] = "EdgeBox"
    assert [one["iotId"] for one in (await call(f"{D}/query", "1.0.2", of_category))["data"]] == [iot_id]
    for online in (1, 0):  # as the inbox writes it when the device comes, and when it goes
        async with platform.db.begin() as tx:
            await _seen.run(tx, iot=iot_id, connected=online)
        assert (await call(f"{D}/query", "1.0.2", of_category))["data"][0]["status"] == online
    owned = {"queryType": "OWNED", "pageNo": 1, "pageSize": 10}
    tenant = "/solution/community/paas/tenant/device/query"
    assert [one["iotId"] for one in (await call(tenant, "1.0.1", owned))["data"]] == [iot_id]
    assert (await call(tenant, "1.0.1", {**owned, "queryType": "AUTHORIZED"}))["data"] == []

    found = await partner.call(
        f"{D}/community/get", "1.0.3", {"deviceIdentity": {"type": "IOT_ID", "iotId": iot_id}}
    )
    assert found["data"]["communityId"] == community
    assert found["data"]["imgOssUrl"].startswith(platform.url)
    assert (found["data"]["spaceType"], found["data"]["applyStatus"]) == ("community", 2)

    alias = {"deviceIdentity": V3, "nickName": "二号"}
    assert (await call("/solution/community/device/nickname/update", "1.0.0", alias))["code"] == 200
    (row,) = (await call(f"{D}/query", "1.0.2", {"pageNo": 1, "pageSize": 10}))["data"]
    assert row["nickName"] == "二号"
    assert (await call(tenant, "1.0.1", owned))["data"][0]["nickName"] == "二号"
    assert (await call(f"{D}/remove", "1.0.1", {"deviceIdentity": V3}))["code"] == 200
    assert (await call(f"{D}/query", "1.0.2", {"pageNo": 1, "pageSize": 10}))["data"] == []
    assert (await call(f"{D}/remove", "1.0.1", {"deviceIdentity": V3}))["code"] == 403
    gone = await partner.call(f"{D}/community/get", "1.0.3", {"deviceIdentity": V3})
    assert gone["code"] == 403
    assert (await partner.call("/project/device/unbind", "1.0.0", bind))["code"] == 200


@pytest.mark.parametrize(
    ("identity", "field"),
    [
        ({"type": "MAC"}, "deviceIdentity.type"),
        ({"type": "IOT_ID", "iotId": ""}, "deviceIdentity.iotId"),
        ({"type": "SN"}, "deviceIdentity.sn"),
        ({"type": "PK_AND_DN", "productKey": "a12BH8167id"}, "deviceIdentity.deviceName"),
    ],
)
async def test_identities_that_name_no_device(home, identity, field):
    call, _, _ = home
    told = await call(f"{D}/add", "1.0.2", {"deviceIdentity": identity})
    assert (told["code"], field in told["message"]) == (460, True)


async def bound(platform, partner, iot_id):
    bind = {"projectId": partner.project_id, "iotIds": [iot_id]}
    assert (await partner.call("/project/device/bind", "1.0.0", bind))["code"] == 200


@pytest.mark.covers("TOP-06", "B109")
async def test_a_device_is_named_by_the_number_on_its_back(platform, partner, home):
    call, community, iot_id = home
    async with platform.db.begin() as tx:
        entry = SerialNumberEntry("wang_0001", V3["productKey"], V3["deviceName"])
        await list_serial_numbers(partner.owner, tx, entries=[entry], now_ms=1)
    sn = {"deviceIdentity": {"type": "SN", "sn": "wang_0001"}}
    early = await call(f"{D}/add", "1.0.2", sn)
    assert early["code"] == 403
    unknown = {"deviceIdentity": {"type": "SN", "sn": "wang_0002"}}
    assert await call(f"{D}/add", "1.0.2", unknown) == early
    await bound(platform, partner, iot_id)
    assert (await call(f"{D}/add", "1.0.2", sn))["code"] == 200
    found = await partner.call(f"{D}/community/get", "1.0.3", sn)
    assert found["data"]["communityId"] == community
    stranger = await platform.new_partner("stranger")
    assert (await stranger.call(f"{D}/community/get", "1.0.3", sn))["code"] == 403


async def test_the_older_calls_name_the_community_themselves(platform, partner, home):
    """Spec B 3.22 (2.5.txt:330-360, 781-882): no cloudToken is needed, and one of another community is refused."""
    call, community, iot_id = home
    await bound(platform, partner, iot_id)
    other = await platform.new_community(partner, name="别处花园")
    add = {"deviceIdentity": V3, "communityId": str(community)}
    page = {"communityId": community, "pageNo": 1, "pageSize": 10}
    for path, params in ((f"{D}/add", add), (f"{D}/query", page)):
        refused = await partner.call(path, "1.0.0", {**params, "communityId": 8_000_000})
        assert refused["code"] == 403
        assert await call(path, "1.0.0", {**params, "communityId": other}) == refused
        assert (await partner.call(path, "1.0.0", {**params, "communityId": "garden"}))["code"] == 400
        assert (await partner.call(path, "1.0.0", {"deviceIdentity": V3}))["code"] == 460
    assert (await partner.call(f"{D}/add", "1.0.0", add))["code"] == 200
    told = await partner.call(f"{D}/query", "1.0.0", page)
    assert [row["iotId"] for row in told["data"]] == [iot_id]
    assert (await call(f"{D}/query", "1.0.0", page))["data"] == told["data"]
    found = await partner.call(f"{D}/community/get", "1.0.0", {"deviceIdentity": V3})
    assert found["data"]["communityId"] == community
    tenant = "/solution/community/paas/tenant/device/query"
    asked = {"queryType": "OWNED", "pageNo": 1, "pageSize": 10}
    assert [row["iotId"] for row in (await partner.call(tenant, "1.0.0", asked))["data"]] == [iot_id]
    assert (await partner.call(tenant, "1.0.0", {**asked, "queryType": "MINE"}))["code"] == 460


async def test_devices_of_others_in_a_granted_community_are_paged_by_themselves(platform, partner, home):
    call, community, iot_id = home
    await bound(platform, partner, iot_id)
    await call(f"{D}/add", "1.0.2", {"deviceIdentity": V3})
    async with platform.db.begin() as tx:
        other = await tenancy.create_project(partner.owner, tx, name="other", ids=platform.ids)
        for n in range(3):
            made = await devices.create_device(
                partner.owner,
                tx,
                values=devices.DeviceValues(
                    product_key=V3["productKey"], device_name=f"box-{n}", project_id=other
                ),
                ids=platform.ids,
                secrets=platform.secrets,
            )
            await devices.assign_community(partner.owner, tx, iot_id=made.iot_id, community_id=community)
    asked = {"queryType": "AUTHORIZED", "pageNo": 1, "pageSize": 2}
    tenant = "/solution/community/paas/tenant/device/query"
    pages = [(await call(tenant, "1.0.1", {**asked, "pageNo": n}))["data"] for n in (1, 2, 3)]
    assert [[row["deviceName"] for row in page] for page in pages] == [["box-2", "box-1"], ["box-0"], []]


@pytest.mark.covers("B052")
async def test_many_devices_are_bound_at_once_all_or_none(platform, partner, home):
    call, _, first = home
    async with platform.db.begin() as tx:
        names = [
            await devices.create_device(
                partner.owner,
                tx,
                values=devices.DeviceValues(product_key=V3["productKey"], device_name=f"box-{number:03}"),
                ids=platform.ids,
                secrets=platform.secrets,
            )
            for number in range(149)
        ]
    every = [first, *(one.iot_id for one in names)]
    bind = {"projectId": partner.project_id, "iotIds": [*every, "nothing"]}
    owned = {"queryType": "OWNED", "pageNo": 1, "pageSize": 100}
    tenant = "/solution/community/paas/tenant/device/query"
    assert (await partner.call("/project/device/bind", "1.0.0", bind))["code"] == 403
    assert (await call(tenant, "1.0.1", owned))["data"] == []
    bind["iotIds"] = every
    assert (await partner.call("/project/device/bind", "1.0.0", bind))["code"] == 200
    pages = [(await call(tenant, "1.0.1", {**owned, "pageNo": page}))["data"] for page in (1, 2)]
    assert sorted(row["iotId"] for page in pages for row in page) == sorted(every)
    assert (await partner.call("/project/device/unbind", "1.0.0", bind))["code"] == 200
    assert (await call(tenant, "1.0.1", owned))["data"] == []
    bind["iotIds"] = [f"none{number}" for number in range(1001)]
    told = await partner.call("/project/device/bind", "1.0.0", bind)
    assert (told["code"], "iotIds" in told["message"]) == (460, True)
