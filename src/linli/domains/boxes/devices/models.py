"""Tables of imports of devices. Written by this room's services only."""

from sqlalchemy import Column, Index, PrimaryKeyConstraint, Table

from linli.kernel.db import INT, flag, integer, metadata, text_column

edge_imports = Table(
    "edge_imports",
    metadata,
    Column("import_id", INT, primary_key=True, autoincrement=False),
    text_column("tenant_id"),
    text_column("project_id", null=True),
    integer("community_id", null=True),
    integer("gateway_id"),
    integer("protocol_id"),
    text_column("file_name"),
    text_column("object_key"),
    text_column("report_key", server_default=""),  # the workbook with every fault marked
    text_column("language"),
    text_column("state"),  # imports.STATES
    flag("dry_run"),
    integer("rows", server_default="0"),
    integer("bad_rows", server_default="0"),
    integer("created", server_default="0"),
    integer("changed", server_default="0"),
    integer("unchanged", server_default="0"),
    text_column("problems", server_default=""),  # the first faults, JSON; the workbook holds them all
    text_column("reason", server_default=""),
    text_column("by_id"),
    integer("created_ms"),
    integer("finished_ms", server_default="0"),
    Index("ix_edge_imports_protocol", "protocol_id", "created_ms"),
)
"""Spec C §8.2, §8.6: 批量导入, a job of the server with its progress."""

edge_import_rows = Table(
    "edge_import_rows",
    metadata,
    integer("import_id"),
    integer("position"),
    text_column("tenant_id"),
    integer("edge_device_id"),
    text_column("before_sealed", server_default=""),  # JSON of alias and form; empty: the import made it
    text_column("after_sealed", server_default=""),
    PrimaryKeyConstraint("import_id", "position"),
)
"""Rows that an import created or changed, so that it can be undone."""
