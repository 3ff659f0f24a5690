"""Lifts as the console shows them: cars, floors, what calls them, why one did not come; and calling one."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from linli.domains.elevators.errors import CalledTooOften
from linli.domains.elevators.service import home_calls, shafts
from linli.protocols.door_http.messages.elevators import RunState
from tests.domains.access.platform import until
from tests.domains.elevators.conftest import DEVICE, USER, LiftSite
from tests.domains.elevators.test_lifts import read
from tests.domains.elevators.test_passes import code_of, held

pytestmark = pytest.mark.engines("sqlite")


async def test_lifts_with_their_cars_rules_and_failures(site: LiftSite) -> None:
    desk = site.estate.desk
    assert (await desk.get("/lifts")).json()["total"] == 0
    data_id = await site.linkage()
    (row,) = (await desk.get("/lifts")).json()["data"]  # a rule names it, and it told nothing yet
    assert (row["iotId"], row["mode"], row["readMs"], row["cars"], row["rules"]) == (
        site.lift,
        "",
        None,
        [],
        1,
    )
    await read(site)
    site.machines[1].memory.run_states = [
        RunState(elevator_id="X", current_floor="3A", car_state=1, car_direction=2)
    ]
    await site.machines[1].report_lifts()

    async def moves() -> bool:
        (row,) = (await desk.get("/lifts", params={"communityId": site.estate.community})).json()["data"]
        car = row["cars"][0]
        return row["online"] and (car["floor"], car["motion"], car["direction"]) == ("3A", "moving", "down")

    await until(moves)
    detail = (await desk.get(f"/lifts/{site.lift}")).json()
    assert (detail["lift"]["mode"], detail["lift"]["floors"]) == ("ALL", 8)
    assert {"car": "X", "floor": "10", "rooms": ["01", "02"]} in detail["floors"]
    (rule,) = detail["rules"]
    assert (rule["id"], rule["doorName"], rule["mode"], rule["api"], rule["targets"]) == (
        data_id, "door.unit", "CALL_WITH_TARGET", True, 0,
    )  # fmt: skip

    code = await code_of(site, site.person)
    await site.ok(
        f"{USER}/save",
        "1.0.2",
        dataId=data_id,
        identityId=site.person,
        userTargetList=[{"targetFloor": "10"}],
    )
    await held(site)
    site.machines[1].faults.refuses = "lift out of order"
    await site.machines[0].scan(code)

    async def failed() -> bool:
        return bool((await desk.get(f"/lifts/{site.lift}/runs")).json())

    await until(failed)
    answer = await desk.get(f"/lifts/{site.lift}/runs")
    (run,) = answer.json()
    assert (run["done"], run["way"], run["ruleId"], run["personName"] != "") == (
        False,
        "qrCode",
        data_id,
        True,
    )
    assert "lift out of order" in run["message"]
    assert code not in answer.text  # a code that still opens


async def test_a_lift_is_called_by_staff_and_the_history_says_who(site: LiftSite) -> None:
    await read(site)
    desk, call = site.estate.desk, f"/lifts/{site.lift}/call"
    wish = {"startFloor": "1", "targetFloor": "roof"}
    assert (await desk.post(call, json=wish)).status_code == 204
    (made,) = site.machines[1].memory.calls
    assert (made.start_floor, made.target_floor) == ("1", "roof")
    kept = await desk.get(f"{site.estate.path}/history", params={"kind": "lift", "target": site.lift})
    (entry,) = kept.json()["data"]
    assert (entry["action"], {one["field"]: one["after"] for one in entry["fields"]}) == (
        "called",
        {"floor": "1", "to": "roof"},
    )
    for body, field in (
        ({"startFloor": "", "targetFloor": "1"}, "startFloor"),
        ({"startFloor": "99"}, "startFloor"),
        ({"startFloor": "1", "targetFloor": "99"}, "targetFloor"),
        ({"startFloor": "10", "startRoom": "77"}, "startRoomNo"),
        ({"startFloor": 5}, "startFloor"),
    ):
        answer = await desk.post(call, json=body)
        assert (answer.status_code, answer.json()["field"]) == (400, field), answer.text
    assert (await desk.get("/lifts/none")).status_code == 404
    site.machines[1].faults.refuses = "fire"
    answer = await desk.post(call, json=wish)
    assert (answer.status_code, "fire" in answer.text) == (503, True), answer.text
    assert len(site.machines[1].memory.calls) == 1


async def test_a_lift_that_told_nothing_yet_is_asked_before_it_is_called(site: LiftSite) -> None:
    await read(site)
    async with site.platform.db.begin() as tx:
        await shafts.forget(tx, tenant_id=site.scope.tenant, iot_id=site.lift)
    call = f"/lifts/{site.lift}/call"
    answer = await site.estate.desk.post(call, json={"startFloor": "99"})
    assert (answer.status_code, answer.json()["field"]) == (400, "startFloor")
    assert (await site.estate.desk.post(call, json={"startFloor": "3A"})).status_code == 204
    assert [made.start_floor for made in site.machines[1].memory.calls] == ["3A"]


async def test_a_linkage_asks_a_lift_that_told_nothing_yet(site: LiftSite) -> None:
    await read(site)

    async def forget() -> None:
        async with site.platform.db.begin() as tx:
            await shafts.forget(tx, tenant_id=site.scope.tenant, iot_id=site.lift)

    await forget()
    wish = {"controlMode": "CALL_ONLY", "elevatorIotId": site.lift, "triggerIotId": site.door}
    said = await site.call(f"{DEVICE}/add", "1.0.2", **wish, triggerFloor="99")
    assert said["code"] != 200
    assert "triggerFloor" in str(said)
    data_id = await site.linkage()
    await forget()
    floors = [{"targetFloor": "99"}]
    person = {"dataId": data_id, "identityId": site.person, "userTargetList": floors}
    said = await site.call(f"{USER}/save", "1.0.2", **person)
    assert "userTargetList[0].targetFloor" in str(said), said
    await forget()
    card = {"dataId": data_id, "paramType": "CARD", "paramValue": "F47B0BA2", "userTargetList": floors}
    said = await site.call(f"{USER}/save", "1.0.1", **card)
    assert "userTargetList[0].targetFloor" in str(said), said


async def test_a_lift_is_read_again_when_asked(site: LiftSite) -> None:
    await read(site)
    before = (await site.estate.desk.get(f"/lifts/{site.lift}")).json()["lift"]["readMs"]
    await site.platform.clock.advance(60_000)
    assert (await site.estate.desk.post(f"/lifts/{site.lift}/read")).status_code == 204
    assert (await site.estate.desk.get(f"/lifts/{site.lift}")).json()["lift"]["readMs"] > before


async def test_a_resident_calls_the_lift_to_the_own_floor_alone(site: LiftSite) -> None:
    await read(site)
    estate, memory = site.estate, site.machines[1].memory
    data_id = await site.linkage()
    floors = [{"targetFloor": "10", "targetRoomNo": "01"}]
    await site.ok(f"{USER}/save", "1.0.2", dataId=data_id, identityId=estate.neighbour, userTargetList=floors)
    async with estate.phone() as owner:
        path = f"/communities/{estate.community}/lifts"
        assert (await owner.get(path)).json() == []  # a linkage serves those that it lists
        houses = (await owner.get("/houses")).json()
        at = f"/houses/{houses[0]['houseId']}/lifts/{site.lift}/call"
        assert (await owner.post(at, json={})).status_code == 404
        soon = datetime.fromtimestamp(site.platform.clock.now_ms() / 1000 + 60, ZoneInfo("Asia/Shanghai"))
        expired = {"expiryTime": f"{soon:%Y-%m-%d %H:%M:%S}"}
        await site.ok(
            f"{USER}/save", "1.0.2", dataId=data_id, identityId=site.person, userTargetList=floors, **expired
        )
        (lift,) = (await owner.get(path)).json()
        assert (lift["floor"], lift["wayOut"], lift["online"], len(lift["cars"])) == ("10", "1", True, 2)
        assert (await owner.post(at, json={"out": True})).status_code == 204
        (call,) = memory.calls
        assert (call.start_floor, call.start_room, call.target_floor) == ("10", "01", "1")
        assert (await owner.post(at, json={"floor": "roof"})).status_code == 400
        elsewhere = f"/houses/{int(houses[0]['houseId']) + 1}/lifts/{site.lift}/call"
        assert (await owner.post(elsewhere, json={})).status_code == 404
        for _ in range(5):
            assert (await owner.post(at, json={})).status_code == 204
        often = await owner.post(at, json={})
        assert (often.status_code, often.json()["code"]) == (429, "elevator.called_too_often"), often.text
        assert "6" in often.json()["message"]
        await site.platform.clock.advance(55_000)
        assert (await owner.post(at, json={})).status_code == 429
        assert len(memory.calls) == 6
        await site.platform.clock.advance(65_000)
        assert (await owner.post(at, json={})).status_code == 404  # the time is over
    kept = await estate.desk.get(f"{estate.path}/history", params={"kind": "lift", "target": site.lift})
    assert [(entry["byKind"], entry["byName"]) for entry in kept.json()["data"]] == [("resident", "王伟")] * 6


async def test_a_home_calls_six_times_within_any_minute(site: LiftSite) -> None:
    db, community_id = site.platform.db, site.estate.community

    async def call(at_ms: int, *, home: int = 0) -> int:
        """0, or the seconds to wait."""
        house_id = site.estate.houses[home]
        try:
            async with db.begin() as tx:
                await home_calls.count(
                    site.scope, tx, house_id=house_id, community_id=community_id, now_ms=1_000_000 + at_ms
                )
        except CalledTooOften as error:
            return int(error.facts["seconds"])
        return 0

    assert [await call(at) for at in (0, 10_000, 20_000, 30_000, 40_000, 50_000, 59_999)] == [0] * 6 + [1]
    assert await call(59_999, home=1) == 0  # each home has its own
    assert [await call(at) for at in (60_000, 60_001, 70_000, 7_200_000)] == [0, 10, 0, 0]


async def test_a_rule_of_a_unit_serves_its_homes_by_their_floor(site: LiftSite) -> None:
    await read(site)
    estate = site.estate
    choices = await estate.desk.get("/edge/passage-rules/choices", params={"gatewayId": site.gateway_id})
    ids = {row["deviceName"]: row["id"] for row in choices.json()["devices"]}
    form = {
        "gatewayId": str(site.gateway_id), "name": "到家", "doorId": ids["door.unit"], "liftId": ids["lift.gateway"],
        "startFloor": "1", "release": True,
    }  # fmt: skip
    made = await estate.desk.post("/edge/passage-rules", json=form)
    assert made.status_code == 201, made.text
    async with estate.phone() as owner:
        path = f"/communities/{estate.community}/lifts"

        async def floors(**changed: object) -> list[str]:
            answer = await estate.desk.put(
                f"/edge/passage-rules/{made.json()['id']}", json={**form, **changed}
            )
            assert answer.status_code == 204, answer.text
            return [lift["floor"] for lift in (await owner.get(path)).json()]

        assert await floors() == ["1"]  # house 101
        assert await floors(floors={"101": "12"}) == ["12"]
        assert await floors(floors={"101": "77"}) == []  # the lift lacks it
        assert await floors(enabled=False) == []
        first, second = estate.buildings
        assert await floors(unitId=str(first)) == ["1"]
        assert await floors(unitId=str(second)) == []
