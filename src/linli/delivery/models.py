"""Tables of delivery. Written by this room only; both truths keep append-only history."""

from sqlalchemy import Index, PrimaryKeyConstraint, Table, UniqueConstraint

from linli.kernel.db import bytewise, flag, identity, integer, metadata, text_column

grants = Table(
    "delivery_grants",
    metadata,
    identity(),
    text_column("tenant_id"),
    integer("community_id"),
    text_column("source"),  # who keeps it, e.g. `qr`, `card`, `visitor:17`: each source revokes its own only
    text_column("kind"),  # what is carried, e.g. `door.qr`
    text_column("subject"),  # identityId, or empty
    text_column("credential"),  # what the device knows it by; empty where the expander finds several
    text_column("target_type"),  # `device`, or a scope that an expander turns into devices
    text_column("target"),
    integer("starts_ms"),
    integer("ends_ms"),
    text_column("content"),  # JSON object in the kind's own shape
    flag("live", default=1),
    integer("generation"),
    integer("changed_ms"),
    text_column(
        "schedule", server_default=""
    ),  # when within the window (`linli.rules.schedules`); "": always
    UniqueConstraint("tenant_id", "source", "kind", "subject", "credential", "target_type", "target"),
    Index("ix_delivery_grants_target", "target_type", "target"),
    Index("ix_delivery_grants_credential", "credential", "kind"),
    sqlite_autoincrement=True,
)

targets = Table(
    "delivery_targets",
    metadata,
    integer("grant_id"),
    text_column("device"),
    text_column("kind"),
    text_column("credential"),
    text_column("tenant_id"),
    integer("community_id"),
    text_column("subject"),
    integer("starts_ms"),
    integer("ends_ms"),
    text_column("content"),
    text_column("schedule", server_default=""),  # the grant's and the device's own, where it has one
    PrimaryKeyConstraint("grant_id", "device", "kind", "credential"),
    Index("ix_delivery_targets_row", "device", "kind", "credential"),
    Index("ix_delivery_targets_subject", "subject", "community_id"),
    Index("ix_delivery_targets_credential", "credential", "kind"),
)
"""Live grants expanded to devices: the support of each desired row."""

desired = Table(
    "delivery_desired",
    metadata,
    identity(),
    text_column("tenant_id"),
    integer("community_id"),
    text_column("device"),
    text_column("kind"),
    text_column("credential"),
    text_column("subject"),
    text_column("content"),  # JSON to carry; empty when nothing is wanted (a tombstone until confirmed)
    integer("generation"),
    text_column("wanted"),
    text_column("reported"),
    text_column("state"),
    integer("failures"),
    integer("next_try_ms", null=True),
    text_column("reason"),
    text_column("detail"),
    integer("recheck_ms", null=True),  # when the union of the grants changes by time alone
    integer("created_ms"),
    integer("changed_ms"),
    integer("confirmed_ms", null=True),
    UniqueConstraint("device", "kind", "credential"),
    Index("ix_delivery_desired_due", "next_try_ms"),
    Index("ix_delivery_desired_recheck", "recheck_ms"),
    Index("ix_delivery_desired_list", "community_id", "changed_ms"),
    Index("ix_delivery_desired_subject", "subject"),
    Index("ix_delivery_desired_credential", "credential", "kind"),
    sqlite_autoincrement=True,
)

LOCK_ORDER = (bytewise(desired.c.device), bytewise(desired.c.kind), desired.c.id)
"""In which desired rows are locked, after the row of their device (ADR 0082)."""

devices = Table(
    "delivery_devices",
    metadata,
    text_column("device", primary_key=True),
    integer("lease_until_ms"),
    text_column("lease_by"),
    integer("compare_ms", null=True),  # when it is to be asked again what it holds
    integer("compared_ms", null=True),
    text_column(
        "compared", server_default=""
    ),  # JSON of the last comparison: how many were missing, other, surplus
    Index("ix_delivery_devices_compare", "compare_ms"),
)
"""One delivery in flight per device over all processes, and the result of the last comparison."""

grant_history = Table(
    "delivery_grant_history",
    metadata,
    identity(),
    integer("grant_id"),
    text_column("tenant_id"),
    integer("community_id"),
    text_column("action"),  # granted, changed, revoked
    integer("starts_ms"),
    integer("ends_ms"),
    text_column("content"),
    text_column("caller"),  # `app:30239797`, `staff:12`
    text_column("reason"),
    integer("at_ms"),
    text_column("schedule", server_default=""),
    Index("ix_delivery_grant_history_grant", "grant_id"),
    sqlite_autoincrement=True,
)

desired_history = Table(
    "delivery_desired_history",
    metadata,
    identity(),
    integer("desired_id"),
    text_column("tenant_id"),
    integer("community_id"),
    integer("generation"),
    text_column("state"),
    flag("deleting"),
    text_column("reason"),
    text_column("detail"),
    text_column("caller"),
    integer("at_ms"),
    text_column("schedule", server_default=""),  # of what was wanted then
    Index("ix_delivery_desired_history_row", "desired_id"),
    sqlite_autoincrement=True,
)

holds = Table(
    "delivery_holds",
    metadata,
    identity(),
    text_column("tenant_id"),
    integer("community_id"),
    text_column("subject"),
    text_column("source"),  # denied, frozen, …: each lifts its own only
    text_column("reason"),
    text_column("caller"),
    integer("since_ms"),
    integer("lifted_ms", null=True),
    text_column("lifted_by", server_default=""),
    Index("ix_delivery_holds_subject", "subject", "community_id", "lifted_ms"),
    sqlite_autoincrement=True,
)
"""Persons who may have nothing on a community's devices for now, in spite of their grants; rows stay as history."""
