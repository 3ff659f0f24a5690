"""The sample's delivery robot, at a lift behind a real box: it registers itself, delivers, and comes back after a cut."""

import asyncio
import contextlib
from types import SimpleNamespace
from typing import cast

import pytest

from linli.app.platform import Platform
from linli.demo import robot as sample_robot
from linli.demo.place import Place
from linli.demo.robot import NAME, DeliveryRobot
from tests.domains.access.platform import until
from tests.domains.elevators.robots.conftest import RobotSite

pytestmark = pytest.mark.engines("sqlite")


async def test_it_delivers_and_comes_back_with_a_new_key(
    tower: RobotSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, seconds in (("DOOR_S", 0.05), ("_ASKS_S", 0.1), ("_LOOKS_S", 0.1)):
        monkeypatch.setattr(sample_robot, name, seconds)
    monkeypatch.setattr(sample_robot, "RESTS_S", (0.05, 0.1))
    community = SimpleNamespace(community_id=tower.site.estate.community)
    place = cast(Place, SimpleNamespace(tenant=tower.site.scope, community=community))
    url = f"http://127.0.0.1:{tower.web.port}"
    running = asyncio.create_task(
        DeliveryRobot(cast(Platform, tower.platform), place, url=url).run(), name="robot of the sample"
    )

    async def robots() -> list[dict[str, str]]:
        return [row for row in (await tower.desk.get("/lift-robots")).json()["data"] if row["name"] == NAME]

    async def deliveries(count: int) -> bool:
        there = await robots()
        rides = await tower.sessions(there[0]["id"]) if there else []
        assert [row for row in rides if row["state"] in ("ended", "refused")] == []
        return sum(row["state"] == "done" for row in rides) >= count

    async def has_key() -> bool:
        return bool((await robots())[0]["hasKey"])

    try:
        await until(lambda: deliveries(2))  # there and back
        (robot,) = await robots()
        assert (await tower.desk.delete(f"/lift-robots/{robot['id']}/key")).status_code == 204
        # its line ends with its key; it comes back as the same robot, with a new one
        await until(has_key)
        assert len(await robots()) == 1
    finally:
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running
    rides = await tower.sessions(robot["id"])
    assert {(ride["fromFloor"] == "B1", ride["loadKg"]) for ride in rides if ride["state"] == "done"} == {
        (True, 20),
        (False, 20),
    }
