"""What the owner of a key finds in the request log, and what nobody finds there."""

from typing import Any

import msgspec
import pytest

from linli.kernel.clock import ManualClock
from linli.openapi import request_log
from linli.openapi.masking import excerpts
from linli.openapi.request_log import LoggedRequest, RequestIds, Search, time_of
from tests.openapi.house import Partner, Platform

DAY_MS = 86_400_000


async def found(partner: Partner, *, asker: Partner | None = None, **wanted: Any) -> list[LoggedRequest]:
    platform = partner.platform
    await platform.api.journal.flush()
    now_ms = platform.clock.now_ms()
    search = Search((partner.app_key,), now_ms - DAY_MS, now_ms, **wanted)
    return await request_log.search((asker or partner).owner, platform.db, search)


async def test_a_call_is_found_by_its_ids(partner: Partner) -> None:
    body = partner.body("1.0.0", {"iotId": "x"}, language="en")
    answer = await partner.send("/sample/echo", body, partner.headers("/sample/echo", body))
    (row,) = await found(partner, request_id=answer.headers["x-ca-request-id"])
    assert (row.path, row.version, row.http_status, row.code) == ("/sample/echo", "1.0.0", 200, "200")
    assert (row.call_id, row.client_ip, row.request) == ("1509086454180", "127.0.0.1", '{"iotId":"x"}')
    assert row.cost_us > 0
    assert msgspec.json.decode(row.response)["iotId"] == "x"
    assert await found(partner, request_id="1509086454180") == [row]
    assert await found(partner, request_id="nothing") == []


async def test_search_by_path_code_and_page(partner: Partner) -> None:
    for version in ("1.0.0", "9.9.9", "1.0.0"):
        await partner.call("/sample/read", version)
    await partner.call("/sample/echo", "1.0.0", {"iotId": ""})
    rows = await found(partner)
    assert [row.code for row in rows] == ["460", "200", "20003", "200"]
    assert [row.code for row in await found(partner, path="/sample/read")] == ["200", "20003", "200"]
    assert [row.path for row in await found(partner, code="460")] == ["/sample/echo"]
    assert [row.code for row in await found(partner, failed_only=True)] == ["460", "20003"]
    first = await found(partner, limit=2)
    assert first == rows[:2]
    assert await found(partner, before=first[-1].ca_request_id) == rows[2:]


async def test_refusals_are_logged_for_the_keys_owner(partner: Partner) -> None:
    body = partner.body("1.0.0")
    headers = {**partner.headers("/sample/read", body), "x-ca-signature": "d3Jvbmc="}
    await partner.send("/sample/read", body, headers)
    (row,) = await found(partner)
    assert (row.http_status, row.code) == (403, "A403IS")
    assert row.reason.startswith("Invalid Signature, Server StringToSign:`POST")


async def test_reasons_beyond_the_answer(partner: Partner, stranger: Partner) -> None:
    told = await partner.call("/sample/community", "1.0.0", {"communityId": 1600})
    assert told["message"] == "request forbidden."
    (row,) = await found(partner)
    assert row.reason == "There is no community 1600."


async def test_strangers_find_nothing(partner: Partner, stranger: Partner) -> None:
    body = partner.body("1.0.0")
    answer = await partner.send("/sample/read", body, partner.headers("/sample/read", body))
    assert await found(partner, asker=stranger) == []
    assert await found(partner, asker=stranger, request_id=answer.headers["x-ca-request-id"]) == []


async def test_tokens_and_secrets_are_masked(partner: Partner) -> None:
    token = await partner.token(1504)
    await partner.call("/solution/community/paas/token/refresh", "1.0.0", {"cloudToken": token})
    await partner.call(
        "/sample/echo", "1.0.0", {"iotId": "x", "appSecret": "s1", "nested": {"PASSWORD": "s2"}, "idNo": "s3"}
    )
    text = repr(await found(partner))
    assert token not in text
    for secret in ('"s1"', '"s2"', '"s3"'):
        assert secret not in text
    assert '\\"cloudToken\\":\\"***\\"' in text or '"cloudToken":"***"' in text


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        (b'{"a":1}', '{"a":1}'),
        (b'{"cloudToken":"abc","b":2}', '{"cloudToken":"***","b":2}'),
        (b'{"deviceSecret": "a\\"b,c", "x": 1}', '{"deviceSecret":"***","x":1}'),
        (b'{"password":12345}', '{"password":"***"}'),
        (b'{"tokens":["a","b"],"c":1}', '{"tokens":["***","***"],"c":1}'),
        (b'{"secret":"cut off her', '{"secret":"***"'),
        ('{"name":"张三"}'.encode(), '{"name":"张**"}'),
        (
            b'{"phone":"13812345678","qrCode":"ALI24DD9END8CD3F","u":"http://h/p?s=1"}',
            '{"phone":"138****5678","qrCode":"***CD3F","u":"http://h/p?***"}',
        ),
        (b"\xff\x00", "�"),
    ],
)
def test_excerpt(raw: bytes, shown: str) -> None:
    assert excerpts([raw], 100) == [shown]


def test_long_excerpts_are_cut_between_characters() -> None:
    assert excerpts([b"x" * 11, "x张".encode()], 2) == ["xx…", "x…"]


async def test_old_rows_go(partner: Partner, platform: Platform, clock: ManualClock) -> None:
    await partner.call("/sample/read", "1.0.0")
    assert len(await found(partner)) == 1
    await request_log.purge(platform.db, clock.now_ms(), days=7)
    assert len(await found(partner)) == 1
    await request_log.purge(platform.db, clock.now_ms() + 8 * DAY_MS, days=7)
    assert await found(partner) == []


def test_request_ids_are_unique_uuids_in_order_of_time() -> None:
    import uuid

    ids = RequestIds()
    made = [ids.make(1_795_500_000_000 + n // 100) for n in range(10_000)]
    assert len(set(made)) == len(made)
    assert {uuid.UUID(one).version for one in made} == {7}
    assert time_of(made[0]) == 1_795_500_000_000
    assert sorted(made, key=lambda one: one[:13])[-1][:13] == made[-1][:13]
    assert time_of("4a70179d-47d8-4fdf-9067-8a5eedf63483") is None
    assert time_of("7") is None
