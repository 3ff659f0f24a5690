"""Car parks at the edge, as their boxes told last."""

from sqlalchemy import Column, Index, PrimaryKeyConstraint, Table

from linli.kernel.db import INT, flag, integer, metadata, text_column

edge_parking_streams = Table(
    "edge_parking_streams",
    metadata,
    Column("node_id", INT, primary_key=True, autoincrement=False),
    text_column("tenant_id"),
    text_column("stream"),
    integer("seq"),
)
"""The last record of parking that was taken from a box: what comes again is known by it."""

edge_parking_lots = Table(
    "edge_parking_lots",
    metadata,
    integer("node_id"),
    text_column("lot_id"),
    text_column("tenant_id"),
    text_column("project_id", null=True),
    integer("community_id", null=True),
    text_column("name"),
    integer("total"),
    integer("free"),
    integer("at_ms"),
    flag("present", default=1),
    flag("follows"),
    PrimaryKeyConstraint("node_id", "lot_id"),
    Index("ix_edge_parking_lots_tenant", "tenant_id", "community_id"),
)
"""The last heartbeat of a car park. `present` 0: none for 90 seconds, which is an alarm."""

edge_parking_boxes = Table(
    "edge_parking_boxes",
    metadata,
    Column("node_id", INT, primary_key=True, autoincrement=False),
    text_column("tenant_id"),
    text_column("project_id", null=True),
    integer("community_id", null=True),
    text_column("held_version", server_default=""),
    integer("held_ms", null=True),
    integer("fire_ms", server_default="0"),
    integer("fire_over_ms", server_default="0"),
)
"""A box's report of tariffs and rights. `held_ms`: null since something of them changed. `fire_ms`: of the last fire
that was heard of in its community; `fire_over_ms`: when a person last said that one is over."""

edge_parking_orders = Table(
    "edge_parking_orders",
    metadata,
    integer("node_id"),
    text_column("number"),
    text_column("tenant_id"),
    text_column("project_id", null=True),
    integer("community_id", null=True),
    text_column("lot_id"),
    text_column("lot_name", server_default=""),
    text_column("plate"),  # cleaned
    text_column("shown"),
    text_column("in_name", server_default=""),
    integer("in_ms"),
    text_column("out_name", server_default=""),
    integer("out_ms", null=True),
    integer("status"),  # 0 paid, 1 free, 2 paid on site, 3 cancelled, 4 unpaid
    integer("fen"),
    integer("waived_fen", server_default="0"),
    integer("paid_ms", null=True),
    text_column("basis"),  # tariff, box_price, none
    text_column("tariff", server_default=""),
    integer("version", server_default="0"),
    text_column("lines", server_default="[]"),  # JSON: `edge_link.FeeLine`
    text_column("reason", server_default=""),
    integer("changed_ms"),
    PrimaryKeyConstraint("node_id", "number"),
    Index("ix_edge_parking_orders_community", "community_id", "in_ms"),
    Index("ix_edge_parking_orders_changed", "changed_ms"),
)
"""Orders of guests at car parks of boxes, as the box told last."""

edge_parking_cars = Table(
    "edge_parking_cars",
    metadata,
    Column("car_id", INT, primary_key=True, autoincrement=False),
    integer("node_id"),
    text_column("tenant_id"),
    text_column("project_id", null=True),
    integer("community_id", null=True),
    text_column("lot_id"),
    text_column("lot_name", server_default=""),
    text_column("barrier_id"),
    text_column("barrier_name", server_default=""),
    integer("way"),  # 0 in, 1 out
    flag("opened"),
    text_column("reason"),
    text_column("standing", server_default=""),
    text_column("plate"),  # cleaned
    text_column("shown"),
    text_column("order_number", server_default=""),
    integer("fen", server_default="0"),
    integer("at_ms"),
    integer("received_ms"),
    Index("ix_edge_parking_cars_community", "community_id", "at_ms"),
    Index("ix_edge_parking_cars_received", "received_ms"),
)
"""What was decided of each car at a barrier of a box, and why: those that passed and those that did not."""
