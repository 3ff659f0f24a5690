"""Person accounts by signed calls (spec E 3.1 and 5.2; golden vectors E G1 to G6)."""

import pytest

from linli.domains.people.queries.residence import resident
from linli.kernel.db import Database
from tests.domains.house import DomainPlatform
from tests.domains.people.conftest import Home
from tests.openapi.house import Partner

PHONE = "18027400001"
ACCOUNT = {"loginName": "shilin", "nickName": "abc", "phone": PHONE, "creater": "郑士林"}


@pytest.mark.covers("EP-01", "EP-02", "EP-05")
async def test_an_account_is_registered_found_by_phone_and_deleted(here: Home) -> None:
    more = {"email": "a@b.c", "avatarUrl": "http://x/1.png", "mobileLocationCode": "86", "password": "x" * 12}
    identity = await here.ok("/user/account/register", "1.0.2", {**ACCOUNT, **more})
    assert len(identity) == 40
    assert identity[:2] == "50"
    found = await here.ok("/user/account/querybyphone", "1.0.1", {"phone": "+86 180-2740-0001"})
    app_key = here.partner.app_key
    assert found.pop("loginId").isdigit()
    assert found == {
        "identityId": identity, "loginName": "shilin", "phone": PHONE, "email": "a@b.c", "nickName": "abc",
        "creater": "郑士林", "modifier": "郑士林", "createAppKey": app_key, "avatarUrl": "http://x/1.png",
        "phoneLocationCode": "86",
    }  # fmt: skip
    again = await here.call("/user/account/register", "1.0.2", {**ACCOUNT, "loginName": "other"})
    assert (again["code"], again["message"], again.get("data")) == (2402, "registerAccount failed", None)
    malformed = await here.call("/user/account/register", "1.0.2", {**ACCOUNT, "phone": "12ab"})
    assert (malformed["code"], malformed["localizedMsg"]) == (2404, "手机格式不正确")
    gone = await here.call("/user/account/unregister", "1.0.1", {"identityId": identity})
    assert (gone["code"], gone["data"]) == (200, "")
    for path in ("unregister", "freeze"):
        told = await here.call(f"/user/account/{path}", "1.0.1", {"identityId": identity})
        assert told["code"] == 460
        blank = await here.call(f"/user/account/{path}", "1.0.1", {"identityId": " "})
        assert (blank["code"], blank["message"]) == (460, "identityId is blank!")  # G3, G4
    missing = await here.call("/user/account/querybyphone", "1.0.1", {"phone": PHONE})
    assert (missing["code"], missing["message"], missing["localizedMsg"]) == (
        403, "request forbidden.", "请求被禁止",
    )  # fmt: skip
    assert await here.ok("/user/account/register", "1.0.2", ACCOUNT) != identity


@pytest.mark.parametrize(
    ("changed", "field"),
    [({"loginName": ""}, "loginName"), ({"nickName": " "}, "nickName"), ({"email": "x" * 129}, "email")],
)
async def test_what_breaks_a_rule_is_named(here: Home, changed: dict[str, str], field: str) -> None:
    told = await here.call("/user/account/register", "1.0.2", {**ACCOUNT, **changed})
    assert told["code"] == 460
    assert field in told["message"]
    typed = await here.call("/user/account/register", "1.0.2", {**ACCOUNT, "loginName": 7})
    assert typed["code"] == 400


async def test_an_account_is_of_its_own_project_and_its_person_of_the_company(
    platform: DomainPlatform, here: Home, there: Home
) -> None:
    identity = await here.ok("/user/account/register", "1.0.2", ACCOUNT)
    for path, version in (("freeze", "1.0.1"), ("unregister", "1.0.1")):
        told = await there.call(f"/user/account/{path}", version, {"identityId": identity})
        assert told["code"] == 460
    for call in (
        ("unfreeze", "1.0.0", {"identityId": identity}),
        ("querybyphone", "1.0.1", {"phone": PHONE}),
    ):
        assert (await there.call(f"/user/account/{call[0]}", call[1], call[2]))["code"] == 403
    assert await there.ok("/user/account/register", "1.0.2", ACCOUNT) != identity
    # The property enters the same phone with the real name: one identity, which the account keeps to.
    user = {"userGroupId": await here.group("RESIDENT"), "userName": "郑士林", "mobile": PHONE}
    assert (await here.ok("/solution/community/paas/user/add", "1.0.2", user))["identityId"] == identity
    await here.ok("/user/account/unregister", "1.0.1", {"identityId": identity})
    said = await here.ok("/solution/community/paas/user/get", "1.0.2", {"identityId": identity})
    assert said["userName"] == "郑士林"  # somebody else knows the person, who stays


@pytest.mark.covers("EP-03", "EP-04")
async def test_a_frozen_account_shuts_the_residents_pages(
    platform: DomainPlatform, partner: Partner, here: Home, database: Database
) -> None:
    house = await here.house("101")
    member = {"houseSpaceId": house, "name": "郑士林", "type": 1, "phoneNum": PHONE}
    lives = await here.ok("/solution/community/paas/house/member/save", "1.0.5", member)
    identity = await here.ok("/user/account/register", "1.0.2", ACCOUNT)
    assert identity == lives["identityId"]

    async def homes() -> int:
        return len((await resident(database, account_id=1, phone=PHONE, name="", language="en")).homes)

    assert await homes() == 1
    for _ in range(2):
        told = await here.call("/user/account/freeze", "1.0.1", {"identityId": identity})
        assert (told["code"], told["data"]) == (200, "")
    assert await homes() == 0
    assert (await here.call("/user/account/unfreeze", "1.0.0", {"identityId": identity}))["code"] == 200
    assert await homes() == 1
    told = await here.call("/user/account/unfreeze", "1.0.0", {"identityId": "50nobody"})
    assert (told["code"], told["message"]) == (403, "request forbidden.")
    assert (await here.call("/user/account/unfreeze", "1.0.0", {"identityId": ""}))["code"] == 460
