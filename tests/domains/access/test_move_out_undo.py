"""A move-out that is taken back gives back what ended with it, on the doors themselves."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from linli.domains.access.service.cards import CardWish, grant_cards
from linli.domains.access.service.qr import QrRight, bind_code, generate_code
from linli.kernel.clock import ManualClock
from linli.kernel.db import Database
from linli.kernel.ids import Ids
from linli.rules import UNLIMITED
from tests.domains.access.estate import Estate, open_estate
from tests.domains.access.platform import until


@pytest.fixture
async def estate(database: Database, clock: ManualClock, ids: Ids, tmp_path: Path) -> AsyncIterator[Estate]:
    async with open_estate(database, clock, ids, tmp_path) as made:
        yield made


async def test_rights_given_by_hand_come_back_with_their_holder(estate: Estate) -> None:
    iot_id, door = await estate.new_door("SN-1", "北门")
    path, here = f"{estate.path}/credentials", {"reach": "doors", "iotIds": [iot_id]}

    async def give(number: str, person: str = estate.owner) -> str:
        body = {"kind": "card", "personId": person, "number": number, **here}
        answer = await estate.desk.post(path, json=body)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    await give("04A1B2C3")
    withdrawn = await give("04A1B2C4")
    await give("04A1B2C5")
    pin = (
        await estate.desk.post(path, json={"kind": "pin", "personId": estate.owner, "reach": "all"})
    ).json()["pin"]
    await grant_by_partner(estate, iot_id)
    async with estate.platform.db.begin() as tx:
        code = await generate_code(
            estate.tenant,
            tx,
            identity_id=estate.owner,
            length=None,
            ids=estate.platform.ids,
            now_ms=estate.now,
        )
        await bind_code(
            estate.tenant, tx, qr_code=code, identity_id=estate.owner, iot_ids=[iot_id],
            right=QrRight(estate.now, estate.now + 10**9, UNLIMITED), keys=estate.platform.keys, now_ms=estate.now,
        )  # fmt: skip
    await until(
        lambda: (
            len(door.permissions.cards) == 4 and len(door.permissions.qr) == 1 and door.permissions.passwords
        )
    )
    assert await estate.take_back(withdrawn) == 200

    await estate.platform.clock.advance(1000)
    leaves = {"houseId": estate.houses[0], "identityId": estate.owner}
    out = await estate.desk.post(f"{estate.path}/residents/move-out", json=leaves)
    assert out.status_code == 200, out.text
    await until(
        lambda: not door.permissions.cards and not door.permissions.qr and not door.permissions.passwords
    )
    await give("04A1B2C5", estate.neighbour)

    await estate.platform.clock.advance(1000)
    back = await estate.desk.post(f"{estate.path}/history/{out.json()['changeId']}/restore")
    assert back.status_code in (200, 204), back.text
    await until(
        lambda: (
            len(door.permissions.cards) == 3 and len(door.permissions.qr) == 1 and door.permissions.passwords
        )
    )
    assert set(door.permissions.cards) == {"04A1B2C3", "04A1B2C5", "0000000001"}, (
        "what was withdrawn stays withdrawn"
    )
    assert door.swipe("04A1B2C3").opens
    opened = door.press(pin)
    assert opened is not None
    assert opened.opens
    rows = (await estate.desk.get(path, params={"personId": estate.owner})).json()["data"]
    assert {row["number"] for row in rows if row["kind"] == "card"} == {"04A1B2C3"}


async def grant_by_partner(estate: Estate, iot_id: str) -> None:
    """A card as the open API gives it."""
    async with estate.platform.db.begin() as tx:
        wish = CardWish(iot_id, "0000000001", estate.owner, estate.now + 10**9)
        failed = await grant_cards(
            estate.tenant, tx, wishes=[wish], keys=estate.platform.keys, now_ms=estate.now
        )
        assert failed == []
