"""Tables of charges. Written by this room's services only. Times are UTC ms, money is whole fen."""

from sqlalchemy import Column, Index, PrimaryKeyConstraint, Table

from linli.kernel.db import INT, integer, metadata, text_column

charges = Table(
    "payment_charges",
    metadata,
    Column("charge_id", INT, primary_key=True, autoincrement=False),
    text_column("tenant_id"),
    integer("community_id"),
    text_column("subject"),  # what is paid for: `parking_stay:<number>`
    text_column("payer_key"),  # the payer's own number of it: asked twice, there is one charge
    text_column("title"),  # what the payer reads at the provider; names nobody
    integer("fen"),
    text_column("return_to"),  # path of the page that the payer comes back to
    text_column("provider"),
    text_column("pay_url", server_default=""),
    text_column("state"),  # open, paid, failed
    text_column("trade_no", server_default=""),  # the provider's number of the payment
    integer("refunded_fen", server_default="0"),
    integer("created_ms"),
    integer("expires_ms"),
    integer("paid_ms", null=True),
    Index("ix_payment_charges_payer", "tenant_id", "subject", "payer_key", unique=True),
    Index("ix_payment_charges_community", "community_id", "charge_id"),
)

notices = Table(
    "payment_notices",
    metadata,
    text_column("provider"),
    text_column("notice_id"),
    text_column("tenant_id"),
    integer("community_id"),
    integer("charge_id"),
    text_column("state"),  # as the provider said: paid, failed
    integer("settled"),  # 1: it was this one that settled the charge
    integer("received_ms"),
    PrimaryKeyConstraint("provider", "notice_id"),
    Index("ix_payment_notices_charge", "charge_id"),
)
"""What providers told, once each."""

refunds = Table(
    "payment_refunds",
    metadata,
    Column("refund_id", INT, primary_key=True, autoincrement=False),
    text_column("tenant_id"),
    integer("community_id"),
    integer("charge_id"),
    integer("fen"),
    text_column("reason"),
    text_column("asked_by"),  # caller
    text_column("state"),  # asked, done
    integer("asked_ms"),
    integer("done_ms", null=True),
    Index("ix_payment_refunds_charge", "charge_id"),
)
