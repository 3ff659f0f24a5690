"""Who wrote, pinned, published or deleted a notice is told; rewriting, pinning and deleting can be taken back."""

import pytest

from tests.console.conftest import administrator, browser, parts  # noqa: F401 - fixtures
from tests.domains.notices.test_console import FORM, desk, written  # noqa: F401 - a fixture


async def changes(desk, notice):  # noqa: F811
    web, at, _ = desk
    answer = await web.get(f"{at}/history", params={"kind": "notice", "target": notice})
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


async def take_back(desk, row):  # noqa: F811
    web, at, _ = desk
    return await web.post(f"{at}/history/{row['id']}/restore")


@pytest.mark.engines("sqlite", "postgresql")
async def test_a_notice_is_rewritten_and_put_back(desk):  # noqa: F811
    web, at, root = desk
    one = await written(desk)
    body = {"parentId": root, "kind": "building", "name": "3幢"}
    building = (await web.post(f"{at}/spaces", json=body)).json()["id"]
    new = {
        "title": "电梯停用",
        "groups": [{"text": "全天"}],
        "type": 8,
        "isTop": True,
        "spaceIds": [int(building)],
    }
    assert (await web.put(f"{at}/notices/{one}", json=new)).status_code == 200
    changed, created = await changes(desk, one)
    assert (changed["action"], changed["byName"], changed["restorable"]) == ("changed", "王伟", True)
    assert {row["field"]: (row["before"], row["after"]) for row in changed["fields"]} == {
        "title": ("电梯检修", "电梯停用"),
        "text": ("周六上午", "全天"),
        "notice_type": ("6", "8"),
        "is_top": ("0", "1"),
        "targets": ("", "3幢"),
    }
    assert (created["action"], created["restorable"]) == ("created", False)
    assert (await take_back(desk, changed)).status_code == 204
    shown = (await web.get(f"{at}/notices/{one}")).json()
    assert (shown["title"], shown["groups"][0]["text"], shown["targets"]) == (FORM["title"], "周六上午", [])
    assert (await take_back(desk, (await changes(desk, one))[0])).status_code == 204
    shown = (await web.get(f"{at}/notices/{one}")).json()
    assert (shown["title"], [target["id"] for target in shown["targets"]]) == ("电梯停用", [building])


async def test_each_step_is_told_and_published_text_stays(desk):  # noqa: F811
    web, at, _ = desk
    one = await written(desk)
    await web.put(f"{at}/notices/{one}", json={**FORM, "title": "停水"})
    await web.post(f"{at}/notices/{one}/publish", json={"atMs": 1_900_000_000_000})
    await web.post(f"{at}/notices/{one}/withdraw")
    await web.post(f"{at}/notices/{one}/publish", json={})
    await web.put(f"{at}/notices/{one}/top", json={"isTop": True})
    await web.delete(f"{at}/notices/{one}")
    rows = await changes(desk, one)
    told = [row["action"] for row in rows if row["action"] not in ("scheduled", "withdrawn")]
    assert told == ["deleted", "changed", "published", "changed", "created"]
    deleted, pinned, rewritten = rows[0], rows[1], rows[-2]
    assert (await take_back(desk, pinned)).status_code == 404  # it is deleted
    assert (await take_back(desk, deleted)).status_code == 204
    assert (await take_back(desk, pinned)).status_code == 204
    assert (await web.get(f"{at}/notices/{one}")).json()["isTop"] is False
    refused = await take_back(desk, rewritten)
    assert (refused.status_code, refused.json()["code"]) == (409, "notice.published")
