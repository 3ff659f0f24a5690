"""Tables of products' scripts."""

from sqlalchemy import Column, ForeignKey, Table

from linli.kernel.db import INT, blob, integer, metadata, text_column

product_scripts = Table(
    "product_scripts",
    metadata,
    Column(
        "product_no",
        INT,
        ForeignKey("products.product_no", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    text_column("draft"),
    integer("draft_version"),
    integer("draft_ms"),
    integer("published", null=True),
    sqlite_with_rowid=False,
)
"""`draft_version` rises with every save. `published` is the version in use."""

product_script_versions = Table(
    "product_script_versions",
    metadata,
    Column(
        "product_no",
        INT,
        ForeignKey("products.product_no", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("version", INT, primary_key=True, autoincrement=False),
    text_column("source"),
    text_column("published_by"),
    integer("published_ms"),
    sqlite_with_rowid=False,
)
"""Everything that was ever in use."""

script_failures = Table(
    "script_failures",
    metadata,
    Column("device_no", INT, primary_key=True, autoincrement=False),
    Column("seq", INT, primary_key=True, autoincrement=False),
    Column("day", INT, primary_key=True, autoincrement=False),
    integer("at_ms"),
    text_column("function"),
    text_column("kind"),
    text_column("reason"),
    blob("input"),
    postgresql_partition_by="RANGE (day)",
    sqlite_with_rowid=False,
)
"""Failed translations of devices' bytes by scripts. `input` is cut; bytes of an uplink, JSON of a downlink."""
