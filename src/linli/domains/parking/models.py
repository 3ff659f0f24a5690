"""Tables of parking. Written by this room's services only. Times are UTC ms.

Lots, areas and lanes are spaces of the space tree (`communities`): rows here name them by their space id.
"""

from sqlalchemy import Column, Index, PrimaryKeyConstraint, Table

from linli.kernel.db import INT, flag, integer, metadata, real, text_column

settings = Table(
    "parking_settings",
    metadata,
    Column("community_id", INT, primary_key=True, autoincrement=False),
    text_column("tenant_id"),
    text_column("provider"),  # linli, local
    flag("service_on", default=1),
    integer("changed_ms"),
)
"""The one parking provider of a community. Without a row: Linli's own, and the service runs."""

lane_devices = Table(
    "parking_lane_devices",
    metadata,
    Column("lane_id", INT, primary_key=True, autoincrement=False),  # space of kind parking_space_channel
    text_column("tenant_id"),
    integer("community_id"),
    text_column("iot_id"),
    text_column("product_key"),
    text_column("device_name"),
    text_column("name"),
    text_column("sn", server_default=""),
    integer("created_ms"),
    integer("changed_ms"),
    Index("ix_parking_lane_devices_device", "iot_id", unique=True),
    Index("ix_parking_lane_devices_community", "tenant_id", "community_id"),
)
"""One device a lane."""

rights = Table(
    "parking_rights",
    metadata,
    integer("space_id"),  # the root, an area, a lot or a lane: it holds on every lane below
    text_column("plate"),  # cleaned (`rules.plates`)
    text_column("kind"),  # ordinary, whitelist, blacklist
    text_column("tenant_id"),
    integer("community_id"),
    integer("starts_ms", null=True),  # of ordinary vehicles
    integer("ends_ms", null=True),
    text_column("brand", server_default=""),
    integer("color", null=True),  # CAR_COLOR
    integer("created_ms"),
    integer("changed_ms"),
    PrimaryKeyConstraint("space_id", "plate", "kind"),
    Index("ix_parking_rights_community", "community_id", "kind", "changed_ms"),
    Index("ix_parking_rights_plate", "tenant_id", "plate"),
)
"""Vehicles that may pass, always pass, or never pass. A plate is on at most one list of a space."""

passes = Table(
    "parking_passes",
    metadata,
    Column("id", INT, primary_key=True, autoincrement=False),
    Column("day", INT, primary_key=True, autoincrement=False),
    text_column("tenant_id"),
    integer("community_id"),
    integer("lane_id"),
    integer("area_id"),
    text_column("iot_id"),
    text_column("lane_name"),
    integer("direction"),  # 0 in, 1 out
    integer("open_type"),  # 0 normal, 1 abnormal, 2 by hand
    integer("permission"),  # typePermission of iot_park_record_v2_model
    text_column("plate"),  # cleaned; empty: without plate
    text_column("read_as"),  # as the camera read it
    integer("plate_color", null=True),
    text_column("car_color", server_default=""),
    text_column("brand", server_default=""),
    real("reliability", null=True),
    text_column("picture", server_default=""),  # object key
    integer("passed_ms"),
    integer("received_ms"),
    Index("ix_parking_passes_community", "community_id", "id"),
    Index("ix_parking_passes_plate", "community_id", "plate", "id"),
    postgresql_partition_by="RANGE (day)",
)
"""What lanes reported. Kept as long as passes at doors; the data bus holds copies for 30 days."""

gate_orders = Table(
    "parking_gate_orders",
    metadata,
    integer("id", primary_key=True, autoincrement=False),
    text_column("tenant_id"),
    integer("community_id"),
    integer("lane_id"),
    text_column("iot_id"),
    text_column("action"),  # close, open, hold
    text_column("caller"),
    text_column("reason"),
    text_column("result"),  # asked, done, or an error code
    integer("asked_ms"),
    integer("answered_ms", null=True),
    Index("ix_parking_gate_orders_lane", "lane_id", "id"),
)
"""Who moved a barrier from afar, when and why."""
