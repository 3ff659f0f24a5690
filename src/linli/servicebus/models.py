"""Tables of the service bus: tenants' own models, providers, and the log of calls."""

from sqlalchemy import Column, Index, Table, Text, UniqueConstraint

from linli.kernel.db import INT, flag, identity, integer, metadata, text_column

service_models = Table(
    "service_models",
    metadata,
    identity("model_no"),
    text_column("tenant_id"),
    text_column("model_id"),
    text_column("version"),
    text_column("document"),
    integer("created_ms"),
    integer("modified_ms"),
    UniqueConstraint("tenant_id", "model_id", "version"),
    sqlite_autoincrement=True,
)
"""Models of a tenant's own; those that come with the platform have no row."""

service_providers = Table(
    "service_providers",
    metadata,
    identity("provider_no"),
    text_column("tenant_id"),
    text_column("project_id", null=True),
    text_column("model_id"),
    text_column("name"),
    text_column("kind"),
    text_column("address", server_default=""),
    text_column("iot_id", server_default=""),
    integer("timeout_ms"),
    flag("enabled", default=1),
    integer("created_ms"),
    integer("modified_ms"),
    Index("ix_service_providers_model", "tenant_id", "model_id"),
    sqlite_autoincrement=True,
)
"""`project_id` null: for all projects of the tenant. `kind`: `http` (`address` is the application's base URL), `edge`
(`iot_id` is the box's gateway device)."""

service_bus_calls = Table(
    "service_bus_calls",
    metadata,
    Column("day", INT, primary_key=True, autoincrement=False),
    Column("call_no", INT, primary_key=True, autoincrement=False),
    text_column("tenant_id"),
    text_column("project_id"),
    text_column("app_key"),
    text_column("model_id"),
    text_column("method"),
    integer("provider_no"),
    text_column("provider"),
    text_column("request_id"),
    integer("at_ms"),
    integer("took_ms"),
    text_column("code"),
    text_column("reason"),
    Column("request", Text, nullable=False),
    Column("response", Text, nullable=False),
    Index("ix_service_bus_calls_tenant", "tenant_id", "day", "call_no"),
    postgresql_partition_by="RANGE (day)",
)
"""One row a call. `provider_no` 0: nobody served it. `request`, `response`: excerpts with secrets masked."""
