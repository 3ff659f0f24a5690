"""The table of looks of staff through doors. Written by this room's services only. Times are UTC ms."""

from sqlalchemy import Index, Table

from linli.kernel.db import integer, metadata, text_column

looks = Table(
    "intercom_looks",
    metadata,
    integer("id", primary_key=True),  # rises with time
    text_column("tenant_id"),
    integer("community_id"),
    text_column("iot_id"),  # the door
    text_column("viewer"),  # as callers are named: `staff:12`
    text_column("process"),  # which has the look in hand
    integer("began_ms"),
    integer("talked_ms"),  # when the door first heard whoever looked; 0: never
    integer("ended_ms"),  # 0: not yet
    Index("ix_intercom_looks_door", "iot_id", "id"),
    Index("ix_intercom_looks_community", "community_id", "id"),
    Index("ix_intercom_looks_open", "ended_ms", "process"),
)
"""They are kept as long as calls."""
