"""Tables of remote work. Written by this room's services only."""

from sqlalchemy import Column, Index, Table

from linli.kernel.db import INT, flag, integer, metadata, real, text_column

edge_tunnels = Table(
    "edge_tunnels",
    metadata,
    Column("tunnel_id", INT, primary_key=True, autoincrement=False),
    text_column("tenant_id"),
    text_column("project_id", null=True),
    integer("community_id", null=True),
    integer("node_id"),
    text_column("kind"),  # shell, files, tools, http, video
    text_column("by_kind"),
    text_column("by_id"),
    text_column("by_name"),
    integer("session_id", server_default="0"),  # 0: the platform itself asks, for a call of the console
    text_column("reason", server_default=""),
    text_column("state"),  # waiting, open, ended
    text_column("why_ended", server_default=""),  # "person", "box", "time", …: the cause of its end
    text_column("box_ticket", server_default=""),  # SHA-256; empty once it was used
    text_column("person_ticket", server_default=""),
    text_column("box_process", server_default=""),
    text_column("person_process", server_default=""),
    integer("asked_ms"),
    integer("opened_ms", null=True),
    integer("until_ms"),
    integer("ended_ms", null=True),
    integer("bytes_to_box", server_default="0"),
    integer("bytes_from_box", server_default="0"),
    flag("recorded"),
    text_column("transcript", server_default=""),
    Index("ix_edge_tunnels_node", "node_id", "asked_ms"),
    Index("ix_edge_tunnels_asked", "asked_ms"),
    Index("ix_edge_tunnels_box", "box_ticket"),
    Index("ix_edge_tunnels_person", "person_ticket"),
)
"""Tunnels into boxes: person, box, time, reason and bytes (C062, H-97). Kept for 180 days."""

edge_node_figures = Table(
    "edge_node_figures",
    metadata,
    Column("node_id", INT, primary_key=True, autoincrement=False),
    Column("at_ms", INT, primary_key=True, autoincrement=False),
    Column("day", INT, primary_key=True, autoincrement=False),
    text_column("tenant_id"),
    real("cpu"),
    real("memory"),
    real("disk"),
    real("load"),
    real("temperature", null=True),
    integer("uplink_backlog"),
    integer("clock_offset_ms"),
    integer("drivers_down"),
    integer("devices_online"),
    postgresql_partition_by="RANGE (day)",
    sqlite_with_rowid=False,
)
"""One heartbeat's figures (percent, degrees Celsius), kept for 7 days (C072)."""

edge_node_log = Table(
    "edge_node_log",
    metadata,
    Column("entry_no", INT, primary_key=True, autoincrement=False),
    text_column("tenant_id"),
    text_column("project_id", null=True),
    integer("community_id", null=True),
    integer("node_id"),
    integer("at_ms"),
    text_column("event"),  # rules.EVENTS
    text_column("facts", server_default=""),
    Index("ix_edge_node_log_node", "node_id", "entry_no"),
    Index("ix_edge_node_log_at", "at_ms"),
)
"""When a box went online or offline, restarted or changed its address (H-98). Kept for 180 days. `facts`: JSON."""

edge_node_lines = Table(
    "edge_node_lines",
    metadata,
    Column("node_id", INT, primary_key=True, autoincrement=False),
    Column("day", INT, primary_key=True, autoincrement=False),
    Column("at_ms", INT, primary_key=True, autoincrement=False),
    Column(
        "mark", INT, primary_key=True, autoincrement=False
    ),  # of what the line says: sent twice it is kept once
    text_column("tenant_id"),
    integer("level"),  # 0 info, 1 warning, 2 error
    text_column("driver"),
    text_column("device", server_default=""),
    text_column("text"),
    text_column("facts", server_default=""),
    postgresql_partition_by="RANGE (day)",
    sqlite_with_rowid=False,
)
"""Logs of boxes whose cluster has its log module on, kept for `rules.KEPT_LINES_DAYS` (C072). `facts`: JSON."""
