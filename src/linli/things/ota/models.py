"""Tables of firmware and its campaigns. Times are ms since the epoch; 0 or null: not yet."""

from sqlalchemy import Column, ForeignKey, Index, Table, UniqueConstraint

from linli.kernel.db import INT, flag, identity, integer, metadata, text_column

firmwares = Table(
    "firmwares",
    metadata,
    identity("firmware_no"),
    text_column("tenant_id"),
    Column("product_no", INT, ForeignKey("products.product_no"), nullable=False),
    text_column("product_key"),
    text_column("module"),
    text_column("version"),
    text_column("source_version"),
    text_column("file_key"),
    text_column("file_name"),
    integer("size"),
    text_column("md5"),
    text_column("sha256"),
    text_column("sign_method"),
    text_column("notes", server_default=""),
    text_column("state"),
    text_column("created_by"),
    integer("created_ms"),
    UniqueConstraint("product_no", "module", "version", "source_version"),
    Index("ix_firmwares_tenant", "tenant_id", "firmware_no"),
    sqlite_autoincrement=True,
)
"""`source_version` is empty for a full image, else the one version that a differential image applies to. `state`:
`unverified`, `verifying`, `verified`, `refused` (the trial device failed), `exempt` (needs no trial)."""

ota_campaigns = Table(
    "ota_campaigns",
    metadata,
    identity("campaign_no"),
    text_column("tenant_id"),
    integer("community_id", null=True),
    Column("firmware_no", INT, ForeignKey("firmwares.firmware_no"), nullable=False, index=True),
    integer("product_no"),
    text_column("module"),
    text_column("version"),
    text_column("source_version"),
    text_column("name"),
    text_column("kind"),
    text_column("selection"),
    integer("percent"),
    integer("rate"),
    integer("retries"),
    integer("retry_ms"),
    integer("timeout_ms"),
    integer("stop_percent"),
    integer("stop_least"),
    flag("restores"),
    integer("starts_ms"),
    integer("ends_ms", null=True),
    text_column("state"),
    text_column("reason", server_default=""),
    flag("expanded"),
    integer("expanded_upto", server_default="0"),
    integer("window_ms", server_default="0"),
    integer("window_sent", server_default="0"),
    integer("judged_from_ms", server_default="0"),
    integer("next_tick_ms", server_default="0"),
    text_column("created_by"),
    integer("created_ms"),
    integer("started_ms", null=True),
    integer("finished_ms", null=True),
    Index("ix_ota_campaigns_tenant", "tenant_id", "campaign_no"),
    Index("ix_ota_campaigns_module", "product_no", "module", "state"),
    sqlite_autoincrement=True,
)
"""`community_id` null: all communities of the tenant. `kind`: `trial`, `static`, `dynamic` (`campaigns.Kind`);
`selection` is the JSON of `selection.Selection`. `rate` is devices a minute, 0 without limit. `expanded_upto` is the last
device that became a job while `expanded` is 0. `next_tick_ms` is when the engine looks at it again, 0 never."""

ota_jobs = Table(
    "ota_jobs",
    metadata,
    identity("job_no"),
    text_column("tenant_id"),
    Column("campaign_no", INT, ForeignKey("ota_campaigns.campaign_no"), nullable=False),
    integer("device_no"),
    text_column("module"),
    text_column("state"),
    integer("progress", server_default="0"),
    integer("step", server_default="0"),
    integer("tries", server_default="0"),
    text_column("reason", server_default=""),
    text_column("detail", server_default=""),
    text_column("from_version", server_default=""),
    integer("due_ms", null=True),
    integer("created_ms"),
    integer("released_ms", null=True),
    integer("notified_ms", null=True),
    integer("changed_ms"),
    integer("finished_ms", null=True),
    UniqueConstraint("campaign_no", "device_no"),
    Index("ix_ota_jobs_device", "device_no", "module", "state"),
    Index("ix_ota_jobs_state", "campaign_no", "state", "job_no"),
    Index("ix_ota_jobs_due", "campaign_no", "due_ms"),
    sqlite_autoincrement=True,
)
"""One device in one campaign; the states are those of `states.JobState`. `step` is the last number the device reported
(spec clients b.4: -4 to 100). `released_ms` is when it became its turn, `notified_ms` when it was last told."""
