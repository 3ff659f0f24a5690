"""The gateway over a real socket: every status with its exact answer."""

import asyncio
from typing import Any

import httpx
import msgspec
import pytest
from sqlalchemy import func, select

from linli.kernel import tenancy
from linli.kernel.clock import ManualClock
from linli.kernel.db import Query
from linli.openapi import policies
from linli.openapi.models import nonce_batches, nonces, request_log
from tests.openapi.house import Partner, Platform

ID = "1509086454180"


def failure(code: int, message: str, localized: str, return_type: str | None = None) -> dict[str, Any]:
    told = {"id": ID, "code": code, "message": message, "localizedMsg": localized}
    return told if return_type is None else {**told, "returnType": return_type}


def refusal(answer: httpx.Response) -> tuple[int, str, str]:
    assert answer.content == b""
    assert answer.headers["x-ca-request-id"]
    return answer.status_code, answer.headers["x-ca-error-code"], answer.headers["x-ca-error-message"]


@pytest.mark.covers("B004", "H-65")
async def test_success_echoes_the_id_and_carries_data(partner: Partner) -> None:
    told = await partner.call(
        "/sample/echo", "1.0.0", {"iotId": "x", "count": "7", "tags": ["a"], "unknown": {}}
    )
    assert told == {
        "id": ID, "code": 200, "message": "success", "localizedMsg": None,
        "data": {"iotId": "x", "count": 7, "tags": ["a"], "communityId": None, "communities": [1504, 1505],
                 "callId": ID, "language": "zh-CN"},
    }  # fmt: skip
    told = await partner.call("/sample/write", "1.0.0", {"name": "second"})
    assert told == {"id": ID, "code": 200, "message": "success", "localizedMsg": None}


@pytest.mark.parametrize("sent", ['"uuid-1-2"', "12", '"张"', "null", None])
async def test_id_is_echoed_as_it_was(partner: Partner, sent: str | None) -> None:
    body = f'{{{"" if sent is None else f""""id":{sent},"""}"request":{{"apiVer":"1.0.0"}}}}'.encode()
    answer = await partner.send("/sample/read", body, partner.headers("/sample/read", body))
    told = msgspec.json.decode(answer.content)
    if sent in (None, "null"):
        assert told["id"] == answer.headers["x-ca-request-id"]
    else:
        assert told["id"] == msgspec.json.decode(sent)


@pytest.mark.covers("B004")
@pytest.mark.parametrize("algorithm", ["HmacSHA256", "HmacSHA1"])
@pytest.mark.parametrize("content_type", ["application/json", "application/octet-stream; charset=utf-8"])
async def test_content_types_and_algorithms(partner: Partner, algorithm: str, content_type: str) -> None:
    body = partner.body("1.0.0")
    headers = partner.headers("/sample/read", body, algorithm=algorithm, content_type=content_type)
    assert (await partner.send("/sample/read", body, headers)).json()["data"] == "partner"


async def test_get_by_query(partner: Partner) -> None:
    query = "apiVer=1.0.0&id=q-1&language=en&iotId=%E5%BC%A0+%E4%B8%89&count=3&tags=%5B%22a%22%5D&empty="
    resource = '/sample/echo?apiVer=1.0.0&count=3&empty&id=q-1&iotId=张 三&language=en&tags=["a"]'
    headers = partner.headers(resource, b"", method="GET", content_type="application/x-www-form-urlencoded")
    told = (await partner.send(f"/sample/echo?{query}", b"", headers, method="GET")).json()
    assert told["id"] == "q-1"
    assert told["data"]["iotId"] == "张 三"
    assert (told["data"]["count"], told["data"]["tags"], told["data"]["language"]) == (3, ["a"], "en")


async def test_form_post(partner: Partner) -> None:
    body = b"apiVer=1.0.0&id=f-1&iotId=x&count=2"
    headers = partner.headers(
        "/sample/echo?apiVer=1.0.0&count=2&id=f-1&iotId=x", body,
        content_type="application/x-www-form-urlencoded; charset=UTF-8", content_md5=None,
    )  # fmt: skip
    assert (await partner.send("/sample/echo", body, headers)).json()["data"]["count"] == 2


# before the signature counts


