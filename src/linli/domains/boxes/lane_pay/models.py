"""Table of payments at exits of boxes. Written by this folder only."""

from sqlalchemy import Index, PrimaryKeyConstraint, Table

from linli.kernel.db import integer, metadata, text_column

edge_lane_payments = Table(
    "edge_lane_payments",
    metadata,
    integer("node_id"),
    text_column("nonce"),  # of the code that the box signed
    text_column("tenant_id"),
    text_column("project_id", null=True),
    integer("community_id"),
    text_column("order_number"),
    integer("charge_id"),
    integer("fen"),
    integer("paid_ms"),
    integer("counted_ms", null=True),
    integer("kept_fen", server_default="0"),
    PrimaryKeyConstraint("node_id", "nonce"),
    Index("ix_edge_lane_payments_charge", "charge_id"),
    Index("ix_edge_lane_payments_counted", "counted_ms"),
)
"""Money for a code. `counted_ms`: when the box said that the order took `kept_fen` of it; the rest goes back."""
