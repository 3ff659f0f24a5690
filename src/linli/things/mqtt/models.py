"""Tables of persistent MQTT sessions. Written by `stored_sessions` alone."""

from sqlalchemy import Column, Index, Table, Text

from linli.kernel.db import INT, blob, integer, metadata, text_column

mqtt_sessions = Table(
    "mqtt_sessions",
    metadata,
    Column("product_key", Text, primary_key=True),
    Column("device_name", Text, primary_key=True),
    integer("gone_ms"),
    sqlite_with_rowid=False,
)
"""`gone_ms`: when it last lost its connection, UTC ms; 0 while it has one."""

mqtt_filters = Table(
    "mqtt_filters",
    metadata,
    Column("product_key", Text, primary_key=True),
    Column("device_name", Text, primary_key=True),
    Column("filter", Text, primary_key=True),
    integer("qos"),
    sqlite_with_rowid=False,
)

mqtt_downlinks = Table(
    "mqtt_downlinks",
    metadata,
    Column("number", INT, primary_key=True, autoincrement=False),
    text_column("product_key"),
    text_column("device_name"),
    text_column("topic"),
    blob("payload"),
    integer("expires_ms", null=True),
    Index("ix_mqtt_downlinks_device", "product_key", "device_name"),
)
"""QoS 1 messages that wait for a device or for its PUBACK. `number` rises in the order they were sent."""
