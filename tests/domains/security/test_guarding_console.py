"""The desk: arming weeks, libraries with a purpose, captures and the search by a photo, over sockets, by role."""

import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from linli.domains.people.rights import Role
from linli.domains.people.service import accounts
from linli.edge.events.simulated import Sighting, SimulatedBrand
from tests.domains.security.conftest import HERE, Site, jpeg, soon
from tests.domains.security.test_adapters import ALONE, WEEK, cameras

pytestmark = pytest.mark.engines("sqlite")
DAY = 86_400_000
PASSWORD = "kv8-Zuj-19x-moon"


@asynccontextmanager
async def desk(site: Site, role: Role) -> AsyncIterator[httpx.AsyncClient]:
    """A person of the company, signed in."""
    login, hashed = f"{role.value}-1", await accounts.hash_password(PASSWORD)
    async with site.platform.db.begin() as tx:
        account_id = await accounts.create_account(
            tx, login=login, password_hash=hashed, proven=True, name="陈静", ids=site.platform.ids, now_ms=site.now
        )  # fmt: skip
        place = {} if role is Role.TENANT_ADMIN else {"community_id": site.community}
        await accounts.grant_role(
            tx, account_id=account_id, role=role, tenant_id=site.owner.tenant, now_ms=site.now, **place
        )
    async with httpx.AsyncClient(
        base_url=f"http://{HERE}:{site.platform.http.port}/api/console",
        headers={"x-linli-request": "1", "accept-language": "en"},
        trust_env=False,
        timeout=100,
    ) as client:
        answer = await client.post("/session", json={"login": login, "password": PASSWORD})
        assert answer.is_success, answer.text
        yield client


async def rows(client: httpx.AsyncClient, path: str, **query: Any) -> list[dict[str, Any]]:
    answer = await client.get(path, params=query)
    assert answer.status_code == 200, answer.text
    data: list[dict[str, Any]] = answer.json()["data"]
    return data


async def test_a_library_says_for_what_it_is_and_reaches_its_camera(site: Site) -> None:
    await cameras(site)
    await site.new_box()
    brand = SimulatedBrand("HIK")
    await site.new_adapter(brand)
    here = f"/communities/{site.community}/security-libraries"
    form = {
        "iotId": site.cameras["cam-1"], "name": "走失老人", "type": 100, "purpose": "寻找走失老人", "approver": "王主任",
        "expiresMs": site.now + 30 * DAY,
    }  # fmt: skip
    async with desk(site, Role.COMMUNITY_MANAGER) as client:
        bad: tuple[tuple[dict[str, Any], str], ...] = (
            ({"purpose": " "}, "purpose"),
            ({"approver": ""}, "approver"),
            ({"expiresMs": site.now - 1}, "expiresMs"),
            ({"expiresMs": site.now + 400 * DAY}, "expiresMs"),
            ({"type": 7}, "type"),
            ({"name": ""}, "name"),
        )
        for change, field in bad:
            answer = await client.post(here, json={**form, **change})
            assert answer.status_code == 400, (change, answer.text)
            assert field in answer.text, answer.text
        assert (await client.post(here, json={**form, "iotId": "none"})).status_code == 404
        assert await rows(client, here) == []
        library = (await client.post(here, json=form)).json()["id"]

        async def is_held() -> bool:
            (row,) = await rows(client, here)
            return bool(row["state"] == "held")

        await soon(is_held)
        assert [each.name for each in brand.groups.values()] == ["走失老人"]

        # faces: by a photo, held by the camera, looked at and noted
        faces = f"{here}/{library}/faces"
        for name, content, field in (
            ("", jpeg(b"x"), "name"),
            ("奶奶", b"no picture", "file"),
            ("奶奶", jpeg(b"x" * 1_100_000), "file"),
        ):
            answer = await client.post(faces, data={"name": name}, files={"file": ("a.jpg", content)})
            assert answer.status_code == 400, answer.text
            assert field in answer.text, answer.text
        photo = jpeg(b"face:alice")
        answer = await client.post(faces, data={"name": "奶奶"}, files={"file": ("a.jpg", photo)})
        face = answer.json()["id"]

        async def is_there() -> bool:
            return any(each.faces for each in brand.groups.values())

        await soon(is_there)
        ((_, group),) = brand.groups.items()
        assert [(each.picture, each.name) for each in group.faces.values()] == [(photo, "奶奶")]
        assert [row["name"] for row in await rows(client, faces, q="奶")] == ["奶奶"]
        assert await rows(client, faces, q="x") == []
        url = (await client.get(f"{faces}/{face}/picture")).json()["url"]
        assert (await client.get(url)).content == photo
        (look,) = await rows(client, f"/communities/{site.community}/security-views")
        assert (look["name"], look["what"], look["target"]) == ("陈静", "face", face)

        # armed for it: not deleted before it is disarmed
        week = [{**WEEK[1], "bindGroup": [{"groupId": library}]}]
        rule = f"/communities/{site.community}/security-rules"
        armed = await client.put(f"{rule}/{site.cameras['cam-1']}/1", json={"week": week})
        assert armed.status_code == 200, armed.text
        assert (await client.delete(f"{here}/{library}")).status_code == 409

        async def is_armed() -> bool:
            return bool(brand.rules.get((ALONE, 1)))

        await soon(is_armed)
        ((_, remote), *_) = brand.groups
        assert brand.rules[ALONE, 1][0]["bindGroup"] == [{"groupId": remote}]
        (plan,) = await rows(client, rule)
        assert (plan["eventType"], plan["week"]) == (1, week)
        assert (await client.put(f"{rule}/{site.cameras['cam-1']}/1", json={"week": []})).status_code == 200
        assert await rows(client, rule) == []
        for week, field in (
            ([{**WEEK[1], "weekDay": "FUNDAY"}], "weekDay"),
            ([{"weekDay": "MONDAY", "timeSlot": [{"time": "9:00-8:00", "interval": 1}]}], "time"),
            ([{**WEEK[1], "bindGroup": [{"groupId": "999999"}]}], "groupId"),
        ):
            answer = await client.put(f"{rule}/{site.cameras['cam-1']}/1", json={"week": week})
            assert answer.status_code == 400, answer.text
            assert field in answer.text, answer.text

        # changed, then gone with its face, also at the camera
        changed = {name: value for name, value in form.items() if name != "iotId"} | {"name": "寻人"}
        assert (await client.put(f"{here}/{library}", json=changed)).status_code == 200

        async def is_renamed() -> bool:
            return [each.name for each in brand.groups.values()] == ["寻人"]

        await soon(is_renamed)
        assert (await client.delete(f"{faces}/{face}")).status_code == 204
        assert (await client.delete(f"{here}/{library}")).status_code == 204

        async def is_gone() -> bool:
            return brand.groups == {}

        await soon(is_gone)

    async with desk(site, Role.STAFF) as guard:
        for path in ("security-libraries", "security-captures", "security-views"):
            answer = await guard.get(f"/communities/{site.community}/{path}")
            assert answer.status_code == 403, path
        assert (await guard.get(rule)).status_code == 200
        refused = await guard.put(f"{rule}/{site.cameras['cam-1']}/2", json={"week": []})
        assert refused.status_code == 403


