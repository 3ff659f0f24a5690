"""Robots over real WebSockets, at a lift behind a real box."""

import asyncio
from typing import Any

import pytest

from linli.domains.elevators.service import states
from linli.edge.remote.tunnel import TunnelClosed
from linli.kernel.clock import ManualClock
from tests.domains.access.platform import until
from tests.domains.elevators.conftest import CALL
from tests.domains.elevators.robots.conftest import RobotClient, RobotSite

pytestmark = pytest.mark.engines("sqlite", "postgresql")
END = 0


async def ride(client: RobotClient, start: str, to: str, **more: Any) -> None:
    await client.ask(start, **more)
    await client.comes_to("boarding")
    await client.ask(to, **more)
    await client.comes_to("leaving")
    await client.ask(to, kind=END, **more)
    await client.comes_to("done")


@pytest.mark.parametrize("carrier", ["websocket", "mqtt"])
async def test_a_robot_rides_up_and_down(tower: RobotSite, carrier: str) -> None:
    made = await tower.add()
    client = await tower.by(carrier, made)
    await until(lambda: bool(client.states))
    assert client.states[0]["available_floors"] == ["1", "10"]
    assert (client.states[0]["current_mode"], client.states[0]["session_id"]) == (1, "")
    await ride(client, "1", "10", load_kg=20, hold_seconds=15)
    memory = tower.site.machines[1].memory
    calls = [(call.elevator_id, call.start_floor, call.target_floor) for call in memory.calls]
    assert calls[0] == ("X", "1", None)
    assert ("X", "1", "10") in calls
    held = [state for state in client.states if state["session_id"] == "s-1"]
    assert {state["current_mode"] for state in held} == {2}
    assert any(state["door_state"] == 2 and state["current_floor"] == "10" for state in held)
    await until(lambda: client.states[-1]["session_id"] == "")
    await ride(client, "10", "1", session="s-2")  # and back
    sessions = await tower.sessions(made["id"])
    assert [row["state"] for row in sessions] == ["done", "done"]
    first = sessions[1]
    assert (first["loadKg"], first["holdSeconds"], first["fromFloor"], first["toFloor"]) == (
        20,
        15,
        "1",
        "10",
    )
    walked = [step["state"] for step in first["steps"]]
    assert walked == ["waiting", "coming", "boarding", "riding", "leaving", "done"]
    assert client.errors == []


async def test_people_go_first(tower: RobotSite, clock: ManualClock) -> None:
    made = await tower.add()
    client = await tower.client(made["key"])
    await tower.site.ok(CALL, "1.0.1", iotId=tower.site.lift, startFloor="1", targetFloor="3A")
    await client.ask("10")
    await until(lambda: any(told["reason"] in ("people_call", "car_moves") for told in client.sessions))
    await client.comes_to("waiting", "people_call")
    memory = tower.site.machines[1].memory
    assert len(memory.calls) == 1
    await clock.advance(20_000)
    await client.comes_to("boarding")
    # a person calls on the same floor: the doors are kept open for 15 s at most, and the car is free again
    await tower.site.ok(CALL, "1.0.1", iotId=tower.site.lift, startFloor="10")
    await clock.advance(15_000)
    await client.comes_to("ended", "not_boarded")
    assert client.states[-1]["session_id"] == ""
    await clock.advance(20_000)
    await client.ask("10", session="s-2")
    await client.comes_to("boarding")
    # a person calls from elsewhere: the car goes there at once, and is not called back
    await tower.site.ok(CALL, "1.0.1", iotId=tower.site.lift, startFloor="3A")
    await client.comes_to("ended", "car_left")
    assert memory.calls[-1].start_floor == "3A"


