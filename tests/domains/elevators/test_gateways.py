"""A lift that keeps the rules of linkages itself: brought, read back, mended, carried out by it alone, and told once."""

import asyncio
from typing import Any

import pytest

from linli.domains.boxes.remote.service import presence
from linli.domains.boxes.rows import Node
from linli.edge.runtime import lift_reports, lift_under_way
from linli.kernel.db import Tx
from linli.protocols.door_http.messages.rules import Rule
from linli.protocols.edge_link import Heartbeat
from tests.domains.access.platform import until
from tests.domains.elevators.conftest import DEVICE, INVOKE, USER, LiftSite
from tests.domains.elevators.test_passes import TARGETS, code_of, held, records, under_way

pytestmark = pytest.mark.engines("sqlite")


def hear_beats(site: LiftSite) -> None:
    """What boxes tell of themselves is kept."""
    platform = site.platform

    async def hear(tx: Tx, node: Node, beat: Heartbeat) -> None:
        await presence.take(tx, node, beat, ids=platform.ids, now_ms=platform.clock.now_ms())

    site.rooms.front.on_heartbeat.append(hear)


async def with_gateway(site: LiftSite) -> Any:
    """The lift's memory; it supports linkage, and its own reader stands at floor 1."""
    site.machines[1].memory.keeps_rules = True
    hear_beats(site)
    await site.with_box()
    return site.machines[1].memory


def state(site: LiftSite) -> Any:
    return next((one for one in site.box.lift_gateways.states() if one.device_name == "lift.gateway"), None)


async def settled(site: LiftSite, rules: int) -> None:
    """The gateway keeps just what it is to keep, and the box knows it."""
    memory = site.machines[1].memory

    def same() -> bool:
        now = state(site)
        return bool(
            now and now.same_since_ms and now.confirmed == now.wanted == rules == len(memory.lift_rules)
        )

    await until(same)


async def serve(site: LiftSite, data_id: str, identity: str, targets: list[dict[str, str]]) -> None:
    await site.ok(f"{USER}/save", "1.0.2", dataId=data_id, identityId=identity, userTargetList=targets)


async def told(site: LiftSite, count: int) -> list[dict[str, Any]]:
    """All records; there are so many."""

    async def there() -> bool:
        runs = (await site.estate.desk.get(f"/lifts/{site.lift}/runs")).json()
        return site.box.queue.backlog == 0 and len(runs) == count

    await until(there)
    rows = await records(site)
    async with asyncio.timeout(60):
        while len(rows) < count:  # few calls: an application may not ask often
            await asyncio.sleep(0.3)
            rows = await records(site)
    assert len(rows) == count
    return rows


@pytest.mark.covers("G-C34")
async def test_the_lift_keeps_the_rules_and_serves_by_itself(site: LiftSite) -> None:
    lift = await with_gateway(site)
    car = site.machines[1]
    code, other = [await code_of(site, who) for who in (site.person, site.estate.neighbour)]
    data_id = await site.linkage(triggerIotId=site.lift)
    await serve(site, data_id, site.person, TARGETS[:1])
    await site.ok(
        f"{USER}/save",
        "1.0.1",
        dataId=data_id,
        paramType="QRCODE",
        paramValue=other,
        userTargetList=[{"targetFloor": "3A"}],
    )
    await held(site)
    await settled(site, 1)
    (rule,) = lift.lift_rules.values()
    assert (rule.user_id, rule.control_mode, rule.start_floor) == (site.person, "CALL_WITH_TARGET", "1")
    assert [(stop.floor, stop.room_number) for stop in rule.target_floor_room_list] == [("10", "01")]

    # the person is served by the lift alone; who is known by the code alone, by the box
    await car.scan(code)
    await car.scan(other)
    await until(lambda: bool(lift.own_calls and lift.calls) and not under_way())
    (own,), (called,) = lift.own_calls, lift.calls
    assert (own.start_floor, own.target_floor, called.target_floor) == ("1", "10", "3A")
    rows = await told(site, 2)
    (row,) = [row for row in rows if row["identityID"] == site.person]
    assert (row["mediaType"], row["mediaID"], row["callResultCode"]) == ("QRCODE", code, 200)
    assert (row["entranceDeviceName"], row["startFloor"]) == ("lift.gateway", "1")
    assert row["targetList"] == '[{"targetFloor": "10", "targetRoomNo": "01"}]'

    # a lift that tells twice; and with the line to the platform cut
    car.faults.repeats = True
    await car.scan(code)
    await told(site, 3)
    site.box.line.cut()
    site.line_cut = True
    await car.scan(code)
    await until(lambda: len(lift.own_calls) == 3)
    site.line_cut = False
    site.box.line.mend()
    await told(site, 4)
    assert len(lift.calls) == 1

    # other floors are one change, and who is taken out is one deletion
    before = len(lift.told_rules)
    await serve(site, data_id, site.person, TARGETS)
    await held(site)
    await until(lambda: len(lift.told_rules) == before + 1)
    (rule,) = lift.lift_rules.values()
    assert len(rule.target_floor_room_list) == 3
    await site.ok(f"{USER}/delete", "1.0.2", dataId=data_id, identityId=site.person)
    await held(site)
    await until(lambda: not lift.lift_rules)
    assert [change.split()[0] for change in lift.told_rules[before:]] == ["3", "2"]
    await car.scan(code)
    await until(lambda: not under_way())
    assert (len(lift.own_calls), len(lift.calls)) == (3, 1)


