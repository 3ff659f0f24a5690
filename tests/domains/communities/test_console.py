"""The routes that the console's pages call: communities, spaces, houses, imports, residents, search."""

from collections.abc import AsyncIterator
from pathlib import Path

import openpyxl
import pytest

from linli.console.parts import Parts
from linli.domains.communities.service import pois
from linli.domains.communities.service.importer import Importer
from linli.domains.people.rights import Role
from linli.domains.people.service import accounts
from linli.kernel import tenancy
from linli.kernel.outbox import Jobs, Worker
from tests.console.conftest import PASSWORD, Browser, administrator, browser  # noqa: F401 - fixtures
from tests.console.conftest import parts as console_parts  # noqa: F401 - a fixture
from tests.domains.communities.builders import POI_CSV
from tests.domains.communities.test_imports import HOUSE_ROWS, RESIDENT_ROWS
from tests.domains.communities.test_openapi_communities import picture
from tests.domains.communities.test_workbook import workbook

APPLICATION = {
    "poid": "B000000001",
    "name": "桂花城",
    "address": "紫荆花路1号",
    "serviceStart": "2026-01-01",
    "serviceEnd": "2028-12-31",
    "managingBody": "绿城物业",
}


@pytest.fixture
def importer_jobs() -> Jobs:
    return Jobs()


@pytest.fixture
def parts(console_parts: Parts, importer_jobs: Jobs) -> Parts:  # noqa: F811
    importer = Importer(
        console_parts.db, console_parts.objects, console_parts.ids, console_parts.clock, console_parts.secrets
    )
    importer.register(importer_jobs)
    console_parts.services["importer"] = importer
    return console_parts


@pytest.fixture
async def desk(parts: Parts, importer_jobs: Jobs, administrator: Browser) -> AsyncIterator[Browser]:  # noqa: F811
    """The first administrator's browser, with a worker that does imports."""
    async with parts.db.begin() as tx:
        await pois.import_catalogue(tx, pois.read_catalogue(POI_CSV.splitlines()))
    worker = Worker(parts.db, parts.clock, importer_jobs)
    await worker.start()
    yield administrator
    await worker.stop()


async def with_proof(desk: Browser) -> dict[str, object]:
    sent = await desk.post("/uploads", files={"file": ("licence.png", picture(), "image/png")})
    return {**APPLICATION, "certificates": [sent.json()["uploadId"]]}


async def approved(desk: Browser) -> dict[str, str]:
    made = (await desk.post("/communities", json=await with_proof(desk))).json()
    return (await desk.post(f"/communities/{made['id']}/approve")).json()


async def test_apply_with_proofs_review_and_figures(desk):
    assert [poi["poid"] for poi in (await desk.get("/pois?q=桂花")).json()["places"]] == [
        "B000000001",
        "B023B19DJA",
    ]
    sent = await desk.post("/uploads", files={"file": ("licence.png", picture(), "image/png")})
    assert sent.status_code == 201, sent.text
    bad = await desk.post("/uploads", files={"file": ("x.png", b"no picture", "image/png")})
    assert (bad.status_code, bad.json()["field"]) == (400, "file")
    application = {**APPLICATION, "certificates": [sent.json()["uploadId"]]}
    made = await desk.post("/communities", json=application)
    assert made.status_code == 201, made.text
    number = made.json()["id"]
    assert [row["id"] for row in (await desk.get("/community-reviews")).json()] == [number]
    review = (await desk.get(f"/community-reviews/{number}")).json()
    assert len(review["application"]["certificates"]) == 1
    done = await desk.post(f"/communities/{number}/approve")
    assert (done.status_code, done.json()["applyStatus"]) == (200, 2)
    assert (await desk.post(f"/communities/{number}/approve")).status_code == 409
    detail = (await desk.get(f"/communities/{number}")).json()
    assert (detail["houses"], detail["residents"], detail["timeZone"]) == (0, 0, "Asia/Shanghai")
    page = (await desk.get("/communities?q=桂花&applyStatus=2")).json()
    assert (page["total"], page["data"][0]["scopeId"]) == (1, detail["scopeId"])


