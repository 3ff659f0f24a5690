"""The table of claims. Written by this folder only. Times are UTC ms."""

from sqlalchemy import Column, Index, Table

from linli.kernel.db import INT, integer, metadata, text_column

lane_claims = Table(
    "parking_lane_claims",
    metadata,
    Column("lane_id", INT, primary_key=True, autoincrement=False),
    text_column("tenant_id"),
    integer("community_id"),
    integer("session_id"),  # the seat: a log-in of the console
    text_column("holder"),  # caller
    integer("since_ms"),
    integer("beat_ms"),  # when its page was last heard of
    Index("ix_parking_lane_claims_community", "community_id"),
)
"""The seat that sees to a lane now. A row without a beat for a minute counts for nothing, and the next seat takes its
place."""