@pytest.mark.covers("H-56")
async def test_a_person_is_searched_by_a_photo_with_a_reason(site: Site) -> None:
    """The most alike with pictures, every sighting as a time, and the scene; who searched and why is kept."""
    await cameras(site)
    await site.new_box()
    brand = SimulatedBrand("HIK")
    await site.new_adapter(brand)
    begin = 1_631_794_685
    for number in range(23):
        brand.records[f"pic{number}"] = Sighting(
            ALONE, jpeg(b"small"), jpeg(b"scene%d" % number), begin + number, 0.6 + number / 1000
        )
    here = f"/communities/{site.community}/security-captures"
    asked = {
        "reason": "寻找走失老人", "beginMs": str(begin * 1000), "endMs": str((begin + 3600) * 1000), "likeness": "0.55"
    }  # fmt: skip
    async with desk(site, Role.TENANT_ADMIN) as client:
        photo = {"file": ("who.jpg", jpeg(b"who"))}
        bad: tuple[tuple[dict[str, str], bytes, str], ...] = (
            ({"reason": " "}, jpeg(b"who"), "reason"),
            ({"endMs": str((begin + 86_401) * 1000)}, jpeg(b"who"), "endMs"),
            ({"likeness": "1.5"}, jpeg(b"who"), "likeness"),
            ({}, b"no picture", "file"),
            ({}, jpeg(b"w" * 2_100_000), "file"),
        )
        for change, content, field in bad:
            answer = await client.post(
                f"{here}/search", data={**asked, **change}, files={"file": ("a", content)}
            )
            assert answer.status_code == 400, (change, answer.text)
            assert field in answer.text, answer.text
        answer = await client.post(f"{here}/search", data=asked, files=photo)
        assert answer.status_code == 200, answer.text
        found = answer.json()
        assert [row["likeness"] for row in found["best"]] == [
            pytest.approx(0.622 - number / 1000) for number in range(20)
        ]
        assert {row["camera"] for row in found["best"]} == {"cam-1"}
        assert [row["atMs"] for row in found["all"]] == [(begin + number) * 1000 for number in range(23)]
        scene = await client.post(f"{here}/scene", json={"sceneId": found["best"][0]["sceneId"]})
        assert scene.status_code == 200, scene.text
        assert base64.b64decode(scene.json()["picture"]) == jpeg(b"scene22")
        assert (await client.post(f"{here}/scene", json={"sceneId": "n1~x"})).status_code == 400
        looks = await rows(client, f"/communities/{site.community}/security-views")
        assert [(look["what"], look["target"]) for look in looks][-1] == ("search", "寻找走失老人")
        # the box is not reached: said so, and not an empty list
        brand.faults.codes["record/get"] = 805
        brand.faults.codes["record/getAll"] = 805
        refused = await client.post(f"{here}/search", data=asked, files=photo)
        assert (refused.status_code, refused.json()["code"]) == (503, "security.search_refused"), refused.text


async def test_what_nothing_can_do_is_said_so(seeing: Site) -> None:
    """No adapter has logged in: the platform's models know faces, and nothing else."""
    site = seeing
    await site.new_camera("cam-1", ip="192.168.1.2")
    here, camera = f"/communities/{site.community}", site.cameras["cam-1"]
    form = {
        "iotId": camera, "name": "寻人", "type": 100, "purpose": "寻找走失老人", "approver": "王主任",
        "expiresMs": site.now + DAY,
    }  # fmt: skip
    async with desk(site, Role.COMMUNITY_MANAGER) as client:
        for kind in (1, 2):
            armed = await client.put(f"{here}/security-rules/{camera}/{kind}", json={"week": WEEK})
            assert armed.status_code == 200, armed.text
        assert (await client.post(f"{here}/security-libraries", json=form)).status_code == 201

        async def is_settled() -> bool:
            plans = await rows(client, f"{here}/security-rules")
            libraries = await rows(client, f"{here}/security-libraries")
            states = {plan["eventType"]: plan["state"] for plan in plans}
            return (states, [row["state"] for row in libraries]) == ({1: "held", 2: "unserved"}, ["held"])

        await soon(is_settled)
