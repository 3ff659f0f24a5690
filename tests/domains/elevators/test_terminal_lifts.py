"""Indoor terminals call lifts: a home's to its own floor once that was set there, the office's to any floor."""

import pytest

from linli.domains.intercom.answering import Answering
from linli.domains.intercom.models import groups, house_groups
from tests.domains.elevators.conftest import USER, LiftSite
from tests.domains.elevators.test_lifts import read
from tests.domains.intercom.sip.terminal_page import TerminalPage

pytestmark = pytest.mark.engines("sqlite")


async def put_group(site: LiftSite, house_id: int) -> None:
    """The house can have terminals: it has a group."""
    estate = site.estate
    row = {"group_id": "g-lift", "tenant_id": estate.tenant.tenant, "project_id": "p", "created_ms": 0}
    async with site.platform.db.begin() as tx:
        await tx.upsert(groups, [row], keys=("group_id",))
        await tx.upsert(
            house_groups,
            [
                {
                    "space_id": house_id, "tenant_id": estate.tenant.tenant, "community_id": estate.community,
                    "group_id": "g-lift", "room_id": "1-1-101", "changed_ms": 0, "derived": 0,
                }
            ],
            keys=("space_id",),
        )  # fmt: skip


@pytest.mark.covers("RES-10")
async def test_a_homes_lift_comes_to_the_floor_that_was_set(site: LiftSite) -> None:
    await read(site)
    estate, memory = site.estate, site.machines[1].memory
    data_id = await site.linkage()
    floors = [{"targetFloor": "10", "targetRoomNo": "01"}]
    await site.ok(f"{USER}/save", "1.0.2", dataId=data_id, identityId=site.person, userTargetList=floors)
    estate.parts.services["answering"] = Answering()
    async with estate.phone() as owner, TerminalPage(estate.parts) as terminal:
        house_id = int((await owner.get("/houses")).json()[0]["houseId"])
        await put_group(site, house_id)
        body = {"code": await terminal.code(), "nickname": "客厅"}
        bound = await owner.post(f"/houses/{house_id}/terminals", json=body)
        assert bound.status_code == 204, bound.text
        assert (await terminal.enter())["floor"] == ""
        (lift,) = (await terminal.get("/lifts")).json()
        assert (lift["iotId"], lift["floor"], lift["online"], len(lift["cars"])) == (site.lift, "10", True, 2)
        call = f"/lifts/{site.lift}/call"
        first = await terminal.post(call, json={})
        assert (first.status_code, first.json()["field"]) == (400, "floor"), first.text
        other = await terminal.put("/lifts/floor", json={"floor": "3A"})
        assert (other.status_code, other.json()["field"]) == (400, "floor")
        assert "10" in other.json()["message"]
        assert (await terminal.put("/lifts/floor", json={"floor": " "})).status_code == 400
        assert (await terminal.put("/lifts/floor", json={"floor": "9" * 99})).status_code == 400
        assert (await terminal.put("/lifts/floor", json={"floor": "10"})).status_code == 204
        assert (await terminal.get("/place")).json()["floor"] == "10"
        assert (await terminal.post(call, json={"floor": "3A"})).status_code == 204, (
            "a home's own floor alone"
        )
        (made,) = memory.calls
        assert (made.start_floor, made.start_room) == ("10", "01")
        assert (await terminal.post("/lifts/nothing/call", json={})).status_code == 404
        for _ in range(5):
            assert (await terminal.post(call, json={})).status_code == 204
        often = await terminal.post(call, json={})
        assert (often.status_code, often.json()["code"]) == (429, "elevator.called_too_often")


@pytest.mark.covers("PM-18")
async def test_the_office_calls_a_lift_to_any_of_its_floors(site: LiftSite) -> None:
    await read(site)
    estate, memory = site.estate, site.machines[1].memory
    await site.linkage()
    estate.parts.services["answering"] = Answering()
    async with TerminalPage(estate.parts) as terminal:
        body = {"code": await terminal.code(), "nickname": "前台"}
        bound = await estate.desk.post(f"{estate.path}/terminals", json=body)
        assert bound.status_code == 204, bound.text
        assert (await terminal.enter())["kind"] == "office"
        lifts = (await terminal.get("/lifts")).json()
        lift = next(row for row in lifts if row["iotId"] == site.lift)
        assert {"3A", "10"} <= set(lift["floors"])
        call = f"/lifts/{site.lift}/call"
        assert (await terminal.post(call, json={})).status_code == 400
        assert (await terminal.post(call, json={"floor": "nowhere"})).status_code == 400
        assert (await terminal.put("/lifts/floor", json={"floor": "3A"})).status_code == 400
        assert (await terminal.post(call, json={"floor": "3A"})).status_code == 204
        assert [made.start_floor for made in memory.calls] == ["3A"]
    kept = await estate.desk.get(f"{estate.path}/history", params={"kind": "lift", "target": site.lift})
    assert [entry["byKind"] for entry in kept.json()["data"]] == ["device"]
