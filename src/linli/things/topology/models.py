"""Tables of gateways. A sub-device's gateway is a column of `devices` (`gateway_no`)."""

from sqlalchemy import Column, Table, Text

from linli.kernel.db import INT, integer, metadata

found_devices = Table(
    "found_devices",
    metadata,
    Column("gateway_no", INT, primary_key=True, autoincrement=False),
    Column("product_key", Text, primary_key=True),
    Column("device_name", Text, primary_key=True),
    integer("first_ms"),
    integer("last_ms"),
    sqlite_with_rowid=False,
)
"""Devices that a gateway met and does not serve yet (`thing/list/found`), waiting for somebody to adopt them."""
