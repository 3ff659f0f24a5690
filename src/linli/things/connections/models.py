"""Tables of connections and log-ins. Times are UTC ms."""

from sqlalchemy import Column, Index, Table, Text

from linli.kernel.db import INT, integer, metadata, text_column

device_connections = Table(
    "device_connections",
    metadata,
    Column("device_no", INT, primary_key=True, autoincrement=False),
    text_column("tenant_id"),
    text_column("security"),
    text_column("peer"),
    integer("gateway_no", null=True),
    integer("since_ms"),
    integer("first_plain_ms", null=True),
    integer("last_plain_ms", null=True),
    integer("last_stale_ms", null=True),
    integer("signed_ms", null=True),
    Index("ix_device_connections_plain", "last_plain_ms"),
    sqlite_with_rowid=False,
)
"""The newest connection of each device. `security`: `plain`, `TLSv1.2`, `TLSv1.3`, `tls` (ended before us) or
`internal` (the simulator). `gateway_no`: it came through this gateway's connection. `first_plain_ms`, `last_plain_ms`:
when it first and last used a plain one. `last_stale_ms`: when it last signed with a time that was not fresh.
`signed_ms`: the newest time that it ever signed with."""

used_logins = Table(
    "used_logins",
    metadata,
    Column("proof", Text, primary_key=True),
    integer("used_ms"),
    Index("ix_used_logins_used", "used_ms"),
    sqlite_with_rowid=False,
)
"""SHA-256 of each password that a subscriber logged in with: it is good once."""