@pytest.mark.covers("B004", "H-65")
async def test_wrong_key(partner: Partner) -> None:
    body = partner.body("1.0.0")
    for sent, told in (
        ("20000000", (400, "A400IK", "Invalid AppKey")),
        ("x" * 100, (400, "A400IK", "Invalid AppKey")),
        (None, (400, "A400MA", "Need authorization, X-Ca-Key is required")),
    ):
        headers = partner.headers("/sample/read", body, x_ca_key=sent)
        assert refusal(await partner.send("/sample/read", body, headers)) == told


@pytest.mark.covers("B004", "H-65")
async def test_wrong_signature(partner: Partner) -> None:
    body = partner.body("1.0.0")
    headers = {**partner.headers("/sample/read", body), "x-ca-signature": "d3Jvbmc="}
    status, code, message = refusal(await partner.send("/sample/read", body, headers))
    assert (status, code) == (403, "A403IS")
    assert message.startswith("Invalid Signature, Server StringToSign:`POSTapplication/json; charset=utf-8")
    assert message.endswith("/sample/read`")
    partner.secret = "another"
    status, code, _ = refusal(await partner.send("/sample/read", body, partner.headers("/sample/read", body)))
    assert (status, code) == (403, "A403IS")


async def test_stale_time(partner: Partner, platform: Platform) -> None:
    body = partner.body("1.0.0")
    for shift_ms in (-15 * 60_000 - 1, 15 * 60_000 + 1):
        headers = partner.headers("/sample/read", body, now_ms=platform.clock.now_ms() + shift_ms)
        told = refusal(await partner.send("/sample/read", body, headers))
        assert told == (403, "S403TE", "X-Ca-Timestamp is expired")


async def test_bad_digest(partner: Partner) -> None:
    body = partner.body("1.0.0")
    headers = partner.headers("/sample/read", body)
    told = refusal(await partner.send("/sample/read", body.replace(b"1.0.0", b"1.0.1"), headers))
    assert told == (400, "I400I5", "Invalid Content-MD5")


async def test_other_refusals(partner: Partner, platform: Platform) -> None:
    body = partner.body("1.0.0")
    headers = partner.headers("/sample/read", body)
    async with httpx.AsyncClient(base_url=platform.url, trust_env=False) as client:
        answer = await client.put("/sample/read", content=body, headers=headers)
        assert refusal(answer)[:2] == (405, "I405UM")
        twice = [*headers.items(), ("X-Ca-Nonce", "another")]
        answer = await client.post("/sample/read", content=body, headers=twice)
        assert refusal(answer)[:2] == (400, "I400HD")
        large = b" " * (platform.settings.http.max_body_bytes + 1)
        answer = await client.post("/sample/read", content=large, headers=headers)
        assert refusal(answer)[:2] == (413, "I413RL")


@pytest.mark.parametrize("path", ["/sample/read", "/sample/write"])
async def test_replayed_nonce(partner: Partner, platform: Platform, path: str) -> None:
    body = partner.body("1.0.0", {"name": "n"})
    headers = partner.headers(path, body)
    assert (await partner.send(path, body, headers)).json()["code"] == 200
    used = (403, "S403NU", "Nonce Used")
    assert refusal(await partner.send(path, body, headers)) == used
    # Another request under the same nonce is refused too, and so is a replay after a restart.
    other = partner.body("1.0.0", {"name": "m"})
    again = partner.headers(path, other, x_ca_nonce=headers["x-ca-nonce"])
    assert refusal(await partner.send(path, other, again)) == used
    await platform.restart()
    assert refusal(await partner.send(path, body, headers)) == used
    # Another app key may use the same nonce.
    third = await platform.new_partner("third")
    assert (await third.send(path, body, third.headers(path, body, x_ca_nonce=headers["x-ca-nonce"]))).json()[
        "code"
    ] == 200


async def test_a_written_calls_nonce_survives_a_kill(partner: Partner, platform: Platform) -> None:
    body = partner.body("1.0.0", {"name": "n"})
    headers = partner.headers("/sample/write", body)
    assert (await partner.send("/sample/write", body, headers)).json()["code"] == 200
    await platform.restart(in_order=False)
    assert refusal(await partner.send("/sample/write", body, headers)) == (403, "S403NU", "Nonce Used")


