"""The programs that the API reference offers, run as they stand, and the vendor's Node client with forms of a call."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from linli.kernel.clock import SystemClock
from linli.kernel.db import Database
from linli.kernel.ids import Ids
from linli.kernel.secrets import Secrets
from linli.kernel.settings import Settings
from linli.openapi import samples
from linli.openapi.registry import MethodSpec
from tests import node_clients
from tests.openapi import sample_methods
from tests.openapi.house import Partner, Platform, Targets

COMMUNITY = 1504
SDK = Path(__file__).parents[2] / "sdk" / "src"
PARAMS = {"iotId": "门口机's 1", "count": 3}


@pytest.fixture
async def partner(database: Database, ids: Ids) -> AsyncIterator[Partner]:
    """On the machine's clock, since the clients sign with it."""
    clock = SystemClock()
    platform = Platform(database, clock, ids, Secrets.random(), Settings(), Targets(), sample_methods)
    await platform.start()
    try:
        yield await platform.new_partner("partner", communities=(COMMUNITY,))
    finally:
        await platform.stop()


def echo(partner: Partner, version: str) -> MethodSpec:
    registry = partner.platform.api.registry
    return next(spec for spec in registry if (spec.path, spec.version) == ("/sample/echo", version))


async def printed(line: list[str], partner: Partner, **environment: str) -> str:
    done = await asyncio.to_thread(
        subprocess.run, line, capture_output=True, text=True, timeout=60, check=False,
        env={**os.environ, "LINLI_APP_SECRET": partner.secret, **environment},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


async def test_the_shell_sample_calls_with_and_without_a_token(partner: Partner) -> None:
    for version, community in (("1.0.0", None), ("1.0.2", COMMUNITY)):
        text = samples.curl(
            echo(partner, version), partner.platform.url, app_key=partner.app_key, params=PARAMS,
            community_id=community,
        )  # fmt: skip
        answer = json.loads(await printed(["bash", "-euc", text], partner))
        assert (answer["code"], answer["data"]["iotId"]) == (200, PARAMS["iotId"])
        assert answer["data"]["communityId"] == community


async def test_the_python_sample_calls_with_a_token(partner: Partner) -> None:
    text = samples.python(
        echo(partner, "1.0.2"), partner.platform.url, app_key=partner.app_key, params=PARAMS,
        community_id=COMMUNITY,
    )  # fmt: skip
    said = await printed([sys.executable, "-c", text], partner, PYTHONPATH=str(SDK))
    assert PARAMS["iotId"].replace("'", "\\'") in said or PARAMS["iotId"] in said
    assert str(COMMUNITY) in said


async def test_the_node_sample_calls_with_a_token(partner: Partner, tmp_path: Path) -> None:
    program = tmp_path / "sample.cjs"
    node_clients.put_beside(program)
    text = samples.node(echo(partner, "1.0.2"), partner.platform.url, app_key=partner.app_key, params=PARAMS)
    program.write_text(text.replace("console.log(reply)", "console.log(JSON.stringify(reply))"))
    token = await partner.token(COMMUNITY)
    said = await printed([node_clients.node(), str(program)], partner, LINLI_CLOUD_TOKEN=token)
    answer = json.loads(said)
    assert (answer["code"], answer["data"]["iotId"]) == (200, PARAMS["iotId"])


async def test_the_vendors_node_client_makes_every_form_of_a_call(partner: Partner) -> None:
    headers = {"accept": "application/json", "content-type": "application/json"}
    body = {"id": "1", "version": "1.0", "request": {"apiVer": "1.0.0"}, "params": PARAMS}
    url = f"{partner.platform.url}/sample/echo"
    calls: list[dict[str, Any]] = [
        {"method": "post", "url": url, "options": {"data": body, "headers": headers}},
        {"method": "post", "url": f"{url}?b=2&a=%20x", "options": {"data": body, "headers": headers}},
        {"method": "post", "url": url, "options": {"data": body, "headers": {**headers, "X-Own": "Value"}}},
        {"method": "post", "url": f"{url}/%E5%9B%9E", "options": {"data": body, "headers": headers}},
    ]  # fmt: skip
    said = {"appKey": partner.app_key, "appSecret": partner.secret, "calls": calls}
    *answered, unknown = await asyncio.to_thread(node_clients.run, "call.cjs", said)
    assert [answer["data"]["iotId"] for answer in answered] == [PARAMS["iotId"]] * 3
    assert unknown.get("code") != 200, "signed rightly, and no such method"
    assert "Signature" not in json.dumps(unknown)
    (refused,) = await asyncio.to_thread(
        node_clients.run, "call.cjs", {**said, "appSecret": "another", "calls": calls[:1]}
    )
    assert "Invalid Signature" in refused["words"]
