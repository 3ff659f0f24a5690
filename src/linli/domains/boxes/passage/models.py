"""The passage rules that boxes have; the rules themselves are in the tables of boxes. A person who sees the gateway
sees them."""

from sqlalchemy import Column, Index, PrimaryKeyConstraint, Table

from linli.kernel.db import INT, integer, metadata, text_column

edge_passage_boxes = Table(
    "edge_passage_boxes",
    metadata,
    Column("node_id", INT, primary_key=True, autoincrement=False),
    text_column("tenant_id"),
    text_column("held_version", server_default=""),
    integer("held_ms", null=True),
)
"""A box's report of its rules. `held_ms`: null since a rule of it was made, changed or removed."""

edge_lift_orders = Table(
    "edge_lift_orders",
    metadata,
    text_column("iot_id", primary_key=True),
    text_column("tenant_id"),
    text_column("content"),
    integer("changed_ms"),
)
"""What boxes are told of a lift beside its rules: `edge_link.LiftOrders`, JSON. Written for `elevators`."""

edge_passage_targets = Table(
    "edge_passage_targets",
    metadata,
    integer("rule_id"),
    text_column("kind"),
    text_column("subject"),
    text_column("tenant_id"),
    text_column("identity_id", server_default=""),
    text_column("floors", server_default="[]"),
    integer("expires_ms", null=True),
    integer("changed_ms"),
    integer("ended_ms", null=True),
    PrimaryKeyConstraint("rule_id", "kind", "subject"),
    Index("ix_edge_passage_targets_identity", "identity_id"),
    Index("ix_edge_passage_targets_subject", "subject"),
)
"""Whom a linkage serves, and where they are taken. `kind`: PERSON, IDENTITY (a face), QRCODE, CARD. `subject`: the
person's identityId, or the mark of the credential (`edge_link.credential_mark`). `floors`: JSON, floor and room.
`ended_ms`: since then boxes have it no more, because the person left or no door has the credential; null: they have."""