async def test_another_process_has_seen_the_nonce(partner: Partner, platform: Platform) -> None:
    second = Platform(
        platform.db, platform.clock, platform.ids, platform.secrets, platform.settings, platform.targets,
        platform.methods,
    )  # fmt: skip
    await second.start()
    try:
        body = partner.body("1.0.0", {"name": "n"})
        headers = partner.headers("/sample/write", body)
        assert (await partner.send("/sample/write", body, headers)).json()["code"] == 200
        partner.platform = second
        assert refusal(await partner.send("/sample/write", body, headers)) == (403, "S403NU", "Nonce Used")
    finally:
        await second.stop()


async def test_old_nonces_are_forgotten(partner: Partner, platform: Platform, clock: ManualClock) -> None:
    written = Query(select(func.count()).select_from(nonces))
    batches = Query(select(func.count()).select_from(nonce_batches))

    async def rows() -> tuple[int, int]:
        return await written.scalar(platform.db), await batches.scalar(platform.db)

    for path in ("/sample/read", "/sample/write"):
        await partner.call(path, "1.0.0", {"name": "n"})
    await platform.api.journal.flush()
    assert await rows() == (1, 1)
    await clock.advance(16 * 60_000)
    await partner.call("/sample/read", "1.0.0")
    await platform.api.journal.flush()
    while sum(await rows()) > 1:
        await platform.api.journal.purge()
    assert await rows() == (0, 1)
    assert len(platform.api._memory) == 3  # the memory forgets in generations of ten minutes
    await clock.advance(60 * 60_000)
    await partner.call("/sample/read", "1.0.0")
    assert len(platform.api._memory) == 1


# after it


@pytest.mark.covers("H-65")
async def test_unknown_route(partner: Partner) -> None:
    missing = failure(20003, "gateway.not found backend router", "没有找到路由服务")
    assert await partner.call("/sample/read", "9.9.9") == missing
    assert await partner.call("/sample/nothing", "1.0.0") == missing


@pytest.mark.covers("H-65")
async def test_service_not_granted(partner: Partner, platform: Platform) -> None:
    forbidden = failure(403, "request forbidden.", "请求被禁止")
    services = platform.api.registry.services()
    async with platform.db.begin() as tx:
        await policies.grant_services(
            partner.owner, tx, app_key=partner.app_key, services=["sample"], known=services
        )
    assert await partner.call("/sample/write", "1.0.0", {"name": "n"}) == forbidden
    assert (await partner.call("/sample/read", "1.0.0"))["code"] == 200
    assert await partner.token(1504)  # tokens belong to every key
    async with platform.db.begin() as tx:
        await policies.grant_services(
            partner.owner, tx, app_key=partner.app_key, services=None, known=services
        )
    assert (await partner.call("/sample/write", "1.0.0", {"name": "n"}))["code"] == 200


@pytest.mark.covers("H-67", "H-65")
async def test_rate_limit(partner: Partner, platform: Platform, clock: ManualClock) -> None:
    too_many = failure(429, "too many requests.", "太多请求", "IoT_PROTOCOL")
    codes = [(await partner.call("/sample/limited", "1.0.0")) for _ in range(3)]
    assert [told["code"] for told in codes] == [200, 200, 429]
    assert codes[2] == too_many
    assert (await partner.call("/sample/read", "1.0.0"))["code"] == 200  # another API has its own
    await clock.advance(1000)
    assert (await partner.call("/sample/limited", "1.0.0"))["code"] == 200


@pytest.mark.covers("H-67")
async def test_limits_of_a_key(
    partner: Partner, stranger: Partner, platform: Platform, clock: ManualClock
) -> None:
    async with platform.db.begin() as tx:
        await policies.set_limit(
            partner.owner, tx, app_key=partner.app_key, path="/sample/read", per_second=None, per_day=3
        )
        await policies.set_limit(
            partner.owner, tx, app_key=partner.app_key, path="", per_second=5, per_day=None
        )
    codes = [(await partner.call("/sample/read", "1.0.0"))["code"] for _ in range(4)]
    assert codes == [200, 200, 200, 429]
    assert (await stranger.call("/sample/read", "1.0.0"))["code"] == 200
    # The quota holds over a restart, and starts anew with the next day.
    await platform.restart()
    assert (await partner.call("/sample/read", "1.0.0"))["code"] == 429
    codes = [
        (await partner.call("/sample/community", "1.0.0", {"communityId": 1504}))["code"] for _ in range(6)
    ]
    assert codes.count(200) == 4  # the refused read still counted against the second, as the vendor counts
    assert codes[-1] == 429
    await clock.advance(86_400_000)
    assert (await partner.call("/sample/read", "1.0.0"))["code"] == 200


