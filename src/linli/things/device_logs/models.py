"""Tables of the devices' own logs."""

from sqlalchemy import Column, Index, Table

from linli.kernel.db import INT, integer, metadata, text_column

device_log_lines = Table(
    "device_log_lines",
    metadata,
    Column("device_no", INT, primary_key=True, autoincrement=False),
    Column("ts", INT, primary_key=True, autoincrement=False),
    Column("seq", INT, primary_key=True, autoincrement=False),
    Column("day", INT, primary_key=True, autoincrement=False),
    integer("level"),
    text_column("module"),
    text_column("code"),
    text_column("trace_id"),
    text_column("content"),
    Index("ix_device_log_lines_trace", "device_no", "trace_id"),
    postgresql_partition_by="RANGE (day)",
    sqlite_with_rowid=False,
)
"""One line. `ts` is the device's time where it is believable; `level` is its place in `lines.LEVELS`."""

device_log_switches = Table(
    "device_log_switches",
    metadata,
    Column("device_no", INT, primary_key=True, autoincrement=False),
    integer("mode"),
    integer("modified_ms"),
    sqlite_with_rowid=False,
)
"""`mode`: 1 the device sends its log, 0 it does not; without a row it does not."""
