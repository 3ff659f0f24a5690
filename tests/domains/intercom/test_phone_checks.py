"""A door over MQTT asks whether a phone number may be called, and the platform answers it (spec G, F12)."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from linli.domains.intercom.service.phone_checks import MOST_ASKED
from linli.kernel.clock import ManualClock
from linli.kernel.db import Database
from linli.kernel.ids import Ids
from linli.things.service import products
from tests.domains.access.conftest import TSL
from tests.domains.access.estate import NEIGHBOUR_PHONE, OWNER_PHONE, Estate, open_estate
from tests.domains.access.platform import until

TEXT = {"type": "text", "specs": {"length": "21"}}
RESULT = {"type": "enum", "specs": {"0": "有效", "1": "无效"}}
NUMBER = {"identifier": "phoneNumber", "name": "手机号", "dataType": TEXT}


def model() -> str:
    """That of a door whose maker has phone calls, too."""
    tsl = json.loads(TSL)
    tsl["events"].append(
        {
            "identifier": "checkPhoneNumber", "name": "请求校验手机号", "type": "info", "required": False,
            "outputData": [NUMBER],
        }
    )  # fmt: skip
    tsl["services"].append(
        {
            "identifier": "verifyPhoneResult", "name": "下发手机号校验结果", "callType": "sync", "required": False,
            "inputData": [NUMBER, {"identifier": "result", "name": "结果", "dataType": RESULT}], "outputData": [],
        }
    )  # fmt: skip
    return json.dumps(tsl)


@pytest.fixture
async def estate(database: Database, clock: ManualClock, ids: Ids, tmp_path: Path) -> AsyncIterator[Estate]:
    async with open_estate(database, clock, ids, tmp_path) as made:
        async with made.platform.db.begin() as tx:
            product = await products.create_product(
                made.tenant,
                tx,
                values=products.ProductValues(name="电话门", tsl=model()),
                ids=ids,
                secrets=made.parts.secrets,
            )
        made.product_key = product.product_key
        yield made


@pytest.mark.engines("sqlite", "postgresql")
async def test_a_doors_question_is_answered(estate: Estate) -> None:
    iot_id, door = await estate.new_door("SN-1", "1幢门")
    body = {"name": "1幢门", "direction": "ENTRANCE", "spaceId": estate.buildings[0]}
    assert (await estate.desk.put(f"/doors/{iot_id}", json=body)).status_code == 204
    heard: list[tuple[str, int]] = []

    async def verified(params: Any) -> dict[str, Any]:
        heard.append((params["phoneNumber"], params["result"]))
        return {}

    door.link.on_service("verifyPhoneResult", verified)

    async def ask(number: str) -> int:
        count = len(heard)
        door.link.queue_event("checkPhoneNumber", {"phoneNumber": number})
        await until(lambda: len(heard) > count)
        assert heard[-1][0] == number
        return heard[-1][1]

    assert await ask(OWNER_PHONE) == 0
    assert await ask(NEIGHBOUR_PHONE) == 1, "lives elsewhere: this door does not ring there"
    assert await ask("13900000000") == 1
    assert await ask("x") == 1
    for _ in range(MOST_ASKED - 4):
        await ask("13900000000")
    assert await ask(OWNER_PHONE) == 1, "asked too often: numbers are not looked at"
    await estate.platform.clock.advance(60_000)
    assert await ask(OWNER_PHONE) == 0