def wrong_type(said: str, localized: str) -> dict[str, Any]:
    return failure(400, f"failed to build result. {said}", f"请求错误：{localized}", "LUCENCY")


def bad_value(said: str, localized: str) -> dict[str, Any]:
    return failure(460, f"request parameter error. {said}", f"请求参数错误：{localized}")


@pytest.mark.parametrize(
    ("params", "told"),
    [
        ({"iotId": "x", "count": "many"}, wrong_type("count: must be of type int", "count：类型应为 int")),
        ({"iotId": 5}, wrong_type("iotId: must be of type str", "iotId：类型应为 str")),
        ({"iotId": "x", "tags": [1]}, wrong_type("tags[0]: must be of type str", "tags[0]：类型应为 str")),
        ({}, bad_value("iotId is blank!", "iotId：必填")),
        ({"iotId": ""}, bad_value("iotId is blank!", "iotId：不能为空白")),
        ({"iotId": None}, bad_value("iotId is blank!", "iotId：必填")),
        (None, bad_value("iotId is blank!", "iotId：必填")),
        ({"iotId": "x" * 65}, bad_value("iotId: must have at most 64 characters", "iotId：最多 64 个字符")),
    ],
    ids=str,
)
@pytest.mark.covers("H-65")
async def test_bad_parameters(partner: Partner, params: Any, told: dict[str, Any]) -> None:
    assert await partner.call("/sample/echo", "1.0.0", params) == told


TAKEN = "There is already a project named taken."
CODED = {
    "id": ID,
    "code": "SYS_0002",
    "message": "There is already a project named coded.",
    "localizedMsg": "已存在名为“coded”的项目。",
}


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("taken", bad_value(TAKEN, "已存在名为“taken”的项目。")),
        ("coded", CODED),
        ("many", failure(429, "too many requests.", "太多请求", "IoT_PROTOCOL")),
        ("away", failure(20004, "gateway.backend service error", "调用后端服务时发生异常")),
        ("bug", failure(500, "System Error", "服务端错误", "IoT_PROTOCOL")),
    ],
)
@pytest.mark.covers("H-65")
async def test_failures_of_a_method_undo_its_writes(
    partner: Partner, platform: Platform, name: str, told: dict[str, Any]
) -> None:
    before = await tenancy.list_projects(partner.owner, platform.db)
    assert await partner.call("/sample/write", "1.0.0", {"name": name}) == told
    assert await tenancy.list_projects(partner.owner, platform.db) == before


@pytest.mark.covers("H-65")
async def test_localized_message_follows_the_language(partner: Partner) -> None:
    told = await partner.call("/sample/read", "9.9.9", language="en-US")
    assert told["localizedMsg"] == "No backend router was found"
    told = await partner.call("/sample/echo", "1.0.0", {"iotId": ""}, language="en")
    assert told["localizedMsg"] == "Request parameter error: iotId: must not be blank"


async def test_a_foreign_community_looks_absent(partner: Partner, stranger: Partner) -> None:
    forbidden = failure(403, "request forbidden.", "请求被禁止")
    assert (await stranger.call("/sample/community", "1.0.0", {"communityId": 1600}))["data"] == 1600
    assert await partner.call("/sample/community", "1.0.0", {"communityId": 1600}) == forbidden
    assert await partner.call("/sample/community", "1.0.0", {"communityId": 999_999}) == forbidden
    get = "/solution/community/paas/token/get"
    assert await partner.call(get, "1.0.0", {"communityId": 1600}) == forbidden
    assert await partner.call(get, "1.0.0", {"communityId": 999_999}) == forbidden


