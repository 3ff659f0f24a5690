"""A partner's signed calls: find a place, hand in proofs, apply, follow the review. Spec B §3.4, §3.6, F2, F4."""

import struct
import zlib

import httpx
import pytest

from tests.plugins.stores import both_stores

pytestmark = both_stores

C = "/solution/community/paas/community"


def picture(width: int = 2, height: int = 2) -> bytes:
    """A whole PNG."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress(b"".join(b"\0" + b"\xff" * width for _ in range(height)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


async def post_form(platform, ticket, name="营业执照 (1).png", content=None, **changed):
    """The form as the document's sample sends it: the parts in its order."""
    fields = {
        "key": f"{ticket['dir']}/{name}",
        "policy": ticket["policy"],
        "OSSAccessKeyId": ticket["accessId"],
        "success_action_status": "200",
        "callback": "",
        "signature": ticket["signature"],
    } | changed
    async with httpx.AsyncClient(trust_env=False) as client:
        return await client.post(
            f"http://{ticket['host']}",
            data=fields,
            files={"file": (name, picture() if content is None else content)},
        )


async def upload(platform, partner, biz_code="COMMUNITY_FILE", **more):
    ticket = (await partner.call("/solution/community/oss/ticket/get", "1.0.2", {"type": "picture"}))["data"]
    answer = await post_form(platform, ticket)
    assert answer.status_code == 200
    saved = await partner.call(
        "/solution/community/oss/file/save",
        "1.0.0",
        {"tmpOssKey": f"{ticket['dir']}/营业执照 (1).png", "bizCode": biz_code, **more},
    )
    assert saved["code"] == 200, saved
    return saved["data"]


async def apply(partner, **changed):
    params = {
        "poid": "B0FFF0EG44",
        "name": "九龙站宾馆",
        "address": "金龙楼(九龙城道)",
        "serviceStartTime": "2020-06-18",
        "serviceEndTime": "2020-07-18",
    } | changed
    return await partner.call(f"{C}/apply", "1.0.3", params)


@pytest.mark.covers("B010", "B013", "B009")
async def test_from_poi_to_management(platform, partner):
    found = await partner.call(
        "/solution/community/paas/poid/query",
        "1.0.1",
        {"keywords": "九龙", "city": "香港", "citylimit": True},
    )
    assert [poi["id"] for poi in found["data"]] == ["B0FFF0EG44"]

    proofs = [(await upload(platform, partner))["uploadId"] for _ in range(3)]
    applied = await apply(
        partner, certificateUploadId=proofs[0], certificateUploadId2=proofs[1], certificateUploadId3=proofs[2]
    )
    community_id = applied["data"]["communityId"]
    assert isinstance(community_id, int)

    # The 2.5.3 sample sends the id as a string.
    detail = (await partner.call(f"{C}/detail/get", "1.0.3", {"communityId": str(community_id)}))["data"]
    assert detail["applyStatus"] == 1
    assert detail["spaceId"] is None
    assert detail["projectId"] is None
    assert (detail["serviceStartTime"], detail["serviceEndTime"]) == ("2020-06-18", "2020-07-18")
    token = await partner.call("/solution/community/paas/token/get", "1.0.0", {"communityId": community_id})
    assert token["code"] == 403, "no token while the community is under review"

    await platform.approve(community_id)
    detail = (await partner.call(f"{C}/detail/get", "1.0.3", {"communityId": community_id}))["data"]
    assert detail["applyStatus"] == 2
    assert detail["projectId"].startswith("a124")
    assert detail["spaceId"].isdigit()
    await partner.token(community_id)

    listed = await partner.call(f"{C}/query", "1.0.2", {"applyStatus": "2", "projectId": detail["projectId"]})
    assert listed["data"] == [{
        "communityId": community_id, "name": "九龙站宾馆", "applyStatus": 2, "projectId": detail["projectId"],
        "gmtCreate": detail["gmtCreate"], "poiCode": "B0FFF0EG44",
    }]  # fmt: skip
    assert (await partner.call(f"{C}/query", "1.0.2", {"applyStatus": "3"}))["data"] == []
    refused = await partner.call(f"{C}/query", "1.0.2", {"applyStatus": "9"})
    assert (refused["code"], "applyStatus" in refused["message"]) == (460, True)
    assert (await partner.call(f"{C}/delete", "1.0.1", {"communityId": community_id}))["code"] == 460


