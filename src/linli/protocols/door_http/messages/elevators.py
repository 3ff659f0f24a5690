"""Lifts behind a door. Source: spec G 3.5, A22-A27; all carry a version and stay under 100 calls a second."""

from typing import Annotated, Literal

from msgspec import Meta

from linli.protocols.door_http.messages.base import Answer, Key, Text, Versioned, Wire

Floor = Annotated[str, Meta(min_length=1, max_length=16)]
Room = Annotated[str, Meta(min_length=1, max_length=16)]


class RunState(Wire, frozen=True, kw_only=True):
    elevator_id: Key | None = None
    current_floor: Floor
    car_state: Annotated[int, Meta(ge=0, le=1)]
    """0 stopped, 1 running."""
    car_direction: Annotated[int, Meta(ge=0, le=2)]
    """0 none, 1 up, 2 down."""
    running_mode: Annotated[int, Meta(ge=0, le=6)] | None = None
    """Not in the source: lifts that know it tell by it why a car does not run, as a number of `rules.lift_states`."""


class ReportRunState(Versioned, frozen=True, kw_only=True):
    data: Annotated[list[RunState], Meta(max_length=256)]


class GetRunState(Versioned, frozen=True, kw_only=True, omit_defaults=True):
    """The table says `elevatorList`, the example `data`: the first is sent, both are read (spec G 11, row 3)."""

    elevator_list: list[Key] | None = None
    data: list[Key] | None = None

    @property
    def elevators(self) -> list[str] | None:
        return self.elevator_list if self.elevator_list is not None else self.data


class RunStateAnswer(Answer, frozen=True, kw_only=True):
    data: list[RunState]


class ReleasedFloor(Wire, frozen=True, kw_only=True):
    """`room` here, `roomNumber` elsewhere: both are read (spec G 11, row 4)."""

    floor: Floor | None = None
    room: Room | None = None
    room_number: Room | None = None


class ReleaseFloors(Versioned, frozen=True, kw_only=True, omit_defaults=True):
    elevator_id: Key | None = None
    """Absent: every lift."""
    floor_room_list: list[ReleasedFloor] | None = None
    """Absent: every floor."""


class TargetFloor(Wire, frozen=True, kw_only=True):
    floor: Floor
    room_number: Room | None = None
    room: Room | None = None


class ActivateFloor(Versioned, frozen=True, kw_only=True, omit_defaults=True):
    elevator_id: Key | None = None
    floor_room_list: Annotated[list[TargetFloor], Meta(min_length=1)]
    """Required, whatever a sentence copied from the call above says (spec G 11, row 5)."""


class CallElevator(Versioned, frozen=True, kw_only=True, omit_defaults=True):
    elevator_id: Key | None = None
    start_floor: Floor
    start_room: Room | None = None
    target_floor: Floor | int | None = None
    """Absent: the car waits at the start. Sent as a string, read as a number too (spec G 11, row 7)."""
    target_room: Room | None = None
    target_direction: Annotated[int, Meta(ge=1, le=2)] | None = None
    """1 up, 2 down: for a call without a target."""


class GetInfo(Versioned, frozen=True, kw_only=True):
    pass


class FloorInfo(Wire, frozen=True, kw_only=True):
    floor: Floor
    room_list: list[Room] | None = None


class Elevator(Wire, frozen=True, kw_only=True):
    elevator_id: Key | None = None
    elevator_name: Text | None = None
    is_dual_card_door: bool
    """Opens on two sides: a room number picks the door."""
    floor_info: list[FloorInfo]


class Elevators(Wire, frozen=True, kw_only=True):
    elevator_mode: Literal["SINGLE", "GROUP", "ALL"]
    """SINGLE: one lift is named. GROUP: the controller picks. ALL: either."""
    floor_info_list: list[Elevator]

    def rooms_at(self, floor: str) -> bool:
        """Whether a floor has room numbers, which rules must then name (spec G 3.6, R*)."""
        floors = (floor_info for lift in self.floor_info_list for floor_info in lift.floor_info)
        return any(floor_info.floor == floor and floor_info.room_list for floor_info in floors)


class InfoAnswer(Answer, frozen=True, kw_only=True):
    data: Elevators