@pytest.mark.parametrize(
    "body",
    [
        b"{", b"[]", b"5", b'"text"', b"null", b"\xff\xfe", b'{"request":{"apiVer":"1.0.0"},"params":',
        b'{"request":null}', b'{"request":{}}', b'{"request":{"apiVer":5}}', b'{"request":{"apiVer":null}}', b"{}",
        b'{"id":{},"request":{"apiVer":"1.0.0"}}', b'{"id":"' + b"x" * 300 + b'","request":{"apiVer":"1.0.0"}}',
        b'{"id":"\xff","request":{"apiVer":"1.0.0"}}',
        b'{"request":{"apiVer":"1.0.0"},"params":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"request":{"apiVer":"1.0.0","language":7},"params":{}}',
        b'{"request":{"apiVer":"1.0.0"},"params":{"iotId":"a\\u0000b"}}',
        b'{"request":{"apiVer":"1.0.0"},"params":{"iotId":"\\ud800"}}',
        b'{"request":{"apiVer":"1.0.0"},"params":{"iotId":"\xff"}}',
        b'{"request":{"apiVer":"1.0.0"},"params":[]}', b'{"request":{"apiVer":"1.0.0"},"params":"text"}',
    ],
    ids=lambda body: repr(body[:60]),
)  # fmt: skip
async def test_garbage_gets_a_clear_answer(partner: Partner, body: bytes) -> None:
    answer = await partner.send("/sample/echo", body, partner.headers("/sample/echo", body))
    assert answer.status_code == 200
    told = answer.json()
    assert told["code"] == 400, told
    assert told["message"].startswith("failed to build result. ")
    assert told["returnType"] == "LUCENCY"


async def test_duplicate_names_and_null_params(partner: Partner) -> None:
    body = b'{"id":"1","id":"2","request":{"apiVer":"9","apiVer":"1.0.0"},"params":{"iotId":"a","iotId":"b"}}'
    told = (await partner.send("/sample/echo", body, partner.headers("/sample/echo", body))).json()
    assert (told["id"], told["data"]["iotId"]) == ("2", "b")
    body = b'{"request":{"apiVer":"1.0.0"},"params":null}'
    told = (await partner.send("/sample/read", body, partner.headers("/sample/read", body))).json()
    assert told["code"] == 200
    told = (await partner.send("/sample/echo", body, partner.headers("/sample/echo", body))).json()
    assert told["code"] == 460


async def test_a_number_that_no_column_takes(partner: Partner) -> None:
    told = await partner.call("/sample/number", "1.0.0", {"communityId": 2**70})
    assert told == failure(
        460,
        "request parameter error. communityId: is a number out of range",
        "请求参数错误：communityId：数值超出范围",
    )


# tokens


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


async def test_a_key_disabled_or_rotated_counts_with_the_next_call(
    partner: Partner, platform: Platform
) -> None:
    assert (await partner.call("/sample/read", "1.0.0"))["code"] == 200
    async with platform.db.begin() as tx:
        await tenancy.enable_app_key(partner.owner, tx, app_key=partner.app_key, enabled=False)
    body = partner.body("1.0.0")
    answer = await partner.send("/sample/read", body, partner.headers("/sample/read", body))
    assert refusal(answer) == (403, "A403EP", "AppKey is disabled")
    async with platform.db.begin() as tx:
        await tenancy.enable_app_key(partner.owner, tx, app_key=partner.app_key, enabled=True)
        secret = await tenancy.rotate_app_key(
            partner.owner, tx, app_key=partner.app_key, ids=platform.ids, secrets=platform.secrets
        )
    answer = await partner.send("/sample/read", body, partner.headers("/sample/read", body))
    assert refusal(answer)[1] == "A403IS"
    partner.secret = secret
    assert (await partner.call("/sample/read", "1.0.0"))["code"] == 200


async def test_many_at_once(partner: Partner, platform: Platform) -> None:
    calls = [partner.call("/sample/write", "1.0.0", {"name": f"n{number}"}) for number in range(50)]
    assert {told["code"] for told in await asyncio.gather(*calls)} == {200}
    await platform.api.journal.flush()
    assert (
        await Query(select(func.count()).select_from(request_log), unscoped="a test").scalar(platform.db)
        == 50
    )


async def test_an_undone_call_cannot_be_played_against_another_process(
    partner: Partner, platform: Platform
) -> None:
    second = Platform(
        platform.db, platform.clock, platform.ids, platform.secrets, platform.settings, platform.targets,
        platform.methods,
    )  # fmt: skip
    await second.start()
    try:
        body = partner.body("1.0.0", {"name": "taken"})
        headers = partner.headers("/sample/write", body)
        assert (await partner.send("/sample/write", body, headers)).json()["code"] == 460
        await platform.api.journal.flush()
        partner.platform = second
        assert refusal(await partner.send("/sample/write", body, headers)) == (403, "S403NU", "Nonce Used")
    finally:
        await second.stop()