@pytest.mark.covers("B003")
async def test_one_key_pair_for_many_communities(platform, partner):
    first = await platform.new_community(partner, "一号小区")
    second = await platform.new_community(partner, "二号小区")
    assert {row["communityId"] for row in (await partner.call(f"{C}/query", "1.0.2", {}))["data"]} == {
        first,
        second,
    }
    made = {}
    for community in (first, second):
        token = await partner.token(community)
        detail = (await partner.call(f"{C}/detail/get", "1.0.3", {"communityId": community}))["data"]
        answer = await partner.call(
            "/solution/community/paas/space/sub/create",
            "1.0.1",
            {"name": "1幢", "parentId": detail["spaceId"], "typeCode": "building"},
            cloudToken=token,
        )
        made[community] = (token, answer["data"]["spaceId"])
    for community, (token, own) in made.items():
        rows = await partner.call(
            "/solution/community/paas/space/sub/query",
            "1.0.1",
            {"pageNo": 1, "pageSize": 10, "typeCode": "building"},
            cloudToken=token,
        )
        assert [row["spaceId"] for row in rows["data"]["data"]] == [own], community


async def test_refused_and_deleted(platform, partner, stranger):
    proof = (await upload(platform, partner))["uploadId"]
    community_id = (await apply(partner, certificateUploadId=proof))["data"]["communityId"]
    await platform.reject(community_id, "合同缺页")
    foreign = await stranger.call(f"{C}/delete", "1.0.1", {"communityId": community_id})
    absent = await stranger.call(f"{C}/delete", "1.0.1", {"communityId": 999_999})
    assert {**foreign, "id": 0} == {**absent, "id": 0}
    gone = await partner.call(f"{C}/delete", "1.0.1", {"communityId": community_id})
    assert (gone["code"], "data" in gone) == (200, False)
    assert (await partner.call(f"{C}/detail/get", "1.0.3", {"communityId": community_id}))["code"] == 403


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"poid": "B0NOWHERE1"}, "poid"),
        ({"serviceEndTime": "2020/07/18"}, "serviceEndTime"),
        ({"certificateUploadId": "nothing"}, "certificateUploadId"),
        ({"certificateUploadId": ""}, "certificateUploadId"),
        ({"name": "   "}, "name"),
    ],
)
async def test_bad_applications_are_460_and_name_the_field(platform, partner, changed, field):
    told = await apply(partner, **({"certificateUploadId": "x"} | changed))
    assert told["code"] == 460
    assert field in told["message"]
    assert (await partner.call(f"{C}/query", "1.0.2", {}))["data"] == []


@pytest.mark.covers("B023", "B024", "B025")
async def test_a_saved_file_can_be_read_and_serves_once(platform, partner, stranger):
    saved = await upload(platform, partner, urlTimeout=60)
    assert saved["urlTimeout"] == 60
    async with httpx.AsyncClient(trust_env=False) as client:
        answer = await client.get(saved["url"])
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")
    assert answer.content == picture()

    ticket = (await partner.call("/solution/community/oss/ticket/get", "1.0.2", {"type": "picture"}))["data"]
    assert ticket["dir"].startswith(f"{partner.tenant_id}/picture/")
    assert len(ticket["signature"]) == 28
    key = f"{ticket['dir']}/a.png"
    save = {"tmpOssKey": key, "bizCode": "DEFAULT"}
    assert (await partner.call("/solution/community/oss/file/save", "1.0.0", save))["code"] == 460
    assert (await post_form(platform, ticket, "a.png")).status_code == 200
    assert (await stranger.call("/solution/community/oss/file/save", "1.0.0", save))["code"] == 460
    faces = {**save, "bizCode": "HOUSEHOLD_FACE"}
    assert (await partner.call("/solution/community/oss/file/save", "1.0.0", faces))["code"] == 460
    assert (await partner.call("/solution/community/oss/file/save", "1.0.0", save))["code"] == 200
    again = await partner.call("/solution/community/oss/file/save", "1.0.0", save)
    assert (again["code"], "tmpOssKey" in again["message"]) == (460, True)


