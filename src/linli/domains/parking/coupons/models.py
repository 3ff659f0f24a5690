"""Tables of coupons. Written by this package only. Times are UTC ms, money is fen."""

from sqlalchemy import Column, Index, Table

from linli.kernel.db import INT, flag, integer, metadata, text_column

merchants = Table(
    "parking_merchants",
    metadata,
    Column("merchant_id", INT, primary_key=True, autoincrement=False),
    text_column("tenant_id"),
    integer("community_id"),
    text_column("name"),
    text_column("code"),  # of the link to its page; 131 random bits
    text_column("pin_hash"),  # argon2id
    integer("revoked_ms", server_default="0"),  # 0: it may give
    integer("created_ms"),
    Index("uq_parking_merchants_code", "code", unique=True),
    Index("ix_parking_merchants_community", "tenant_id", "community_id"),
)

offers = Table(
    "parking_coupon_offers",
    metadata,
    Column("offer_id", INT, primary_key=True, autoincrement=False),
    text_column("tenant_id"),
    integer("community_id"),
    integer("merchant_id"),
    text_column("kind"),  # minutes, percent, fen, whole
    integer("value"),
    integer("lot_id", server_default="0"),  # 0: every lot
    flag("stacks"),  # may be used beside others that do, too
    integer("limit_count", server_default="0"),  # 0: none
    integer("limit_fen", server_default="0"),  # 0: none
    integer("valid_hours"),  # of a given coupon, until its stay begins or it is attached
    integer("ends_ms"),  # nothing is given any more
    integer("given_count", server_default="0"),
    integer("spent_fen", server_default="0"),
    integer("revoked_ms", server_default="0"),
    integer("created_ms"),
    Index("ix_parking_coupon_offers_merchant", "merchant_id"),
)
"""What a merchant may give, and how much of it."""

coupons = Table(
    "parking_coupons",
    metadata,
    Column("coupon_id", INT, primary_key=True, autoincrement=False),
    text_column("tenant_id"),
    integer("community_id"),
    integer("merchant_id"),
    integer("offer_id"),
    text_column("plate"),  # cleaned
    text_column("kind"),
    integer("value"),
    integer("lot_id", server_default="0"),
    flag("stacks"),
    text_column("state"),  # given, used
    integer("stay_id", null=True),  # of whose fee it is, or will be
    integer("off_fen", server_default="0"),  # what it took off
    integer("given_ms"),
    integer("ends_ms"),  # without a stay until then it is void
    integer("used_ms", null=True),
    integer("box_id", null=True),  # the box it is left to, or that used it
    Index("ix_parking_coupons_waiting", "community_id", "state", "stay_id"),
    Index("ix_parking_coupons_plate", "community_id", "plate", "state"),
    Index("ix_parking_coupons_stay", "stay_id"),
    Index("ix_parking_coupons_merchant", "merchant_id", "coupon_id"),
    Index("ix_parking_coupons_used", "merchant_id", "used_ms"),
)
