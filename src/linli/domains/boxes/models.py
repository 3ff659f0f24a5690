"""Tables of boxes. Written by this room's services only.

Every row has the project and community of its cluster, so a person who sees these sees the row. Nothing that a person
must not read stands in clear: `*_sealed` is bound to `<table>:<key>`.
"""

from sqlalchemy import Column, Index, PrimaryKeyConstraint, Table, Text

from linli.kernel.db import INT, flag, integer, metadata, text_column


def _place() -> list[Column[str] | Column[int]]:
    return [
        text_column("tenant_id"),
        text_column("project_id", null=True),
        integer("community_id", null=True),
    ]


edge_products = Table(
    "edge_products",
    metadata,
    Column("tenant_id", Text, primary_key=True),
    text_column("product_key"),
)
"""The product that a tenant's boxes are devices of."""

edge_clusters = Table(
    "edge_clusters",
    metadata,
    Column("cluster_id", INT, primary_key=True, autoincrement=False),
    *_place(),
    text_column("name"),
    text_column("model"),  # SKU on the label
    text_column("lan_cidr"),  # the network, its host bits cleared
    flag("log_on", default=1),
    flag("monitor_on", default=1),
    text_column("remark", server_default=""),
    integer("created_ms"),
    integer("changed_ms"),
    integer("associated_ms", null=True),
    Index("ix_edge_clusters_tenant", "tenant_id", "created_ms", "cluster_id"),
    Index("ix_edge_clusters_community", "community_id"),
)
"""Spec C §3: 边缘集群. `project_id` is the project it is associated with, since `associated_ms` (C090)."""

edge_nodes = Table(
    "edge_nodes",
    metadata,
    Column("node_id", INT, primary_key=True, autoincrement=False),
    *_place(),
    integer("cluster_id"),
    text_column("name"),
    text_column("serial_number"),
    text_column("model"),
    text_column("state"),  # node_rules.STATES
    integer("percent", server_default="0"),
    text_column("iot_id"),
    text_column("product_key"),
    text_column("device_name"),
    text_column("code_sealed"),
    text_column("hardware_id", server_default=""),
    text_column("version", server_default=""),
    integer("tries", server_default="0"),
    integer("locked_until_ms", server_default="0"),
    integer("tried_ms", null=True),
    text_column("refusal", server_default=""),  # code of the last refused activation
    integer("activated_ms", null=True),
    integer("last_seen_ms", null=True),
    integer("generation", server_default="0"),
    integer("created_ms"),
    integer("changed_ms"),
    text_column(
        "components", server_default=""
    ),  # JSON `components.ComponentReport`; empty: the box said nothing yet
    text_column("door_address", server_default=""),  # IPv4
    Index("uq_edge_nodes_serial", "serial_number", unique=True),
    Index("uq_edge_nodes_name", "cluster_id", "name", unique=True),
    Index("ix_edge_nodes_device", "iot_id"),
)
"""Spec C §3: 融合实例节点. `iot_id`: its gateway device, made with the node; `generation`: of the configuration it is to
have; `door_address`: how it is to name itself to doors, empty where it finds that out itself. A serial number belongs
to one node of the installation."""

edge_gateways = Table(
    "edge_gateways",
    metadata,
    Column("gateway_id", INT, primary_key=True, autoincrement=False),
    *_place(),
    integer("cluster_id"),
    integer("node_id"),
    text_column("name"),
    text_column("edition"),
    text_column("iot_id"),
    flag("interconnect_on"),
    text_column("interconnect_user", server_default=""),
    text_column("interconnect_sealed", server_default=""),
    integer("deployed_generation", server_default="0"),
    integer("created_ms"),
    integer("changed_ms"),
    Index("uq_edge_gateways_node", "node_id", unique=True),
    Index("ix_edge_gateways_cluster", "cluster_id"),
)
"""Spec C §3: 网关实例, one for each device-access component. `deployed_generation`: its last deployment's."""

edge_protocols = Table(
    "edge_protocols",
    metadata,
    Column("protocol_id", INT, primary_key=True, autoincrement=False),
    *_place(),
    integer("gateway_id"),
    text_column("driver_id"),
    text_column("name"),
    text_column("version"),
    text_column("config_sealed"),
    integer("created_ms"),
    integer("changed_ms"),
    Index("uq_edge_protocols_driver", "gateway_id", "driver_id", unique=True),
)
"""A driver on a gateway. `config_sealed`: JSON of its own configuration."""

