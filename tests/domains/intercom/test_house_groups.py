"""A house, its SIP group and its room by signed calls: bound, bound otherwise, read from either end, unbound."""

from typing import Any

import pytest

from linli.domains.communities.queries import spaces
from linli.domains.communities.service import pois
from linli.kernel import tenancy
from tests.domains.communities.builders import POI_CSV, approve_new, make_space
from tests.domains.intercom.conftest import DOOR, GROUP, Home

SPACE = f"{DOOR}/space"


async def two_houses(home: Home) -> list[int]:
    """In a community that the application was granted."""
    partner, platform = home.partner, home.platform
    async with platform.db.begin() as tx:
        await pois.import_catalogue(tx, pois.read_catalogue(POI_CSV.splitlines()))
        community = await approve_new(
            partner.owner, tx, name="桂花里", ids=platform.ids, now_ms=platform.clock.now_ms()
        )
        await tenancy.grant_community(
            partner.owner, tx, project_id=partner.project_id, community_id=community
        )
    root = await spaces.require_root(partner.owner, platform.db, community)
    building = await make_space(platform.db, partner.owner, platform.ids, root, "building", "9幢")
    return [
        await make_space(platform.db, partner.owner, platform.ids, building, "house", name)
        for name in ("1202", "1203")
    ]


@pytest.mark.covers("B106")
async def test_a_house_is_bound_to_a_group_and_a_room_and_read_from_either_end(home: Home) -> None:
    house, other = await two_houses(home)
    first, second = await home.group(), await home.group()

    async def read(**by: Any) -> tuple[str, str, str]:
        told = await home.ok(f"{SPACE}/get", **by)
        assert told["roomid"] == told["roomId"], "as the sample spells it, too"
        return told["spaceId"], told["groupId"], told["roomId"]

    async def refused(path: str, code: Any, named: str, **params: Any) -> None:
        answer = await home.call(f"{SPACE}/{path}", **params)
        assert answer["code"] == code, answer
        assert named in answer["message"], answer

    await refused("get", 403, str(house), spaceId=str(house))
    await home.ok(f"{SPACE}/add", spaceId=str(house), groupId=first, roomId="1-9-3-1202")
    bound = (str(house), first, "1-9-3-1202")
    assert await read(spaceId=str(house)) == await read(groupId=first) == bound
    assert await read(spaceId=house, groupId=first) == bound
    await refused("get", 403, str(house), spaceId=house, groupId=second)

    # Once more is in place of what it had.
    await home.ok(f"{SPACE}/add", spaceId=house, groupId=second, roomId="9-3-1202")
    assert await read(groupId=second) == await read(spaceId=house) == (str(house), second, "9-3-1202")
    await refused("get", 403, first, groupId=first)
    await home.ok(f"{SPACE}/add", spaceId=other, groupId=first, roomId="1-9-3-1203")
    assert (await read(groupId=first))[0] == str(other)

    # What is wrong is named, and changes nothing.
    theirs = (await home.ok(f"{GROUP}/add", by=home.other, count=1))[0]["groupID"]
    good = {"spaceId": str(house), "groupId": first, "roomId": "1-9-3-1202"}
    for change, code, named in (
        ({"roomId": "12-9-3-1202"}, 460, "roomId"),
        ({"roomId": ""}, 460, "roomId"),
        ({"groupId": theirs}, 403, theirs),
        ({"groupId": "nobody"}, 403, "nobody"),
        ({"spaceId": "9999999999"}, 403, ""),
        ({"spaceId": "house"}, 403, ""),
    ):
        await refused("add", code, named, **{**good, **change})
    await refused("get", 460, "spaceId")
    assert await read(spaceId=house) == (str(house), second, "9-3-1202")
    for path, params in (("add", good), ("delete", {"spaceId": house}), ("get", {"groupId": second})):
        assert (await home.call(f"{SPACE}/{path}", by=home.other, **params))["code"] == 403, path

    await home.ok(f"{SPACE}/delete", spaceId=str(house))
    await refused("get", 403, str(house), spaceId=house)
    await refused("get", 403, second, groupId=second)
    await refused("delete", 403, str(house), spaceId=house)
    assert await home.members(second) == [], "the group stays"
    assert (await read(spaceId=other))[1] == first
    await home.ok(f"{GROUP}/delete", groupList=[first])
    await refused("get", 403, first, groupId=first)
