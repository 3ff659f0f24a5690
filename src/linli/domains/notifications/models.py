"""Tables of notifications. Written by this room's services only."""

from sqlalchemy import Index, PrimaryKeyConstraint, Table

from linli.kernel.db import integer, metadata, text_column

push_keys = Table(
    "push_keys",
    metadata,
    integer("key_no", primary_key=True, autoincrement=False),  # always 1: every subscription is bound to it
    text_column("public"),  # base64url of the point: what browsers are given
    text_column("sealed"),  # the private key, bound to `push_key`
    integer("created_ms"),
)
"""The key by which push services know this installation (VAPID)."""

push_subscriptions = Table(
    "push_subscriptions",
    metadata,
    integer("subscription_id", primary_key=True, autoincrement=False),
    integer("account_id"),
    text_column("front"),  # console, or resident
    integer("session_id"),  # nothing is pushed to a phone that is signed out
    text_column("endpoint_hash"),  # SHA-256 in hex: an address is a capability, and the whole one is sealed
    text_column("sealed"),  # JSON of kinds.Endpoint, bound to `push:<subscription_id>`
    text_column("language"),
    text_column("agent", server_default=""),
    integer("created_ms"),
    integer("sent_ms", server_default="0"),  # when the push service last took a message
    Index("uq_push_subscriptions_endpoint", "endpoint_hash", unique=True),
    Index("ix_push_subscriptions_account", "account_id", "front"),
)
"""Browsers that allow push messages. They belong to an account, not to a tenant."""

notification_settings = Table(
    "notification_settings",
    metadata,
    integer("account_id"),
    text_column("front"),
    text_column("choices"),  # JSON {kind: [channel, …]}; a kind that is absent stands as `kinds` says
    integer("quiet_from", server_default="-1"),  # minute of the day; -1: no quiet hours
    integer("quiet_to", server_default="-1"),
    text_column("language"),
    integer("changed_ms"),
    PrimaryKeyConstraint("account_id", "front"),
)