@pytest.mark.parametrize(
    ("changed", "field"),
    [({"serviceEnd": "2020-01-01"}, "serviceEnd"), ({"name": ""}, "name"), ({"poid": "x"}, "poid"),
     ({"certificates": ["x"]}, "certificates")],
)  # fmt: skip
async def test_bad_applications_name_the_field(desk, changed, field):
    answer = await desk.post("/communities", json={**await with_proof(desk), **changed})
    assert (answer.status_code, answer.json()["field"]) == (400, field)


async def test_reject_with_a_reason(desk):
    number = (await desk.post("/communities", json=await with_proof(desk))).json()["id"]
    assert (await desk.post(f"/communities/{number}/reject", json={"reason": ""})).status_code == 400
    assert (await desk.post(f"/communities/{number}/reject", json={"reason": "合同缺页"})).status_code == 204
    assert (await desk.get(f"/communities/{number}")).json()["rejectReason"] == "合同缺页"
    assert (await desk.get(f"/communities/{number}/spaces")).status_code == 404


async def test_the_tree(desk):
    community = await approved(desk)
    root = int(community["rootSpaceId"])
    spaces = f"/communities/{community['id']}/spaces"
    area = (await desk.post(spaces, json={"parentId": root, "kind": "area", "name": "一期"})).json()
    building = (
        await desk.post(spaces, json={"parentId": int(area["id"]), "kind": "building", "name": "1幢"})
    ).json()
    refused = await desk.post(spaces, json={"parentId": root, "kind": "unit", "name": "1"})
    assert (refused.status_code, refused.json()["field"]) == (400, "parentId")
    await desk.post(spaces, json={"parentId": int(building["id"]), "kind": "house", "name": "101"})
    (row,) = (await desk.get(spaces)).json()
    assert (row["name"], row["children"], row["houses"], row["parentId"]) == ("一期", 1, 1, str(root))
    assert (await desk.get(f"{spaces}?parentId={area['id']}")).json()[0]["name"] == "1幢"
    moved = await desk.put(f"/spaces/{building['id']}", json={"name": "2幢", "parentId": root})
    assert (moved.json()["name"], moved.json()["parentId"]) == ("2幢", str(root))
    way = (await desk.get(f"/spaces/{building['id']}/way")).json()
    assert [step["name"] for step in way] == ["桂花城", "2幢"]
    in_use = await desk.delete(f"/spaces/{building['id']}")
    assert (in_use.status_code, in_use.json()["code"]) == (409, "space.in_use")
    assert (await desk.delete(f"/spaces/{area['id']}")).status_code == 200


