"""Tables of online debugging."""

from sqlalchemy import Column, Index, Table

from linli.kernel.db import INT, blob, integer, metadata, text_column

simulations = Table(
    "simulations",
    metadata,
    Column("device_no", INT, primary_key=True, autoincrement=False),
    text_column("tenant_id"),
    text_column("process"),
    text_column("caller"),
    text_column("settings"),
    text_column("commands", server_default="[]"),
    integer("begun_ms"),
    integer("ends_ms"),
    integer("watched_ms"),
    Index("ix_simulations_process", "process"),
    sqlite_with_rowid=False,
)
"""Devices that the built-in simulator stands in for. `process` holds the connection. `commands`: JSON list of what is to
be done next; the process takes it. `watched_ms`: when the page last said that somebody looks."""

handled_messages = Table(
    "handled_messages",
    metadata,
    Column("device_no", INT, primary_key=True, autoincrement=False),
    Column("seq", INT, primary_key=True, autoincrement=False),
    Column("day", INT, primary_key=True, autoincrement=False),
    integer("done_ms"),
    integer("took_us"),
    text_column("handlers"),
    postgresql_partition_by="RANGE (day)",
    sqlite_with_rowid=False,
)
"""Messages that domain handlers are through with (`inbox_work` holds the others). `handlers`: rooms and functions, in the
order they ran, comma-separated. Written afterwards, in bulk (`notes`)."""

refused_uplinks = Table(
    "refused_uplinks",
    metadata,
    Column("device_no", INT, primary_key=True, autoincrement=False),
    Column("seq", INT, primary_key=True, autoincrement=False),
    Column("day", INT, primary_key=True, autoincrement=False),
    integer("at_ms"),
    text_column("topic"),
    text_column("reason"),
    blob("payload"),
    Index("ix_refused_uplinks_seq", "seq"),
    postgresql_partition_by="RANGE (day)",
    sqlite_with_rowid=False,
)
"""Refused uplinks, which are stored nowhere else. `reason`: as the device got it; `payload` is cut after 4 kB.

`device_no` of an attempt to come in for which no device is known: minus the number of the product that it named, or 0
where it named none that is known."""
