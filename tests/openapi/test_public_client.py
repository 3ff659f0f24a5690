"""The public Python client, unmodified, against a real socket: only the host differs from the vendor's."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest
from alibabacloud_iot_api_gateway import models
from alibabacloud_iot_api_gateway.client import Client
from alibabacloud_tea_util.models import RuntimeOptions

from linli.kernel.clock import SystemClock
from linli.kernel.db import Database
from linli.kernel.ids import Ids
from linli.kernel.secrets import Secrets
from linli.kernel.settings import Settings
from tests.openapi import sample_methods
from tests.openapi.house import Partner, Platform, Targets


@pytest.fixture
async def partner(database: Database, ids: Ids) -> AsyncIterator[Partner]:
    """On the machine's clock, since the client signs with it."""
    clock = SystemClock()
    platform = Platform(database, clock, ids, Secrets.random(), Settings(), Targets(), sample_methods)
    await platform.start()
    try:
        yield await platform.new_partner("partner", communities=(1504,))
    finally:
        await platform.stop()


class Caller:
    """One client object, called in a thread as its users do."""

    def __init__(self, partner: Partner) -> None:
        config = models.Config(
            app_key=partner.app_key,
            app_secret=partner.secret,
            domain=partner.platform.url.removeprefix("http://"),
            protocol="http",
        )
        self.client = Client(config)

    async def call(
        self, path: str, version: str, params: Any = None, *, method: str = "POST",
        headers: dict[str, str] | None = None, **request: str,
    ) -> Any:  # fmt: skip
        body = models.IoTApiRequest(params=params, request=models.CommonParams(api_ver=version, **request))
        return await asyncio.to_thread(
            self.client.do_request, path, "http", method, headers or {}, body, RuntimeOptions()
        )


@pytest.mark.covers("B004", "B005", "B006")
async def test_token_then_call(partner: Partner) -> None:
    caller = Caller(partner)
    answer = await caller.call("/solution/community/paas/token/get", "1.0.0", {"communityId": 1504})
    assert answer.status_code == 200
    told = msgspec.json.decode(answer.body)
    assert told["code"] == 200
    token = told["data"]["cloudToken"]
    answer = await caller.call("/sample/echo", "1.0.2", {"iotId": "门口机"}, cloud_token=token, language="en")
    data = msgspec.json.decode(answer.body)["data"]
    assert (data["iotId"], data["communityId"], data["language"]) == ("门口机", 1504, "en")
    answer = await caller.call("/cloud/token/refresh", "1.0.1", {"cloudToken": token}, cloud_token=token)
    assert msgspec.json.decode(answer.body)["data"]["cloudToken"] != token


@pytest.mark.parametrize(
    ("method", "path", "headers"),
    [
        ("POST", "/sample/read", {}),
        ("GET", "/sample/read", {}),
        ("POST", "/sample/read?b=2&a=%20x", {}),
        ("POST", "/sample/read", {"x-ca-stage": "RELEASE", "X-Custom": "Value", "x-empty": ""}),
    ],
    ids=str,
)
@pytest.mark.covers("B004")
async def test_ways_to_call(partner: Partner, method: str, path: str, headers: dict[str, str]) -> None:
    answer = await Caller(partner).call(path, "1.0.0", method=method, headers=headers)
    assert (answer.status_code, msgspec.json.decode(answer.body or b"{}").get("data")) == (200, "partner")


async def test_wrong_secret(partner: Partner) -> None:
    partner.secret = "another"
    answer = await Caller(partner).call("/sample/read", "1.0.0")
    assert (answer.status_code, answer.body) == (403, b"")
    assert answer.headers["x-ca-error-code"] == "A403IS"
    assert answer.headers["x-ca-error-message"].startswith("Invalid Signature, Server StringToSign:`POST")
