"""The table of what staff note about calls. Written by this room's services only. Times are UTC ms."""

from sqlalchemy import Index, Table

from linli.kernel.db import integer, metadata, text_column

call_notes = Table(
    "intercom_call_notes",
    metadata,
    integer("id", primary_key=True),  # rises with time
    integer("call_id"),
    text_column("tenant_id"),
    integer("community_id"),
    text_column("writer"),  # as callers are named: `staff:12`
    text_column("words"),
    integer("created_ms"),
    Index("ix_intercom_call_notes_call", "call_id"),
)
"""They go with their call."""
