"""Rows as the queries of this room read them, in the order of the columns. Times are UTC ms."""

from typing import Final, Literal, NamedTuple

type Kind = Literal["ordinary", "whitelist", "blacklist"]
type Action = Literal["close", "open", "hold"]
OWN, LOCAL = "linli", "local"
"""Providers: Linli itself steers the lanes, or a local parking system does, through a box."""
ORDINARY: Final = "ordinary"
WHITELIST: Final = "whitelist"
BLACKLIST: Final = "blacklist"


class Settings(NamedTuple):
    community_id: int
    tenant_id: str
    provider: str
    service_on: int
    changed_ms: int


class LaneDevice(NamedTuple):
    lane_id: int
    tenant_id: str
    community_id: int
    iot_id: str
    product_key: str
    device_name: str
    name: str
    sn: str
    created_ms: int
    changed_ms: int


class VehicleRight(NamedTuple):
    space_id: int
    plate: str
    kind: str
    tenant_id: str
    community_id: int
    starts_ms: int | None
    ends_ms: int | None
    brand: str
    color: int | None
    created_ms: int
    changed_ms: int

    @property
    def key(self) -> tuple[int, str, str]:
        return self.space_id, self.plate, self.kind


class LanePass(NamedTuple):
    id: int
    day: int
    tenant_id: str
    community_id: int
    lane_id: int
    area_id: int
    iot_id: str
    lane_name: str
    direction: int
    open_type: int
    permission: int
    plate: str
    read_as: str
    plate_color: int | None
    car_color: str
    brand: str
    reliability: float | None
    picture: str
    passed_ms: int
    received_ms: int


class GateOrder(NamedTuple):
    id: int
    tenant_id: str
    community_id: int
    lane_id: int
    iot_id: str
    action: str
    caller: str
    reason: str
    result: str
    asked_ms: int
    answered_ms: int | None


class Screen(NamedTuple):
    """What a device said of its screen; None: it said nothing."""

    rows: int | None
    breaks_lines: bool
    """One call takes all lines, with `<br>` between them."""
    mixed: bool | None
    shows_qr: bool | None
