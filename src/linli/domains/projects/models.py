"""Tables of projects. A project made by command has no details, only a row in `kernel.tenancy`."""

from sqlalchemy import Column, ForeignKey, Index, PrimaryKeyConstraint, Table, Text

from linli.kernel.db import integer, metadata, text_column

project_details = Table(
    "project_details",
    metadata,
    Column("project_id", Text, ForeignKey("projects.project_id"), primary_key=True),
    text_column("tenant_id"),
    text_column("kind"),
    text_column("client_name"),
    text_column("description", server_default=""),
    integer("start_ms"),
    integer("end_ms"),
    text_column("solution_uuid", server_default=""),
    text_column("solution_version_uuid", server_default=""),
    text_column("cover_urls"),
    text_column("contract_urls"),
    integer("root_space_id"),
    text_column("default_app_key"),
    text_column("made_by_project", null=True),
    text_column("deployment", server_default="public_cloud"),
    integer("joined_ms", null=True),
    integer("changed_ms"),
    Index("ix_project_details_maker", "made_by_project"),
)
"""`kind`: `digital_community` (数字社区). `cover_urls`, `contract_urls`: JSON lists. `made_by_project`: the project whose
key created this one by API and may manage it; null: created in the console. `deployment`: where the client runs it,
`public_cloud` or `own`. `joined_ms`: when it joined the management platform (B118); null: it has not joined."""

project_capabilities = Table(
    "project_capabilities",
    metadata,
    Column("project_id", Text, ForeignKey("projects.project_id"), nullable=False),
    text_column("capability"),
    text_column("tenant_id"),
    text_column("state"),
    text_column("reason", server_default=""),
    text_column("reviewer", server_default=""),
    integer("applied_ms"),
    integer("reviewed_ms", null=True),
    PrimaryKeyConstraint("project_id", "capability"),
    Index("ix_project_capabilities_state", "state", "applied_ms"),
)
"""`state`: `applied`, `approved`, `rejected` (then `reason` says why). `reviewer`: account id of who decided; empty where
no review is needed."""
