"""Rules that gateways keep, made from linkages; and what of their reports is a record."""

from pathlib import Path
from typing import Any

import pytest

from linli.edge.runtime import lift_journal
from linli.edge.runtime.lift_journal import Journal
from linli.edge.runtime.lift_reports import PATIENCE_S, REPEATED_S, LiftReports
from linli.edge.runtime.lift_rules import (
    covering,
    floors_of,
    in_service,
    linkage_of,
    rule_id,
    same,
    wanted_of,
)
from linli.edge.runtime.lift_under_way import UnderWay
from linli.edge.store import Store
from linli.kernel.clock import ManualClock
from linli.protocols.edge_link import LiftFloor, LiftOrders, Linkage, LinkageTarget, PassageRules

INFO: dict[str, Any] = {
    "ElevatorMode": "SINGLE",
    "ElevatorInfo": [{"ElevatorID": "X"}, {"ElevatorID": "Y"}],
    "FloorRoomInfo": [
        {"ElevatorID": "X", "Floor": "1", "RoomNumber": ""},
        {"ElevatorID": "X", "Floor": "10", "RoomNumber": "01"},
        {"ElevatorID": "Y", "Floor": "1", "RoomNumber": ""},
    ],
}


def linkage(number: str = "1", *, mode: str = "CALL_WITH_TARGET", car: str = "X", **more: Any) -> Linkage:
    target = LinkageTarget(
        floors=[LiftFloor(floor=floor, room=room) for floor, room in more.get("floors", [("10", "01")])],
        expires_ms=more.get("expires_ms", 0),
    )
    return Linkage(
        id=number,
        door=more.get("door", "lift"),
        lift="lift",
        mode=mode,  # type: ignore[arg-type]
        elevator=car,
        start_floor="1",
        delay_s=more.get("delay_s", 0),
        persons={"anna": target},
    )


def test_a_rule_says_what_its_mode_needs_and_nothing_else() -> None:
    lift = floors_of(INFO)
    contents = {
        mode: next(iter(wanted_of([linkage(mode=mode, delay_s=3, expires_ms=9)], lift, 5).rules.values()))
        for mode in ("CALL_ONLY", "CALL_WITH_TARGET", "RELEASE_ONLY", "ACTIVATE_ONLY")
    }
    common = {"userId": "anna", "elevatorId": "X", "delaySeconds": 3, "expiryTime": "9"}
    stop = {"targetFloorRoomList": [{"floor": "10", "roomNumber": "01"}]}
    assert contents == {
        "CALL_ONLY": {**common, "controlMode": "CALL_ONLY", "startFloor": "1"},
        "CALL_WITH_TARGET": {**common, **stop, "controlMode": "CALL_WITH_TARGET", "startFloor": "1"},
        "RELEASE_ONLY": {**common, **stop, "controlMode": "RELEASE_ONLY"},
        "ACTIVATE_ONLY": {**common, **stop, "controlMode": "ACTIVATE_ONLY"},
    }
    grouped = wanted_of([linkage()], floors_of({**INFO, "ElevatorMode": "GROUP"}), 5)
    assert "elevatorId" not in next(iter(grouped.rules.values()))
    assert wanted_of([linkage(expires_ms=5)], lift, 5).rules == {}


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (linkage(floors=[("11", "")]), "no_floor 11"),
        (linkage(floors=[("10", "")]), "no_room 10"),
        (linkage(floors=[]), "no_target"),
        (linkage(car=""), "no_car"),
        (linkage(car="Y"), "no_floor 10"),
    ],
)
def test_what_a_lift_cannot_keep_stays_with_the_box(row: Linkage, why: str) -> None:
    wanted = wanted_of([row], floors_of(INFO), 0)
    assert (wanted.rules, list(wanted.unfit.values())) == ({}, [why])


def test_readers_that_agree_share_a_rule_and_others_have_none() -> None:
    first, second = linkage("1"), linkage("2", door="reader")
    shared = rule_id(first, "anna")
    assert covering([first, second]) == {("1", "anna"): shared, ("2", "anna"): shared}
    assert set(wanted_of([first, second], floors_of(INFO), 0).rules) == {shared}
    other = linkage("2", door="reader", mode="CALL_ONLY")
    assert covering([first, other])["2", "anna"] == rule_id(other, "anna")
    assert wanted_of([first, other], floors_of(INFO), 0).unfit == {shared: "readers_differ"}
    assert linkage_of(shared, [first]) == linkage_of(shared, []) == "1"
    assert linkage_of("theirs", [first]) == ""


def test_what_is_not_said_is_what_is_said_as_nothing() -> None:
    wanted = {"userId": "anna", "controlMode": "CALL_ONLY", "startFloor": "1"}
    assert same(wanted, {**wanted, "ruleId": "r", "delaySeconds": 0, "startRoom": "", "effectiveTime": "0"})
    assert not same(wanted, {**wanted, "delaySeconds": 1})


def test_a_lift_that_may_not_be_called_keeps_no_rules() -> None:
    one, other = linkage("1"), linkage("2", car="Y")

    def left(**orders: Any) -> list[str]:
        rules = PassageRules(linkages=[one, other], lifts={"lift": LiftOrders(**orders)})
        return [row.id for row in in_service(rules)]

    assert left() == ["1", "2"]
    assert left(out={"X": 0}) == ["2"]
    assert left(out={"": 0}) == left(emergency=True) == []


async def test_each_pass_is_told_once(tmp_path: Path) -> None:
    now, missed = [0.0], list[str]()
    clock = ManualClock()
    journal = Journal(Store(tmp_path / "box.db", lift_journal.STEPS, clock), clock)
    reports = LiftReports(lambda rule: "7" if rule == "r" else "", journal, UnderWay(), now_s=lambda: now[0])
    said = {"ruleId": "r", "authType": "card", "authContent": "c"}

    async def miss() -> None:
        missed.append("r")

    early = reports.passed("lift", "c")
    event = reports.event_of("lift", said)
    assert event is not None
    assert (event["ruleId"], event["authType"], event["code"]) == ("7", "tradCard", 0)
    reports.expect(early, "r", 0, miss)  # decided after the report: nothing is missed
    assert reports.event_of("lift", said) is None
    second = reports.passed("lift", "c")
    reports.expect(second, "r", 0, miss)
    assert reports.event_of("lift", said) is not None
    third = reports.passed("lift", "c")
    reports.expect(third, "r", 5, miss)
    now[0] = PATIENCE_S + 5
    await reports.look()
    assert missed == ["r"]
    assert reports.event_of("lift", said) is None  # late: the pass is recorded
    now[0] += REPEATED_S
    assert reports.event_of("lift", said) is not None  # of a pass that nobody told of
    assert reports.event_of("lift", {"ruleId": "theirs"}) == {"ruleId": "theirs"}
