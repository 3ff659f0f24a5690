"""Tables of the overview. Written by this room's services only."""

from sqlalchemy import Index, PrimaryKeyConstraint, Table

from linli.kernel.db import integer, metadata, real, text_column

traffic_hours = Table(
    "traffic_hours",
    metadata,
    integer("community_id"),
    integer("hour"),  # hours since the epoch, UTC
    text_column("kind"),  # person or vehicle
    text_column("direction"),  # in, out, or empty where the device does not say
    text_column("tenant_id"),
    integer("passed"),
    integer("refused"),
    PrimaryKeyConstraint("community_id", "hour", "kind", "direction"),
)
"""Passes of each hour, counted in the transaction of the pass. Five weeks are some hundred rows, and stay longer than
the records on the data bus (30 days)."""

map_devices = Table(
    "map_devices",
    metadata,
    text_column("iot_id", primary_key=True),
    text_column("tenant_id"),
    integer("community_id"),
    real("lng"),  # the map's own degrees; on a plan picture, degrees within its corners
    real("lat"),
    text_column("placed_by"),
    integer("changed_ms"),
    Index("ix_map_devices_community", "community_id"),
)

map_plans = Table(
    "map_plans",
    metadata,
    integer("community_id", primary_key=True, autoincrement=False),
    text_column("tenant_id"),
    text_column("upload_id"),
    integer("width"),  # pixels of the picture: its shape is the plan's
    integer("height"),
    real("metres"),  # how wide the ground is that the picture shows
    integer("changed_ms"),
)
"""The community's own picture of its ground, for use without map tiles."""
