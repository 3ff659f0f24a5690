"""Tables of smart security. Times are UTC ms. Written by this room's services only."""

from sqlalchemy import Index, PrimaryKeyConstraint, Table, UniqueConstraint

from linli.kernel.db import blob, flag, identity, integer, metadata, text_column

adapters = Table(
    "security_adapters",
    metadata,
    integer("node_id"),
    text_column("manufacture"),  # DH, HIK, UNIVIEW, TIANDY
    text_column("tenant_id"),
    integer("community_id", null=True),
    text_column("ip"),
    integer("port"),
    integer("since_ms"),
    flag("reached", default=1),
    text_column("stranger", server_default=""),  # another address that was refused
    text_column("confirmed", server_default=""),  # the address that a person let it move to
    integer("seen_ms"),
    PrimaryKeyConstraint("node_id", "manufacture"),
    Index("ix_security_adapters_community", "community_id"),
)
"""Adapters as boxes tell of them (spec H 4.2)."""

cameras = Table(
    "security_cameras",
    metadata,
    text_column("iot_id"),
    text_column("tenant_id"),
    integer("community_id", null=True),
    integer("node_id", null=True),  # the box whose adapter serves it
    flag("works", default=1),
    text_column("why", server_default=""),
    text_column("snapshot_url", server_default=""),  # sealed: it may have a password in it
    integer("seen_ms", server_default="0"),
    PrimaryKeyConstraint("iot_id"),
    Index("ix_security_cameras_node", "node_id"),
)
"""What smart security knows of a camera beside `domains.video`."""

libraries = Table(
    "security_libraries",
    metadata,
    identity("library_id"),
    text_column("tenant_id"),
    integer("community_id", null=True),
    text_column("iot_id"),
    text_column("name"),
    integer("type"),  # 1 black, 2 white, 3 staff, 4 visitors, 100 other
    text_column("ext_info", server_default=""),
    text_column("purpose", server_default=""),
    text_column("approver", server_default=""),
    integer("expires_ms", null=True),
    text_column("remote_id", server_default=""),  # as the adapter named it
    text_column("state"),  # waiting, held, failed, removing
    text_column("why", server_default=""),
    integer("change_no", server_default="0"),
    integer("created_ms"),
    integer("changed_ms"),
    Index("ix_security_libraries_device", "iot_id"),
    Index("ix_security_libraries_community", "community_id"),
    Index("ix_security_libraries_end", "expires_ms"),
    sqlite_autoincrement=True,
)
"""Desired state: what the camera's adapter, or the platform itself, is to hold."""

faces = Table(
    "security_faces",
    metadata,
    identity("face_id"),
    text_column("tenant_id"),
    integer("community_id", null=True),
    integer("library_id"),
    text_column("iot_id"),
    text_column("name", server_default=""),
    text_column("ext_info", server_default=""),
    text_column("object_key"),
    text_column("md5"),
    text_column("model_id", server_default=""),
    blob("vector", null=True),  # little-endian float32 of length 1
    text_column("remote_id", server_default=""),
    text_column("state"),
    text_column("why", server_default=""),
    integer("created_ms"),
    integer("changed_ms"),
    Index("ix_security_faces_library", "library_id"),
    Index("ix_security_faces_device", "iot_id"),
    sqlite_autoincrement=True,
)

rules = Table(
    "security_rules",
    metadata,
    text_column("iot_id"),
    integer("event_type"),
    text_column("tenant_id"),
    integer("community_id", null=True),
    text_column("week"),  # JSON, as getAlarmRule answers; [] is disarmed
    text_column("state"),
    text_column("why", server_default=""),
    integer("fired_ms", server_default="0"),  # the newest alarm that the platform raised by it
    integer("changed_ms"),
    PrimaryKeyConstraint("iot_id", "event_type"),
    Index("ix_security_rules_community", "community_id"),
)

plans = Table(
    "security_plans",
    metadata,
    identity("plan_id"),
    text_column("tenant_id"),
    text_column("project_id"),  # of the caller; "" for the console's
    integer("community_id", null=True),  # of its first camera
    text_column("task_id"),
    text_column("body"),  # JSON, as getPicCaptureTask answers, without its cameras
    integer("looked_ms"),  # up to here all that was due is done
    integer("next_ms", null=True),  # the next minute that is due; null: never again
    integer("changed_ms"),
    UniqueConstraint("tenant_id", "project_id", "task_id"),
    Index("ix_security_plans_next", "next_ms"),
    sqlite_autoincrement=True,
)

plan_cameras = Table(
    "security_plan_cameras",
    metadata,
    integer("plan_id"),
    text_column("iot_id"),
    text_column("tenant_id"),
    integer("community_id", null=True),
    text_column("state"),  # waiting, held, failed, removing; and of the newest picture: taken, missed
    text_column("why", server_default=""),
    integer("node_id", null=True),  # the box whose adapter takes the pictures; null: the platform
    integer("taken_ms", server_default="0"),
    PrimaryKeyConstraint("plan_id", "iot_id"),
    Index("ix_security_plan_cameras_device", "iot_id"),
)

alarms = Table(
    "security_alarms",
    metadata,
    identity("alarm_id"),
    text_column("tenant_id"),
    integer("community_id", null=True),
    text_column("iot_id"),
    text_column("report_id"),  # of the box, so that one that is sent again is kept once
    text_column("event_id"),
    integer("event_type"),
    integer("status", null=True),
    integer("confidence", null=True),
    text_column("corners", server_default=""),  # JSON
    text_column("details", server_default="{}"),  # JSON
    text_column("ext_info", server_default=""),
    text_column("scene_key", server_default=""),
    text_column("target_key", server_default=""),
    text_column("face_key", server_default=""),  # the library's picture
    integer("at_ms"),
    integer("created_ms"),
    text_column("state"),  # open, handled
    text_column("verdict", server_default=""),  # real, false, drill
    text_column("note", server_default=""),
    text_column("handled_by", server_default=""),
    integer("handled_ms", null=True),
    UniqueConstraint("tenant_id", "report_id"),
    Index("ix_security_alarms_list", "community_id", "at_ms"),
    Index("ix_security_alarms_open", "community_id", "state"),
    Index("ix_security_alarms_at", "at_ms"),
    sqlite_autoincrement=True,
)
"""One row a target. Pictures are erased with the row."""

captures = Table(
    "security_captures",
    metadata,
    identity("capture_id"),
    text_column("tenant_id"),
    integer("community_id", null=True),
    text_column("iot_id"),
    text_column("report_id"),
    text_column("task_id", server_default=""),
    text_column("object_key"),
    text_column("model_id", server_default=""),
    blob("vector", null=True),  # of the largest face in it
    text_column("look", server_default=""),  # JSON: its box and what was seen of it
    integer("at_ms"),
    integer("created_ms"),
    UniqueConstraint("tenant_id", "report_id"),
    Index("ix_security_captures_list", "community_id", "at_ms"),
    Index("ix_security_captures_at", "at_ms"),
    sqlite_autoincrement=True,
)

views = Table(
    "security_views",
    metadata,
    identity("view_id"),
    text_column("tenant_id"),
    integer("community_id", null=True),
    text_column("caller"),
    text_column("what"),  # alarm, capture, face, search
    text_column("target"),
    integer("at_ms"),
    Index("ix_security_views_list", "community_id", "at_ms"),
    sqlite_autoincrement=True,
)
"""Who looked at whose picture, and who searched by one."""
