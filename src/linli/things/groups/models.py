"""Tables of device groups."""

from sqlalchemy import Column, ForeignKey, Index, Table, UniqueConstraint

from linli.kernel.db import INT, identity, integer, metadata, text_column

device_groups = Table(
    "device_groups",
    metadata,
    identity("group_no"),
    text_column("tenant_id"),
    integer("parent_no", server_default="0"),
    text_column("name"),
    text_column("description", server_default=""),
    text_column("conditions", null=True),
    text_column("tags", server_default="{}"),
    integer("created_ms"),
    integer("modified_ms"),
    UniqueConstraint("tenant_id", "parent_no", "name"),
    sqlite_autoincrement=True,
)
"""`parent_no` 0: at the top. `conditions` is the JSON of `conditions.Conditions` for a dynamic group, null for a static
one; a dynamic group has no parent and no children. `tags` is a JSON object of strings."""

device_group_members = Table(
    "device_group_members",
    metadata,
    Column("group_no", INT, ForeignKey("device_groups.group_no"), primary_key=True, autoincrement=False),
    Column("device_no", INT, primary_key=True, autoincrement=False),
    integer("added_ms"),
    Index("ix_device_group_members_device", "device_no"),
    sqlite_with_rowid=False,
)
"""Devices of static groups."""
