"""Events of parking, raised in the transaction that wrote them."""

from typing import ClassVar

from linli.kernel.events import Event


class VehiclePassed(Event, frozen=True):
    """A lane reported a vehicle, or a barrier that went up without one."""

    name: ClassVar[str] = "parking.vehicle_passed"
    tenant_id: str
    community_id: int
    lane_id: int
    pass_id: int


class ParkingRulesChanged(Event, frozen=True):
    """A tariff was published, a lot charges by another one, a calendar or rights of vehicles changed."""

    name: ClassVar[str] = "parking.rules_changed"
    tenant_id: str
    community_id: int


class CouponWaits(Event, frozen=True):
    """A coupon was given to a vehicle that is on no stay of the cloud's lanes."""

    name: ClassVar[str] = "parking.coupon_waits"
    tenant_id: str
    community_id: int


class GateOpened(Event, frozen=True):
    """A person had a lane's barrier opened or kept open, and it moved."""

    name: ClassVar[str] = "parking.gate_opened"
    tenant_id: str
    community_id: int
    lane_id: int
