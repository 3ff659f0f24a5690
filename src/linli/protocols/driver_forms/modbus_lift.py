"""The device form of a lift controller on Modbus: where it is, its cars, and the map of their registers.

Addresses are those of the frames: 0 is the first of a table (40001 in a manual that counts holding registers so). A
profile gives a whole map from one address; every point that the form names goes before the profile's.
"""

from typing import Annotated, Final, Literal

from msgspec import Meta

from linli.protocols.driver_forms.base import DriverConfig
from linli.protocols.driver_forms.modbus_points import UNIT_MOST, Framing, Point, Profile

PROTOCOL: Final = "电梯 Modbus 协议"
FloorName = Annotated[str, Meta(min_length=1, max_length=16)]
CarName = Annotated[str, Meta(max_length=64, pattern=r"^[A-Za-z0-9\-_]*$")]
Number = Annotated[int, Meta(ge=0, le=65535)]
Unit = Annotated[int, Meta(ge=0, le=UNIT_MOST)]


class LiftFloor(DriverConfig, frozen=True, kw_only=True):
    """A floor, or one side of the car there (`room`)."""

    floor: FloorName
    """In the lift's own words: B1, G, 3A."""
    room: Annotated[str, Meta(max_length=16)] = ""
    number: Number | None = None
    """The controller's number for it; without, the floors count from 1."""
    call: Point | None = None
    """Written: the car is to come."""
    lamp: Point | None = None
    """Read: a call that is not served yet."""
    release: Point | None = None
    """Written: the button in the car answers."""
    light: Point | None = None
    """Written: as if the button in the car were pressed."""


class LiftFlags(DriverConfig, frozen=True, kw_only=True):
    """Points that are set while a state lasts."""

    inspection: Point | None = None
    fire: Point | None = None
    out_of_service: Point | None = None
    fault: Point | None = None
    overload: Point | None = None
    trapped: Point | None = None


class LiftModes(DriverConfig, frozen=True, kw_only=True):
    """By what numbers the controller names the states in `mode`."""

    normal: Number = 0
    inspection: Number = 1
    fire: Number = 2
    out_of_service: Number = 3
    fault: Number = 4
    overload: Number = 5
    trapped: Number = 6


class LiftCar(DriverConfig, frozen=True, kw_only=True):
    """A car with its map."""

    elevator_id: CarName = ""
    """Empty only where it is the only car."""
    elevator_name: Annotated[str, Meta(max_length=64)] = ""
    unit: Unit | None = None
    """Where its registers are under another unit than the device's."""
    profile: Profile = ""
    base: Number = 0
    """Where the profile's points begin."""
    floors: Annotated[list[LiftFloor], Meta(min_length=1, max_length=128)]
    call_floor: Point | None = None
    """Written with a floor's number: the car is to come there."""
    target_floor: Point | None = None
    """Written with a floor's number: as if that button in the car were pressed."""
    position: Point | None = None
    """Read: the number of the floor where it is."""
    direction: Point | None = None
    up: Number = 1
    down: Number = 2
    """Read in `direction`; every other number is none."""
    moving: Point | None = None
    door: Point | None = None
    """Read: not 0 while the car's door is open."""
    mode: Point | None = None
    modes: LiftModes = LiftModes()
    flags: LiftFlags = LiftFlags()


class ModbusLiftForm(DriverConfig, frozen=True, kw_only=True):
    """As it was filled in; `modbus_map.ModbusLift` is checked whole."""

    ip: Annotated[str, Meta(max_length=15, extra_json_schema={"format": "ipv4"})]
    port: Annotated[int, Meta(ge=1, le=65535)] = 502
    framing: Framing = "tcp"
    """rtu: the frames of the serial line over TCP, as many serial servers pass them."""
    unit: Unit = 1
    elevator_mode: Literal["SINGLE", "GROUP"] = "SINGLE"
    cars: Annotated[list[LiftCar], Meta(min_length=1, max_length=16)]
    poll_ms: Annotated[int, Meta(ge=50, le=10_000)] = 500
    timeout_ms: Annotated[int, Meta(ge=100, le=10_000)] = 2_000
    """How long an answer may take."""
    pulse_ms: Annotated[int, Meta(ge=0, le=5_000)] = 500
    """How long a call's point stays set; 0: the controller takes it back."""
    release_seconds: Annotated[int, Meta(ge=1, le=120)] = 15
    """How long buttons answer once the car is there."""
    arrive_seconds: Annotated[int, Meta(ge=2, le=600)] = 90
    """After that a car that was called is said not to have come."""
