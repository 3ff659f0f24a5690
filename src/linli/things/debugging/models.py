"""Tables of online debugging."""

from sqlalchemy import Column, Index, Table

from linli.kernel.db import INT, integer, metadata, text_column

traced_devices = Table(
    "traced_devices",
    metadata,
    Column("device_no", INT, primary_key=True, autoincrement=False),
    text_column("tenant_id"),
    text_column("caller"),
    integer("since_ms"),
    integer("until_ms"),
    sqlite_with_rowid=False,
)
"""Devices whose messages leave trace steps until `until_ms`. `caller` is the kind and id of who asked for it."""

trace_steps = Table(
    "trace_steps",
    metadata,
    Column("device_no", INT, primary_key=True, autoincrement=False),
    Column("number", INT, primary_key=True, autoincrement=False),
    Column("step", INT, primary_key=True, autoincrement=False),
    Column("day", INT, primary_key=True, autoincrement=False),
    text_column("direction"),
    text_column("hop"),
    text_column("result"),
    integer("at_ms"),
    integer("took_us", null=True),
    text_column("facts", server_default="{}"),
    postgresql_partition_by="RANGE (day)",
    sqlite_with_rowid=False,
)
"""What one process saw of one message on its way, while its device was traced.

`number`: of the message (`inbox.seq`), of the call (`service_calls.call_no`), or made for another downlink. `step`
orders the rows of one number. `direction`: up or down. `hop` and `result` are words of `traces.Hop`; `facts` is JSON."""

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
