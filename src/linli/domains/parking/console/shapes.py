"""What the console's pages of parking send and get."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from linli.domains.parking.readings.shapes import LaneReading
from linli.domains.parking.rows import Action, Kind

type Provider = Literal["linli", "local"]


class ParkingSettings(msgspec.Struct, rename="camel", frozen=True):
    provider: Annotated[
        Provider, Meta(description="linli: Linli steers the lanes; local: a parking system does.")
    ]
    service_on: bool


class ParkingArea(msgspec.Struct, rename="camel", frozen=True):
    id: str
    name: str
    place: Annotated[str, Meta(description="With the areas around it, outermost first.")]


class LaneRow(msgspec.Struct, rename="camel", frozen=True):
    id: str
    name: str
    area_id: str
    place: Annotated[str, Meta(description="The areas around it, outermost first.")]
    direction: Literal["in", "out"]
    iot_id: Annotated[str, Meta(description="Empty: the lane has no device.")]
    device: Annotated[str, Meta(description="The name of the device.")]
    sn: str
    online: bool
    last_seen_ms: int | None
    gate: Annotated[
        Literal["opened", "closed", "opening", "closing"] | None,
        Meta(description="null: the device never told it."),
    ]
    waiting: Annotated[bool | None, Meta(description="A car waits; null: the device does not see that.")]
    confirmed: Annotated[int, Meta(description="Rights that the device confirmed.")]
    pending: Annotated[int, Meta(description="Rights on their way.")]
    failed: Annotated[int, Meta(description="Rights that need a look.")]


class LaneList(msgspec.Struct, rename="camel", frozen=True):
    settings: ParkingSettings
    areas: list[ParkingArea]
    lanes: list[LaneRow]


class GateOrderRow(msgspec.Struct, rename="camel", frozen=True):
    id: str
    action: Action
    caller_name: str
    reason: str
    result: Annotated[str, Meta(description="asked, done, or the code of what went wrong.")]
    asked_ms: int


class LaneScreen(msgspec.Struct, rename="camel", frozen=True):
    rows: Annotated[int | None, Meta(description="Lines of the screen; null: never told.")]
    mixed: Annotated[bool | None, Meta(description="Takes words and voice together only.")]
    shows_qr: bool | None


class LaneDetail(msgspec.Struct, rename="camel", frozen=True):
    lane: LaneRow
    screen: LaneScreen
    orders: list[GateOrderRow]


class NewLane(msgspec.Struct, rename="camel"):
    name: str
    direction: Literal["in", "out"]
    area_id: Annotated[int | None, Meta(description="A parking area; null: a new one of `areaName`.")] = None
    area_name: str = ""


class LaneMade(msgspec.Struct, rename="camel", frozen=True):
    id: str


class LaneDeviceIn(msgspec.Struct, rename="camel"):
    sn: Annotated[str, Meta(description="As on the device's back.")]
    name: Annotated[str, Meta(description="How people call it.")]
    product_key: Annotated[str, Meta(description="Needed when the serial number is not listed yet.")] = ""


class LaneDeviceAdded(msgspec.Struct, rename="camel", frozen=True):
    iot_id: str
    product_key: str
    device_name: str
    device_secret: Annotated[
        str | None, Meta(description="Shown once, and only for a device created by this call.")
    ]


class DeviceNameIn(msgspec.Struct, rename="camel"):
    name: str


class GateOrderIn(msgspec.Struct, rename="camel"):
    action: Action
    reason: Annotated[str, Meta(description="Why; kept with who and when.")]


class GateMoved(msgspec.Struct, rename="camel", frozen=True):
    took_ms: int


class LinesIn(msgspec.Struct, rename="camel"):
    lines: Annotated[list[str], Meta(max_length=100)]
    voice: str = ""
    seconds: int = 10
    reason: Annotated[str, Meta(max_length=200, description="Why; the lane's history keeps it.")] = ""


class QrIn(msgspec.Struct, rename="camel"):
    text: str


class RightRow(msgspec.Struct, rename="camel", frozen=True):
    space_id: str
    place: Annotated[str, Meta(description="Where it holds; empty: in the whole community.")]
    plate: str
    kind: Kind
    starts_ms: int | None
    ends_ms: int | None
    brand: str
    color: int | None
    status: Annotated[str, Meta(description="CAR_SYNC; of several lanes that of the worst.")]
    changed_ms: int


class RightsIn(msgspec.Struct, rename="camel"):
    kind: Kind
    plate: str
    space_ids: Annotated[
        list[int], Meta(description="Entrances, areas or lots; none: every entrance of the community.")
    ] = msgspec.field(default_factory=list)
    starts_ms: int | None = None
    ends_ms: int | None = None
    brand: str = ""
    color: int | None = None


class RightNamed(msgspec.Struct, rename="camel", frozen=True):
    space_id: int
    plate: str
    kind: Kind


class RightsNamed(msgspec.Struct, rename="camel"):
    rights: list[RightNamed]


class PassOfVehicle(msgspec.Struct, rename="camel", frozen=True):
    id: str
    at_ms: int
    lane_id: str
    lane: str
    direction: Literal["in", "out"]
    plate: Annotated[str, Meta(description="Empty: without plate.")]
    read_as: Annotated[str, Meta(description="What the camera read, where that was no plate.")]
    permission: Literal["ordinary", "temporary", "whitelist", "blacklist", "no_plate"]
    open_type: Literal["normal", "abnormal", "manual"]
    plate_color: int | None
    car_color: str
    brand: str
    reliability: float | None
    picture_url: Annotated[str, Meta(description="For an hour; empty: no picture.")]
    reading: Annotated[LaneReading | None, Meta(description="What the platform read in the picture itself.")]
