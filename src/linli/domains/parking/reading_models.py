"""Tables of plates that the platform reads. Written by `readings` only. Times are UTC ms."""

from sqlalchemy import Column, Index, Table

from linli.kernel.db import INT, flag, integer, metadata, real, text_column

reading_rules = Table(
    "parking_reading_rules",
    metadata,
    Column("lane_id", INT, primary_key=True, autoincrement=False),
    text_column("tenant_id"),
    integer("community_id"),
    flag("is_on", default=0),
    flag("lets_guests_in", default=0),
    real("doubt_below"),  # 0: no second opinion
    integer("changed_ms"),
)
"""What is read at a lane. Without a row: nothing, the camera reads alone."""

readings = Table(
    "parking_readings",
    metadata,
    Column("pass_id", INT, primary_key=True, autoincrement=False),
    text_column("tenant_id"),
    integer("community_id"),
    integer("lane_id"),
    text_column("outcome"),  # read, hint, none, agrees, differs
    text_column("plate"),  # as we read it; empty: none was seen
    real("confidence"),
    integer("pictures"),  # how many of them were looked at
    flag("opens", default=0),  # the barrier was asked to open for it
    text_column("model_id"),
    integer("made_ms"),
    Index("ix_parking_readings_lane", "lane_id", "made_ms"),
    Index("ix_parking_readings_made", "made_ms"),
)
"""What was read for a pass, and what became of it. Kept as long as passes."""
