"""Tables of the thing platform. `*_no` are our own numbers; `iot_id`, product key and device name face outward.

Times are ms since the epoch, UTC; `day` is the day of insertion, the partition key on PostgreSQL
(`kernel.db.partitions`). `seq` is the number of the message a row came with: rising in time, unique for its device.
"""

from typing import Literal

from sqlalchemy import Column, ForeignKey, Index, Table, Text, UniqueConstraint

from linli.kernel.db import INT, blob, flag, identity, integer, metadata, real, text_column

products = Table(
    "products",
    metadata,
    identity("product_no"),
    text_column("product_key", unique=True),
    text_column("tenant_id"),
    text_column("name"),
    text_column("category_code", server_default=""),
    text_column("category_name", server_default=""),
    integer("node_type", server_default="0"),
    text_column("secret"),
    flag("dynamic_register"),
    text_column("tsl"),
    integer("created_ms"),
    integer("modified_ms"),
    text_column("data_format", server_default="alink"),
    text_column("description", server_default=""),
    text_column("capabilities", server_default="[]"),
    integer("version", server_default="1"),
    Index("ix_products_tenant", "tenant_id", "product_no"),
    sqlite_autoincrement=True,
)
"""`node_type`: 0 device, 1 gateway. `secret` is sealed, bound to `product:<product key>`. `dynamic_register`: devices may
fetch their secret with the product's (一型一密). `tsl` is the published thing model, `version` its number. `data_format`:
`alink` or `custom` (raw bytes with a script). `capabilities`: JSON list, the tag Capability of new devices."""

product_versions = Table(
    "product_versions",
    metadata,
    Column("product_no", INT, ForeignKey("products.product_no"), primary_key=True, autoincrement=False),
    Column("version", INT, primary_key=True, autoincrement=False),
    text_column("tsl"),
    text_column("notes", server_default=""),
    text_column("author", server_default=""),
    integer("published_ms"),
    sqlite_with_rowid=False,
)
"""Every thing model that was ever in force, from 1; never changed. `author` is the kind and id of who published it."""

product_drafts = Table(
    "product_drafts",
    metadata,
    Column("product_no", INT, ForeignKey("products.product_no"), primary_key=True, autoincrement=False),
    integer("revision"),
    text_column("document"),
    text_column("author"),
    integer("modified_ms"),
)
"""The thing model somebody is working on, faults and all. `revision` rises with each save: a save that was made from an
older one is refused."""

own_categories = Table(
    "own_categories",
    metadata,
    identity("category_no"),
    text_column("tenant_id"),
    text_column("parent_path"),
    text_column("code"),
    text_column("name"),
    text_column("tsl", null=True),
    integer("created_ms"),
    integer("modified_ms"),
    UniqueConstraint("tenant_id", "parent_path", "code"),
    sqlite_autoincrement=True,
)
"""A tenant's own groups, categories and models (品类管理-自有), beside the built-in ones. `parent_path` is empty for a
group, else the code path of the parent, built-in or own. `tsl` is null where no product can be made of it."""

things_audit = Table(
    "things_audit",
    metadata,
    identity("audit_no"),
    text_column("tenant_id"),
    integer("done_ms"),
    text_column("caller"),
    text_column("act"),
    text_column("subject"),
    text_column("facts", server_default="{}"),
    Index("ix_things_audit_subject", "tenant_id", "subject", "audit_no"),
    sqlite_autoincrement=True,
)
"""A log of acts, for later questions: secrets shown, products changed, with the person. `caller` is kind and id,
`subject` a product key or iotId, `facts` JSON without secrets."""

product_properties = Table(
    "product_properties",
    metadata,
    identity("property_no"),
    Column("product_no", INT, ForeignKey("products.product_no"), nullable=False),
    text_column("identifier"),
    UniqueConstraint("product_no", "identifier"),
    sqlite_autoincrement=True,
)
"""The number of each property a product has or had. A property that leaves the model and comes back keeps its number."""