edge_devices = Table(
    "edge_devices",
    metadata,
    Column("edge_device_id", INT, primary_key=True, autoincrement=False),
    *_place(),
    integer("gateway_id"),
    integer("protocol_id"),
    text_column("iot_id"),
    text_column("product_key"),
    text_column("device_name"),
    text_column("alias", server_default=""),
    text_column("custom_sealed"),
    integer("space_id", null=True),
    integer("created_ms"),
    integer("changed_ms"),
    Index("uq_edge_devices_device", "iot_id", unique=True),
    Index("ix_edge_devices_gateway", "gateway_id", "edge_device_id"),
    Index("ix_edge_devices_protocol", "protocol_id", "edge_device_id"),
)
"""A device under a protocol. `custom_sealed`: JSON of its form values (spec C §8.9)."""

edge_components = Table(
    "edge_components",
    metadata,
    integer("cluster_id"),
    text_column("code"),
    *_place(),
    text_column("state"),  # asked, approved, refused, installed
    flag("stopped"),
    text_column("params", server_default="{}"),
    text_column("reason", server_default=""),
    text_column("asked_by", server_default=""),
    text_column("decided_by", server_default=""),
    integer("asked_ms", null=True),
    integer("changed_ms"),
    PrimaryKeyConstraint("cluster_id", "code"),
)
"""The desired components of a cluster (spec C §6). A component that was never requested has no row. Each box's row has
the running components and their versions (`edge_nodes.components`)."""

edge_deployments = Table(
    "edge_deployments",
    metadata,
    Column("deployment_id", INT, primary_key=True, autoincrement=False),
    *_place(),
    integer("cluster_id"),
    integer("node_id"),
    integer("gateway_id", null=True),
    integer("generation"),
    text_column("kind"),
    text_column("state"),
    integer("percent", server_default="0"),
    text_column("snapshot_sealed"),
    text_column("changes", server_default="{}"),
    text_column("devices", server_default="[]"),
    text_column("reason", server_default=""),
    text_column("by_kind"),
    text_column("by_id"),
    integer("created_ms"),
    integer("taken_ms", null=True),
    integer("finished_ms", null=True),
    Index("uq_edge_deployments_generation", "node_id", "generation", unique=True),
    Index("ix_edge_deployments_gateway", "gateway_id", "generation"),
)
"""The desired configuration of a box from a generation on. `changes`: JSON of the difference to the one before, without
secrets; `devices`: the box's report on each."""

edge_packages = Table(
    "edge_packages",
    metadata,
    Column("package_id", INT, primary_key=True, autoincrement=False),
    text_column("tenant_id"),
    text_column("driver_id"),
    text_column("version"),
    text_column("name"),
    text_column("protocol"),
    text_column("owner"),
    text_column("manifest"),
    text_column("sha256"),
    text_column("signature"),
    integer("size"),
    text_column("object_key"),
    integer("key_id"),
    text_column("by_id"),
    integer("created_ms"),
    Index("uq_edge_packages_version", "tenant_id", "driver_id", "version", unique=True),
)
"""Driver packages that a tenant uploaded, each signed by a key it trusts."""

edge_driver_roots = Table(
    "edge_driver_roots",
    metadata,
    text_column("tenant_id"),
    integer("number"),  # 1 is the first; the highest is in use
    text_column("public_key"),  # PEM, Ed25519
    text_column(
        "sealed"
    ),  # the private key, about `edge_driver_root:<tenant>:<number>`; "" once another took over
    text_column("proof"),  # the one before signed this one, base64; "" of the first
    text_column("by_id"),
    integer("created_ms"),
    PrimaryKeyConstraint("tenant_id", "number"),
)
"""Keys that boxes get at activation: with them the company vouches for the vendors' keys that it trusts."""

edge_trusted_keys = Table(
    "edge_trusted_keys",
    metadata,
    Column("key_id", INT, primary_key=True, autoincrement=False),
    text_column("tenant_id"),
    text_column("name"),
    text_column("public_key"),  # Ed25519, PEM
    text_column("by_id"),
    integer("created_ms"),
    text_column("proof", server_default=""),  # the root in use vouches for it, base64
    Index("uq_edge_trusted_keys_key", "tenant_id", "public_key", unique=True),
)

