"""Staff write, plan, publish and take back notices; who read them is counted."""

import pytest

from linli.domains.communities.service import pois
from linli.domains.notices import queries, service
from linli.domains.notices.service import Publisher
from linli.domains.people.queries import residents
from linli.kernel.outbox import Jobs, Worker
from linli.kernel.pages import PageRequest
from linli.kernel.scope import Scope
from tests.console.conftest import administrator, browser, parts  # noqa: F401 - fixtures
from tests.domains.communities.builders import POI_CSV
from tests.domains.communities.test_console import approved

FORM = {"title": "电梯检修", "groups": [{"text": "周六上午"}]}
HOUR = 3_600_000


@pytest.fixture
async def desk(parts, administrator):  # noqa: F811
    async with parts.db.begin() as tx:
        await pois.import_catalogue(tx, pois.read_catalogue(POI_CSV.splitlines()))
    community = await approved(administrator)
    return administrator, f"/communities/{community['id']}", community["rootSpaceId"]


async def listed(desk, **query):
    browser, at, _ = desk  # noqa: F811
    answer = await browser.get(f"{at}/notices", params=query)
    assert answer.status_code == 200, answer.text
    return [(row["id"], row["state"]) for row in answer.json()["data"]]


async def written(desk, **changed):
    browser, at, _ = desk  # noqa: F811
    answer = await browser.post(f"{at}/notices", json={**FORM, **changed})
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


async def test_the_list_is_sorted_as_asked(desk):
    browser, at, _ = desk  # noqa: F811
    made = {title: await written(desk, title=title) for title in ("乙", "甲", "丙")}
    by_title = [made[title] for title in sorted(made)]
    assert [one for one, _ in await listed(desk, sort="title")] == by_title
    assert [one for one, _ in await listed(desk, sort="-title")] == by_title[::-1]
    refused = await browser.get(f"{at}/notices", params={"sort": "colour"})
    assert (refused.status_code, refused.json()["field"]) == (400, "sort")


async def test_from_draft_to_publication_and_back(desk):
    browser, at, _ = desk  # noqa: F811
    one = await written(desk)
    assert await listed(desk) == [(one, "draft")]
    changed = await browser.put(f"{at}/notices/{one}", json={**FORM, "title": "电梯停用", "isTop": True})
    assert (changed.json()["title"], changed.json()["isTop"]) == ("电梯停用", True)
    assert (await browser.post(f"{at}/notices/{one}/publish", json={})).status_code == 204
    assert await listed(desk, state="published", q="停用") == [(one, "published")]
    again = await browser.post(f"{at}/notices/{one}/publish", json={})
    assert (again.status_code, again.json()["code"]) == (409, "notice.published")
    refused = await browser.put(f"{at}/notices/{one}", json=FORM)
    assert (refused.status_code, refused.json()["code"]) == (409, "notice.published")
    assert (await browser.delete(f"{at}/notices/{one}")).status_code == 204
    assert await listed(desk) == []
    assert await listed(desk, state="deleted") == [(one, "published")]
    assert (await browser.post(f"{at}/notices/{one}/restore")).status_code == 204
    assert await listed(desk) == [(one, "published")]


async def test_a_planned_notice_goes_out_by_itself(parts, desk):  # noqa: F811
    browser, at, _ = desk  # noqa: F811
    jobs = Jobs()
    Publisher(parts.db).register(jobs)
    worker = Worker(parts.db, parts.clock, jobs)
    now = parts.clock.now_ms()
    one, withdrawn, moved = await written(desk), await written(desk), await written(desk)
    for notice in (one, withdrawn, moved):
        answer = await browser.post(f"{at}/notices/{notice}/publish", json={"atMs": now + HOUR})
        assert answer.status_code == 204
    await browser.post(f"{at}/notices/{withdrawn}/withdraw")
    await browser.post(f"{at}/notices/{moved}/publish", json={"atMs": now + 2 * HOUR})
    await worker.run_once()
    assert await listed(desk, state="published") == []
    await parts.clock.advance(HOUR)
    await worker.run_once()
    assert await listed(desk, state="published") == [(one, "published")]
    assert await listed(desk, state="draft") == [(withdrawn, "draft")]
    await parts.clock.advance(HOUR)
    await worker.run_once()
    assert await listed(desk, state="published") == [(moved, "published"), (one, "published")]
    not_waiting = await browser.post(f"{at}/notices/{withdrawn}/withdraw")
    assert (not_waiting.status_code, not_waiting.json()["code"]) == (409, "notice.not_scheduled")
    for wrong in (now - 1, now + 400 * 86_400_000):
        answer = await browser.post(f"{at}/notices/{withdrawn}/publish", json={"atMs": wrong})
        assert (answer.status_code, answer.json()["field"]) == (400, "atMs")


async def test_who_read_it(parts, desk):  # noqa: F811
    browser, at, root = desk  # noqa: F811
    houses = []
    for name in ("101", "102"):
        made = await browser.post(f"{at}/spaces", json={"parentId": root, "kind": "house", "name": name})
        houses.append(made.json()["id"])
        person = {"houseId": houses[-1], "name": f"住{name}", "type": 1}
        assert (await browser.post(f"{at}/residents", json=person)).status_code == 201
    for space_ids, residents_reached in (
        ([], 2),
        ([int(houses[0])], 1),
        ([int(house) for house in houses], 2),
    ):
        said = await browser.post(f"{at}/notices/reach", json={"spaceIds": space_ids})
        assert said.json() == {"residents": residents_reached}
    one = await written(desk, spaceIds=[houses[0]])
    await browser.post(f"{at}/notices/{one}/publish", json={})
    community = int(at.split("/")[-1])
    scope = Scope.system((await queries.notice(Scope.system(), parts.db, int(one))).tenant_id)
    everybody = await residents.page(scope, parts.db, community, PageRequest())
    reader = next(row for row in everybody.data if row.name == "住101")
    async with parts.db.begin() as tx:
        for _ in range(2):
            await service.note_read(
                scope, tx, notice_id=int(one), person_id=reader.person_id, now_ms=parts.clock.now_ms()
            )
    told = (await browser.get(f"{at}/notices/{one}/reads")).json()
    assert (told["residents"], told["read"], [row["name"] for row in told["last"]]) == (1, 1, ["住101"])


async def test_pictures_of_notices(desk):
    browser, at, _ = desk  # noqa: F811
    jpg = bytes.fromhex("ffd8ffc0001108000a000a03012200021101031101ffd9")
    kept = await browser.post(f"{at}/notices/pictures", files={"file": ("a.jpg", jpg)})
    assert kept.status_code == 201, kept.text
    one = await written(desk, groups=[{"text": "见图", "uploadId": kept.json()["uploadId"]}])
    shown = (await browser.get(f"{at}/notices/{one}")).json()["groups"]
    assert kept.json()["uploadId"] in shown[0]["pictureUrl"]
    assert (await browser.post(f"{at}/notices/pictures", files={"file": ("a.jpg", b"no")})).status_code == 400
