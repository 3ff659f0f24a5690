"""Coupons as the queries read them, in the order of the columns."""

from typing import Final, NamedTuple

GIVEN: Final = "given"
USED: Final = "used"


class MerchantRow(NamedTuple):
    merchant_id: int
    tenant_id: str
    community_id: int
    name: str
    code: str
    pin_hash: str
    revoked_ms: int
    created_ms: int


class OfferRow(NamedTuple):
    offer_id: int
    tenant_id: str
    community_id: int
    merchant_id: int
    kind: str
    value: int
    lot_id: int
    stacks: int
    limit_count: int
    limit_fen: int
    valid_hours: int
    ends_ms: int
    given_count: int
    spent_fen: int
    revoked_ms: int
    created_ms: int

    def is_open(self, now_ms: int) -> bool:
        """Whether one may be given now."""
        return (
            not self.revoked_ms
            and now_ms < self.ends_ms
            and (not self.limit_count or self.given_count < self.limit_count)
            and (not self.limit_fen or self.spent_fen < self.limit_fen)
        )


class CouponRow(NamedTuple):
    coupon_id: int
    tenant_id: str
    community_id: int
    merchant_id: int
    offer_id: int
    plate: str
    kind: str
    value: int
    lot_id: int
    stacks: int
    state: str
    stay_id: int | None
    off_fen: int
    given_ms: int
    ends_ms: int
    used_ms: int | None
    box_id: int | None = None
