"""The lift that serves a person when a door opens (人梯联动). Source: spec G 3.5, A28-A32, and the table of 3.6."""

from collections.abc import Sequence
from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from linli.protocols.door_http.messages.base import Answer, Key, Millis, Page, Versioned, Wire, page_number
from linli.protocols.door_http.messages.elevators import Elevators, Floor, Room

ADD, DELETE, UPDATE, CLEAR = 1, 2, 3, 4
LONGEST_DELAY_S = 300
ControlMode = Literal["CALL_ONLY", "CALL_WITH_TARGET", "RELEASE_ONLY", "ACTIVATE_ONLY"]
Delay = Annotated[int, Meta(ge=0, le=LONGEST_DELAY_S)]
Availability = Literal["enable", "disable"]


class RuleFloor(Wire, frozen=True, kw_only=True):
    floor: Floor | None = None
    room_number: Room | None = None


class Rule(Wire, frozen=True, kw_only=True):
    """One rule, or with `type` one change of the list. An absent `type` means 1 (spec G 11, row 12)."""

    type: Annotated[int, Meta(ge=ADD, le=CLEAR)] | None = None
    rule_id: Key | None = None
    user_id: Key | None = None
    elevator_id: Key | None = None
    control_mode: ControlMode | None = None
    start_floor: Floor | None = None
    start_room: Room | None = None
    target_floor_room_list: list[RuleFloor] | None = None
    delay_seconds: Delay | None = None
    effective_time: Millis | None = None
    expiry_time: Millis | None = None

    def __post_init__(self) -> None:
        change = self.type or ADD
        if change != CLEAR and self.rule_id is None:
            raise ValueError("ruleId is required unless type is 4")
        if change in (ADD, UPDATE):
            if self.control_mode is None:
                raise ValueError("controlMode is required when type is 1 or 3")
            check_presence(self.control_mode, self.start_floor, self.start_room, self.target_floor_room_list)


def check_presence(
    mode: ControlMode, start_floor: str | None, start_room: str | None, targets: Sequence[RuleFloor] | None
) -> None:
    """The part of the table of 3.6 that needs no knowledge of the lifts. Raises ValueError naming field and rule."""
    starts = mode in ("CALL_ONLY", "CALL_WITH_TARGET")
    if starts and start_floor is None:
        raise ValueError(f"startFloor is required by {mode}")
    if not starts and (start_floor is not None or start_room is not None):
        raise ValueError(f"startFloor and startRoom must be absent in {mode}")
    if mode == "CALL_ONLY":
        if targets is not None:
            raise ValueError("targetFloorRoomList must be absent in CALL_ONLY")
        return
    if not targets or any(target.floor is None for target in targets):
        raise ValueError(f"targetFloorRoomList with a floor in each element is required by {mode}")
    if mode == "ACTIVATE_ONLY" and len(targets) > 1:
        raise ValueError("targetFloorRoomList holds a single floor in ACTIVATE_ONLY")


def check_rooms(rule: Rule, lifts: Elevators) -> None:
    """The rest of the table: rooms stand exactly where the lifts have them, and a lift is named where it must be.

    Raises ValueError naming field and rule.
    """
    if rule.control_mode is None:
        return
    if rule.start_floor is not None:
        _room("startRoom", rule.start_room, lifts.rooms_at(rule.start_floor))
    for target in rule.target_floor_room_list or ():
        _room("roomNumber", target.room_number, lifts.rooms_at(target.floor or ""))
    if lifts.elevator_mode == "SINGLE" and len(lifts.floor_info_list) > 1 and rule.elevator_id is None:
        raise ValueError("elevatorId is required where lifts are controlled one by one")


def _room(field: str, given: str | None, exists: bool) -> None:
    if exists and given is None:
        raise ValueError(f"{field} is required on a floor with rooms")
    if not exists and given is not None:
        raise ValueError(f"{field} must be absent on a floor without rooms")


class SyncRules(Versioned, frozen=True, kw_only=True):
    MOST: ClassVar[int] = 200
    rules: Annotated[list[Rule], Meta(max_length=200)]


class GetRules(Versioned, frozen=True, kw_only=True, omit_defaults=True):
    current_page: Page | None = None
    page_size: Page | None = None

    @property
    def page(self) -> tuple[int | None, int | None]:
        return page_number(self.current_page), page_number(self.page_size)


class RulePage(Wire, frozen=True, kw_only=True):
    """There is no `total`."""

    current_page: int
    page_count: int
    page_size: int
    user_data: list[Rule]


class RulesAnswer(Answer, frozen=True, kw_only=True):
    data: RulePage


class ReportRule(Versioned, frozen=True, kw_only=True, omit_defaults=True):
    """Sent when a rule has been carried out."""

    rule_id: Key
    elevator_id: Key | None = None
    user_id: Key
    auth_type: Literal["face", "qrcode", "card", "bluetooth"]
    auth_content: Key
    control_mode: ControlMode
    start_floor: Floor | None = None
    start_room: Room | None = None
    target_floor_room_list: list[RuleFloor] | None = None
    delay_seconds: Delay | None = None

    def __post_init__(self) -> None:
        check_presence(self.control_mode, self.start_floor, self.start_room, self.target_floor_room_list)


class SetAvailability(Versioned, frozen=True, kw_only=True):
    availability: Availability


class GetAvailability(Versioned, frozen=True, kw_only=True):
    pass


class AvailabilityData(Wire, frozen=True, kw_only=True):
    availability: Availability


class AvailabilityAnswer(Answer, frozen=True, kw_only=True):
    data: AvailabilityData
