"""Tables of the MQTT front: persistent sessions (written by `stored_sessions` alone), retained messages and wills."""

from sqlalchemy import Column, Index, Table, Text

from linli.kernel.db import INT, blob, flag, integer, metadata, text_column

mqtt_sessions = Table(
    "mqtt_sessions",
    metadata,
    Column("product_key", Text, primary_key=True),
    Column("device_name", Text, primary_key=True),
    integer("gone_ms"),
    integer("expiry_s", server_default="604800"),
    sqlite_with_rowid=False,
)
"""`gone_ms`: when it last lost its connection, UTC ms; 0 while it has one. `expiry_s`: how long it outlives that."""

mqtt_filters = Table(
    "mqtt_filters",
    metadata,
    Column("product_key", Text, primary_key=True),
    Column("device_name", Text, primary_key=True),
    Column("filter", Text, primary_key=True),
    integer("qos"),
    integer("options", server_default="0"),
    integer("identifier", server_default="0"),
    sqlite_with_rowid=False,
)
"""`options`: those of MQTT 5 as in SUBSCRIBE, without the QoS. `identifier`: 0 for none."""

mqtt_downlinks = Table(
    "mqtt_downlinks",
    metadata,
    Column("number", INT, primary_key=True, autoincrement=False),
    text_column("product_key"),
    text_column("device_name"),
    text_column("topic"),
    blob("payload"),
    integer("expires_ms", null=True),
    integer("qos", server_default="1"),
    flag("retain"),
    blob("properties", null=True),
    integer("packet_id", server_default="0"),
    flag("released"),
    Index("ix_mqtt_downlinks_device", "product_key", "device_name"),
)
"""Messages at QoS 1 and 2 that wait for a device or for its acknowledgement. `number` rises in the order they were sent.
`packet_id`: of one at QoS 2 once it was sent; `released`: the device has it (PUBREC). `properties`: as on the wire."""

mqtt_incoming = Table(
    "mqtt_incoming",
    metadata,
    Column("product_key", Text, primary_key=True),
    Column("device_name", Text, primary_key=True),
    Column("packet_id", INT, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)
"""Messages at QoS 2 that a device sent and has not released yet: not taken a second time."""

mqtt_retained = Table(
    "mqtt_retained",
    metadata,
    Column("topic", Text, primary_key=True),
    text_column("tenant_id"),
    text_column("product_key"),
    text_column("device_name"),
    blob("payload"),
    integer("qos"),
    blob("properties", null=True),
    integer("stored_ms"),
    integer("expires_ms", null=True),
    Index("ix_mqtt_retained_owner", "product_key", "device_name"),
    Index("ix_mqtt_retained_tenant", "tenant_id"),
    sqlite_with_rowid=False,
)
"""The last message of a topic whose sender asked to keep it. The owner of an app's topic is (`app`, appKey)."""

mqtt_wills = Table(
    "mqtt_wills",
    metadata,
    Column("product_key", Text, primary_key=True),
    Column("device_name", Text, primary_key=True),
    text_column("front"),
    text_column("tenant_id"),
    integer("device_no"),
    text_column("topic"),
    blob("payload"),
    integer("qos"),
    flag("retain"),
    blob("properties", null=True),
    integer("delay_s"),
    integer("due_ms"),
    Index("ix_mqtt_wills_front", "front"),
    Index("ix_mqtt_wills_tenant", "tenant_id"),
    sqlite_with_rowid=False,
)
"""The wills of clients, as long as they may have to be published. The first two columns are the client's own names:
(appKey, client id) of an app. `front`: process that holds it. `due_ms`: 0 while the client is connected."""