devices = Table(
    "devices",
    metadata,
    identity("device_no"),
    text_column("iot_id", unique=True),
    text_column("tenant_id"),
    Column("product_no", INT, ForeignKey("products.product_no"), nullable=False, index=True),
    text_column("product_key"),
    text_column("device_name"),
    text_column("secret"),
    text_column("nickname", server_default=""),
    text_column("remark", server_default=""),
    text_column("project_id", null=True),
    integer("community_id", null=True),
    integer("gateway_no", null=True),
    flag("enabled", default=1),
    flag("online"),
    text_column("front", server_default=""),
    integer("created_ms"),
    integer("modified_ms"),
    integer("active_ms", null=True),
    integer("last_online_ms", null=True),
    integer("last_offline_ms", null=True),
    integer("last_seen_ms", null=True),
    UniqueConstraint("product_key", "device_name"),
    Index("ix_devices_tenant", "tenant_id", "device_no"),
    Index("ix_devices_community", "community_id", "device_no"),
    Index("ix_devices_project", "project_id", "device_no"),
    Index("ix_devices_gateway", "gateway_no"),
    sqlite_autoincrement=True,
)
"""`secret` is sealed, bound to `device:<iotId>`. `front` names the MQTT front that holds the connection. `active_ms` is
the first time it connected; null: never."""

device_tags = Table(
    "device_tags",
    metadata,
    Column("device_no", INT, primary_key=True, autoincrement=False),
    Column("tag_key", Text, primary_key=True),
    text_column("tag_value"),
    Index("ix_device_tags_value", "tag_key", "tag_value"),
    sqlite_with_rowid=False,
)
"""`tag_value` is a string, or the JSON text of a list (`Capability`)."""

device_clocks = Table(
    "device_clocks",
    metadata,
    Column("device_no", INT, primary_key=True, autoincrement=False),
    integer("off_ms"),  # ahead of ours; negative: behind
    integer("measured_ms"),
    sqlite_with_rowid=False,
)
"""How wrong a device's clock was when it last asked for the time (NTP)."""

device_firmware = Table(
    "device_firmware",
    metadata,
    Column("device_no", INT, primary_key=True, autoincrement=False),
    Column("module", Text, primary_key=True),
    text_column("version"),
    integer("reported_ms"),
    Index("ix_device_firmware_version", "module", "version"),
    sqlite_with_rowid=False,
)
"""The version that each device reported, by module."""

device_tokens = Table(
    "device_tokens",
    metadata,
    Column("device_no", INT, primary_key=True, autoincrement=False),
    Column("kind", Text, primary_key=True),
    text_column("client_id"),
    text_column("secret"),
    integer("created_ms"),
    sqlite_with_rowid=False,
)
"""Tokens a device connects with instead of its secret. `kind`: `regnwl` or `pre_auth`; `secret` is sealed as
the device's."""

inbox = Table(
    "inbox",
    metadata,
    Column("device_no", INT, primary_key=True, autoincrement=False),
    Column("seq", INT, primary_key=True, autoincrement=False),
    Column("day", INT, primary_key=True, autoincrement=False),
    text_column("kind"),
    text_column("identifier"),
    integer("received_ms"),
    text_column("note"),
    blob("payload"),
    postgresql_partition_by="RANGE (day)",
    sqlite_with_rowid=False,
)
"""Every accepted uplink and every change of connection, as it came. `note` says what was set right: `time` (a device time
that was not to be believed), `dropped` (values outside their limits)."""

MessageKind = Literal["property", "event", "service_reply", "status", "info", "user", "raw", "log", "request"]
"""The kind of a message, as in `inbox.kind`.

- `service_reply`: answer to an asynchronous call; that of a synchronous one goes to its caller instead
- `status`: the connection came or went; `identifier` is `online` or `offline`
- `info`: tags changed by the device; `identifier` is `update` or `delete`
- `user`: a free topic; `identifier` is what follows `/user/`, `values` the payload's bytes
- `raw`: bytes of the device's own format (`thing/model/up_raw`)
- `log`: the device's own log lines
- `request`: asks the platform for something (`inbox.requests`); `identifier` is the kind of uplink
"""

inbox_work = Table(
    "inbox_work",
    metadata,
    Column("device_no", INT, primary_key=True, autoincrement=False),
    Column("seq", INT, primary_key=True, autoincrement=False),
    integer("day"),
    text_column("state", server_default="ready"),
    integer("tries", server_default="0"),
    text_column("reason", server_default=""),
    integer("parked_ms", null=True),
    Index("ix_inbox_work_state", "state", "seq"),
    sqlite_with_rowid=False,
)
"""The cursor of domain handlers: one row for each message that a handler wants and none has finished. A handler's
transaction deletes its row, so it is done exactly once. `state`: `ready` or `parked`."""

