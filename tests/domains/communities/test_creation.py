"""A community created at once, and an installation that reviews instead."""

import msgspec
import pytest

from linli.domains.communities.service import creation
from linli.kernel.settings import SignIn
from tests.console.conftest import Browser, administrator, browser, worker  # noqa: F401 - fixtures
from tests.console.conftest import parts as parts
from tests.domains.accounts.test_registration import CONTRACT, MATE, register

RULE = "/installation/community-creation"


async def test_one_short_form_makes_a_community_in_management(administrator):  # noqa: F811
    assert (await administrator.get("/community-creation")).json() == {"review": False}
    body = {"name": " 桂花 城 ", "city": "杭州市", "address": "紫荆花路1号", "phone": "0571-88886666"}
    made = await administrator.post("/community-creation", json=body)
    assert made.status_code == 201, made.text
    number = made.json()["id"]
    shown = (await administrator.get(f"/communities/{number}")).json()
    assert {**body, "name": "桂花 城"}.items() <= shown.items()
    assert (shown["applyStatus"], shown["serviceState"]) == (2, "running")
    assert (shown["serviceEnd"], shown["certificates"]) == (creation.NO_END, [])
    assert shown["rootSpaceId"]
    assert shown["scopeId"]
    log = (await administrator.get(f"/communities/{number}/log")).json()
    assert [entry["action"] for entry in log] == ["created"]
    places = (await administrator.get("/pois", params={"q": "桂花"})).json()["places"]
    assert [(place["poid"], place["city"]) for place in places] == [(shown["poid"], "杭州市")]
    assert (await administrator.get("/community-reviews")).json() == []
    house = {"parentId": shown["rootSpaceId"], "kind": "building", "name": "1"}
    assert (await administrator.post(f"/communities/{number}/spaces", json=house)).status_code == 201


async def test_a_name_is_enough_and_what_does_not_fit_leaves_nothing(administrator):  # noqa: F811
    for body, field in (
        ({"name": " "}, "name"),
        ({"name": "桂" * 65}, "name"),
        ({"name": "桂花城", "city": "杭" * 33}, "city"),
        ({"name": "桂花城", "address": "路" * 256}, "address"),
        ({"name": "桂花城", "phone": "1" * 25}, "phone"),
        ({"name": "桂花城", "kind": "town"}, "kind"),
    ):
        refused = await administrator.post("/community-creation", json=body)
        assert (refused.status_code, refused.json()["field"]) == (400, field), body
    assert (await administrator.get("/communities")).json()["total"] == 0
    assert (await administrator.get("/pois", params={"q": "桂花城"})).json()["places"] == []
    made = await administrator.post("/community-creation", json={"name": "桂花城"})
    shown = (await administrator.get(f"/communities/{made.json()['id']}")).json()
    assert (shown["name"], shown["address"], shown["city"]) == ("桂花城", "桂花城", "")


async def test_where_the_operator_reviews_nothing_is_created_at_once(administrator):  # noqa: F811
    assert (await administrator.put(RULE, json={"review": True})).status_code == 204
    assert (await administrator.get(RULE)).json() == {"review": True}
    assert (await administrator.get("/community-creation")).json() == {"review": True}
    refused = await administrator.post("/community-creation", json={"name": "桂花城"})
    assert (refused.status_code, refused.json()["code"]) == (409, "community.review_required")
    assert (await administrator.get("/communities")).json()["total"] == 0
    await administrator.put(RULE, json={"review": False})
    assert (await administrator.post("/community-creation", json={"name": "桂花城"})).status_code == 201


async def test_who_lets_strangers_register_reviews_unless_told_otherwise(parts, administrator, worker):  # noqa: F811
    settings = msgspec.structs.replace(parts.settings, sign_in=SignIn(registration="open"))
    parts = type(parts)(**{**vars(parts), "settings": settings})
    async with Browser(parts, address="198.51.100.30") as company:
        await register(company, parts, worker)
        mate = {"name": "孙杰", "phone": MATE}
        await company.post("/first-use/organisation", json={"name": "绿源物业", "members": [mate]})
        refused = await company.post("/community-creation", json={"name": "桂花城"})
        assert refused.json()["code"] == "community.review_required"
        assert (await company.put(RULE, json={"review": False})).status_code == 403
        await administrator.put(RULE, json={"review": False})
        refused = await company.post("/community-creation", json={"name": "桂花城"})
        assert refused.json()["code"] == "company.contract_missing"
        await company.put("/organisation/contract", json=CONTRACT)
        assert (await company.post("/community-creation", json={"name": "桂花城"})).status_code == 201
    assert (await administrator.get("/communities")).json()["total"] == 0


@pytest.mark.parametrize("path", ["/community-creation", RULE])
async def test_who_is_not_signed_in_learns_nothing(browser, path):  # noqa: F811
    assert (await browser.get(path)).status_code == 401
