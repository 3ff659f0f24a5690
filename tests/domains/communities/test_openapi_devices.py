"""A partner puts devices into a community. Spec B §3.13, F13, §9 V3."""

import pytest

from linli.things.service import devices, products

D = "/solution/community/paas/device"
V3 = {"type": "PK_AND_DN", "iotId": "", "productKey": "a12BH8167id", "deviceName": "edgebox-014addc8"}


@pytest.fixture
async def home(platform, partner):
    """(call within the community, its id, iotId of a device of the tenant that no project has)."""
    community = await platform.new_community(partner)
    token = await partner.token(community)
    async with platform.db.begin() as tx:
        await products.create_product(
            partner.owner, tx, name="盒子", ids=platform.ids, secrets=platform.secrets, product_key=V3["productKey"],
            category_code="community/edge/EdgeBox", node_type=1,
        )  # fmt: skip
        made = await devices.create_device(
            partner.owner, tx, product_key=V3["productKey"], ids=platform.ids, secrets=platform.secrets,
            device_name=V3["deviceName"],
        )  # fmt: skip

    async def call(path, version, params):
        return await partner.call(path, version, params, cloudToken=token)

    return call, community, made.iot_id


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
        ({"type": "PK_AND_DN", "productKey": "a12BH8167id"}, "deviceIdentity.deviceName"),
    ],
)
async def test_identities_that_name_no_device(home, identity, field):
    call, _, _ = home
    told = await call(f"{D}/add", "1.0.2", {"deviceIdentity": identity})
    assert (told["code"], field in told["message"]) == (460, True)