async def test_a_load_is_checked(tower: RobotSite) -> None:
    zone = {"iotId": tower.site.lift, "car": "X", "floors": ["1", "10"], "mostKg": 120}
    for most in (0, 5_001):
        wish = {"communityId": tower.site.estate.community, "name": "A", "kind": "robot",
                "zones": [{**zone, "mostKg": most}]}  # fmt: skip
        answer = await tower.desk.post("/lift-robots", json=wish)
        assert (answer.status_code, answer.json()["field"]) == (400, "mostKg"), answer.text
    made = await tower.add(zones=[zone])
    assert (await tower.desk.get("/lift-robots")).json()["data"][0]["zones"][0]["mostKg"] == 120
    client = await tower.client(made["key"])
    await client.ask("1")
    assert (await client.refused("robot.too_heavy"))["field"] == "load_kg"
    await client.ask("1", load_kg=121)
    await client.refused("robot.too_heavy")
    assert await tower.sessions(made["id"]) == []
    assert tower.site.machines[1].memory.calls == []

    async def told(state: str) -> None:
        now_ms = tower.platform.clock.now_ms()
        async with tower.platform.db.begin() as tx:
            await states.keep_told(
                tower.site.scope, tx, iot_id=tower.site.lift, states={"X": state}, at_ms=now_ms
            )

    await told("overload")
    await client.ask("1", load_kg=120)
    await client.comes_to("waiting", "car_full")
    assert tower.site.machines[1].memory.calls == []
    await told("normal")
    await client.comes_to("boarding")
    await told("overload")  # with the robot in it, it is too much
    await client.comes_to("ended", "overload")
    await told("normal")
    await client.ask("1", session="s-2", load_kg=100)
    await client.comes_to("boarding")
    lighter = {"name": "A", "kind": "robot", "zones": [{**zone, "mostKg": 50}]}
    assert (await tower.desk.put(f"/lift-robots/{made['id']}", json=lighter)).status_code == 204
    await client.comes_to("ended", "right_ended")


async def test_one_session_holds_a_car_and_the_chair_goes_first(tower: RobotSite, clock: ManualClock) -> None:
    keys = [
        (await tower.add(name="一号", priority=0))["key"],
        (await tower.add(name="二号", priority=9))["key"],
        (await tower.add(name="轮椅", kind="wheelchair"))["key"],
    ]
    first, second, chair = [await tower.client(key) for key in keys]
    await first.ask("1", session="a")
    await first.comes_to("boarding")
    await second.ask("1", session="b")
    await second.comes_to("waiting", "another_robot")
    await until(lambda: second.states[-1]["session_id"] == "occupied")
    await chair.ask("1", session="c")
    await chair.comes_to("waiting", "another_robot")
    await first.ask("1", session="a", kind=END)
    await first.comes_to("ended", "cancelled")
    await chair.comes_to("boarding")
    await chair.ask("10", session="c")
    await chair.comes_to("leaving")
    await chair.ask("10", session="c", kind=END)
    await chair.comes_to("done")
    await clock.advance(20_000)
    await second.ask("1", session="b")
    await second.comes_to("boarding")


async def test_what_it_may_not_is_refused_and_begins_nothing(tower: RobotSite, clock: ManualClock) -> None:
    made = await tower.add(hours="00:00-23:59")
    client = await tower.client(made["key"])
    await client.ask("11")  # a floor of the lift, and not of the robot
    assert (await client.refused("robot.no_floor"))["field"] == "destination_floor"
    own, client.lift_name = client.lift_name, "another/X"
    await client.ask("1")
    said = await client.refused("robot.no_lift")
    client.lift_name = tower.site.door  # a device that is there, and no lift of the robot
    await client.ask("1")
    assert (await client.refused("robot.no_lift"))["msg"] == said["msg"].replace("another/X", tower.site.door)
    client.lift_name = own
    for more, code in (
        ({"hold_seconds": 31}, "bad_input"),
        ({"load_kg": -1}, "bad_input"),
        ({"session": ""}, "bad_input"),
        ({"session": "x" * 65}, "bad_input"),
        ({"request_time": {"sec": 1}}, "bad_input"),
        ({"kind": 7}, "bad_input"),
    ):
        await client.ask("1", **more)
        await client.refused(code)
    for broken in (b"no json", b"[]", b'{"op":"publish","topic":"/lift_requests"}', b'{"op":"call_service"}'):
        await client.say(broken)
        await until(lambda: bool(client.errors))
        client.errors.clear()
    assert await tower.sessions(made["id"]) == []
    # said again, or overheard and repeated: nothing
    await client.ask("1")
    await client.comes_to("boarding")
    await client.ask("1", kind=END)
    await client.comes_to("ended", "cancelled")
    client._last_ms -= 2
    await client.ask("1")
    await client.ask("10")
    await client.ask("99")  # heard after the others
    await client.refused("robot.no_floor")
    assert len(await tower.sessions(made["id"])) == 1


async def test_a_flood_and_a_long_frame_end_the_line(tower: RobotSite) -> None:
    made = await tower.add()
    client = await tower.client(made["key"])
    for _ in range(400):
        if client.over.is_set():
            break
        try:
            await client.ask("1")
        except (TunnelClosed, OSError):
            break
    await asyncio.wait_for(client.over.wait(), 20)
    long = await tower.client(made["key"])
    await long.say(b'{"op":"' + b"x" * 5_000 + b'"}')
    await asyncio.wait_for(long.over.wait(), 20)


