"""Rights that are given through the desk meet other units of work: they reach the door at once, and once.

The clock stands still: what waits for a timer, or for a lease to end, would never come.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import func, select

from linli.delivery.models import desired_history, grant_history
from linli.domains.access.service import qr
from linli.kernel import telemetry
from linli.kernel.clock import ManualClock
from linli.kernel.db import Database, Query
from linli.kernel.ids import Ids
from tests.domains.access.estate import Estate, open_estate
from tests.domains.access.platform import until
from tests.losing import losing, meeting

pytestmark = pytest.mark.engines("postgresql")
_steps = Query(select(func.count()).select_from(desired_history), unscoped="a test counts everything")
_grants = Query(select(func.count()).select_from(grant_history), unscoped="a test counts everything")


@pytest.fixture
async def estate(database: Database, clock: ManualClock, ids: Ids, tmp_path: Path) -> AsyncIterator[Estate]:
    async with open_estate(database, clock, ids, tmp_path) as made:
        yield made


def deadlocks() -> float:
    return telemetry.REGISTRY.get_sample_value("linli_database_refused_total", {"why": "deadlock"}) or 0


async def test_whichever_statement_is_lost_a_card_opens_its_door_at_once(estate: Estate) -> None:
    db = estate.platform.db
    iot_id, door = await estate.new_door("SN-1", "大门")

    async def whole(number: str, at: int) -> tuple[list[str], list[int]]:
        before = [await query.scalar(db) for query in (_steps, _grants)]
        card = {
            "personId": estate.owner, "kind": "card", "number": number, "reach": "doors", "iotIds": [iot_id],
        }  # fmt: skip
        with losing(at) as state:
            answer = await estate.desk.post(f"{estate.path}/credentials", json=card)
            assert answer.status_code == 201, (state.lost, answer.text)
            await until(lambda: number in door.permissions.cards, 60)
            await until(lambda: held(number), 60)
        after = [await query.scalar(db) for query in (_steps, _grants)]
        return state.seen, [new - old for new, old in zip(after, before, strict=True)]

    async def held(number: str) -> bool:
        rows = (await estate.desk.get("/deliveries", params={"credential": number})).json()["data"]
        return [row["status"] for row in rows] == ["transferred"]

    await whole("AA000000", 0)
    seen, once = await whole("AA000001", 0)
    assert len(seen) > 20
    for at in range(1, len(seen) + 1):
        _, effects = await whole(f"BB{at:06}", at)
        assert effects == once, seen[at - 1]


async def test_two_who_change_a_code_at_the_same_doors_in_opposite_order_wait_for_each_other(
    estate: Estate,
) -> None:
    doors = [(await estate.new_door(f"SN-{n}", f"门{n}", online=False))[0] for n in (1, 2)]
    code = {
        "communityId": estate.community, "personId": estate.owner, "name": "王伟", "iotIds": doors,
        "startsMs": estate.now, "endsMs": estate.now + 3_600_000, "maxScans": 5,
    }  # fmt: skip
    made = (await estate.desk.post("/qr-codes", json=code)).json()
    before = deadlocks()
    first, second = asyncio.Event(), asyncio.Event()

    async def one_by_one(statement: str) -> None:
        """Each has changed one door before either goes on to its second, unless it waits for the other there."""
        if "INSERT INTO access_qr_permissions" in statement:
            (second if first.is_set() else first).set()
        elif "delivery_grants" in statement and not second.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(second.wait(), 0.5)
            second.set()

    async def change(iot_ids: list[str], ends_ms: int) -> list[qr.DoorResult]:
        return await estate.platform.db.run(
            partial(
                qr.bind_code, estate.tenant, qr_code=made["qrCode"], identity_id=estate.owner, iot_ids=iot_ids,
                right=qr.QrRight(estate.now, ends_ms), keys=estate.platform.keys, now_ms=estate.now,
            )
        )  # fmt: skip

    later = estate.now + 7_200_000
    with meeting(one_by_one):
        results = await asyncio.gather(change(doors, later), change(doors[::-1], later + 1))
    assert [[result.iot_id for result in some] for some in results] == [doors, doors[::-1]]
    assert not any(result.error for some in results for result in some)
    assert deadlocks() == before
