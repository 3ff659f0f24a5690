"""A resident certifies a house, the property decides; owners add and remove those who live with them."""

import pytest

from tests.console.conftest import Browser
from tests.resident.conftest import STAFF_PHONE, STRANGER_PHONE, Phone

FORM = {"name": "新来的", "type": 1, "registry": "浙江省杭州市", "degree": 3}


def place(village, house=None, community=None):
    return (
        f"/communities/{community or village.community}/houses/{house or village.other_house}/certification"
    )


@pytest.fixture
async def desk(parts, village):
    async with Browser(parts) as browser:
        assert (await browser.sign_in(STAFF_PHONE)).status_code == 200
        yield browser


async def waiting(desk, village):
    found = await desk.get(
        f"/communities/{village.community}/residents", params={"status": 2, "sort": "-created"}
    )
    return found.json()["data"]


async def decide(desk, village, row, word, **body):
    path = f"/communities/{village.community}/residents/{row['identityId']}/{word}"
    return await desk.post(path, json={"houseId": int(row["houseId"]), **body})


async def test_a_house_is_certified_refused_corrected_and_opened(newcomer, desk, village):
    assert (await newcomer.post(place(village), json=FORM)).status_code == 204
    (house,) = (await newcomer.get("/houses")).json()
    assert (house["status"], house["location"]) == (2, "3幢/1单元/503")
    assert (await newcomer.get(f"/communities/{village.community}/notices")).status_code == 404
    again = await newcomer.post(place(village), json=FORM)
    assert (again.status_code, again.json()["code"]) == (409, "resident.user_exists")
    too_early = await newcomer.put(f"/houses/{village.other_house}/certification", json=FORM)
    assert (too_early.status_code, too_early.json()["code"]) == (409, "resident.not_waiting")

    (row,) = await waiting(desk, village)
    assert (row["name"], row["phone"]) == ("新来的", STRANGER_PHONE)
    detail = (await desk.get(f"/communities/{village.community}/residents/{row['identityId']}")).json()
    assert (detail["registry"], detail["degree"]) == ("浙江省杭州市", 3)
    mute = await decide(desk, village, row, "reject", comment=" ")
    assert (mute.status_code, mute.json()["field"]) == (400, "comment")
    assert (await decide(desk, village, row, "reject", comment="请上传清楚的姓名")).status_code == 204
    assert await waiting(desk, village) == []
    (house,) = (await newcomer.get("/houses")).json()
    assert (house["status"], house["reason"]) == (3, "请上传清楚的姓名")
    afresh = await newcomer.post(place(village), json=FORM)
    assert (afresh.status_code, afresh.json()["code"]) == (409, "resident.user_exists")

    better = {**FORM, "name": "新来人"}
    assert (
        await newcomer.put(f"/houses/{village.other_house}/certification", json=better)
    ).status_code == 204
    (row,) = await waiting(desk, village)
    assert row["name"] == "新来人"
    assert (await decide(desk, village, row, "approve")).status_code == 204
    twice = await decide(desk, village, row, "approve")
    assert (twice.status_code, twice.json()["code"]) == (409, "resident.not_waiting")
    assert (await newcomer.get("/session")).json()["houses"] == 1
    assert (await newcomer.get(f"/communities/{village.community}/notices")).json()["data"] == []


async def test_what_is_wrong_is_named_and_nothing_is_kept(newcomer, village):
    for body, field in (
        ({**FORM, "name": ""}, "name"),
        ({**FORM, "type": 12}, "type"),
        ({**FORM, "degree": 99}, "degree"),
    ):
        answer = await newcomer.post(place(village), json=body)
        assert (answer.status_code, answer.json()["field"]) == (400, field)
    for path in (
        place(village, house=village.far_house),
        place(village, community=999999),
        place(village, house=8_000_000_000_000_001),
    ):
        assert (await newcomer.post(path, json=FORM)).status_code == 404, path
    assert (await newcomer.post(place(village, house=village.unit), json=FORM)).status_code == 400
    assert (await newcomer.get("/houses")).json() == []


async def test_a_certification_is_taken_back(newcomer, desk, village):
    await newcomer.post(place(village), json=FORM)
    assert (await newcomer.delete(f"/houses/{village.other_house}/certification")).status_code == 204
    assert await waiting(desk, village) == []
    assert (await newcomer.delete(f"/houses/{village.other_house}/certification")).status_code == 404
    assert (await newcomer.post(place(village), json=FORM)).status_code == 204