edge_replacements = Table(
    "edge_replacements",
    metadata,
    Column("replacement_id", INT, primary_key=True, autoincrement=False),
    *_place(),
    integer("cluster_id"),
    integer("node_id"),
    text_column("old_serial"),
    text_column("new_serial"),
    text_column("old_version", server_default=""),
    text_column("new_version", server_default=""),
    text_column("state"),
    text_column("reason", server_default=""),
    integer("generation", server_default="0"),
    integer("synced_ms", null=True),
    text_column("by_id"),
    integer("created_ms"),
    integer("activated_ms", null=True),
    integer("finished_ms", null=True),
    Index("ix_edge_replacements_node", "node_id", "created_ms"),
)
"""Boxes that took the place of broken ones (立即替换, spec D §5.9)."""

edge_nonces = Table(
    "edge_nonces",
    metadata,
    integer("node_id"),
    text_column("nonce"),
    integer("expires_ms"),
    PrimaryKeyConstraint("node_id", "nonce"),
    Index("ix_edge_nonces_expires", "expires_ms"),
)
"""Nonces of boxes' signed requests, for as long as their time would be accepted."""

edge_certificates = Table(
    "edge_certificates",
    metadata,
    Column("certificate_id", INT, primary_key=True, autoincrement=False),
    text_column("tenant_id"),
    text_column("driver_id"),
    text_column("version"),
    text_column("protocol"),
    text_column("owner"),
    text_column("brand"),
    text_column("model"),
    text_column("note", server_default=""),
    text_column("package_sha256"),
    text_column("subject"),  # device, simulator
    text_column("device"),
    integer("began_ms"),
    integer("passed"),
    integer("skipped"),
    text_column("bench_key"),  # fingerprint of the key that signed the report
    text_column("report"),  # the file, byte for byte
    text_column("state"),  # certificates.STATES
    text_column("reason", server_default=""),
    text_column("steps", server_default="[]"),  # JSON: state, at, by, reason
    text_column("by_id"),
    integer("created_ms"),
    integer("changed_ms"),
    Index("ix_edge_certificates_tenant", "tenant_id", "created_ms"),
    Index("ix_edge_certificates_package", "package_sha256", "state"),
    Index("ix_edge_certificates_state", "state", "created_ms"),
)
"""A package that is certified is so for every tenant that has the very same one (`package_sha256`)."""

edge_node_beats = Table(
    "edge_node_beats",
    metadata,
    Column("node_id", INT, primary_key=True, autoincrement=False),
    text_column("tenant_id"),
    text_column("project_id", null=True),
    integer("community_id", null=True),
    integer("at_ms"),
    flag("present"),
    text_column("beat"),
    Index("ix_edge_node_beats_at", "present", "at_ms"),
)
"""The newest heartbeat of a box as it came, JSON; `present`: it still comes (`rules.SILENT_MS`)."""

edge_passage_rules = Table(
    "edge_passage_rules",
    metadata,
    Column("rule_id", INT, primary_key=True, autoincrement=False),
    text_column("tenant_id"),
    integer("gateway_id"),
    text_column("name"),
    flag("enabled", default=1),
    integer("door_id"),
    integer("lift_id"),
    text_column("elevator", server_default=""),
    text_column("start_floor"),
    text_column("start_room", server_default=""),
    integer("delay_s", server_default="0"),
    flag("release"),
    integer("unit_id", null=True),
    text_column("floors", server_default="{}"),
    text_column("by_id"),
    integer("created_ms"),
    integer("changed_ms"),
    text_column("mode", server_default=""),
    text_column("source", server_default="console"),
    text_column("pair", null=True),
    Index("ix_edge_passage_rules_gateway", "gateway_id", "created_ms"),
    Index("uq_edge_passage_rules_pair", "pair", unique=True),
)
"""`door_id`, `lift_id`: devices of the gateway (`edge_devices`). `unit_id`: the space whose residents' floors the lift
serves, null: the whole community. `floors`: JSON, floor by house number, where the number does not tell it. `mode`: of
a linkage, which has its persons and credentials in `edge_passage_targets`; empty: a rule for whoever passes. `source`:
console, api. `pair`: door and lift of a linkage, which is the only one of them."""
