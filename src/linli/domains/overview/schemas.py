"""The data of the overview."""

from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

PERSON: Final = "person"
VEHICLE: Final = "vehicle"
IN: Final = "in"
OUT: Final = "out"

PlaceKind = Literal["door", "gate", "camera", "other"]


class Share(msgspec.Struct, rename="camel", frozen=True):
    """One category and its number. `code` is a stable name; empty for unknown."""

    code: str
    count: int


class Population(msgspec.Struct, rename="camel", frozen=True):
    """The persons of a community in figures (CON-01)."""

    total: Annotated[
        int, Meta(description="总人口: all persons registered, by themselves or by the property")
    ]
    permanent: Annotated[int, Meta(description="常驻人口: house members who are owners or their relatives")]
    floating: Annotated[int, Meta(description="流动人口: house members who are tenants")]
    others: Annotated[int, Meta(description="House members of other kinds: friends, nannies, drivers …")]
    by_sex: list[Share]
    by_age: list[Share]
    by_degree: list[Share]
    by_marriage: list[Share]
    by_politics: list[Share]


class Housing(msgspec.Struct, rename="camel", frozen=True):
    """The spaces of a community in figures (CON-02)."""

    houses: Annotated[int, Meta(description="户数")]
    occupied: Annotated[int, Meta(description="Houses that somebody lives in")]
    parking_spaces: int
    garages: int
    storage_rooms: int
    by_type: Annotated[list[Share], Meta(description="房屋类型, codes 1 to 7")]
    by_layout: Annotated[list[Share], Meta(description="户型, as 3/2/1; the most frequent first")]
    by_status: Annotated[list[Share], Meta(description="Codes 1 lived in by the owner, 2 let, 3 empty")]


class Curve(msgspec.Struct, rename="camel", frozen=True):
    """Seven days from Monday on: this week, and the mean of the four weeks before."""

    this_week: list[int | None]
    """None for days in the future."""
    mean: list[float]


class Traffic(msgspec.Struct, rename="camel", frozen=True):
    """Persons or vehicles that passed (CON-03)."""

    today: int
    today_in: int
    today_out: int
    refused_today: int
    entering: Curve
    leaving: Curve


class Days(msgspec.Struct, rename="camel", frozen=True):
    """Traffic of a community, by days of its own time zone."""

    monday_ms: int
    weeks_known: Annotated[
        int, Meta(description="Of the four weeks before, those with any pass: the mean is of these")
    ]
    persons: Traffic
    vehicles: Traffic
    vehicle_weeks_known: int


class VehiclePass(msgspec.Struct, rename="camel", frozen=True):
    id: str
    at_ms: int
    plate: str
    direction: str
    lane: str
    """Name of the lane, empty when it is not known."""


class MapDevice(msgspec.Struct, rename="camel", frozen=True):
    """A device that stands on the map."""

    iot_id: str
    name: str
    kind: PlaceKind
    state: str
    lng: float
    lat: float
    alarm: str
    """Its recent alarm, in the device's words; empty: none."""
    alarm_ms: int
    cut: Annotated[bool, Meta(description="Offline because its gateway or box is: see /door-outages.")]


class Candidate(msgspec.Struct, rename="camel", frozen=True):
    """A device that could be put on the map."""

    iot_id: str
    name: str
    state: str


class Plan(msgspec.Struct, rename="camel", frozen=True):
    url: Annotated[str, Meta(description="Valid for some minutes")]
    width: int
    height: int
    metres: float


class CommunityMap(msgspec.Struct, rename="camel", frozen=True):
    lng: float | None
    lat: float | None
    tiles: Annotated[str, Meta(description="Address of raster tiles with {z}/{x}/{y}; empty: none are set")]
    plan: Plan | None
    devices: list[MapDevice]
