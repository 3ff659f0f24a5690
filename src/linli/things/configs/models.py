"""Tables of remote configuration. Times are ms since the epoch."""

from sqlalchemy import Column, ForeignKey, Index, Table, UniqueConstraint

from linli.kernel.db import INT, flag, identity, integer, metadata, text_column

device_configs = Table(
    "device_configs",
    metadata,
    identity("config_no"),
    text_column("config_id", unique=True),
    text_column("tenant_id"),
    Column("product_no", INT, ForeignKey("products.product_no"), nullable=False),
    integer("device_no"),
    integer("version"),
    flag("removed"),
    text_column("content"),
    integer("size"),
    text_column("sha256"),
    text_column("file_key"),
    text_column("notes", server_default=""),
    integer("restored_from", null=True),
    text_column("created_by"),
    integer("created_ms"),
    UniqueConstraint("product_no", "device_no", "version"),
    sqlite_autoincrement=True,
)
"""`device_no` 0: for all devices of the product; else the override of one. The highest `version` of each holds;
`removed` marks one that ends an override. `restored_from` is the version a roll-back took its content from."""

config_holders = Table(
    "config_holders",
    metadata,
    Column("device_no", INT, primary_key=True, autoincrement=False),
    integer("config_no"),
    text_column("how"),
    integer("taken_ms"),
    Index("ix_config_holders_config", "config_no"),
    sqlite_with_rowid=False,
)
"""The configuration each device took last: `push` (it answered a push) or `get` (it asked)."""

config_pushes = Table(
    "config_pushes",
    metadata,
    identity("push_no"),
    text_column("tenant_id"),
    Column("product_no", INT, ForeignKey("products.product_no"), nullable=False),
    text_column("config_ids"),
    text_column("state"),
    integer("batch"),
    integer("total"),
    text_column("created_by"),
    integer("created_ms"),
    integer("finished_ms", null=True),
    Index("ix_config_pushes_product", "product_no", "push_no"),
    sqlite_autoincrement=True,
)
"""One push to the devices that were online when it began. `config_ids`: which document is being pushed, for people.
`state`: `running`, `finished`, `cancelled`."""

config_push_devices = Table(
    "config_push_devices",
    metadata,
    identity("message_no"),
    Column("push_no", INT, ForeignKey("config_pushes.push_no"), nullable=False),
    integer("device_no"),
    integer("config_no"),
    text_column("state"),
    integer("code", server_default="0"),
    integer("sent_ms", null=True),
    integer("answered_ms", null=True),
    UniqueConstraint("push_no", "device_no"),
    Index("ix_config_push_devices_state", "push_no", "state", "message_no"),
    Index("ix_config_push_devices_device", "device_no", "state"),
    sqlite_autoincrement=True,
)
"""`message_no` in digits is the id on the wire. `state`: `waiting`, `sent`, `taken` (it answered 200, or fetched it),
`refused` (another code), `offline` (could not be reached), `silent` (no answer)."""