async def test_what_a_lift_lost_or_changed_is_mended_and_nothing_is_sent_twice(site: LiftSite) -> None:
    lift = await with_gateway(site)
    car = site.machines[1]
    data_id = await site.linkage(triggerIotId=site.lift)
    for person, targets in ((site.person, TARGETS[:1]), (site.estate.neighbour, TARGETS[1:2])):
        await serve(site, data_id, person, targets)
    await held(site)
    await settled(site, 2)
    sent = list(lift.told_rules)
    assert [change.split()[0] for change in sent] == ["1", "1"]

    async def again() -> None:
        """The machine comes back, and was compared."""
        compared = state(site).compared_ms
        car.faults.clock_off_s += 1  # no second /connect of the same second is taken
        await car.connect()
        await until(lambda: state(site).compared_ms > compared)

    await again()
    assert lift.told_rules == sent  # what is there is not sent again

    # it forgets one, has another of its own, and a third says something else
    first, second = sorted(lift.lift_rules)
    theirs = Rule(rule_id="theirs", user_id="u", control_mode="CALL_ONLY", start_floor="1")
    changed = Rule(
        rule_id=second, user_id=lift.lift_rules[second].user_id, control_mode="CALL_ONLY", start_floor="G"
    )
    wanted = dict(lift.lift_rules)
    lift.lift_rules = {"theirs": theirs, second: changed}
    lift.linkage = "disable"
    await again()
    await until(lambda: lift.lift_rules == wanted)
    assert sorted(lift.told_rules[2:]) == sorted([f"1 {first}", "2 theirs", f"3 {second}"])
    await until(lambda: lift.linkage == "enable")
    now = state(site)
    assert (now.missing, now.other, now.foreign) == (1, 1, 1)

    # all of it is lost while it stays connected; somebody asks for a comparison
    lift.lift_rules = {}
    desk = site.estate.desk
    answer = await desk.post(f"/lifts/{site.lift}/rules/compare")
    assert answer.status_code == 204, answer.text
    await site.platform.worker.run_once()
    await until(lambda: lift.lift_rules == wanted)

    async def shown() -> bool:
        kept = (await desk.get(f"/lifts/{site.lift}/rules/kept")).json()
        counts = [kept[name] for name in ("wanted", "confirmed", "missing")]
        return (kept["state"], counts, kept["why"]) == ("same", [2, 2, 2], "") and kept["sameSinceMs"] > 0

    await until(shown)
    other = (await desk.get(f"/lifts/{site.door}/rules/kept")).json()
    assert other["state"] == "none"

    # a restart of the box with the line cut: what is there is not sent again
    sent, home = list(lift.told_rules), site.box.home
    site.line_cut = True
    await site.box.stop()
    await site.wake(home)
    driver: Any = site.box.supervisor.driver(site.driver)
    car.faults.clock_off_s += 1
    car.aim("127.0.0.1", driver.port)
    await car.connect()
    await settled(site, 2)
    assert lift.told_rules == sent


