"""Tables of passage rules. Written by this room's service only. Who sees the gateway sees them."""

from sqlalchemy import Column, Index, Table

from linli.kernel.db import INT, flag, integer, metadata, text_column

edge_passage_rules = Table(
    "edge_passage_rules",
    metadata,
    Column("rule_id", INT, primary_key=True, autoincrement=False),
    text_column("tenant_id"),
    integer("gateway_id"),
    text_column("name"),
    flag("enabled", default=1),
    integer("door_id"),
    integer("lift_id"),
    text_column("elevator", server_default=""),
    text_column("start_floor"),
    text_column("start_room", server_default=""),
    integer("delay_s", server_default="0"),
    flag("release"),
    integer("unit_id", null=True),
    text_column("floors", server_default="{}"),
    text_column("by_id"),
    integer("created_ms"),
    integer("changed_ms"),
    Index("ix_edge_passage_rules_gateway", "gateway_id", "created_ms"),
)
"""`door_id`, `lift_id`: devices of the gateway (`edge_devices`). `unit_id`: the space whose residents' floors the lift
serves, null: the whole community. `floors`: JSON, floor by house number, where the number does not tell it."""

edge_passage_boxes = Table(
    "edge_passage_boxes",
    metadata,
    Column("node_id", INT, primary_key=True, autoincrement=False),
    text_column("tenant_id"),
    text_column("held_version", server_default=""),
    integer("held_ms", null=True),
)
"""What a box said that it keeps. `held_ms`: null since a rule of it was made, changed or removed."""
