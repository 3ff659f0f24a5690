"""Tables of privacy. Written by this room's services only."""

from sqlalchemy import Index, Table

from linli.kernel.db import integer, metadata, text_column

deletion_requests = Table(
    "deletion_requests",
    metadata,
    integer("request_id", primary_key=True, autoincrement=False),
    text_column("tenant_id"),
    integer("community_id"),
    text_column("identity_id"),
    integer("account_id"),  # who asked; after the deletion the only way to tell them
    text_column("name"),  # emptied when it is done
    text_column("words", server_default=""),
    text_column("state"),  # schemas.STATES
    text_column("reason", server_default=""),  # why it was refused
    text_column("decided_by", server_default=""),
    integer("decided_ms", server_default="0"),
    integer("due_ms"),  # the end of the legal deadline
    integer("reminded", server_default="0"),  # how many of the reminders were given
    integer("created_ms"),
    Index("ix_deletion_requests_community", "community_id", "state", "due_ms"),
    Index("ix_deletion_requests_account", "account_id", "request_id"),
    Index("ix_deletion_requests_due", "state", "due_ms"),
)
"""Residents' requests for deletion, one row for each community."""

data_exports = Table(
    "data_exports",
    metadata,
    integer("export_id", primary_key=True, autoincrement=False),
    integer("account_id"),
    text_column("language"),
    text_column("state"),  # making, ready, failed
    text_column("object_key", server_default=""),
    integer("size", server_default="0"),
    integer("created_ms"),
    integer("ready_ms", server_default="0"),
    integer("expires_ms"),
    Index("ix_data_exports_account", "account_id", "export_id"),
    Index("ix_data_exports_expires", "expires_ms"),
)
"""Exports that residents asked for. They belong to an account: one file covers all companies."""
