"""The stand-in's own books. Written by this folder only. Times are UTC ms, money is whole fen."""

from sqlalchemy import Column, Index, PrimaryKeyConstraint, Table

from linli.kernel.db import INT, integer, metadata, text_column

orders = Table(
    "cashier_orders",
    metadata,
    Column("order_no", INT, primary_key=True, autoincrement=False),  # the platform's number
    text_column("tenant_id"),
    text_column("title"),
    integer("fen"),
    text_column("return_to"),
    text_column("state"),  # waiting, paid, failed
    integer("tries", server_default="0"),  # times that somebody pressed a button
    integer("expires_ms"),
    integer("paid_ms", null=True),
    Index("ix_cashier_orders_paid", "tenant_id", "paid_ms"),
)

given_back = Table(
    "cashier_refunds",
    metadata,
    integer("order_no"),
    integer("refund_no"),  # the platform's number
    text_column("tenant_id"),
    integer("fen"),
    integer("at_ms"),
    PrimaryKeyConstraint("order_no", "refund_no"),
    Index("ix_cashier_refunds_at", "tenant_id", "at_ms"),
)
