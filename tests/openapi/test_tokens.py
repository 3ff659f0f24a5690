"""cloudTokens: one live token for a key and a community, five minutes of grace after a refresh."""

import pytest

from linli.kernel import tenancy
from linli.kernel.clock import ManualClock
from tests.openapi.house import Partner, Platform, failure


@pytest.mark.covers("B005")
async def test_a_new_token_kills_the_old_one(
    partner: Partner, platform: Platform, clock: ManualClock
) -> None:
    refused = failure(401, "request auth error.", "请求认证错误")
    first = await partner.token(1504)
    assert len(first) == 32
    echo = ("/sample/echo", "1.0.2", {"iotId": "x"})
    told = await partner.call(*echo, cloudToken=first)
    assert (told["data"]["communityId"], told["data"]["communities"]) == (1504, [1504])
    other = await partner.token(1505)
    second = await partner.token(1504)
    assert await partner.call(*echo, cloudToken=first) == refused
    assert (await partner.call(*echo, cloudToken=second))["code"] == 200
    assert (await partner.call(*echo, cloudToken=other))["data"]["communityId"] == 1505
    await clock.advance(7_200_000)
    assert await partner.call(*echo, cloudToken=second) == refused


@pytest.mark.covers("B006")
@pytest.mark.parametrize("path", ["/solution/community/paas/token/refresh", "/cloud/token/refresh"])
async def test_after_a_refresh_the_old_token_lives_five_minutes(
    partner: Partner, platform: Platform, clock: ManualClock, path: str
) -> None:
    first = await partner.token(1504)
    told = await partner.call(path, "1.0.0", {"cloudToken": first})
    second = told["data"]["cloudToken"]
    assert told["data"]["expiresIn"] == 7_200_000
    assert second != first
    echo = ("/sample/echo", "1.0.2", {"iotId": "x"})
    await clock.advance(299_000)
    for token in (first, second):
        assert (await partner.call(*echo, cloudToken=token))["code"] == 200
    await clock.advance(1_000)
    assert (await partner.call(*echo, cloudToken=first))["code"] == 401
    assert (await partner.call(*echo, cloudToken=second))["code"] == 200
    assert (await partner.call(path, "1.0.0", {"cloudToken": first}))["code"] == 401


@pytest.mark.covers("B005")
async def test_token_by_project(partner: Partner) -> None:
    told = await partner.call("/cloud/token", "1.0.1", {"grantType": "project", "res": "p1504"})
    assert told["data"]["expireIn"] == told["data"]["expiresIn"] == 7_200_000
    token = told["data"]["cloudToken"]
    assert (await partner.call("/sample/echo", "1.0.2", {"iotId": "x"}, cloudToken=token))["code"] == 200
    told = await partner.call("/cloud/token", "1.0.1", {"grantType": "user", "res": "p1504"})
    assert told["code"] == 460
    assert "grantType" in told["message"]
    assert (await partner.call("/cloud/token/refresh", "1.0.1", cloudToken=token))["code"] == 200


@pytest.mark.parametrize("res", ["p9999", "its own project", "a foreign community"])
async def test_a_wrong_res_is_told_what_to_pass(partner: Partner, platform: Platform, res: str) -> None:
    """The same of what is foreign and of what is not there."""
    (project,) = await tenancy.list_projects(partner.owner, platform.db)
    res = {"its own project": project.project_id, "a foreign community": "p1600"}.get(res, res)
    told = await partner.call("/cloud/token", "1.0.1", {"grantType": "project", "res": res})
    assert told["code"] == 403
    assert told["message"].startswith("request forbidden. res must be the projectId of a community")
    assert "密钥" in told["localizedMsg"]


async def test_tokens_refused(partner: Partner, stranger: Partner, platform: Platform) -> None:
    refused = failure(401, "request auth error.", "请求认证错误")
    echo = ("/sample/echo", "1.0.2", {"iotId": "x"})
    assert await partner.call(*echo) == refused
    foreign = await stranger.token(1600)
    for token in ("", "nonsense", "x" * 500, foreign):
        assert await partner.call(*echo, cloudToken=token) == refused
    assert (
        await partner.call("/solution/community/paas/token/refresh", "1.0.0", {"cloudToken": foreign})
        == refused
    )
    platform.targets.approved[1505] = False
    told = await partner.call("/solution/community/paas/token/get", "1.0.0", {"communityId": 1505})
    assert told == failure(403, "request forbidden.", "请求被禁止")


async def test_a_community_withdrawn_takes_the_token_along(partner: Partner, platform: Platform) -> None:
    token = await partner.token(1504)
    async with platform.db.begin() as tx:
        await tenancy.ungrant_community(partner.owner, tx, project_id=partner.project_id, community_id=1504)
    told = await partner.call("/sample/echo", "1.0.2", {"iotId": "x"}, cloudToken=token)
    assert told == failure(403, "request forbidden.", "请求被禁止")