async def test_import_trial_faults_and_residents(desk, tmp_path: Path):
    community = await approved(desk)
    template = await desk.get("/spaces/template.xlsx")
    assert template.status_code == 200
    (tmp_path / "template.xlsx").write_bytes(template.content)
    assert openpyxl.load_workbook(tmp_path / "template.xlsx").sheetnames[:2] == ["Houses", "Residents"]

    async def send(houses, people=(), **query):
        content = workbook(tmp_path / "in.xlsx", houses, people).read_bytes()
        return await desk.post(
            f"/communities/{community['id']}/spaces/import",
            params=query,
            files={"file": ("房屋.xlsx", content)},
        )

    bad = (await send([*HOUSE_ROWS, ("3?1", "01", "0101")], dryRun=True)).json()
    assert (bad["state"], bad["rows"], bad["badRows"]) == ("refused", 4, 1)
    (fault,) = bad["problems"]
    assert (fault["sheet"], fault["row"], fault["column"], fault["value"]) == ("Houses", 5, "A", "3?1")
    assert "upper-case letters" in fault["message"]
    report = await desk.get(f"/imports/{bad['id']}/report.xlsx")
    (tmp_path / "report.xlsx").write_bytes(report.content)
    assert "upper-case letters" in openpyxl.load_workbook(tmp_path / "report.xlsx")["房屋"]["A5"].value

    tried = (await send(HOUSE_ROWS, RESIDENT_ROWS, dryRun=True)).json()
    assert (tried["state"], tried["created"], tried["outcome"]["houses"]) == ("checked", 11, 3)
    done = (await desk.post(f"/imports/{tried['id']}/apply")).json()
    assert (done["state"], done["problems"]) == ("done", [])
    listed = (await desk.get(f"/communities/{community['id']}/imports")).json()
    assert [row["state"] for row in listed["data"]] == ["done", "refused"]

    first = (await desk.get(f"/communities/{community['id']}/houses?q=01-01")).json()
    assert [row["location"] for row in first["data"]] == ["01/01/0101", "01/01/0102"]
    houses = (await desk.get(f"/communities/{community['id']}/houses?sort=-location")).json()
    assert [(row["location"], row["residents"]) for row in houses["data"]] == [("02/01/0101", 1), ("01/01/0102", 1), ("01/01/0101", 2)]  # noqa: E501  # fmt: skip
    house = houses["data"][0]["id"]
    people = (await desk.get(f"/communities/{community['id']}/residents?q=李&sort=name")).json()
    assert people["total"] == 3
    assert {row["houseLocation"] for row in people["data"]} == {"01/01/0101", "02/01/0101"}
    described = await desk.put(
        f"/communities/{community['id']}/houses/{house}", json={"layout": "2/1/1", "houseStatus": 2}
    )
    assert (described.json()["layout"], described.json()["houseStatus"]) == ("2/1/1", 2)

    residents = f"/communities/{community['id']}/residents"
    new = {"houseId": int(house), "name": "王维", "type": 3, "phone": "13900000009"}
    added = await desk.post(residents, json=new)
    assert added.status_code == 201, added.text
    again = await desk.post(residents, json=new)
    assert (again.status_code, again.json()["code"]) == (409, "resident.already")
    assert (await desk.post(f"/imports/{tried['id']}/undo")).json()["code"] == "import.built_upon"
    out = {"houseId": int(house), "identityId": added.json()["identityId"]}
    assert (await desk.post(f"{residents}/move-out", json=out)).status_code == 200
    assert (await desk.get(f"{residents}?status=4")).json()["data"][0]["name"] == "王维"
    wrong = await desk.post(residents, json={**new, "houseId": int(community["rootSpaceId"])})
    assert (wrong.status_code, wrong.json()["field"]) == (400, "houseId")

    assert (await desk.get("/search?q=李伯")).json()[0]["kind"] == "person"
    hits = (await desk.get("/search?q=0102")).json()
    assert [(hit["kind"], hit["title"]) for hit in hits] == [("house", "Building 1, Unit 1, Room 102")]
    assert {hit["kind"] for hit in (await desk.get("/search?q=演示")).json()} == {"key"}
    assert (await desk.get("/search?q=李")).json() == []


async def test_staff_of_another_community_see_and_change_nothing(desk, parts):
    community = await approved(desk)
    other = await approved(desk)
    tenant = (await tenancy.list_tenants(parts.db))[0]
    hashed = await accounts.hash_password(PASSWORD)
    async with parts.db.begin() as tx:
        account = await accounts.create_account(
            tx, login="guard", password_hash=hashed, proven=True, name="保安", ids=parts.ids, now_ms=1
        )
        await accounts.grant_role(
            tx,
            account_id=account,
            role=Role.STAFF,
            tenant_id=tenant.id,
            community_id=int(other["id"]),
            now_ms=1,
        )
    async with Browser(parts) as guard:
        assert (await guard.sign_in("guard")).status_code == 200
        assert [row["id"] for row in (await guard.get("/communities")).json()["data"]] == [other["id"]]
        number, root = community["id"], community["rootSpaceId"]
        for path in (
            f"/communities/{number}", f"/communities/{number}/spaces", f"/communities/{number}/houses",
            f"/communities/{number}/residents", f"/communities/{number}/imports", f"/spaces/{root}/way",
        ):  # fmt: skip
            assert (await guard.get(path)).status_code == 404, path
        new = {"parentId": int(root), "kind": "area", "name": "x"}
        assert (await guard.post(f"/communities/{number}/spaces", json=new)).status_code == 403
        assert (await guard.get("/community-reviews")).status_code == 403
        assert (await guard.get("/pois?q=x")).status_code == 403
    async with Browser(parts) as nobody:
        assert (await nobody.get("/communities")).status_code == 401
