"""What the console's pages of stays send and get, and who sees amounts in it."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from linli.domains.parking.fees.forms import FeeRow
from linli.domains.parking.fees.reasons import LONGEST_REASON
from linli.domains.people.rights import Right, Rights
from linli.kernel.entry import Filter
from linli.kernel.scope import Scope

type StayState = Literal["inside", "left", "lost", "ended"]
type PaidBy = Literal["cash", "waived", "online", "given_back"]


class StayLine(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """A stay in the list. Money in fen; of a vehicle inside as it is now; null where the caller does not see amounts."""

    id: str
    community_id: int
    plate: str
    vehicle_class: str
    lot_id: int
    lot_name: str
    state: StayState
    is_orphan: Annotated[bool, Meta(description="An exit for which no entry was found.")]
    read_as: Annotated[str, Meta(description="As the exit read its plate, where that is another one.")]
    in_ms: int
    out_ms: int | None
    is_free: Annotated[bool, Meta(description="Its lot charged nothing when it came.")]
    fen: int | None
    paid_fen: int | None
    due_fen: int | None


class PaymentLine(msgspec.Struct, rename="camel", frozen=True):
    fen: Annotated[int, Meta(description="Below zero: it went back.")]
    method: PaidBy
    reason: str
    paid_ms: int


class StayView(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    stay: StayLine
    fee: Annotated[FeeRow | None, Meta(description="null: the caller does not see amounts.")]
    payments: Annotated[list[PaymentLine], Meta(description="None where the caller does not see amounts.")]
    cash_fen: Annotated[int, Meta(description="Cash that was taken and did not go back.")]
    in_picture: Annotated[str, Meta(description="Address for ten minutes; empty: none.")]
    out_picture: str
    note: str
    version: int | None
    out_lane_id: Annotated[str, Meta(description="Where it left; empty: it did not, or the lane is no more.")]


class Payment(msgspec.Struct, rename="camel", frozen=True):
    fen: Annotated[int, Meta(description="What was due when the person saw it.")]
    reason: Annotated[
        str, Meta(max_length=LONGEST_REASON, description="What the history keeps beside the amount.")
    ] = ""


class Waiver(msgspec.Struct, rename="camel", frozen=True):
    fen: Annotated[int, Meta(description="What was due when the person saw it.")]
    reason: str


class CashRefund(msgspec.Struct, rename="camel", frozen=True):
    fen: Annotated[int, Meta(ge=1, le=100_000_000)]
    reason: str


class StayEnd(msgspec.Struct, rename="camel", frozen=True):
    reason: str


class PlateCorrection(msgspec.Struct, rename="camel", frozen=True):
    plate: str
    reason: Annotated[
        str, Meta(max_length=LONGEST_REASON, description="Why; the stay's history keeps it.")
    ] = ""


class StayId(msgspec.Struct, rename="camel", frozen=True):
    id: str


class StayCandidate(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """A vehicle inside that an exit may be of."""

    id: str
    plate: str
    in_ms: int
    likely: Annotated[bool, Meta(description="It would be taken without asking.")]
    in_picture: str


class StayChoice(msgspec.Struct, rename="camel", frozen=True):
    stay_id: Annotated[str, Meta(pattern="^[0-9]{1,19}$")]


class StayFilter(Filter, frozen=True):
    """Stays, as their list is asked for. Times are UTC ms of the entry."""

    community_id: int
    state: Annotated[
        Literal["", "inside", "left", "orphan", "lost", "ended"],
        Meta(description="orphan: exits for which no entry was found."),
    ] = ""
    lot_id: int = 0
    plate: str = ""
    since_ms: int = 0
    until_ms: int = 1 << 52


class OwingFilter(Filter, frozen=True):
    """Stays that ended and are not paid whole, as their list is asked for."""

    community_id: int
    plate: Annotated[str, Meta(description="Part of the plate.")] = ""
    since_ms: Annotated[int, Meta(description="UTC ms of the exit.")] = 0


def sees_amounts(rights: Rights, scope: Scope, community_id: int) -> bool:
    """Whether the caller reads what stays of a community cost and what was taken for them."""
    return rights.may(Right.FEES_TAKE, tenant_id=scope.tenant, community_id=community_id)
