"""Versions of the 2.5.3 manual, and what a partner's calls meet when a service does not run. Spec B §3.22; A ONB-17."""

import pytest

from linli.domains.communities.service import lifecycle
from tests.domains.communities.test_openapi_communities import C, apply, post_form, upload
from tests.domains.house import OPERATOR

POI = "/solution/community/paas/poid/query"


@pytest.mark.covers("B008")
async def test_places_are_found_by_either_version(platform, partner):
    for version in ("1.0.0", "1.0.1"):
        said = {"keywords": "桂花城", "city": "杭州", "citylimit": True, "pageSize": "1", "pageNo": 2}
        found = await partner.call(POI, version, said)
        assert (found["code"], [poi["id"] for poi in found["data"]]) == (200, ["B023B19DJA"])
        blank = await partner.call(POI, version, {"keywords": " ", "city": "杭州"})
        assert (blank["code"], "keywords" in blank["message"]) == (460, True)
        assert (await partner.call(POI, version, {"city": "杭州"}))["code"] == 460


async def test_apply_list_and_read_by_the_older_versions(platform, partner, stranger):
    ticket = (await partner.call("/solution/community/oss/ticket/get", "1.0.2", {"type": "picture"}))["data"]
    for name in ("a.png", "b.png", "c.png"):
        assert (await post_form(platform, ticket, name)).status_code == 200
    said = {
        "poid": "B0FFF0EG44", "name": "九龙站宾馆", "address": "金龙楼", "serviceStartTime": "2020-06-18",
        "serviceEndTime": "2020-07-18",
    }  # fmt: skip
    made = []
    for certificate in (f"{ticket['dir']}/a.png", f"http://{ticket['host']}/{ticket['dir']}/b.png?x=1"):
        answer = await partner.call(f"{C}/apply", "1.0.0", {**said, "certificate": certificate})
        assert answer["code"] == 200, answer
        made.append(answer["data"]["communityId"])
    for bad in ("http://evil.example/x.png", f"{ticket['dir']}/a.png", f"{ticket['dir']}/none.png", ""):
        refused = await partner.call(f"{C}/apply", "1.0.0", {**said, "certificate": bad})
        assert (refused["code"], "certificate" in refused["message"]) == (460, True), bad
    foreign = await stranger.call(f"{C}/apply", "1.0.0", {**said, "certificate": f"{ticket['dir']}/c.png"})
    assert foreign["code"] == 460
    assert (
        await partner.call(
            f"{C}/apply", "1.0.0", {**said, "poid": "B1", "certificate": f"{ticket['dir']}/c.png"}
        )
    )["code"] == 460
    listed = (await partner.call(f"{C}/query", "1.0.0", {}))["data"]
    assert sorted(row["communityId"] for row in listed) == sorted(made)
    assert (await partner.call(f"{C}/query", "1.0.0", {"applyStatus": 7}))["code"] == 460
    older = (await partner.call(f"{C}/detail/get", "1.0.0", {"communityId": str(made[0])}))["data"]
    newer = (await partner.call(f"{C}/detail/get", "1.0.3", {"communityId": made[0]}))["data"]
    assert older == newer
    told = await stranger.call(f"{C}/detail/get", "1.0.0", {"communityId": made[0]})
    none = await stranger.call(f"{C}/detail/get", "1.0.0", {"communityId": 999_999})
    assert {**told, "id": 0} == {**none, "id": 0}


@pytest.mark.covers("B012")
async def test_only_what_was_refused_is_deleted(platform, partner, stranger):
    proof = (await upload(platform, partner))["uploadId"]
    number = (await apply(partner, certificateUploadId=proof))["data"]["communityId"]
    early = await partner.call(f"{C}/delete", "1.0.1", {"communityId": number})
    assert (early["code"], early["message"] != "") == (460, True)
    await platform.reject(number, "合同缺页")
    assert (await stranger.call(f"{C}/delete", "1.0.1", {"communityId": number}))["code"] != 200
    assert (await partner.call(f"{C}/delete", "1.0.1", {"communityId": "x"}))["code"] == 400
    assert (await partner.call(f"{C}/delete", "1.0.1", {"communityId": number}))["code"] == 200
    assert (await partner.call(f"{C}/delete", "1.0.1", {"communityId": number}))["code"] == 403


@pytest.mark.covers("ONB-17")
async def test_while_a_service_is_suspended_a_partner_reaches_nothing_of_it(platform, partner):
    number = await platform.new_community(partner)
    token = await partner.token(number)
    query = (
        "/solution/community/paas/space/sub/query",
        "1.0.1",
        {"pageNo": 1, "pageSize": 10, "typeCode": "building"},
    )
    assert (await partner.call(*query, cloudToken=token))["code"] == 200

    async def turn(on: bool) -> None:
        async with platform.db.begin() as tx:
            if on:
                await lifecycle.resume(
                    OPERATOR, tx, community_id=number, service_end="2035-12-31", ids=platform.ids,
                    now_ms=platform.clock.now_ms(),
                )  # fmt: skip
            else:
                await lifecycle.halt(
                    OPERATOR, tx, community_id=number, state="suspended", reason="unpaid", words="", ids=platform.ids,
                    now_ms=platform.clock.now_ms(),
                )  # fmt: skip

    await turn(False)
    refused = await partner.call(*query, cloudToken=token)
    assert refused["code"] in (401, 403), refused
    asked = await partner.call("/solution/community/paas/token/get", "1.0.0", {"communityId": number})
    assert asked["code"] == 403
    await turn(True)
    token = await partner.token(number)
    assert (await partner.call(*query, cloudToken=token))["code"] == 200
