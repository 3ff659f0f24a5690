"""Permission management in the console, and the same rows asked by apps over the open API. Spec A §2.4, B §3.21."""

import pytest

from linli.domains.people.rights import Role
from tests.domains.people.conftest import make_home
from tests.domains.people.desk import administrator_of, browser_of, log_in_as, set_password

E = "/solution/community/org/employee"
APP = "/solution/community/paas/app"


async def hire(home, name, mobile):
    made = await home.ok(f"{E}/create", "1.0.0", {"name": name, "mobile": mobile})
    return made["identityId"]


def point(function, level="use"):
    return {"function": function, "level": level}


async def ok(answer, status=204):
    answer = await answer
    assert answer.status_code == status, answer.text
    return answer.json() if status == 200 else None


async def asked(home, identity, app):
    told = await home.ok(f"{APP}/perm/query", "1.0.0", {"identityId": identity, "appId": app})
    return [code["actionCode"] for row in told for code in row["actionCodes"]]


@pytest.mark.covers("PM-09")
async def test_members_times_functions_seen_and_changed_from_both_sides(here):
    first, second = await hire(here, "王一", "13800000011"), await hire(here, "王二", "13800000012")
    async with administrator_of(here) as desk:
        where = f"/communities/{here.community}/permissions"
        body = {"identityIds": [first, second], "points": [point("notices", "manage"), point("doors")]}
        await ok(desk.post(where, json=body))

        async def persons(**query):
            page = await ok(desk.get(f"{where}/persons", params=query), 200)
            return {
                row["name"]: {(one["function"], one["level"]) for one in row["points"]}
                for row in page["data"]
            }

        async def functions():
            rows = await ok(desk.get(f"{where}/functions"), 200)
            return {
                row["code"]: [{one["name"] for one in row[level]} for level in ("use", "manage")]
                for row in rows
            }

        given = {("notices", "use"), ("notices", "manage"), ("doors", "use")}
        assert await persons() == {"王一": given, "王二": given}
        assert (await functions())["notices"] == [{"王一", "王二"}, {"王一", "王二"}]
        await ok(desk.put(f"{where}/persons/{first}", json={"points": [point("residents")]}))
        assert await persons() == {"王一": {("residents", "use")}, "王二": given}
        await ok(desk.put(f"{where}/functions/notices", json={"use": [first, second], "manage": []}))
        assert await persons() == {
            "王一": {("residents", "use"), ("notices", "use")}, "王二": {("notices", "use"), ("doors", "use")},
        }  # fmt: skip
        assert set(await persons(function="doors")) == {"王二"}
        assert set(await persons(q="一")) == {"王一"}
        members = await ok(desk.get(f"{where}/members", params={"q": "二"}), 200)
        assert [row["identityId"] for row in members["data"]] == [second]
        await ok(desk.delete(f"{where}/persons/{second}"))
        assert set(await persons()) == {"王一"}
        log = await ok(desk.get("/organisation/log"), 200)
        assert {"right.given", "right.taken", "person.added"} <= {row["action"] for row in log["data"]}
        for wrong, status in (
            ({"identityIds": ["50none"]}, 404), ({"identityIds": []}, 400), ({"points": []}, 400),
            ({"points": [point("nothing")]}, 400), ({"points": [point("doors", "manage")]}, 400),
            ({"points": [point("doors", "open")]}, 400), ({"points": [point("staff", "manage")]}, 400),
        ):  # fmt: skip
            assert (await desk.post(where, json=body | wrong)).status_code == status, wrong
        assert (await desk.get("/communities/4242/permissions/functions")).status_code == 404


@pytest.mark.covers("PM-09")
async def test_only_administrators_and_managers_see_it_and_nobody_gives_what_they_lack(
    platform, partner, here
):
    other = await make_home(platform, partner, "第二个")
    identity = await hire(here, "王一", "13800000011")
    there = await hire(other, "王二", "13800000012")
    where = f"/communities/{here.community}/permissions"
    give = {"identityIds": [identity], "points": [point("notices", "manage")]}
    for login, role, place in (
        ("13700000002", Role.SUB_ADMIN, {}),
        ("13700000003", Role.COMMUNITY_MANAGER, {"community_id": here.community}),
        ("13700000004", Role.STAFF, {"community_id": here.community}),
        ("13700000005", Role.COMMUNITY_MANAGER, {"community_id": other.community}),
    ):
        await log_in_as(here, login, role, **place)
        async with browser_of(here, login, address=f"192.0.2.{login[-1]}") as browser:
            may = role is not Role.STAFF
            rights = (await browser.get("/session")).json()["rights"]
            assert ("permissions.manage" in rights) == may
            here_too = may and place.get("community_id") != other.community
            wanted = 204 if here_too else 404 if may else 403
            assert (await browser.post(where, json=give)).status_code == wanted, login
            shown = await browser.get(f"{where}/functions")
            assert shown.status_code == (200 if wanted == 204 else wanted)

    # The employee signs in with what was given and sees the notices of this community, and nothing else.
    await set_password(here, "13800000011")
    async with browser_of(here, "13800000011", address="192.0.2.9") as staff:
        assert (await staff.get(f"/communities/{here.community}/notices")).status_code == 200
        assert (await staff.get(f"/communities/{other.community}/notices")).status_code == 404
        assert (await staff.get(f"/communities/{here.community}/residents")).status_code == 403
        assert (await staff.get(f"{where}/functions")).status_code == 403
    async with browser_of(here, "13700000003", address="192.0.2.10") as manager:
        foreign = {"identityIds": [there], "points": [point("notices")]}
        assert (await manager.post(where, json=foreign)).status_code == 404
        made = await manager.put(f"{where}/persons/{identity}", json={"points": [], "isManager": True})
        assert made.status_code == 204, "a manager makes another of the same community"
    async with browser_of(here, "13800000011", address="192.0.2.11") as second:
        assert (await second.get(f"{where}/functions")).status_code == 200
        oneself = {"points": [], "isManager": False}
        refused = await second.put(f"{where}/persons/{identity}", json=oneself)
        assert (refused.status_code, refused.json()["field"]) == (400, "identityId")
    async with browser_of(here, "13700000002", address="192.0.2.12") as sub:
        page = (await sub.get("/organisation/persons", params={"q": "王一"})).json()["data"]
        path = f"/organisation/persons/{page[0]['accountId']}/sub-administrator"
        assert (await sub.put(path, json={"subAdmin": True})).status_code == 403, (
            "only the main account makes them"
        )
        async with administrator_of(here) as main:
            assert (await main.put(path, json={"subAdmin": True})).status_code == 204
            (row,) = (await main.get("/organisation/persons", params={"q": "王一"})).json()["data"]
            assert set(row["builtIn"]) == {"community_manager", "sub_admin"}
            assert (await main.put(path, json={"subAdmin": False})).status_code == 204