async def test_keys_end_at_once(tower: RobotSite) -> None:
    made = await tower.add()
    client = await tower.client(made["key"])
    await client.ask("1")
    await client.comes_to("boarding")
    listed = (await tower.desk.get("/lift-robots")).json()
    assert made["key"] not in str(listed)
    assert listed["data"][0]["hasKey"] is True
    renewed = (await tower.desk.post(f"/lift-robots/{made['id']}/key")).json()["key"]
    assert renewed != made["key"]
    await asyncio.wait_for(client.over.wait(), 20)
    again = await tower.client(renewed)
    assert (await tower.desk.delete(f"/lift-robots/{made['id']}/key")).status_code == 204
    await asyncio.wait_for(again.over.wait(), 20)
    assert (await tower.sessions(made["id"]))[0]["reason"] == "right_ended"
    old = await RobotClient(tower, "x").open(made["key"])
    await asyncio.wait_for(old.over.wait(), 20)
    await old.close()
    with pytest.raises(TunnelClosed):
        await RobotClient(tower, "x").open("short")


async def test_what_does_not_fit_a_robot_is_said(tower: RobotSite) -> None:
    site = tower.site
    zone = {"iotId": site.lift, "car": "X", "floors": ["1"]}
    good = {"communityId": site.estate.community, "name": "A", "kind": "robot", "zones": [zone]}
    for field, wish in (
        ("name", {"name": " "}),
        ("name", {"name": "x" * 65}),
        ("hours", {"hours": "22-6"}),
        ("hours", {"hours": "22:00-22:00"}),
        ("priority", {"priority": 10}),
        ("zones", {"zones": []}),
        ("zones", {"zones": [zone, zone]}),
        ("floors", {"zones": [{**zone, "floors": ["99"]}]}),
        ("floors", {"zones": [{**zone, "floors": []}]}),
        ("car", {"zones": [{**zone, "car": "Z"}]}),
        ("iotId", {"zones": [{**zone, "iotId": "nobody"}]}),
    ):
        answer = await tower.desk.post("/lift-robots", json={**good, **wish})
        assert (answer.status_code, answer.json()["field"]) == (400, field), answer.text
    assert (await tower.desk.post("/lift-robots", json={**good, "kind": "dog"})).status_code == 400
    made = await tower.add()
    client = await tower.client(made["key"])
    await client.ask("1")
    await client.comes_to("boarding")
    narrowed = {**good, "zones": [{**zone, "floors": ["10"]}]}
    assert (await tower.desk.put(f"/lift-robots/{made['id']}", json=narrowed)).status_code == 204
    await client.comes_to("ended", "right_ended")
    off = {**good, "enabled": False}
    assert (await tower.desk.put(f"/lift-robots/{made['id']}", json=off)).status_code == 204
    await client.ask("1", session="s-9")
    await client.refused("robot.off")
    choices = (
        await tower.desk.get("/lift-robots/choices", params={"communityId": site.estate.community})
    ).json()
    assert choices["lifts"][0]["cars"] == ["X", "Y"]
    assert (await tower.desk.delete(f"/lift-robots/{made['id']}")).status_code == 204
    await asyncio.wait_for(client.over.wait(), 20)
    assert (await tower.desk.delete(f"/lift-robots/{made['id']}")).status_code == 404


@pytest.mark.parametrize(
    ("why", "carrier"), [("fire", "websocket"), ("fault", "mqtt"), ("inspection", "websocket")]
)
async def test_no_session_outlives_what_stops_the_car(tower: RobotSite, why: str, carrier: str) -> None:
    made = await tower.add()
    client = await tower.by(carrier, made)
    await client.ask("1")
    await client.comes_to("boarding")
    site, now_ms = tower.site, tower.platform.clock.now_ms()

    async def told(state: str) -> None:
        async with tower.platform.db.begin() as tx:
            await states.keep_told(site.scope, tx, iot_id=site.lift, states={"X": state}, at_ms=now_ms)

    await told(why)
    await client.comes_to("ended", why)
    await until(lambda: client.states[-1]["session_id"] == "")
    assert client.states[-1]["current_mode"] == (3 if why == "fire" else 4)
    calls = len(site.machines[1].memory.calls)
    await client.ask("1", session="again")
    await client.refused("robot.lift_not_running")
    assert len(site.machines[1].memory.calls) == calls
    await told("normal")
    await client.ask("1", session="again")
    await client.comes_to("boarding")
    out = {"out": True, "reason": "年检"}
    assert (await tower.desk.post(f"/lifts/{site.lift}/service", json=out)).status_code == 204
    await client.comes_to("ended", "out_of_service")
