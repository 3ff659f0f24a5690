"""What a box that runs parking brings to the cloud: records of data models, pictures, and that its car parks live."""

from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta

PARKING_RECORDS: Final = "/edge/parking/records"
"""POST `ParkingBatch`; answers `ParkingTaken`."""
PARKING_PICTURES: Final = "/edge/parking/pictures"
"""POST, body JPEG; answers `PictureTaken`."""
PARKING_RULES: Final = "/edge/parking/rules"
"""GET with `have`, the version that holds on the box, and `spaces`, those of its lots; answers `ParkingRules`."""
PARKING_PAYMENTS: Final = "/edge/parking/payments"
"""POST `PaymentsCounted`; answers `PaymentsWaiting`."""
PARKING_COUPONS: Final = "/edge/parking/coupons"
"""POST `CouponsAsked`; answers `ParkingCoupons`."""
PARKING_BEAT_S: Final = 30.0
"""Source: spec H 5.8."""
PARKING_SILENT_MS: Final = 90_000
"""After which the cloud raises an alarm."""
_Text = Annotated[str, Meta(max_length=64)]


class _Struct(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    pass


class ParkingRecord(_Struct, frozen=True, kw_only=True):
    """One record. `seq` grows with each of a stream: what comes again is known by it."""

    seq: Annotated[int, Meta(ge=1)]
    model: _Text
    record: dict[str, Any]
    """An object in a field that holds a text file becomes that file."""
    files: dict[str, str] = {}
    """By field, the `photoId` of a picture."""
    detail: dict[str, Any] = {}
    """`CarDetail` or `OrderDetail`: what the data model has no field for."""


class CarDetail(_Struct, frozen=True, kw_only=True):
    """What was decided of a car, and why; of those that passed and of those that did not."""

    at_ms: int
    lot: _Text
    lot_name: _Text = ""
    barrier: _Text
    barrier_name: _Text = ""
    way: Annotated[int, Meta(ge=0, le=1)]
    opened: bool
    reason: _Text
    standing: _Text = ""
    plate: Annotated[str, Meta(max_length=32)] = ""
    order: _Text = ""
    fen: int = 0


class FeeLine(_Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line of a fee; below zero where something is taken off."""

    kind: _Text
    fen: int
    day: _Text = ""
    begins: _Text = ""
    ends: _Text = ""
    count: int = 0
    minutes: int = 0
    each_fen: int = 0
    coupon: Annotated[str, Meta(max_length=16)] = ""
    """Kind of the coupon whose line it is (`rules.parking_fees`), and its `value`."""
    value: int = 0


class OrderDetail(_Struct, frozen=True, kw_only=True):
    number: Annotated[str, Meta(min_length=1, max_length=64)]
    lot: _Text
    lot_name: _Text = ""
    plate: Annotated[str, Meta(max_length=32)]
    in_name: _Text = ""
    in_ms: int
    out_name: _Text = ""
    out_ms: int | None = None
    status: Annotated[int, Meta(ge=0, le=4)]
    """0 paid, 1 free, 2 paid on site, 3 cancelled, 4 unpaid (spec F 3.5, 8.2)."""
    fen: int
    waived_fen: int = 0
    paid_ms: int | None = None
    basis: _Text
    """`tariff`, `box_price` or `none`: by what it was charged."""
    tariff: _Text = ""
    version: int = 0
    lines: Annotated[list[FeeLine], Meta(max_length=500)] = []
    reason: _Text = ""
    """Why it is free, or why the car left without paying."""


class RulesLot(_Struct, frozen=True, kw_only=True):
    """A lot of the cloud, by its space."""

    space: _Text
    around: list[_Text]
    """The lot's space and those around it: what is given for them counts at each lane."""
    tariff: _Text = ""
    """Empty: it is free."""
    version: int = 0


class TariffVersion(_Struct, frozen=True, kw_only=True):
    tariff: _Text
    version: int
    body: dict[str, Any]
    """As `rules.tariffs.Tariff` is written."""


class PlateRight(_Struct, frozen=True, kw_only=True, omit_defaults=True):
    plate: _Text
    kind: _Text
    """ordinary, whitelist, blacklist, visitor."""
    space: _Text
    starts_ms: int | None = None
    ends_ms: int | None = None


class PayKey(_Struct, frozen=True, kw_only=True):
    """Shared by cloud and box (`rules.pay_codes`)."""

    no: int
    key: Annotated[str, Meta(min_length=64, max_length=64)]
    """Hex."""


class ParkingRules(_Struct, frozen=True, kw_only=True):
    """By what a box charges and opens: desired state, known by its version."""

    version: str = ""
    unchanged: bool = False
    holidays: list[str] = []
    workdays: list[str] = []
    lots: list[RulesLot] = []
    tariffs: list[TariffVersion] = []
    rights: list[PlateRight] = []
    fire_ms: int = 0
    """Of the last fire that the cloud heard of."""
    fire_over_ms: int = 0
    """When a person last said that a fire is over."""
    pay_url: Annotated[str, Meta(max_length=300)] = ""
    """What a driver's phone opens, with a code after it; empty: nobody takes payments over the network."""
    pay_node: int = 0
    """The box's number in codes."""
    pay_keys: Annotated[list[PayKey], Meta(max_length=3)] = []
    """The newest signs."""


def parking_rules_path(have: str, spaces: list[str]) -> str:
    return f"{PARKING_RULES}?have={have}&spaces={','.join(spaces)}"


class PaymentCounted(_Struct, frozen=True, kw_only=True):
    """A payment that the box has counted, once."""

    nonce: Annotated[str, Meta(pattern=r"^[0-9a-f]{16}$")]
    """Of the code."""
    kept_fen: Annotated[int, Meta(ge=0)]
    """What its order took of it; the rest goes back."""


class PaymentsCounted(_Struct, frozen=True, kw_only=True):
    payments: Annotated[list[PaymentCounted], Meta(max_length=100)] = []


class LanePayment(_Struct, frozen=True, kw_only=True):
    nonce: _Text
    fen: int


class PaymentsWaiting(_Struct, frozen=True, kw_only=True):
    """Paid, and not counted by the box as far as the cloud knows; the oldest first."""

    payments: Annotated[list[LanePayment], Meta(max_length=100)] = []


class CouponsAsked(_Struct, frozen=True, kw_only=True):
    spaces: Annotated[list[_Text], Meta(max_length=50)] = []
    """Of the box's lots."""
    have: _Text = ""
    """The version that it has."""
    holds: Annotated[list[_Text], Meta(max_length=5_000)] = []
    """All that it wants to use, or did: of cars inside. What it had before and does not name is given up."""


class PlateCoupon(_Struct, frozen=True, kw_only=True, omit_defaults=True):
    number: _Text
    plate: _Text
    kind: _Text
    """As in `rules.parking_fees`."""
    value: int = 0
    space: _Text = ""
    """The lot where it counts; empty: every one."""
    stacks: bool = False
    here: bool = False
    """It is left to this box: no other place uses it."""


class ParkingCoupons(_Struct, frozen=True, kw_only=True):
    """Merchants' coupons that wait for a car, or were left to this box."""

    version: str = ""
    unchanged: bool = False
    coupons: list[PlateCoupon] = []


class CouponUse(_Struct, frozen=True, kw_only=True):
    number: Annotated[str, Meta(pattern=r"^[0-9]{1,19}$")]
    off_fen: Annotated[int, Meta(ge=0, le=100_000_000)]


class CouponUses(_Struct, frozen=True, kw_only=True):
    """What the coupons of a stay that ended took off its orders."""

    order: _Text = ""
    uses: Annotated[list[CouponUse], Meta(max_length=50)] = []


class LotBeat(_Struct, frozen=True, kw_only=True):
    """A car park that lives, with its spaces."""

    id: _Text
    name: _Text = ""
    total: Annotated[int, Meta(ge=0)] = 0
    free: Annotated[int, Meta(ge=0)] = 0
    follows: bool = False
    """Whether it charges and opens by what the cloud says (`ParkingRules`)."""


class ParkingBatch(_Struct, frozen=True, kw_only=True):
    stream: Annotated[str, Meta(min_length=1, max_length=64)]
    """Of the box's file: another one begins anew."""
    records: Annotated[list[ParkingRecord], Meta(max_length=100)] = []
    lots: Annotated[list[LotBeat], Meta(max_length=50)] = []
    """Empty: it is no heartbeat."""


class ParkingTaken(_Struct, frozen=True, kw_only=True):
    seq: int
    """All records up to this one are taken."""
