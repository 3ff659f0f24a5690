"""The gateway over a real socket: every status with its exact answer."""

import asyncio
from typing import Any

import httpx
import msgspec
import pytest
from sqlalchemy import func, select

from linli.kernel import tenancy
from linli.kernel.db import Query
from linli.openapi import policies
from linli.openapi.models import request_log
from tests.openapi.house import CALL_ID, Partner, Platform, failure, refusal


@pytest.mark.covers("B004", "H-65")
async def test_success_echoes_the_id_and_carries_data(partner: Partner) -> None:
    told = await partner.call(
        "/sample/echo", "1.0.0", {"iotId": "x", "count": "7", "tags": ["a"], "unknown": {}}
    )
    assert told == {
        "id": CALL_ID, "code": 200, "message": "success", "localizedMsg": None,
        "data": {"iotId": "x", "count": 7, "tags": ["a"], "communityId": None, "communities": [1504, 1505],
                 "callId": CALL_ID, "language": "zh-CN"},
    }  # fmt: skip
    told = await partner.call("/sample/write", "1.0.0", {"name": "second"})
    assert told == {"id": CALL_ID, "code": 200, "message": "success", "localizedMsg": None}


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


async def test_no_browser_takes_an_answer_for_a_page(partner: Partner) -> None:
    body = partner.body("1.0.0")
    headers = partner.headers("/sample/read", body)
    for status, signed in ((200, headers), (403, {**headers, "x-ca-signature": "d3Jvbmc="})):
        answer = await partner.send("/sample/read", body, signed)
        assert answer.status_code == status
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "default-src 'none'" in answer.headers["content-security-policy"]


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
            partner.owner, tx, app_key=partner.app_key, services=["sample"], offered=services
        )
    assert await partner.call("/sample/write", "1.0.0", {"name": "n"}) == forbidden
    assert (await partner.call("/sample/read", "1.0.0"))["code"] == 200
    assert await partner.token(1504)  # tokens belong to every key
    async with platform.db.begin() as tx:
        await policies.grant_services(
            partner.owner, tx, app_key=partner.app_key, services=None, offered=services
        )
    assert (await partner.call("/sample/write", "1.0.0", {"name": "n"}))["code"] == 200


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
    "id": CALL_ID,
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
        b'{"request":{"apiVer":"1.0.0"},"params":{"iotId":"\\u0000","more":"\xff"}}',
        b'{"request":{"apiVer":"1.0.0"},"more":"\xff"}',
        b'{"request":{"apiVer":"1.0.0"},"more":"\\u0000","params":' + b'[' * 5000 + b']' * 5000 + b'}',
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
