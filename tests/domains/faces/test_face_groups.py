"""A device follows user groups; a user's faces are deleted whoever handed them in."""

from typing import Any

import pytest

from tests.domains.access.platform import until
from tests.domains.faces.home import UNKNOWN_DOOR, Home

DEPLOY, UNDEPLOY = (
    "/solution/community/paas/user/group/deploy",
    "/solution/community/paas/user/group/undeploy",
)
QUERY = "/solution/community/paas/user/group/deploy/query"
GROUP, MEMBER = "/solution/community/paas/user/group", "/solution/community/paas/user/group/member"


async def new_group(home: Home, name: str) -> str:
    made = await home.ok(f"{GROUP}/add", "1.0.1", userGroupName=name, userGroupType="RESIDENT")
    return str(made["userGroupId"])


async def new_user(home: Home, group_id: str, name: str, mobile: str) -> str:
    made = await home.ok(
        "/solution/community/paas/user/add", "1.0.2", userGroupId=group_id, userName=name, mobile=mobile
    )
    return str(made["identityId"])


async def progress(home: Home, iot_id: str) -> list[dict[str, Any]]:
    return list(await home.ok(QUERY, "1.0.0", iotId=iot_id))


async def test_a_deployed_group_is_followed(home: Home) -> None:
    iot_id, door = await home.new_door()
    group_id, other_id = await new_group(home, "一号楼"), await new_group(home, "泳池")
    anna = await new_user(home, group_id, "安娜", "13800000001")
    face = await home.save(anna, "anna")
    await home.ok(DEPLOY, "1.0.0", iotId=iot_id, userGroupId=group_id)
    await home.ok(DEPLOY, "1.0.0", iotId=iot_id, userGroupId=other_id)
    await until(lambda: face in door.library.faces)
    boris = await new_user(home, group_id, "鲍里斯", "13800000002")
    second = await home.save(boris, "boris")
    await until(lambda: door.library.faces.keys() == {face, second})

    async def done() -> bool:
        rows = {row["userGroupId"]: row for row in await progress(home, iot_id)}
        return (rows[group_id]["deployStatus"], rows[group_id]["schedule"]) == ("SUCCESS", 100)

    await until(done)
    row = next(row for row in await progress(home, iot_id) if row["userGroupId"] == group_id)
    assert (row["userGroupName"], row["userGroupType"], row["iotId"]) == ("一号楼", "RESIDENT", iot_id)
    await home.ok(f"{MEMBER}/add", "1.0.1", userGroupId=other_id, identityId=anna)
    await until(lambda: set(door.library.users[face].group_ids) == {group_id, other_id})
    await home.ok(f"{MEMBER}/delete", "1.0.1", userGroupId=group_id, identityId=boris)
    await until(lambda: door.library.faces.keys() == {face})
    # One group withdrawn: whoever is in the other stays.
    await home.ok(UNDEPLOY, "1.0.0", iotId=iot_id, userGroupId=group_id)
    await until(lambda: door.library.users[face].group_ids == (other_id,))
    await home.ok(UNDEPLOY, "1.0.0", iotId=iot_id, userGroupId=other_id)
    await until(lambda: not door.library.users)
    assert {row["deployStatus"] for row in await progress(home, iot_id)} == {"UNDEPLOYED"}


async def test_wrong_groups_and_devices_are_named(home: Home) -> None:
    iot_id, _ = await home.new_door(online=False)
    group_id = await new_group(home, "一号楼")
    answer = await home.call(DEPLOY, "1.0.0", iotId="nowhere", userGroupId=group_id)
    assert {key: answer[key] for key in UNKNOWN_DOOR} == UNKNOWN_DOOR
    for path in (DEPLOY, UNDEPLOY):
        assert (await home.call(path, "1.0.0", iotId=iot_id, userGroupId="nobody"))["code"] not in (200, 500)
    assert (await home.call(QUERY, "1.0.0", pageSize=101))["code"] == 460
    other = await home.platform.new_partner("别家", communities=(2,))
    assert (await other.call(QUERY, "1.0.0", {"iotId": iot_id}))["data"] == []


@pytest.mark.covers("B035")
async def test_all_faces_of_a_user_are_deleted(home: Home) -> None:
    iot_id, door = await home.new_door()
    anna = await new_user(home, await new_group(home, "一号楼"), "安娜", "13800000001")
    face = await home.save(anna, "anna")
    await home.ok(
        "/face/paas/image/save", "1.2.0", userType="PHONE", userId="13800000001",
        imageUrl=(await home.ok("/face/paas/image/get", "1.2.0", userType="IDENTITY", userId=anna))["imageUrl"],
    )  # fmt: skip
    known = await home.ok("/solution/community/paas/user/get", "1.0.2", identityId=anna)
    assert known["faceId"] == face
    await home.give([anna], [iot_id])
    await until(lambda: face in door.library.faces)
    path = "/solution/community/paas/user/face/delete"
    await home.ok(path, "1.0.0", identityId=anna)
    await until(lambda: not door.library.users)
    for kind, user_id in (("IDENTITY", anna), ("PHONE", "13800000001")):
        answer = await home.call("/face/paas/image/get", "1.2.0", userType=kind, userId=user_id)
        assert answer["code"] not in (200, 500)
    assert not (await home.ok("/solution/community/paas/user/get", "1.0.2", identityId=anna)).get("faceId")
    await home.ok(path, "1.0.0", identityId=anna)
    assert (await home.call(path, "1.0.0", identityId="50" + "0" * 38))["code"] not in (200, 500)
