"""Tables of robots that ride. Written by this room's services only. Times are UTC ms."""

from sqlalchemy import Column, Index, Table

from linli.kernel.db import INT, flag, integer, metadata, text_column

robots = Table(
    "elevator_robots",
    metadata,
    Column("robot_id", INT, primary_key=True, autoincrement=False),
    text_column("tenant_id"),
    integer("community_id"),
    text_column("name"),
    text_column("kind"),  # robot, mover, wheelchair
    text_column("zone", server_default="[]"),  # JSON: lifts and the floors of each that it may use
    text_column("hours", server_default=""),  # 22:00-06:00 in the community's time; empty: always
    integer("priority", server_default="0"),
    flag("enabled", default=1),
    text_column("key_hash"),  # SHA-256 of the key; empty: it has none any more
    integer("key_ms"),
    integer("seen_ms", null=True),
    integer("created_ms"),
    integer("changed_ms"),
    Index("ix_elevator_robots_community", "tenant_id", "community_id"),
    Index("ix_elevator_robots_key", "key_hash"),
)

rides = Table(
    "elevator_robot_rides",
    metadata,
    Column("ride_id", INT, primary_key=True, autoincrement=False),
    text_column("tenant_id"),
    integer("community_id"),
    integer("robot_id"),
    text_column("session_id"),  # the robot's own name of it
    text_column("iot_id"),
    text_column("elevator_id", server_default=""),
    text_column("kind"),
    integer("priority"),
    text_column("from_floor"),
    text_column("to_floor", server_default=""),
    integer("load_kg", null=True),
    integer("hold_s"),
    text_column("state"),  # of `rules.robot_rides`
    text_column("reason", server_default=""),
    text_column("steps", server_default="[]"),  # JSON: [[ms, state, reason], …]
    integer("asked_ms"),
    integer("since_ms"),
    integer("heard_ms"),
    integer("called_ms", server_default="0"),
    integer("request_ms", server_default="0"),  # the newest request's own time
    integer("ended_ms", null=True),
    Index("ix_elevator_robot_rides_robot", "robot_id", "session_id"),
    Index("ix_elevator_robot_rides_lift", "iot_id", "ended_ms"),
    Index("ix_elevator_robot_rides_live", "ended_ms", "asked_ms"),
)
"""Sessions; `ended_ms` is null for those that are under way."""