async def test_the_older_ticket(platform, partner):
    for version in ("1.0.1", "1.0.2"):
        got = await partner.call("/solution/community/oss/ticket/get", version, {"type": "picture"})
        assert set(got["data"]) == {"accessId", "policy", "signature", "dir", "host", "expire"}
        assert (await post_form(platform, got["data"])).status_code == 200
        bad = await partner.call("/solution/community/oss/ticket/get", version, {})
        assert (bad["code"], "type" in bad["message"]) == (460, True)


async def test_forms_that_are_not_taken(platform, partner, clock):
    ticket = (await partner.call("/solution/community/oss/ticket/get", "1.0.2", {"type": "picture"}))["data"]
    cases = [
        ({"signature": "A" * 28}, 403, "AccessDenied"),
        ({"key": f"{partner.tenant_id}/picture/{'0' * 32}/a.png"}, 400, "InvalidArgument"),
        ({"key": f"{ticket['dir']}/"}, 400, "InvalidArgument"),
        ({"content": b"x" * (2 * 1024 * 1024 + 1)}, 400, "EntityTooLarge"),
        ({"content": b"x" * (4 * 1024 * 1024)}, 400, "EntityTooLarge"),
    ]
    for changed, status, code in cases:
        answer = await post_form(platform, ticket, **changed)
        assert (answer.status_code, code in answer.text) == (status, True), changed
    async with httpx.AsyncClient(trust_env=False) as client:
        assert (await client.post(f"http://{ticket['host']}", content=b"x")).status_code == 400
        assert (await client.get(f"http://{ticket['host']}")).status_code == 405
    await clock.advance(1_800_001)
    assert (await post_form(platform, ticket)).status_code == 403
    assert (await partner.call("/solution/community/oss/ticket/get", "1.0.2", {"type": "exe"}))["code"] == 460


async def test_what_is_no_picture_is_not_saved(platform, partner):
    ticket = (await partner.call("/solution/community/oss/ticket/get", "1.0.2", {"type": "picture"}))["data"]
    for name, content in (("a.png", b"MZ\x90"), ("b.png", picture(9000, 9000)[:64])):
        assert (await post_form(platform, ticket, name, content)).status_code == 200
        told = await partner.call(
            "/solution/community/oss/file/save",
            "1.0.0",
            {"tmpOssKey": f"{ticket['dir']}/{name}", "bizCode": "COMMUNITY_FILE"},
        )
        assert (told["code"], "tmpOssKey" in told["message"]) == (460, True)


@pytest.mark.covers("B024")
async def test_any_file_is_saved_by_default_and_never_shown_as_a_page(platform, partner):
    ticket = (await partner.call("/solution/community/oss/ticket/get", "1.0.2", {"type": "picture"}))["data"]
    for name, content, suffix, kind in (
        ("page.html", b"<script>alert(1)</script>", ".bin", "application/octet-stream"),
        ("drawing.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", ".bin", "application/octet-stream"),
        ("contract.pdf", b"%PDF-1.7 ...", ".pdf", "application/pdf"),
        ("plan.png", picture(), ".png", "image/png"),
    ):
        assert (await post_form(platform, ticket, name, content)).status_code == 200
        save = {"tmpOssKey": f"{ticket['dir']}/{name}", "bizCode": "DEFAULT"}
        told = await partner.call("/solution/community/oss/file/save", "1.0.0", save)
        assert told["code"] == 200, told
        assert told["data"]["url"].partition("?")[0].endswith(suffix)
        async with httpx.AsyncClient(trust_env=False) as client:
            answer = await client.get(told["data"]["url"])
        assert (answer.status_code, answer.content) == (200, content)
        assert answer.headers["content-type"] in (kind, "binary/octet-stream")
        if told["data"]["url"].startswith(platform.url):
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert ("content-disposition" in answer.headers) == (suffix != ".png")
    for content in (b"", picture(9000, 9000)):
        assert (await post_form(platform, ticket, "b.png", content)).status_code == 200
        save = {"tmpOssKey": f"{ticket['dir']}/b.png", "bizCode": "DEFAULT"}
        assert (await partner.call("/solution/community/oss/file/save", "1.0.0", save))["code"] == 460
