"""A simulated machine that carries its own lift rules out (spec G F14) for those whom it lets in, and tells of it."""

import asyncio

from linli.edge.doors.simulator.memory import Memory
from linli.protocols.door_http import RULE_VERSION
from linli.protocols.door_http.messages import elevators, rules


def rule_for(memory: Memory, user: str | None, now_ms: int) -> list[rules.Rule]:
    """The rules that hold for who was let in."""
    if not memory.keeps_rules or memory.linkage != "enable" or not user:
        return []
    return [rule for rule in memory.lift_rules.values() if rule.user_id == user and _holds(rule, now_ms)]


def _holds(rule: rules.Rule, now_ms: int) -> bool:
    return int(rule.effective_time or 0) <= now_ms and (
        not rule.expiry_time or now_ms < int(rule.expiry_time)
    )


async def carry_out(memory: Memory, rule: rules.Rule) -> None:
    """As its controller does: the same that the box would ask for."""
    if rule.delay_seconds:
        await asyncio.sleep(rule.delay_seconds)
    targets = rule.target_floor_room_list or []
    if rule.control_mode in ("CALL_ONLY", "CALL_WITH_TARGET"):
        target = targets[0] if len(targets) == 1 else None
        memory.own_calls.append(
            elevators.CallElevator(
                version=RULE_VERSION,
                token="own",
                elevator_id=rule.elevator_id,
                start_floor=rule.start_floor or "",
                start_room=rule.start_room,
                target_floor=None if target is None else target.floor,
                target_room=None if target is None else target.room_number,
            )
        )
    if rule.control_mode == "RELEASE_ONLY" or (rule.control_mode == "CALL_WITH_TARGET" and len(targets) > 1):
        listed = [elevators.ReleasedFloor(floor=stop.floor, room_number=stop.room_number) for stop in targets]
        memory.own_released.append(
            elevators.ReleaseFloors(
                version=RULE_VERSION, token="own", elevator_id=rule.elevator_id, floor_room_list=listed
            )
        )
    if rule.control_mode == "ACTIVATE_ONLY":
        lit = [
            elevators.TargetFloor(floor=stop.floor or "", room_number=stop.room_number) for stop in targets
        ]
        memory.own_lit.append(
            elevators.ActivateFloor(
                version=RULE_VERSION, token="own", elevator_id=rule.elevator_id, floor_room_list=lit
            )
        )