async def test_a_lift_of_which_nothing_is_wanted_is_cleared_and_then_left_alone(site: LiftSite) -> None:
    lift = await with_gateway(site)
    data_id = await site.linkage(triggerIotId=site.lift)
    for person in (site.person, site.estate.neighbour):
        await serve(site, data_id, person, TARGETS[:1])
    await held(site)
    await settled(site, 2)
    await site.ok(f"{DEVICE}/delete", "1.0.2", dataId=data_id)
    await held(site)
    await until(lambda: not lift.lift_rules)
    lift.lift_rules = {"theirs": Rule(rule_id="theirs", control_mode="CALL_ONLY", start_floor="1")}
    site.box.lift_gateways.compare_soon()
    await site.box.lift_gateways.compare("lift.gateway")
    assert set(lift.lift_rules) == {"theirs"}


async def test_a_lift_without_linkage_is_called_by_the_box(site: LiftSite) -> None:
    hear_beats(site)
    await site.with_box()
    car = site.machines[1]
    code = await code_of(site, site.person)
    data_id = await site.linkage(triggerIotId=site.lift)
    await serve(site, data_id, site.person, TARGETS[:1])
    await held(site)
    await car.scan(code)
    await until(lambda: len(car.memory.calls) == 1)
    assert state(site).keeps is False

    async def shown() -> bool:
        kept = (await site.estate.desk.get(f"/lifts/{site.lift}/rules/kept")).json()
        return str(kept["state"]) == "box"

    await until(shown)


async def test_what_does_not_fit_the_lift_stays_with_the_box(site: LiftSite) -> None:
    """A floor that it lacks, and readers that do different things: the box carries out, once."""
    lift = await with_gateway(site)
    code = await code_of(site, site.person)
    data_id = await site.linkage(triggerIotId=site.lift)
    await serve(site, data_id, site.person, [{"targetFloor": "11", "targetRoomNo": "02"}])
    await held(site)
    await settled(site, 1)
    # the lift is rebuilt: floor 11 is no more
    lift.lifts.floor_info_list[0].floor_info[:] = [
        floor for floor in lift.lifts.floor_info_list[0].floor_info if floor.floor != "11"
    ]
    site.box.lift_gateways.compare_soon("lift.gateway")
    await until(lambda: not lift.lift_rules and state(site).unfit == 1)
    assert state(site).unfit_why == "no_floor 11"
    await site.machines[1].scan(code)
    await until(lambda: len(lift.calls) == 1)
    assert not lift.own_calls


async def test_a_lift_that_keeps_a_rule_and_is_mute_is_told_of(
    site: LiftSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It holds the rule and does nothing: one record says so, and what it holds is compared."""
    monkeypatch.setattr(lift_reports, "PATIENCE_S", 0.2)
    monkeypatch.setattr(lift_under_way, "SETTLED_S", 0.0)
    lift = await with_gateway(site)
    car = site.machines[1]
    code = await code_of(site, site.person)
    data_id = await site.linkage(triggerIotId=site.lift)
    await serve(site, data_id, site.person, TARGETS[:1])
    await held(site)
    await settled(site, 1)
    lift.lift_rules = {}
    await car.scan(code)
    (row,) = await told(site, 1)
    assert (row["callResultCode"], "did not tell" in row["callResultMsg"]) == (-1, True)
    await settled(site, 1)
    monkeypatch.setattr(lift_reports, "PATIENCE_S", 60.0)
    await asyncio.gather(*(car.scan(code) for _ in range(20)))
    rows = await told(site, 21)
    assert [row["callResultCode"] for row in rows].count(200) == 20
    assert (len(lift.own_calls), lift.calls) == (20, [])


async def test_the_switch_is_kept_at_the_lift(site: LiftSite) -> None:
    lift = await with_gateway(site)
    car = site.machines[1]
    code = await code_of(site, site.person)
    data_id = await site.linkage(triggerIotId=site.lift)
    await serve(site, data_id, site.person, TARGETS[:1])
    await held(site)
    await settled(site, 1)
    ask = {"iotId": site.lift, "identifier": "SetElevatorRuleState", "args": {"Availability": "disable"}}
    assert (await site.ok(INVOKE, "1.0.1", **ask))["code"] == 0
    assert lift.linkage == "disable"
    await car.scan(code)
    await until(lambda: not under_way())
    lift.linkage = "enable"  # somebody at the panel
    site.box.lift_gateways.compare_soon("lift.gateway")
    await until(lambda: lift.linkage == "disable")
    assert (lift.own_calls, lift.calls) == ([], [])
