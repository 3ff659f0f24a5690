"""Tables of the console: sessions, and failed sign-ins."""

from sqlalchemy import Index, Table

from linli.kernel.db import flag, integer, metadata, text_column

console_sessions = Table(
    "console_sessions",
    metadata,
    integer("id", primary_key=True, autoincrement=False),
    text_column("token_hash"),  # SHA-256 of the cookie in hex: a stolen database signs nobody in
    integer("account_id"),
    text_column("tenant_id", server_default=""),  # the tenant being worked in; "" for a pure operator
    flag("remember"),
    text_column("address", server_default=""),
    text_column("agent", server_default=""),
    integer("created_ms"),
    integer("seen_ms"),
    integer("expires_ms"),
    text_column("front", server_default="console"),  # console, or resident: a cookie of one opens no other
    integer("generation", server_default="0"),  # of the account when the session was opened
    Index("uq_console_sessions_token", "token_hash", unique=True),
    Index("ix_console_sessions_account", "account_id"),
    Index("ix_console_sessions_expires", "expires_ms"),
)
"""`tenant_id` is a choice of the session's owner, not the owner of the row: reads go by account or by token."""

sign_in_attempts = Table(
    "sign_in_attempts",
    metadata,
    text_column("key", primary_key=True),  # account:<login> or address:<ip>
    integer("failures"),
    integer("first_ms"),
    integer("last_ms"),
    integer("open_ms", server_default="0"),  # no attempt is heard before this
    Index("ix_sign_in_attempts_last", "last_ms"),
)

organisation_upgrades = Table(
    "organisation_upgrades",
    metadata,
    text_column("ticket_hash", primary_key=True),
    text_column("owner_tenant"),  # whose communities move; not named tenant_id, for no company's data it is
    integer("account_id"),  # the cloud account that began
    text_column("state"),  # waiting, done, refused
    text_column("name", server_default=""),  # of the organisation, once it is bound
    integer("expires_ms"),
    Index("ix_organisation_upgrades_expires", "expires_ms"),
)
"""QR codes by which an organisation takes over a cloud account's communities."""
