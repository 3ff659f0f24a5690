"""Tables of device batches."""

from sqlalchemy import Column, ForeignKey, Index, Table, Text

from linli.kernel.db import INT, identity, integer, metadata, text_column

device_batches = Table(
    "device_batches",
    metadata,
    identity("batch_no"),
    text_column("tenant_id"),
    text_column("product_key"),
    integer("community_id", null=True),
    text_column("project_id", null=True),
    text_column("source"),
    text_column("state"),
    integer("total"),
    integer("done", server_default="0"),
    integer("failed", server_default="0"),
    integer("undone", server_default="0"),
    text_column("created_by"),
    integer("created_ms"),
    integer("finished_ms", null=True),
    Index("ix_device_batches_tenant", "tenant_id", "batch_no"),
    sqlite_autoincrement=True,
)
"""`source`: `generated` or `uploaded`. `state`: `running`, `done`, `undoing`, `undone`. `done` counts rows that were
worked on, `failed` those of them without a device, `undone` devices that the undo deleted."""

device_batch_rows = Table(
    "device_batch_rows",
    metadata,
    Column("batch_no", INT, ForeignKey("device_batches.batch_no"), primary_key=True, autoincrement=False),
    Column("row_no", INT, primary_key=True, autoincrement=False),
    text_column("device_name"),
    text_column("nickname", server_default=""),
    text_column("remark", server_default=""),
    text_column("sn", server_default=""),
    text_column("iot_id", null=True),
    text_column("state", server_default="waiting"),
    text_column("reason", server_default=""),
    Index("ix_device_batch_rows_state", "batch_no", "state", "row_no"),
    sqlite_with_rowid=False,
)
"""`state`: `waiting`, `made`, `failed`, then `undone` or `kept` (it had been online: an undo leaves it). `reason`: the
rule that a failed row broke. A device may be deleted by others: `iot_id` stays."""

certificate_links = Table(
    "certificate_links",
    metadata,
    Column("token_hash", Text, primary_key=True),
    Column("batch_no", INT, ForeignKey("device_batches.batch_no"), nullable=False),
    integer("expires_ms"),
    Index("ix_certificate_links_expires", "expires_ms"),
    sqlite_with_rowid=False,
)
"""Links to certificate files (设备证书.csv) that nobody has used yet. `token_hash`: SHA-256, hex."""
