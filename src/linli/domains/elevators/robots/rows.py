"""Robots and their sessions as the queries read them."""

import json
from typing import Any, NamedTuple

from linli.rules import robot_rides


class Zone(NamedTuple):
    """A lift that a robot may use, and to which floors; `car` empty: whichever comes."""

    iot_id: str
    car: str
    floors: tuple[str, ...]
    most_kg: int | None = None
    """The heaviest that may ride in it, robot and goods; None: nobody said."""

    @property
    def lift_name(self) -> str:
        """As robots name it."""
        return f"{self.iot_id}/{self.car}" if self.car else self.iot_id


class Robot(NamedTuple):
    robot_id: int
    tenant_id: str
    community_id: int
    name: str
    kind: str
    zone: str
    hours: str
    priority: int
    enabled: int
    key_hash: str
    key_ms: int
    seen_ms: int | None
    created_ms: int
    changed_ms: int

    def zones(self) -> list[Zone]:
        return [
            Zone(row["iotId"], row["car"], tuple(row["floors"]), row.get("mostKg"))
            for row in json.loads(self.zone)
        ]


class Ride(NamedTuple):
    ride_id: int
    tenant_id: str
    community_id: int
    robot_id: int
    session_id: str
    iot_id: str
    elevator_id: str
    kind: str
    priority: int
    from_floor: str
    to_floor: str
    load_kg: int | None
    hold_s: int
    state: str
    reason: str
    steps: str
    asked_ms: int
    since_ms: int
    heard_ms: int
    called_ms: int
    request_ms: int
    ended_ms: int | None

    @property
    def facts(self) -> robot_rides.Ride:
        return robot_rides.Ride(
            self.state, self.kind, self.from_floor, self.to_floor, self.hold_s, self.asked_ms, self.since_ms,
            self.heard_ms, self.called_ms,
        )  # fmt: skip

    def step_list(self) -> list[list[Any]]:
        return list(json.loads(self.steps))

    @property
    def floor(self) -> str:
        """Where the car is to be."""
        return self.to_floor if self.state in (robot_rides.RIDING, robot_rides.LEAVING) else self.from_floor

    def shares_car(self, other: "Ride") -> bool:
        return self.iot_id == other.iot_id and (
            not self.elevator_id or not other.elevator_id or self.elevator_id == other.elevator_id
        )


def zone_json(zones: list[Zone]) -> str:
    rows = [
        {"iotId": zone.iot_id, "car": zone.car, "floors": list(zone.floors), "mostKg": zone.most_kg}
        for zone in zones
    ]
    return json.dumps(rows, ensure_ascii=False)
