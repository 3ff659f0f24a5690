"""Tables of the data bus: records and their files, the change log, subscriptions and how their deliveries went."""

from sqlalchemy import Column, Index, Table, Text, UniqueConstraint

from linli.kernel.db import INT, flag, identity, integer, metadata, text_column

records = Table(
    "records",
    metadata,
    Column("id", INT, primary_key=True, autoincrement=False),
    Column("day", INT, primary_key=True, autoincrement=False),
    text_column("tenant_id"),
    integer("community_id", null=True),
    text_column("scope_id"),
    text_column("model_id"),
    text_column("version"),
    text_column("body"),
    integer("created_ms"),
    integer("modified_ms"),
    text_column("creator"),
    text_column("modifier"),
    text_column("source"),
    text_column("text_1", null=True),
    text_column("text_2", null=True),
    text_column("text_3", null=True),
    Column("number_1", INT, nullable=True),
    Index("ix_records_model", "tenant_id", "model_id", "id"),
    Index("ix_records_community", "community_id", "model_id", "id"),
    Index("ix_records_text_1", "text_1", "model_id", "id"),
    Index("ix_records_text_2", "text_2", "model_id", "id"),
    Index("ix_records_text_3", "text_3", "model_id", "id"),
    Index("ix_records_number_1", "tenant_id", "model_id", "number_1"),
    postgresql_partition_by="RANGE (day)",
    sqlite_with_rowid=False,
)
"""One table for rows of every model: `body` is the row as JSON in its model's types (a Date as ms).

`id` tells the `day` of insertion (`record_ids`), so that a read by id touches one partition. A model names up to
four fields that are copied into `text_1..3` and `number_1`: conditions on these use an index, conditions on
other fields read the body. A table a model would make every new model a migration; columns for every field
would be mostly empty.
"""

record_files = Table(
    "record_files",
    metadata,
    Column("file_name", Text, primary_key=True),
    text_column("tenant_id"),
    integer("community_id", null=True),
    text_column("scope_id"),
    text_column("model_id"),
    text_column("attr_name"),
    text_column("object_key"),
    text_column("creator"),
    integer("created_ms", index=True),
)
"""Names reserved for file fields; the bytes lie in the object store under `object_key`."""

data_scopes = Table(
    "data_scopes",
    metadata,
    Column("community_id", INT, primary_key=True, autoincrement=False),
    text_column("tenant_id"),
    text_column("scope_id", unique=True),
)
"""The isolation id (`scope_id`, a community's projectId on the wire) of each community, sent by its room."""

changes = Table(
    "changes",
    metadata,
    identity(),
    text_column("tenant_id"),
    integer("community_id", null=True),
    text_column("app_key", server_default=""),
    text_column("kind"),
    text_column("model_id", server_default=""),
    text_column("operate", server_default=""),
    text_column("payload", server_default=""),
    integer("created_ms", index=True),
    text_column("project_id", server_default=""),
    text_column("product_key", server_default=""),
    text_column("device_name", server_default=""),
    text_column("iot_id", server_default=""),
    text_column("cause", server_default=""),
    Index("ix_changes_tenant", "tenant_id", "id"),
    sqlite_autoincrement=True,
)
"""The append-only log that subscriptions read, one row a message. Its id also numbers the records inserted.

`payload`: the message as JSON; for data changes the list of record ids, or empty for the one record that this
very row numbered. `app_key` addresses one key alone (test messages). Messages about a device name it, and the project
it is bound to; `operate` then holds what happened (event, service, `online`, `deleted` …). `cause` names the request or
the device's message that it follows from (`kernel.causes`).
"""

subscriptions = Table(
    "subscriptions",
    metadata,
    identity(),
    text_column("tenant_id"),
    text_column("project_id"),
    text_column("app_key"),
    text_column("kind"),
    text_column("name"),
    text_column("stream", server_default="changes"),
    text_column("filters", server_default="{}"),
    text_column("url", server_default=""),
    text_column("secret", server_default=""),
    flag("enabled", default=1),
    text_column("stopped_reason", server_default=""),
    integer("cursor_id", server_default="0"),
    integer("failing_since_ms", null=True),
    integer("created_ms"),
    integer("last_seen_ms", server_default="0"),
    integer("generation", server_default="0"),
    text_column("last_error", server_default=""),
    integer("replay_since_ms", server_default="0"),
    integer("replay_from_id", server_default="0"),
    integer("replay_to_id", server_default="0"),
    text_column("lease_by", server_default=""),
    integer("lease_until_ms", server_default="0"),
    UniqueConstraint("app_key", "kind", "name"),
    Index("ix_subscriptions_project", "project_id"),
    sqlite_autoincrement=True,
)
"""One durable queue each. Every message up to `cursor_id` is settled or has a row in `deliveries`.

`secret` is sealed (kernel.secrets), bound to `subscription:<app key>:<name>`. `stream` says which log the cursor
counts in: `changes`, or `things` for messages of devices. `generation` rises when a person moves the cursor, so
that a sender that started before cannot move it back. The process named in `lease_by` serves it, and only that one
may move the cursor. `last_error` is a reason of `databus.push.*`. A replay runs from `replay_from_id` until the cursor
has come back to `replay_to_id`.
"""

deliveries = Table(
    "deliveries",
    metadata,
    identity(),
    text_column("tenant_id"),
    integer("subscription_id"),
    integer("change_id"),
    text_column("state"),
    integer("attempts"),
    integer("next_ms"),
    text_column("reason"),
    integer("updated_ms"),
    UniqueConstraint("subscription_id", "change_id"),
    Index("ix_deliveries_due", "subscription_id", "state", "next_ms"),
    sqlite_autoincrement=True,
)
"""Messages that did not get through at once: `retry` (again at `next_ms`) or `parked` (gave up, with the reason)."""

delivery_attempts = Table(
    "delivery_attempts",
    metadata,
    identity(),
    text_column("tenant_id"),
    integer("subscription_id"),
    integer("change_id"),
    integer("attempt"),
    integer("at_ms", index=True),
    flag("ok"),
    integer("status", null=True),
    integer("latency_ms"),
    text_column("reason"),
    text_column("excerpt"),
    Index("ix_delivery_attempts_subscription", "subscription_id", "id"),
    sqlite_autoincrement=True,
)
"""The delivery log of webhooks, one row a POST: `status` is the HTTP answer (None: there was none)."""

subscription_minutes = Table(
    "subscription_minutes",
    metadata,
    Column("subscription_id", INT, primary_key=True, autoincrement=False),
    Column("minute_ms", INT, primary_key=True, autoincrement=False),
    text_column("tenant_id"),
    integer("delivered"),
    integer("failed"),
    Index("ix_subscription_minutes_minute", "minute_ms"),
    sqlite_with_rowid=False,
)
"""How many messages of a queue got through, and how many tries failed, minute by minute; for the charts."""

subscription_consumers = Table(
    "subscription_consumers",
    metadata,
    Column("subscription_id", INT, primary_key=True, autoincrement=False),
    Column("process", Text, primary_key=True),
    text_column("tenant_id"),
    integer("consumers"),
    integer("seen_ms"),
    sqlite_with_rowid=False,
)
"""How many consumers of a queue are connected to each process; a row not renewed for a while is of one that died."""