async def test_what_a_person_may_do_goes_with_their_phone(here):
    """The register gives an employee another number: who has the old one by now opens nothing with it."""
    identity = await hire(here, "王一", "13800000011")
    await log_in_as(here, "13800000099")  # whose new number it is
    notices = f"/communities/{here.community}/notices"
    async with administrator_of(here) as desk:
        give = {"identityIds": [identity], "points": [point("notices", "manage")]}
        await ok(desk.post(f"/communities/{here.community}/permissions", json=give))
        await set_password(here, "13800000011")
        async with browser_of(here, "13800000011", address="192.0.2.21") as old:
            assert (await old.get(notices)).status_code == 200
            await here.ok(f"{E}/modify", "1.0.0", {"identityId": identity, "mobile": "13800000099"})
            assert (await old.get(notices)).status_code in (401, 403)
    async with browser_of(here, "13800000099", address="192.0.2.22") as new:
        assert (await new.get(notices)).status_code == 200


@pytest.mark.covers("B108")
async def test_apps_ask_the_same_rows(platform, partner, here, there):
    other = await make_home(platform, partner, "第二个")
    identity = await hire(here, "王一", "13800000011")
    assert await hire(other, "王一", "13800000011") == identity
    own, foreign = partner.project_id, there.partner.project_id
    assert await asked(here, identity, own) == []
    async with administrator_of(here) as desk:
        for home, points in ((here, [point(own, "manage"), point("notices")]), (other, [point(own)])):
            body = {"identityIds": [identity], "points": points}
            await ok(desk.post(f"/communities/{home.community}/permissions", json=body))
        rows = await ok(desk.get(f"/communities/{here.community}/permissions/functions"), 200)
        assert [row["appName"] for row in rows if row["code"] == own] == ["partner"]
    assert await asked(here, identity, own) == ["MANAGE", "USE"]
    assert await asked(here, identity, partner.app_key) == ["MANAGE", "USE"]
    assert await asked(other, identity, own) == ["USE"]
    assert await asked(here, identity, "notices") == ["USE"]
    assert await asked(here, identity, "doors") == []
    everywhere = {"identityId": identity, "appKey": partner.app_key}
    assert await here.ok(f"{APP}/community/auth/list", "1.0.0", everywhere) == sorted(
        [
            {"communityId": here.community, "actionCodes": ["MANAGE", "USE"]},
            {"communityId": other.community, "actionCodes": ["USE"]},
        ],
        key=lambda row: row["communityId"],
    )
    for path, params in (
        ("perm/query", {"identityId": identity, "appId": foreign}),
        ("perm/query", {"identityId": "50none", "appId": own}),
        ("community/auth/list", {"identityId": identity, "appKey": there.partner.app_key}),
        ("community/auth/list", {"identityId": "50none", "appKey": partner.app_key}),
    ):
        assert (await here.call(f"{APP}/{path}", "1.0.0", params))["code"] == 403, params
    told = await there.call(f"{APP}/perm/query", "1.0.0", {"identityId": identity, "appId": foreign})
    assert told["code"] == 403, "another company's person is nobody"
    assert (await here.call(f"{APP}/perm/query", "1.0.0", {"appId": own}))["code"] == 460

    # Who stops working here, or is erased, may do nothing here any more.
    await here.ok(f"{E}/delete", "1.0.0", {"identityId": identity})
    assert await asked(here, identity, own) == []
    assert await asked(other, identity, own) == ["USE"]
    await other.ok("/solution/community/paas/user/delete", "1.0.0", {"identityId": identity})
    assert await here.ok(f"{APP}/community/auth/list", "1.0.0", everywhere) == []


async def test_a_manager_has_every_app(here):
    identity = await hire(here, "王一", "13800000011")
    async with administrator_of(here) as desk:
        path = f"/communities/{here.community}/permissions/persons/{identity}"
        await ok(desk.put(path, json={"points": [], "isManager": True}))
        assert await asked(here, identity, here.partner.project_id) == ["MANAGE", "USE"]
        page = await ok(desk.get(f"/communities/{here.community}/permissions/persons"), 200)
        assert [(row["name"], row["isManager"]) for row in page["data"]] == [("王一", True)]
        await ok(desk.delete(path))
        assert await asked(here, identity, here.partner.project_id) == []
