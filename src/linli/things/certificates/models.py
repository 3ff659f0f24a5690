"""Tables of device certificates. Times are UTC ms."""

from sqlalchemy import Column, Index, Table, UniqueConstraint

from linli.kernel.db import INT, flag, identity, integer, metadata, text_column

device_certificates = Table(
    "device_certificates",
    metadata,
    identity("certificate_no"),
    text_column("tenant_id"),
    integer("device_no"),
    text_column("fingerprint"),
    text_column("subject"),
    flag("registered"),
    text_column("pem"),
    integer("not_before_ms"),
    integer("not_after_ms"),
    integer("created_ms"),
    integer("revoked_ms", null=True),
    UniqueConstraint("device_no", "fingerprint"),
    Index("ix_device_certificates_fingerprint", "fingerprint"),
    sqlite_autoincrement=True,
)
"""Every certificate a device may, or (`revoked_ms`) might once, connect with. `fingerprint`: SHA-256, lower-case hex.
`registered`: made elsewhere. Private keys are never kept."""

product_authentication = Table(
    "product_authentication",
    metadata,
    Column("product_no", INT, primary_key=True, autoincrement=False),
    text_column("tenant_id"),
    flag("secrets", default=1),
    flag("certificates", default=1),
    flag("tls_only"),
    flag("fresh_time"),
    sqlite_with_rowid=False,
)
"""A product's rules for its devices' connections. Without a row: secret or certificate, plain or TLS, any time stamp.
`tls_only`: plain connections are refused. `fresh_time`: so are signatures whose time is old (`connections.freshness`)."""
