"""Tables of the gateway: used nonces, cloudTokens, the grants and limits of keys, and the request log."""

from sqlalchemy import Column, Index, PrimaryKeyConstraint, Table, Text

from linli.kernel.db import INT, blob, flag, identity, integer, metadata, text_column


def _key(name: str) -> Column[int]:
    return Column(name, INT, primary_key=True, autoincrement=False)


nonces = Table("openapi_nonces", metadata, _key("slot"), _key("fingerprint"), sqlite_with_rowid=False)
"""One row for the nonce of each call that wrote. `slot` is the minute of the signed time: inserts and the purge stay
together."""

nonce_batches = Table(
    "openapi_nonce_batches",
    metadata,
    identity(),
    integer("slot"),
    blob("fingerprints"),
    sqlite_autoincrement=True,
)
"""One row for the nonces of many calls that only read: 8 bytes each, little endian. `slot`: the latest among them.
Looked into only at start, so they need no index, and no page of a table each."""

cloud_tokens = Table(
    "openapi_tokens",
    metadata,
    Column("digest", Text, primary_key=True),
    text_column("app_key"),
    text_column("tenant_id"),
    integer("community_id"),
    integer("issued_ms"),
    integer("expires_ms"),
    Index("ix_openapi_tokens_pair", "app_key", "community_id"),
    Index("ix_openapi_tokens_expires", "expires_ms"),
)
"""Tokens are kept as SHA-256, never in clear."""

key_policies = Table(
    "openapi_key_policies",
    metadata,
    Column("app_key", Text, primary_key=True),
    text_column("tenant_id"),
    text_column("services", null=True),
    text_column("models", null=True),
    integer("changed_ms"),
)
"""`services`: JSON list of the services the key may call; null: the default set, also as it grows. `models`: JSON list of
the data models whose records it may read, write and subscribe to; null: all of them."""

project_policies = Table(
    "openapi_project_policies",
    metadata,
    Column("project_id", Text, primary_key=True),
    text_column("tenant_id"),
    text_column("services"),
    text_column("models"),
    text_column("withheld"),
    integer("changed_ms"),
)
"""For projects with selected grants: what a new key gets (`services`, `models`), and services that no key may have yet
(`withheld`). JSON lists. Keys of projects without a row get everything."""

project_models = Table(
    "openapi_project_models",
    metadata,
    text_column("project_id"),
    text_column("model_id"),
    text_column("tenant_id"),
    flag("granted"),
    integer("changed_ms"),
    PrimaryKeyConstraint("project_id", "model_id"),
)
"""The project's own switch of a data model (授权): while it is off, none of its keys may use the model. No row: on, as
for projects whose keys get everything."""

limits = Table(
    "openapi_limits",
    metadata,
    text_column("subject"),
    text_column("path"),
    text_column("tenant_id"),
    integer("per_second", null=True),
    integer("per_day", null=True),
    PrimaryKeyConstraint("subject", "path"),
)
"""`subject`: an app key, a company (its tenant id), or empty for everybody. `path` empty: all calls of the subject
together; `limits.EACH_METHOD` and `EACH_COMPANY` of everybody. Null: as the wider rule says; 0: no limit of this kind.
`tenant_id` is empty for everybody."""

slices = Table(
    "openapi_slices",
    metadata,
    text_column("subject"),
    text_column("path"),
    text_column("span"),
    text_column("tenant_id"),
    integer("number"),
    integer("taken"),
    PrimaryKeyConstraint("subject", "path", "span"),
)
"""Where several processes share the database: how much of a limit they have taken in the newest second or day
(`number`, since 1970)."""

usage = Table(
    "openapi_usage",
    metadata,
    integer("day"),
    text_column("app_key"),
    text_column("path"),
    text_column("tenant_id"),
    integer("calls"),
    integer("failures"),
    integer("refused", server_default="0"),
    PrimaryKeyConstraint("day", "app_key", "path"),
    Index("ix_openapi_usage_tenant", "tenant_id", "day"),
    sqlite_with_rowid=False,
)
"""Calls let through on one day of the installation's zone; `failures` are those answered with another code than 200,
`refused` came over a limit and are not among `calls`."""

request_log = Table(
    "openapi_requests",
    metadata,
    _key("day"),
    Column("app_key", Text, primary_key=True),
    Column("ca_request_id", Text, primary_key=True),
    text_column("tenant_id"),
    integer("at_ms"),
    text_column("call_id"),
    text_column("path"),
    text_column("version"),
    integer("http_status"),
    text_column("code"),
    text_column("reason"),
    integer("cost_us"),
    text_column("client_ip"),
    text_column("request"),
    text_column("response"),
    postgresql_partition_by="RANGE (day)",
)
"""`ca_request_id` is ordered by time (UUID version 7), so the key also serves "newest first" of one app key.

`call_id`: the caller's envelope id. `code`: body code, or `X-Ca-Error-Code` when refused. `reason`: an explanation for
a person, beyond the answer. `request`, `response`: excerpts of params and data with secrets masked.
"""
