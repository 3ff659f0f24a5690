"""What happened to spaces and residents is told, and taken back, by the console's routes."""

import pytest

from linli.console.history_routes import _named
from linli.domains.people.rights import Right
from tests.console.conftest import administrator, browser  # noqa: F401 - fixtures
from tests.console.conftest import parts as console_parts  # noqa: F401 - a fixture
from tests.domains.communities.test_console import approved, desk, importer_jobs, parts  # noqa: F401 - fixtures


@pytest.fixture
async def home(desk):  # noqa: F811
    """(browser, path of the community, id of a building, id of a house in it)."""
    community = await approved(desk)
    at = f"/communities/{community['id']}"

    async def space(parent, kind, name):
        made = await desk.post(f"{at}/spaces", json={"parentId": int(parent), "kind": kind, "name": name})
        assert made.status_code == 201, made.text
        return made.json()["id"]

    building = await space(community["rootSpaceId"], "building", "3幢")
    return desk, at, building, await space(building, "house", "101")


async def changes(web, at, kind, target):
    told = await web.get(f"{at}/history", params={"kind": kind, "target": target})
    assert told.status_code == 200, told.text
    return told.json()["data"]


async def test_a_space_is_renamed_and_described_and_put_back(home):
    web, at, _, house = home
    await web.put(f"/spaces/{house}", json={"name": "102"})
    await web.put(f"{at}/houses/{house}", json={"layout": "3/2/1", "areaM2": 88.5})
    described, renamed, created = await changes(web, at, "space", house)
    assert [row["action"] for row in (described, renamed, created)] == ["changed", "changed", "created"]
    assert renamed["fields"] == [{"field": "name", "before": "101", "after": "102"}]
    assert (renamed["byKind"], renamed["byName"], renamed["restorable"]) == ("staff", "王伟", True)
    assert {"field": "parent", "before": "", "after": "3幢"} in created["fields"]
    for row in (renamed, described):
        done = await web.post(f"{at}/history/{row['id']}/restore")
        assert done.status_code == 204, done.text
    (shown,) = (await web.get(f"{at}/houses")).json()["data"]
    assert (shown["name"], shown["layout"], shown["areaM2"]) == ("101", "", None)
    assert len(await changes(web, at, "space", house)) == 5
    assert (await web.post(f"{at}/history/{created['id']}/restore")).status_code == 404
    assert (await web.get(f"{at}/history?kind=nothing&target=1")).status_code == 404


async def test_a_building_goes_with_everything_and_comes_back(home):
    web, at, building, house = home
    lives = {"houseId": int(house), "name": "李白", "type": 1, "phone": "13900000001"}
    identity = (await web.post(f"{at}/residents", json=lives)).json()["identityId"]
    refused = await web.delete(f"/spaces/{building}")
    assert (refused.status_code, refused.json()["code"]) == (409, "space.in_use")
    lost = (await web.get(f"/spaces/{building}/consequences")).json()
    assert lost == {"spaces": 1, "houses": 1, "residents": 1, "assets": 0}
    gone = await web.delete(f"/spaces/{building}?whole=true")
    assert gone.status_code == 200, gone.text
    assert (await web.get(f"{at}/residents")).json()["total"] == 0
    assert (await web.get(f"{at}/spaces")).json() == []
    assert [row["action"] for row in await changes(web, at, "resident", identity)] == [
        "moved_out",
        "moved_in",
    ]

    back = await web.post(f"{at}/history/{gone.json()['changeId']}/restore")
    assert back.status_code == 204, back.text
    (row,) = (await web.get(f"{at}/residents")).json()["data"]
    assert (row["identityId"], row["houseId"], row["houseLocation"]) == (identity, house, "3幢/101")
    (space,) = (await web.get(f"{at}/spaces")).json()
    assert (space["id"], space["houses"]) == (building, 1)
    again = await web.post(f"{at}/history/{gone.json()['changeId']}/restore")
    assert (again.status_code, again.json()["code"]) == (409, "space.name_taken")


async def test_moving_out_is_told_in_numbers_and_taken_back(home):
    web, at, _, house = home
    lives = {"houseId": int(house), "name": "李白", "type": 1, "idNo": "330102199001011234"}
    identity = (await web.post(f"{at}/residents", json=lives)).json()["identityId"]
    rights = (await web.get(f"{at}/residents/{identity}/rights?houseId={house}")).json()
    assert rights == {"otherHouses": 0, "qrCodes": 0, "cards": 0, "vehicles": 0}
    leaves = {"houseId": int(house), "identityId": identity, "reason": "卖房"}
    change = (await web.post(f"{at}/residents/move-out", json=leaves)).json()["changeId"]
    out, moved_in = await changes(web, at, "resident", identity)
    assert (out["action"], out["reason"], out["id"]) == ("moved_out", "卖房", change)
    place = "Building 3, Room 101"
    leads = {"recordsAfter": [{"kind": "house", "id": house, "name": place}]}
    assert {"field": "house", "before": "", "after": place, **leads} in moved_in["fields"]
    assert {"field": "id_no", "before": "", "after": "330*************34"} in moved_in["fields"]
    of_house = await changes(web, at, "space", house)
    assert [row["action"] for row in of_house[:2]] == ["resident_moved_out", "resident_moved_in"]
    leads = {"recordsBefore": [{"kind": "resident", "id": identity, "name": "李白"}]}
    assert of_house[0]["fields"] == [{"field": "resident", "before": "李白", "after": "", **leads}]
    assert (await web.post(f"{at}/history/{change}/restore")).status_code == 204
    assert (await web.get(f"{at}/residents")).json()["total"] == 1


@pytest.mark.parametrize(
    ("ids", "told", "leads"),
    [
        (["a", "b"], "李白, 杜甫", ["a", "b"]),
        (["a"], "a", []),  # erased: it keeps its number
        (["a", "b"], "李, 白, 杜甫", []),  # whose name is whose cannot be told
        ("", "", []),
        (None, "", []),
    ],
)
def test_a_name_leads_to_whom_it_names(ids, told, leads):
    everything = frozenset(Right)
    assert [record.id for record in _named("member", ids, told, everything)] == leads
    assert not _named("member", ids, told, everything - {Right.RESIDENTS_SEE})
    assert not _named("comment", ids, told, everything)