async def test_owners_add_members_and_only_they(owner, tenant, neighbour, village):
    base = f"/houses/{village.house}/members"
    child = {"name": "王小", "phone": "13800000111", "type": 2}
    assert (await owner.post(base, json=child)).json() == {"waits": False}
    rows = (await owner.get(base)).json()
    assert [(row["name"], row["type"], row["status"], row["mine"]) for row in rows] == [
        ("王伟", 1, 1, True),
        ("王小", 2, 1, False),
        ("租客甲", 3, 1, False),
    ]
    assert rows[1]["phone"] == "138****0111"
    seen = (await tenant.get(base)).json()
    assert [row["removable"] for row in seen] == [False, False, True]
    refused = await tenant.post(base, json={**child, "phone": "13800000112"})
    assert (refused.status_code, refused.json()["code"]) == (403, "resident.not_owner")
    for body, field in (({**child, "type": 1}, "type"), ({**child, "phone": ""}, "phone")):
        answer = await owner.post(base, json=body)
        assert (answer.status_code, answer.json()["field"]) == (400, field)
    for method, path in (("GET", base), ("POST", base), ("DELETE", f"{base}/{village.owner}")):
        answer = await neighbour.request(method, path, json=child if method == "POST" else None)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), (method, path)
    mine = next(row["identityId"] for row in seen if row["mine"])
    assert (await tenant.delete(f"{base}/{rows[1]['identityId']}")).status_code == 403
    assert (await tenant.delete(f"{base}/{mine}")).status_code == 204
    assert (await tenant.get(base)).status_code == 404
    assert (await owner.delete(f"{base}/{rows[1]['identityId']}")).status_code == 204
    assert len((await owner.get(base)).json()) == 1


async def test_an_invitation_lets_one_in_once(parts, owner, tenant, newcomer, neighbour, village, clock):
    made = await owner.post(f"/houses/{village.house}/invitations", json={"type": 3})
    code = made.json()["code"]
    assert (await tenant.post(f"/houses/{village.house}/invitations", json={"type": 3})).status_code == 403
    assert (await neighbour.post(f"/houses/{village.house}/invitations", json={"type": 3})).status_code == 404
    card = (await newcomer.get(f"/invitations/{code}")).json()
    assert (card["location"], card["type"]) == ("3幢/1单元/502", 3)
    nameless = await newcomer.post(f"/invitations/{code}", json={"name": ""})
    assert (nameless.status_code, nameless.json()["field"]) == (400, "name")
    assert (await newcomer.post(f"/invitations/{code}", json={"name": "来客"})).json() == {"waits": False}
    assert [one["status"] for one in (await newcomer.get("/houses")).json()] == [1]
    spent = await neighbour.post(f"/invitations/{code}", json={"name": "远邻"})
    assert (spent.status_code, spent.json()["code"]) == (409, "resident.invitation_spent")
    late = (await owner.post(f"/houses/{village.house}/invitations", json={"type": 2})).json()["code"]
    await clock.advance(24 * 3_600_000)
    assert (
        await neighbour.get("/session")
    ).status_code == 401  # a session without "stay signed in" ended too
    async with Phone(parts, address="192.0.2.88") as again:
        assert (await again.sign_in(STRANGER_PHONE)).status_code == 200
        spent = await again.get(f"/invitations/{late}")
        assert (spent.status_code, spent.json()["code"]) == (409, "resident.invitation_spent")


async def test_the_property_may_want_to_agree_first(owner, newcomer, desk, parts, village):
    path = f"/communities/{village.community}/resident-fields/review"
    assert (await desk.put(path, json={"needsReview": True})).json()["needsReview"] is True
    child = {"name": "王小", "phone": "13800000111", "type": 2}
    assert (await owner.post(f"/houses/{village.house}/members", json=child)).json() == {"waits": True}
    code = (await owner.post(f"/houses/{village.house}/invitations", json={"type": 3})).json()["code"]
    assert (await newcomer.post(f"/invitations/{code}", json={"name": "来客"})).json() == {"waits": True}
    rows = await waiting(desk, village)
    assert [row["name"] for row in rows] == ["王小", "来客"]
    for row in rows:
        assert (await decide(desk, village, row, "approve")).status_code == 204
    assert [one["status"] for one in (await newcomer.get("/houses")).json()] == [1]


