"""Tables of serial numbers. Times are ms since the epoch, UTC."""

from sqlalchemy import Column, ForeignKey, Index, PrimaryKeyConstraint, Table, UniqueConstraint

from linli.kernel.db import INT, identity, integer, metadata, text_column

serial_categories = Table(
    "serial_categories",
    metadata,
    identity("category_no"),
    text_column("tenant_id"),
    text_column("name"),
    text_column("description", server_default=""),
    integer("created_ms"),
    UniqueConstraint("tenant_id", "name"),
    sqlite_autoincrement=True,
)
"""A kind of device that a maker keeps serial numbers for (SN 码类别)."""

serial_numbers = Table(
    "serial_numbers",
    metadata,
    text_column("sn"),
    text_column("tenant_id"),
    Column("category_no", INT, ForeignKey("serial_categories.category_no"), nullable=True),
    text_column("vpc_instance_id", server_default=""),
    text_column("product_key"),
    text_column("device_name"),
    integer("created_ms"),
    PrimaryKeyConstraint("tenant_id", "sn"),
    UniqueConstraint("tenant_id", "product_key", "device_name"),
    Index("ix_serial_numbers_category", "category_no", "sn"),
)
"""`vpc_instance_id` is kept as handed in and not used: there is one installation. Without a category: listed while a
device was mounted."""