inbox_commits = Table(
    "inbox_commits",
    metadata,
    Column("first_seq", INT, primary_key=True, autoincrement=False),
    Column("day", INT, primary_key=True, autoincrement=False),
    integer("last_seq"),
    blob("batches"),
    postgresql_partition_by="RANGE (day)",
    sqlite_with_rowid=False,
)
"""When messages were committed (`inbox.commits`). `batches`: MessagePack list of (first number, last, UTC ms,
messages)."""

points = Table(
    "points",
    metadata,
    Column("device_no", INT, primary_key=True, autoincrement=False),
    Column("property_no", INT, primary_key=True, autoincrement=False),
    Column("ts", INT, primary_key=True, autoincrement=False),
    Column("seq", INT, primary_key=True, autoincrement=False),
    Column("day", INT, primary_key=True, autoincrement=False),
    real("value"),
    postgresql_partition_by="RANGE (day)",
    sqlite_with_rowid=False,
)
"""Numbers (int, float, double, bool, enum)."""

text_points = Table(
    "text_points",
    metadata,
    Column("device_no", INT, primary_key=True, autoincrement=False),
    Column("property_no", INT, primary_key=True, autoincrement=False),
    Column("ts", INT, primary_key=True, autoincrement=False),
    Column("seq", INT, primary_key=True, autoincrement=False),
    Column("day", INT, primary_key=True, autoincrement=False),
    text_column("value"),
    postgresql_partition_by="RANGE (day)",
    sqlite_with_rowid=False,
)
"""Strings (text, date) as they are, struct and array as JSON."""

latest_values = Table(
    "latest_values",
    metadata,
    Column("device_no", INT, primary_key=True, autoincrement=False),
    Column("property_no", INT, primary_key=True, autoincrement=False),
    integer("ts"),
    integer("seq"),
    real("number", null=True),
    text_column("text", null=True),
    sqlite_with_rowid=False,
)
"""The newest value of each property by device time; outlives the retention of points."""

desired_properties = Table(
    "desired_properties",
    metadata,
    Column("device_no", INT, primary_key=True, autoincrement=False),
    Column("identifier", Text, primary_key=True),
    integer("version"),
    text_column("value"),
    integer("modified_ms"),
    sqlite_with_rowid=False,
)
"""Values a device fetches when it comes back (期望属性值); `value` is JSON."""

thing_events = Table(
    "thing_events",
    metadata,
    Column("device_no", INT, primary_key=True, autoincrement=False),
    Column("identifier", Text, primary_key=True),
    Column("ts", INT, primary_key=True, autoincrement=False),
    Column("seq", INT, primary_key=True, autoincrement=False),
    Column("day", INT, primary_key=True, autoincrement=False),
    text_column("type"),
    text_column("body"),
    postgresql_partition_by="RANGE (day)",
    sqlite_with_rowid=False,
)
"""`type`: info, alert or error; `body` is the JSON of the outputs."""

service_calls = Table(
    "service_calls",
    metadata,
    Column("call_no", INT, primary_key=True, autoincrement=False),
    Column("day", INT, primary_key=True, autoincrement=False),
    integer("device_no"),
    text_column("identifier"),
    text_column("call_type"),
    text_column("caller"),
    text_column("input"),
    text_column("output", null=True),
    text_column("state"),
    text_column("reason", server_default=""),
    integer("called_ms"),
    integer("answered_ms", null=True),
    text_column("cause", server_default=""),
    Index("ix_service_calls_device", "device_no", "identifier", "called_ms"),
    postgresql_partition_by="RANGE (day)",
    sqlite_with_rowid=False,
)
"""Every downlink call; property sets have the identifier `set`. `call_no` in digits is the message id on the wire.
`output` is the device's whole reply. `state`: `sent`, `answered`, `refused` (a code other than 200),
`timed_out`, `offline`. `cause`: the request or message that it follows from (`kernel.causes`)."""
