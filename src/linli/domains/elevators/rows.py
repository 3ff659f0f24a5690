"""Lifts as the queries read them."""

import json
from typing import Final, NamedTuple

SINGLE: Final = "SINGLE"
GROUP: Final = "GROUP"
ALL: Final = "ALL"
MODES: Final = (SINGLE, GROUP, ALL)
"""One car is called by its number; the controller chooses one; either."""


class Lift(NamedTuple):
    iot_id: str
    tenant_id: str
    community_id: int | None
    mode: str
    read_ms: int


class Car(NamedTuple):
    iot_id: str
    elevator_id: str
    tenant_id: str
    community_id: int | None
    name: str
    two_doors: int
    position: str
    motion: int
    direction: int
    state_ms: int | None


class Floor(NamedTuple):
    iot_id: str
    elevator_id: str
    place: int
    tenant_id: str
    community_id: int | None
    floor: str
    rooms: str

    def room_list(self) -> list[str]:
        return [str(room) for room in json.loads(self.rooms)]


class Shaft(NamedTuple):
    """A lift with its cars and floors; all empty for one that was never read."""

    lift: Lift | None
    cars: list[Car]
    floors: list[Floor]

    def floors_of(self, elevator_id: str) -> dict[str, list[str]]:
        """Rooms by floor, of one car; of all for an empty number."""
        rooms_by_floor: dict[str, list[str]] = {}
        for row in self.floors:
            if elevator_id in ("", row.elevator_id):
                rooms = rooms_by_floor.setdefault(row.floor, [])
                rooms += [room for room in row.room_list() if room not in rooms]
        return rooms_by_floor
