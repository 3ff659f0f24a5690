"""The table of sandboxes. The contents of a sandbox are in the tables of the other rooms, under its tenant."""

from sqlalchemy import Column, Index, Table, Text, UniqueConstraint

from linli.kernel.db import integer, metadata, text_column

sandboxes = Table(
    "sandboxes",
    metadata,
    Column("sandbox_id", Text, primary_key=True),
    text_column("tenant_id"),
    text_column("owner"),
    text_column("state"),
    text_column("app_key", server_default=""),
    text_column("facts", server_default="{}"),
    text_column("switched_off", server_default="[]"),
    integer("created_ms"),
    integer("used_ms"),
    integer("removed_ms", null=True),
    UniqueConstraint("tenant_id", "owner"),
    Index("ix_sandboxes_app_key", "app_key"),
)
"""`sandbox_id`: the sandbox's own tenant. `tenant_id`, `owner`: its owner, an account (`staff:7`) of a tenant. `state`:
`making`, `ready`, `removed` (may be brought back for a while). `facts`: JSON of `facts.Facts`. `switched_off`: JSON
list of the devices that were told to be offline. `used_ms`: when its owner last looked at it or tried a call."""
