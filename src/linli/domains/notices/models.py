"""Tables of notices. Written by this room's service only."""

from sqlalchemy import Index, PrimaryKeyConstraint, Table

from linli.kernel.db import flag, identity, integer, metadata, text_column

notices = Table(
    "notices",
    metadata,
    # Counted up from 1: clients read messageIds of notice/delete into 32-bit integers (spec B §3.19, A103).
    identity("notice_id"),
    text_column("tenant_id"),
    integer("community_id"),
    text_column("title"),
    text_column("publications"),  # JSON list of {"text", "uploadId"}
    integer("type"),  # NOTICE_TYPE
    integer("publish_type"),  # PUBLISH_TYPE, bits
    flag("is_top"),
    flag("in_spaces"),  # publishRange: 0 whole community, 1 the spaces of notice_targets
    text_column("state"),  # draft, scheduled, published
    integer("publish_ms", server_default="0"),  # when it was published, or is to be
    text_column("created_by"),
    integer("created_ms"),
    integer("changed_ms"),
    integer("deleted_ms", server_default="0"),
    text_column("deleted_by", server_default=""),
    Index("ix_notices_published", "community_id", "deleted_ms", "state", "publish_ms"),
    Index("ix_notices_changed", "community_id", "deleted_ms", "changed_ms"),
    sqlite_autoincrement=True,
)

notice_targets = Table(
    "notice_targets",
    metadata,
    integer("notice_id"),
    integer("space_id"),
    text_column("tenant_id"),
    integer("community_id"),
    PrimaryKeyConstraint("notice_id", "space_id"),
    Index("ix_notice_targets_space", "space_id"),
)

notice_reads = Table(
    "notice_reads",
    metadata,
    integer("notice_id"),
    integer("person_id"),
    text_column("tenant_id"),
    integer("community_id"),
    integer("read_ms"),
    PrimaryKeyConstraint("notice_id", "person_id"),
)
"""The readers of a notice, with the time of their first opening."""

notice_terminal_reads = Table(
    "notice_terminal_reads",
    metadata,
    integer("notice_id"),
    text_column("number"),  # of the terminal's account
    text_column("tenant_id"),
    integer("community_id"),
    integer("read_ms"),
    PrimaryKeyConstraint("notice_id", "number"),
)
"""The indoor terminals that have read a notice."""
