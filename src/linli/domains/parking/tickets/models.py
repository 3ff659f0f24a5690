"""Tables of cars without a plate. Written by this folder only. Times are UTC ms."""

from sqlalchemy import Column, Index, Table

from linli.kernel.db import INT, flag, integer, metadata, text_column

lane_codes = Table(
    "parking_lane_codes",
    metadata,
    Column("lane_id", INT, primary_key=True, autoincrement=False),
    text_column("tenant_id"),
    integer("community_id"),
    text_column("code"),  # of the printed link; 131 random bits
    flag("is_on", default=1),
    integer("changed_ms"),
    Index("uq_parking_lane_codes_code", "code", unique=True),
)
"""What drivers without a plate scan at a lane."""

lane_cars = Table(
    "parking_lane_cars",
    metadata,
    Column("lane_id", INT, primary_key=True, autoincrement=False),
    text_column("tenant_id"),
    integer("community_id"),
    integer("pass_id", server_default="0"),  # 0: the camera said that a car stands there, and no more
    integer("since_ms"),
    integer("seen_ms"),
    integer("taken_ms", server_default="0"),  # 0: no ticket was taken for it, and nobody opened
)
"""The car that stands at a lane, as its camera says. One that comes later takes its place."""

tickets = Table(
    "parking_tickets",
    metadata,
    Column("stay_id", INT, primary_key=True, autoincrement=False),
    text_column("tenant_id"),
    integer("community_id"),
    text_column("token_hash"),  # SHA-256 of what the phone keeps
    integer("created_ms"),
    integer("opened_ms", server_default="0"),  # 0: the barrier was not asked yet to let it in
    Index("uq_parking_tickets_token", "token_hash", unique=True),
    Index("ix_parking_tickets_created", "created_ms"),
)
"""Which phone came with which stay."""