async def test_only_owners_change_what_belongs_to_the_house(owner, tenant, neighbour, village):
    base = f"/houses/{village.house}/assets"
    space = {"type": 1, "name": "B1-023"}
    made = (await owner.post(base, json=space)).json()
    assert (await tenant.get(base)).json() == [{"id": made["id"], **space}]
    for phone, status in ((tenant, 403), (neighbour, 404)):
        assert (await phone.post(base, json=space)).status_code == status
        assert (await phone.put(f"{base}/{made['id']}", json=space)).status_code == status
        assert (await phone.delete(f"{base}/{made['id']}")).status_code == status
    assert (await neighbour.get(base)).status_code == 404
    assert (await owner.put(f"{base}/{made['id']}", json={"type": 3, "name": "S-7"})).status_code == 204
    assert [(one["type"], one["name"]) for one in (await owner.get(base)).json()] == [(3, "S-7")]
    wrong = await owner.post(base, json={"type": 9, "name": "x"})
    assert (wrong.status_code, wrong.json()["field"]) == (400, "type")
    assert (await owner.delete(f"{base}/{made['id']}")).status_code == 204
    assert (await owner.delete(f"{base}/{made['id']}")).status_code == 404


async def test_vehicles_are_ones_own(owner, tenant, neighbour, village):
    base = f"/communities/{village.community}/vehicles"
    assert (await owner.post(base, json={"plate": "浙A 12345", "brand": "比亚迪"})).status_code == 204
    (car,) = (await owner.get(base)).json()
    assert car["plate"] == "浙A12345"
    assert (await tenant.get(base)).json() == []
    taken = await tenant.post(base, json={"plate": "浙A12345"})
    assert (taken.status_code, taken.json()["code"]) == (409, "vehicle.plate_taken")
    assert (await tenant.delete(f"{base}/{car['id']}")).status_code == 404
    assert (await tenant.put(f"{base}/{car['id']}", json={"plate": "浙A99999"})).status_code == 404
    assert (await neighbour.get(base)).status_code == 404
    wrong = await owner.post(base, json={"plate": "?"})
    assert (wrong.status_code, wrong.json()["field"]) == (400, "plate")
    assert (await owner.put(f"{base}/{car['id']}", json={"plate": "浙A54321"})).status_code == 204
    assert (await owner.delete(f"{base}/{car['id']}")).status_code == 204
    assert (await owner.get(base)).json() == []


async def test_the_form_is_as_the_community_arranged_it(newcomer, desk, village):
    """RES-02: fields under "more", a field of the community's own, and one that it requires."""
    fields = f"/communities/{village.community}/resident-fields"
    own = {"enName": "nativePlace", "cnName": "籍贯", "type": "string", "maxLength": 20}
    assert (await desk.post(f"{fields}/custom", json=own)).is_success
    show = [
        {"name": "nativePlace", "visible": True, "required": False, "main": False},
        {"name": "registry", "visible": True, "required": True, "main": True},
        {"name": "degree", "visible": False, "required": False, "main": False},
    ]
    assert (await desk.put(fields, json={"fields": show})).status_code == 200
    asked = (await newcomer.get(f"/communities/{village.community}/form")).json()
    assert [(one["name"], one["label"], one["main"], one["required"]) for one in asked[:2]] == [
        ("nativePlace", "籍贯", False, False),
        ("registry", "", True, True),
    ]
    assert "degree" not in [one["name"] for one in asked]
    bare = await newcomer.post(place(village), json={"name": "新来的", "type": 1})
    assert (bare.status_code, bare.json()["field"]) == (400, "registry")
    long = {"name": "新来的", "type": 1, "registry": "杭州", "custom": {"nativePlace": "绍" * 21}}
    refused = await newcomer.post(place(village), json=long)
    assert (refused.status_code, refused.json()["field"]) == (400, "custom.nativePlace")
    good = {**long, "custom": {"nativePlace": "浙江绍兴", "other": "x"}}
    assert (await newcomer.post(place(village), json=good)).status_code == 204
    (row,) = await waiting(desk, village)
    detail = (await desk.get(f"/communities/{village.community}/residents/{row['identityId']}")).json()
    assert detail["custom"] == {"nativePlace": "浙江绍兴"}
