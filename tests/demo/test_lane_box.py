"""The sample's car park that a box decides: its past, the car that owes at its exit, and what a later start finds."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from linli.demo import box_lot
from linli.demo.lane_box import LaneBox
from tests.demo.conftest import Sample, until


@pytest.fixture
async def manager(sample: Sample) -> AsyncIterator[httpx.AsyncClient]:
    """Of the community, in the console."""
    login = next(each for each in sample.folder.logins() if each.login == "manager")
    url = sample.platform.settings.public_url
    async with httpx.AsyncClient(base_url=f"{url}/api/console", trust_env=False, timeout=60) as client:
        body = {"login": login.login, "password": login.password, "remember": False}
        signed = await client.post("/session", json=body, headers={"x-linli-request": "1"})
        assert signed.status_code == 200, signed.text
        client.base_url = httpx.URL(
            f"{url}/api/console/communities/{sample.site.community.community_id}/edge-parking"
        )
        yield client


async def rows(manager: httpx.AsyncClient, path: str) -> Any:
    answer = await manager.get(path)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def start(sample: Sample) -> LaneBox:
    assert await box_lot.ensure(sample.platform, sample.site)
    box = LaneBox(sample.platform, sample.site, sample.folder.lane_box, host="127.0.0.1")
    await box.start()
    return box


async def test_a_box_decides_at_its_lanes_and_a_driver_pays_at_the_exit(
    sample: Sample, manager: httpx.AsyncClient
) -> None:
    box = await start(sample)
    try:

        async def follows() -> bool:
            lots = (await rows(manager, ""))["lots"]
            return [(lot["name"], lot["total"], lot["rules"]) for lot in lots] == [(box_lot.LOT, 40, "held")]

        await until(follows)

        async def told() -> dict[str, dict[str, Any]]:
            orders = {row["plate"]: row for row in (await rows(manager, "/orders"))["data"]}
            states = sorted(row["status"] for row in orders.values())
            return orders if states == ["paid", "paid_here", "unpaid", "unpaid"] else {}

        orders = await until(told)
        (waiting,) = await until(lambda: rows(manager, "/attention"))
        assert (waiting["barrierName"], waiting["why"]) == ("会所出口", "fee_due")
        owed = orders[waiting["plate"]]
        assert (owed["basis"], owed["status"]) == ("tariff", "unpaid")
        assert sum(line["fen"] for line in owed["lines"]) == owed["fen"] > 0
        await box.pay()

        async def let_out() -> bool:
            return not await rows(manager, "/attention")

        await until(let_out)
        left = await until(lambda: rows(manager, f"/orders?q={waiting['plate']}"))
        assert [row["status"] for row in left["data"]] == ["paid"]
    finally:
        await box.stop()
    again = await start(sample)  # who came next waits at the exit now
    try:
        (waits,) = await until(lambda: rows(manager, "/attention"))
        assert waits["plate"] != waiting["plate"]
        assert waits["why"] == "fee_due"
        assert (await rows(manager, "/orders"))["total"] == 5
    finally:
        await again.stop()
