"""Begin

Revision ID: 20261124_175028
Revises:
"""

import sqlalchemy as sa
from alembic import op

revision = "20261124_175028"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "access_cards",
        sa.Column("iot_id", sa.Text(), nullable=False),
        sa.Column("card_id", sa.Text(), nullable=False),
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("community_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("project_id", sa.Text(), nullable=False),
        sa.Column("identity_id", sa.Text(), nullable=False),
        sa.Column("starts_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ends_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "live", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), server_default="1", nullable=False
        ),
        sa.Column("created_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("changed_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("iot_id", "card_id", name=op.f("pk_access_cards")),
    )
    with op.batch_alter_table("access_cards", schema=None) as batch_op:
        batch_op.create_index(
            "ix_access_cards_person", ["tenant_id", "project_id", "identity_id"], unique=False
        )

    op.create_table(
        "access_doors",
        sa.Column("iot_id", sa.Text(), nullable=False),
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("community_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("product_key", sa.Text(), nullable=False),
        sa.Column("device_name", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("space_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("sn", sa.Text(), server_default="", nullable=False),
        sa.Column("ext_info", sa.Text(), server_default="", nullable=False),
        sa.Column("created_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("changed_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("iot_id", name=op.f("pk_access_doors")),
    )
    with op.batch_alter_table("access_doors", schema=None) as batch_op:
        batch_op.create_index("ix_access_doors_community", ["community_id", "name"], unique=False)
        batch_op.create_index("ix_access_doors_names", ["product_key", "device_name"], unique=False)

    op.create_table(
        "access_keys",
        sa.Column(
            "community_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("bits", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_key", sa.Text(), nullable=False),
        sa.Column("private_key", sa.Text(), nullable=False),
        sa.Column("created_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("community_id", name=op.f("pk_access_keys")),
    )
    op.create_table(
        "access_passes",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column(
            "day", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("community_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("iot_id", sa.Text(), nullable=False),
        sa.Column("door_name", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("code", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("credential", sa.Text(), nullable=False),
        sa.Column("identity_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("remaining", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("ext_info", sa.Text(), nullable=False),
        sa.Column("passed_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("received_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("id", "day", name=op.f("pk_access_passes")),
        postgresql_partition_by="RANGE (day)",
    )
    with op.batch_alter_table("access_passes", schema=None) as batch_op:
        batch_op.create_index("ix_access_passes_community", ["community_id", "id"], unique=False)
        batch_op.create_index("ix_access_passes_door", ["iot_id", "id"], unique=False)
        batch_op.create_index("ix_access_passes_person", ["identity_id", "id"], unique=False)

    op.create_table(
        "access_persons",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("project_id", sa.Text(), nullable=False),
        sa.Column("identity_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("ext_info", sa.Text(), server_default="", nullable=False),
        sa.Column("created_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("changed_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "project_id", "identity_id", name=op.f("pk_access_persons")),
    )
    op.create_table(
        "access_qr_codes",
        sa.Column("qr_code", sa.Text(), nullable=False),
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("project_id", sa.Text(), nullable=False),
        sa.Column("identity_id", sa.Text(), nullable=False),
        sa.Column(
            "shared_used",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            server_default="0",
            nullable=False,
        ),
        sa.Column("created_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("qr_code", name=op.f("pk_access_qr_codes")),
    )
    with op.batch_alter_table("access_qr_codes", schema=None) as batch_op:
        batch_op.create_index(
            "ix_access_qr_codes_person", ["tenant_id", "project_id", "identity_id"], unique=False
        )

    op.create_table(
        "access_qr_permissions",
        sa.Column("qr_code", sa.Text(), nullable=False),
        sa.Column("iot_id", sa.Text(), nullable=False),
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("community_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("identity_id", sa.Text(), nullable=False),
        sa.Column("starts_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ends_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("max_scans", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "shared", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), server_default="0", nullable=False
        ),
        sa.Column(
            "used", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), server_default="0", nullable=False
        ),
        sa.Column(
            "live", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), server_default="1", nullable=False
        ),
        sa.Column("end_reason", sa.Text(), server_default="", nullable=False),
        sa.Column("created_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("changed_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("qr_code", "iot_id", name=op.f("pk_access_qr_permissions")),
    )
    with op.batch_alter_table("access_qr_permissions", schema=None) as batch_op:
        batch_op.create_index(
            "ix_access_qr_permissions_community", ["community_id", "changed_ms"], unique=False
        )
        batch_op.create_index("ix_access_qr_permissions_door", ["iot_id", "live"], unique=False)

    op.create_table(
        "access_remote_opens",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("community_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("iot_id", sa.Text(), nullable=False),
        sa.Column("caller", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("asked_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("answered_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_remote_opens")),
    )
    with op.batch_alter_table("access_remote_opens", schema=None) as batch_op:
        batch_op.create_index("ix_access_remote_opens_door", ["iot_id", "id"], unique=False)

    op.create_table(
        "access_serial_numbers",
        sa.Column("sn", sa.Text(), nullable=False),
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("product_key", sa.Text(), nullable=False),
        sa.Column("device_name", sa.Text(), nullable=False),
        sa.Column("created_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "sn", name=op.f("pk_access_serial_numbers")),
        sa.UniqueConstraint(
            "tenant_id",
            "product_key",
            "device_name",
            name=op.f("uq_access_serial_numbers_tenant_id_product_key_device_name"),
        ),
    )
    op.create_table(
        "account_persons",
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "tenant_id", name=op.f("pk_account_persons")),
    )
    with op.batch_alter_table("account_persons", schema=None) as batch_op:
        batch_op.create_index("ix_account_persons_person", ["person_id"], unique=False)

    op.create_table(
        "account_roles",
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("tenant_id", sa.Text(), server_default="", nullable=False),
        sa.Column(
            "community_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            server_default="0",
            nullable=False,
        ),
        sa.Column("created_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint(
            "account_id", "role", "tenant_id", "community_id", name=op.f("pk_account_roles")
        ),
    )
    with op.batch_alter_table("account_roles", schema=None) as batch_op:
        batch_op.create_index("ix_account_roles_tenant", ["tenant_id", "community_id"], unique=False)

    op.create_table(
        "accounts",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("login", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column(
            "disabled",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            server_default="0",
            nullable=False,
        ),
        sa.Column(
            "must_change",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            server_default="0",
            nullable=False,
        ),
        sa.Column(
            "password_changed_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("created_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("changed_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts")),
    )
    with op.batch_alter_table("accounts", schema=None) as batch_op:
        batch_op.create_index("uq_accounts_login", ["login"], unique=True)
        batch_op.create_index("uq_accounts_phone", ["phone"], unique=True)

    op.create_table(
        "changes",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            sa.Identity(always=False, start=1),
            nullable=False,
        ),
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("community_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("app_key", sa.Text(), server_default="", nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("model_id", sa.Text(), server_default="", nullable=False),
        sa.Column("operate", sa.Text(), server_default="", nullable=False),
        sa.Column("payload", sa.Text(), server_default="", nullable=False),
        sa.Column("created_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_changes")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("changes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_changes_created_ms"), ["created_ms"], unique=False)
        batch_op.create_index("ix_changes_tenant", ["tenant_id", "id"], unique=False)

    op.create_table(
        "communities",
        sa.Column(
            "community_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            sa.Identity(always=False, start=1),
            nullable=False,
        ),
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("project_id", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), server_default="community", nullable=False),
        sa.Column("city", sa.Text(), server_default="", nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("poid", sa.Text(), nullable=False),
        sa.Column("lng", sa.Float(precision=53), nullable=True),
        sa.Column("lat", sa.Float(precision=53), nullable=True),
        sa.Column("service_start", sa.Text(), nullable=False),
        sa.Column("service_end", sa.Text(), nullable=False),
        sa.Column("managing_body", sa.Text(), server_default="", nullable=False),
        sa.Column("apply_status", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reject_reason", sa.Text(), server_default="", nullable=False),
        sa.Column("root_space_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("scope_id", sa.Text(), nullable=True),
        sa.Column("time_zone", sa.Text(), server_default="Asia/Shanghai", nullable=False),
        sa.Column("phone", sa.Text(), server_default="", nullable=False),
        sa.Column("applied_by", sa.Text(), server_default="", nullable=False),
        sa.Column("reviewed_by", sa.Text(), server_default="", nullable=False),
        sa.Column(
            "reviewed_ms",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            server_default="0",
            nullable=False,
        ),
        sa.Column("created_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("changed_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("community_id", name=op.f("pk_communities")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("communities", schema=None) as batch_op:
        batch_op.create_index("ix_communities_poid", ["poid"], unique=False)
        batch_op.create_index("ix_communities_review", ["apply_status", "created_ms"], unique=False)
        batch_op.create_index("ix_communities_tenant", ["tenant_id", "apply_status"], unique=False)
        batch_op.create_index("uq_communities_scope", ["scope_id"], unique=True)

    op.create_table(
        "community_certificates",
        sa.Column("community_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("upload_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("community_id", "position", name=op.f("pk_community_certificates")),
    )
    op.create_table(
        "community_persons",
        sa.Column("community_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("created_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("changed_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("community_id", "person_id", name=op.f("pk_community_persons")),
    )
    with op.batch_alter_table("community_persons", schema=None) as batch_op:
        batch_op.create_index("ix_community_persons_created", ["community_id", "created_ms"], unique=False)
        batch_op.create_index("ix_community_persons_person", ["person_id"], unique=False)

    op.create_table(
        "console_sessions",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("tenant_id", sa.Text(), server_default="", nullable=False),
        sa.Column(
            "remember",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            server_default="0",
            nullable=False,
        ),
        sa.Column("address", sa.Text(), server_default="", nullable=False),
        sa.Column("agent", sa.Text(), server_default="", nullable=False),
        sa.Column("created_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("seen_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("expires_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_console_sessions")),
    )
    with op.batch_alter_table("console_sessions", schema=None) as batch_op:
        batch_op.create_index("ix_console_sessions_account", ["account_id"], unique=False)
        batch_op.create_index("ix_console_sessions_expires", ["expires_ms"], unique=False)
        batch_op.create_index("uq_console_sessions_token", ["token_hash"], unique=True)

    op.create_table(
        "data_scopes",
        sa.Column(
            "community_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("scope_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("community_id", name=op.f("pk_data_scopes")),
        sa.UniqueConstraint("scope_id", name=op.f("uq_data_scopes_scope_id")),
    )
    op.create_table(
        "deliveries",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            sa.Identity(always=False, start=1),
            nullable=False,
        ),
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("subscription_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("change_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("next_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("updated_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
        sa.UniqueConstraint(
            "subscription_id", "change_id", name=op.f("uq_deliveries_subscription_id_change_id")
        ),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("deliveries", schema=None) as batch_op:
        batch_op.create_index("ix_deliveries_due", ["subscription_id", "state", "next_ms"], unique=False)

    op.create_table(
        "delivery_attempts",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            sa.Identity(always=False, start=1),
            nullable=False,
        ),
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("subscription_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("change_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("attempt", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "ok", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), server_default="0", nullable=False
        ),
        sa.Column("status", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("latency_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("excerpt", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery_attempts")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("delivery_attempts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_delivery_attempts_at_ms"), ["at_ms"], unique=False)
        batch_op.create_index("ix_delivery_attempts_subscription", ["subscription_id", "id"], unique=False)

    op.create_table(
        "delivery_desired",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            sa.Identity(always=False, start=1),
            nullable=False,
        ),
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("community_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("credential", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("generation", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("wanted", sa.Text(), nullable=False),
        sa.Column("reported", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("failures", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("next_try_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("recheck_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("changed_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("confirmed_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery_desired")),
        sa.UniqueConstraint(
            "device", "kind", "credential", name=op.f("uq_delivery_desired_device_kind_credential")
        ),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("delivery_desired", schema=None) as batch_op:
        batch_op.create_index("ix_delivery_desired_due", ["next_try_ms"], unique=False)
        batch_op.create_index("ix_delivery_desired_list", ["community_id", "changed_ms"], unique=False)
        batch_op.create_index("ix_delivery_desired_recheck", ["recheck_ms"], unique=False)
        batch_op.create_index("ix_delivery_desired_subject", ["subject"], unique=False)

    op.create_table(
        "delivery_desired_history",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            sa.Identity(always=False, start=1),
            nullable=False,
        ),
        sa.Column("desired_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("community_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("generation", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column(
            "deleting",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            server_default="0",
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("caller", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery_desired_history")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("delivery_desired_history", schema=None) as batch_op:
        batch_op.create_index("ix_delivery_desired_history_row", ["desired_id"], unique=False)

    op.create_table(
        "delivery_devices",
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("lease_until_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("lease_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("device", name=op.f("pk_delivery_devices")),
    )
    op.create_table(
        "delivery_grant_history",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            sa.Identity(always=False, start=1),
            nullable=False,
        ),
        sa.Column("grant_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("community_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("starts_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ends_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("caller", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery_grant_history")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("delivery_grant_history", schema=None) as batch_op:
        batch_op.create_index("ix_delivery_grant_history_grant", ["grant_id"], unique=False)

    op.create_table(
        "delivery_grants",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            sa.Identity(always=False, start=1),
            nullable=False,
        ),
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("community_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("credential", sa.Text(), nullable=False),
        sa.Column("target_type", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("starts_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ends_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column(
            "live", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), server_default="1", nullable=False
        ),
        sa.Column("generation", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("changed_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery_grants")),
        sa.UniqueConstraint(
            "tenant_id",
            "source",
            "kind",
            "subject",
            "credential",
            "target_type",
            "target",
            name=op.f("uq_delivery_grants_tenant_id_source_kind_subject_credential_target_type_target"),
        ),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("delivery_grants", schema=None) as batch_op:
        batch_op.create_index("ix_delivery_grants_target", ["target_type", "target"], unique=False)

    op.create_table(
        "delivery_targets",
        sa.Column("grant_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("credential", sa.Text(), nullable=False),
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("community_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("starts_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ends_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("grant_id", "device", "kind", "credential", name=op.f("pk_delivery_targets")),
    )
    with op.batch_alter_table("delivery_targets", schema=None) as batch_op:
        batch_op.create_index("ix_delivery_targets_row", ["device", "kind", "credential"], unique=False)

    op.create_table(
        "desired_properties",
        sa.Column(
            "device_no",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("identifier", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("modified_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("device_no", "identifier", name=op.f("pk_desired_properties")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "device_tags",
        sa.Column(
            "device_no",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("tag_key", sa.Text(), nullable=False),
        sa.Column("tag_value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("device_no", "tag_key", name=op.f("pk_device_tags")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("device_tags", schema=None) as batch_op:
        batch_op.create_index("ix_device_tags_value", ["tag_key", "tag_value"], unique=False)

    op.create_table(
        "device_tokens",
        sa.Column(
            "device_no",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("created_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("device_no", "kind", name=op.f("pk_device_tokens")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "house_assets",
        sa.Column(
            "asset_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("community_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("house_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("type", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("changed_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("asset_id", name=op.f("pk_house_assets")),
    )
    with op.batch_alter_table("house_assets", schema=None) as batch_op:
        batch_op.create_index("uq_house_assets_name", ["house_id", "type", "name"], unique=True)

    op.create_table(
        "house_members",
        sa.Column("house_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("community_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("type", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("status", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("approve_comment", sa.Text(), server_default="", nullable=False),
        sa.Column(
            "moved_in_ms",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            server_default="0",
            nullable=False,
        ),
        sa.Column(
            "moved_out_ms",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            server_default="0",
            nullable=False,
        ),
        sa.Column("created_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("changed_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("house_id", "person_id", name=op.f("pk_house_members")),
    )
    with op.batch_alter_table("house_members", schema=None) as batch_op:
        batch_op.create_index(
            "ix_house_members_changed",
            ["community_id", "status", "changed_ms", "person_id", "house_id"],
            unique=False,
        )
        batch_op.create_index(
            "ix_house_members_created",
            ["community_id", "status", "created_ms", "person_id", "house_id"],
            unique=False,
        )
        batch_op.create_index("ix_house_members_person", ["person_id", "community_id"], unique=False)

    op.create_table(
        "houses",
        sa.Column(
            "space_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("community_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("layout", sa.Text(), server_default="", nullable=False),
        sa.Column("area_m2", sa.Float(precision=53), nullable=True),
        sa.Column("house_type", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("house_status", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("location", sa.Text(), nullable=False),
        sa.Column(
            "location_key", sa.Text().with_variant(sa.TEXT(collation="C"), "postgresql"), nullable=False
        ),
        sa.PrimaryKeyConstraint("space_id", name=op.f("pk_houses")),
    )
    with op.batch_alter_table("houses", schema=None) as batch_op:
        batch_op.create_index("ix_houses_location", ["community_id", "location_key"], unique=False)

    op.create_table(
        "import_changes",
        sa.Column("import_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("row_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "other_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            server_default="0",
            nullable=False,
        ),
        sa.Column("before", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("import_id", "position", name=op.f("pk_import_changes")),
    )
    op.create_table(
        "imports",
        sa.Column(
            "import_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("community_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("parent_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("object_key", sa.Text(), nullable=False),
        sa.Column("report_key", sa.Text(), server_default="", nullable=False),
        sa.Column("language", sa.Text(), server_default="zh-CN", nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column(
            "good_only",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            server_default="0",
            nullable=False,
        ),
        sa.Column(
            "dry_run",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            server_default="0",
            nullable=False,
        ),
        sa.Column(
            "rows", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), server_default="0", nullable=False
        ),
        sa.Column(
            "bad_rows",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            server_default="0",
            nullable=False,
        ),
        sa.Column("outcome", sa.Text(), server_default="", nullable=False),
        sa.Column("problems", sa.Text(), server_default="", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("created_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "finished_ms",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            server_default="0",
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("import_id", name=op.f("pk_imports")),
    )
    with op.batch_alter_table("imports", schema=None) as batch_op:
        batch_op.create_index("ix_imports_community", ["community_id", "created_ms"], unique=False)

    op.create_table(
        "inbox",
        sa.Column(
            "device_no",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column(
            "seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column(
            "day", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("identifier", sa.Text(), nullable=False),
        sa.Column("received_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("device_no", "seq", "day", name=op.f("pk_inbox")),
        postgresql_partition_by="RANGE (day)",
        sqlite_with_rowid=False,
    )
    op.create_table(
        "inbox_work",
        sa.Column(
            "device_no",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column(
            "seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("day", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("state", sa.Text(), server_default="ready", nullable=False),
        sa.Column(
            "tries", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), server_default="0", nullable=False
        ),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("parked_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.PrimaryKeyConstraint("device_no", "seq", name=op.f("pk_inbox_work")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("inbox_work", schema=None) as batch_op:
        batch_op.create_index("ix_inbox_work_state", ["state", "seq"], unique=False)

    op.create_table(
        "latest_values",
        sa.Column(
            "device_no",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column(
            "property_no",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("ts", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.Float(precision=53), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("device_no", "property_no", name=op.f("pk_latest_values")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "mqtt_downlinks",
        sa.Column(
            "number",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("product_key", sa.Text(), nullable=False),
        sa.Column("device_name", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("expires_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_mqtt_downlinks")),
    )
    with op.batch_alter_table("mqtt_downlinks", schema=None) as batch_op:
        batch_op.create_index("ix_mqtt_downlinks_device", ["product_key", "device_name"], unique=False)

    op.create_table(
        "mqtt_filters",
        sa.Column("product_key", sa.Text(), nullable=False),
        sa.Column("device_name", sa.Text(), nullable=False),
        sa.Column("filter", sa.Text(), nullable=False),
        sa.Column("qos", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("product_key", "device_name", "filter", name=op.f("pk_mqtt_filters")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "mqtt_sessions",
        sa.Column("product_key", sa.Text(), nullable=False),
        sa.Column("device_name", sa.Text(), nullable=False),
        sa.Column("gone_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("product_key", "device_name", name=op.f("pk_mqtt_sessions")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "openapi_key_policies",
        sa.Column("app_key", sa.Text(), nullable=False),
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("services", sa.Text(), nullable=True),
        sa.Column("changed_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("app_key", name=op.f("pk_openapi_key_policies")),
    )
    op.create_table(
        "openapi_limits",
        sa.Column("app_key", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("per_second", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("per_day", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.PrimaryKeyConstraint("app_key", "path", name=op.f("pk_openapi_limits")),
    )
    op.create_table(
        "openapi_nonce_batches",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            sa.Identity(always=False, start=1),
            nullable=False,
        ),
        sa.Column("slot", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("fingerprints", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_openapi_nonce_batches")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "openapi_nonces",
        sa.Column(
            "slot", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column(
            "fingerprint",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("slot", "fingerprint", name=op.f("pk_openapi_nonces")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "openapi_requests",
        sa.Column(
            "day", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("app_key", sa.Text(), nullable=False),
        sa.Column("ca_request_id", sa.Text(), nullable=False),
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("call_id", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("http_status", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("cost_us", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("client_ip", sa.Text(), nullable=False),
        sa.Column("request", sa.Text(), nullable=False),
        sa.Column("response", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("day", "app_key", "ca_request_id", name=op.f("pk_openapi_requests")),
        postgresql_partition_by="RANGE (day)",
    )
    op.create_table(
        "openapi_tokens",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("app_key", sa.Text(), nullable=False),
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("community_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("issued_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("expires_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_openapi_tokens")),
    )
    with op.batch_alter_table("openapi_tokens", schema=None) as batch_op:
        batch_op.create_index("ix_openapi_tokens_expires", ["expires_ms"], unique=False)
        batch_op.create_index("ix_openapi_tokens_pair", ["app_key", "community_id"], unique=False)

    op.create_table(
        "openapi_usage",
        sa.Column("day", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("app_key", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("calls", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("failures", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("day", "app_key", "path", name=op.f("pk_openapi_usage")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "outbox",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            sa.Identity(always=False, start=1),
            nullable=False,
        ),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), server_default="", nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("created_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("due_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "attempts",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            server_default="0",
            nullable=False,
        ),
        sa.Column(
            "lease_ms",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            server_default="0",
            nullable=False,
        ),
        sa.Column("state", sa.Text(), server_default="ready", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.create_index("ix_outbox_due", ["state", "due_ms"], unique=False)
        batch_op.create_index("ix_outbox_key", ["key", "id"], unique=False)

    op.create_table(
        "persons",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("identity_id", sa.Text(), nullable=False),
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("id_no", sa.Text(), server_default="", nullable=False),
        sa.Column("sex", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("age", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("degree", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("health", sa.Text(), server_default="", nullable=False),
        sa.Column("marriage", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("politics", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("company", sa.Text(), server_default="", nullable=False),
        sa.Column("registry", sa.Text(), server_default="", nullable=False),
        sa.Column("registry_code", sa.Text(), server_default="", nullable=False),
        sa.Column("residence_address", sa.Text(), server_default="", nullable=False),
        sa.Column("residence_address_code", sa.Text(), server_default="", nullable=False),
        sa.Column("nationality", sa.Text(), server_default="", nullable=False),
        sa.Column("ext", sa.Text(), server_default="", nullable=False),
        sa.Column("face_upload_id", sa.Text(), server_default="", nullable=False),
        sa.Column("created_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("changed_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_persons")),
    )
    with op.batch_alter_table("persons", schema=None) as batch_op:
        batch_op.create_index("ix_persons_name", ["tenant_id", "name"], unique=False)
        batch_op.create_index("uq_persons_identity", ["identity_id"], unique=True)
        batch_op.create_index("uq_persons_phone", ["tenant_id", "phone"], unique=True)

    op.create_table(
        "points",
        sa.Column(
            "device_no",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column(
            "property_no",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column(
            "ts", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column(
            "seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column(
            "day", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("value", sa.Float(precision=53), nullable=False),
        sa.PrimaryKeyConstraint("device_no", "property_no", "ts", "seq", "day", name=op.f("pk_points")),
        postgresql_partition_by="RANGE (day)",
        sqlite_with_rowid=False,
    )
    op.create_table(
        "pois",
        sa.Column("poid", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("city", sa.Text(), nullable=False),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("city_search", sa.Text(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("poid", name=op.f("pk_pois")),
    )
    with op.batch_alter_table("pois", schema=None) as batch_op:
        batch_op.create_index("ix_pois_city", ["city", "name"], unique=False)

    op.create_table(
        "products",
        sa.Column(
            "product_no",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            sa.Identity(always=False, start=1),
            nullable=False,
        ),
        sa.Column("product_key", sa.Text(), nullable=False),
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("category_code", sa.Text(), server_default="", nullable=False),
        sa.Column("category_name", sa.Text(), server_default="", nullable=False),
        sa.Column(
            "node_type",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            server_default="0",
            nullable=False,
        ),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column(
            "dynamic_register",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            server_default="0",
            nullable=False,
        ),
        sa.Column("tsl", sa.Text(), nullable=False),
        sa.Column("created_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("modified_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("product_no", name=op.f("pk_products")),
        sa.UniqueConstraint("product_key", name=op.f("uq_products_product_key")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("products", schema=None) as batch_op:
        batch_op.create_index("ix_products_tenant", ["tenant_id", "product_no"], unique=False)

    op.create_table(
        "projects",
        sa.Column("project_id", sa.Text(), nullable=False),
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default="development", nullable=False),
        sa.Column("created_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("project_id", name=op.f("pk_projects")),
        sa.UniqueConstraint("tenant_id", "name", name=op.f("uq_projects_tenant_id_name")),
    )
    op.create_table(
        "record_files",
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("community_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("scope_id", sa.Text(), nullable=False),
        sa.Column("model_id", sa.Text(), nullable=False),
        sa.Column("attr_name", sa.Text(), nullable=False),
        sa.Column("object_key", sa.Text(), nullable=False),
        sa.Column("creator", sa.Text(), nullable=False),
        sa.Column("created_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("file_name", name=op.f("pk_record_files")),
    )
    with op.batch_alter_table("record_files", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_record_files_created_ms"), ["created_ms"], unique=False)

    op.create_table(
        "records",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column(
            "day", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("community_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("scope_id", sa.Text(), nullable=False),
        sa.Column("model_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("modified_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("creator", sa.Text(), nullable=False),
        sa.Column("modifier", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("text_1", sa.Text(), nullable=True),
        sa.Column("text_2", sa.Text(), nullable=True),
        sa.Column("text_3", sa.Text(), nullable=True),
        sa.Column("number_1", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.PrimaryKeyConstraint("id", "day", name=op.f("pk_records")),
        postgresql_partition_by="RANGE (day)",
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("records", schema=None) as batch_op:
        batch_op.create_index("ix_records_community", ["community_id", "model_id", "id"], unique=False)
        batch_op.create_index("ix_records_model", ["tenant_id", "model_id", "id"], unique=False)
        batch_op.create_index("ix_records_number_1", ["tenant_id", "model_id", "number_1"], unique=False)
        batch_op.create_index("ix_records_text_1", ["text_1", "model_id", "id"], unique=False)
        batch_op.create_index("ix_records_text_2", ["text_2", "model_id", "id"], unique=False)
        batch_op.create_index("ix_records_text_3", ["text_3", "model_id", "id"], unique=False)

    op.create_table(
        "service_calls",
        sa.Column(
            "call_no",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column(
            "day", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("device_no", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("identifier", sa.Text(), nullable=False),
        sa.Column("call_type", sa.Text(), nullable=False),
        sa.Column("caller", sa.Text(), nullable=False),
        sa.Column("input", sa.Text(), nullable=False),
        sa.Column("output", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("called_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("answered_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.PrimaryKeyConstraint("call_no", "day", name=op.f("pk_service_calls")),
        postgresql_partition_by="RANGE (day)",
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("service_calls", schema=None) as batch_op:
        batch_op.create_index(
            "ix_service_calls_device", ["device_no", "identifier", "called_ms"], unique=False
        )

    op.create_table(
        "sign_in_attempts",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("failures", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("first_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("last_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "open_ms",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            server_default="0",
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_sign_in_attempts")),
    )
    with op.batch_alter_table("sign_in_attempts", schema=None) as batch_op:
        batch_op.create_index("ix_sign_in_attempts_last", ["last_ms"], unique=False)

    op.create_table(
        "spaces",
        sa.Column(
            "space_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("community_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("parent_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("direction", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("depth", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("path", sa.Text().with_variant(sa.TEXT(collation="C"), "postgresql"), nullable=False),
        sa.Column("order_key", sa.Text().with_variant(sa.TEXT(collation="C"), "postgresql"), nullable=False),
        sa.Column("created_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("changed_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("space_id", name=op.f("pk_spaces")),
    )
    with op.batch_alter_table("spaces", schema=None) as batch_op:
        batch_op.create_index("ix_spaces_children", ["parent_id", "kind", "order_key"], unique=False)
        batch_op.create_index("ix_spaces_kind", ["community_id", "kind", "order_key"], unique=False)
        batch_op.create_index("uq_spaces_name", ["parent_id", "name"], unique=True)
        batch_op.create_index("uq_spaces_path", ["path"], unique=True)

    op.create_table(
        "subscriptions",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            sa.Identity(always=False, start=1),
            nullable=False,
        ),
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("project_id", sa.Text(), nullable=False),
        sa.Column("app_key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("stream", sa.Text(), server_default="changes", nullable=False),
        sa.Column("filters", sa.Text(), server_default="{}", nullable=False),
        sa.Column("url", sa.Text(), server_default="", nullable=False),
        sa.Column("secret", sa.Text(), server_default="", nullable=False),
        sa.Column(
            "enabled",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            server_default="1",
            nullable=False,
        ),
        sa.Column("stopped_reason", sa.Text(), server_default="", nullable=False),
        sa.Column(
            "cursor_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            server_default="0",
            nullable=False,
        ),
        sa.Column("failing_since_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "last_seen_ms",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            server_default="0",
            nullable=False,
        ),
        sa.Column(
            "generation",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            server_default="0",
            nullable=False,
        ),
        sa.Column("lease_by", sa.Text(), server_default="", nullable=False),
        sa.Column(
            "lease_until_ms",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            server_default="0",
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscriptions")),
        sa.UniqueConstraint("app_key", "kind", "name", name=op.f("uq_subscriptions_app_key_kind_name")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("subscriptions", schema=None) as batch_op:
        batch_op.create_index("ix_subscriptions_project", ["project_id"], unique=False)

    op.create_table(
        "tenants",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tenants")),
        sa.UniqueConstraint("name", name=op.f("uq_tenants_name")),
    )
    op.create_table(
        "text_points",
        sa.Column(
            "device_no",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column(
            "property_no",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column(
            "ts", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column(
            "seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column(
            "day", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("device_no", "property_no", "ts", "seq", "day", name=op.f("pk_text_points")),
        postgresql_partition_by="RANGE (day)",
        sqlite_with_rowid=False,
    )
    op.create_table(
        "thing_events",
        sa.Column(
            "device_no",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("identifier", sa.Text(), nullable=False),
        sa.Column(
            "ts", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column(
            "seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column(
            "day", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("device_no", "identifier", "ts", "seq", "day", name=op.f("pk_thing_events")),
        postgresql_partition_by="RANGE (day)",
        sqlite_with_rowid=False,
    )
    op.create_table(
        "uploads",
        sa.Column("upload_id", sa.Text(), nullable=False),
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("project_id", sa.Text(), nullable=True),
        sa.Column("community_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("biz_code", sa.Text(), nullable=False),
        sa.Column("tmp_key", sa.Text(), nullable=False),
        sa.Column("object_key", sa.Text(), nullable=False),
        sa.Column("content_type", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "width", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), server_default="0", nullable=False
        ),
        sa.Column(
            "height", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), server_default="0", nullable=False
        ),
        sa.Column("created_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("upload_id", name=op.f("pk_uploads")),
    )
    with op.batch_alter_table("uploads", schema=None) as batch_op:
        batch_op.create_index("uq_uploads_tmp_key", ["tmp_key"], unique=True)

    op.create_table(
        "user_group_members",
        sa.Column("user_group_id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("community_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("user_group_id", "person_id", name=op.f("pk_user_group_members")),
    )
    with op.batch_alter_table("user_group_members", schema=None) as batch_op:
        batch_op.create_index("ix_user_group_members_person", ["person_id", "community_id"], unique=False)

    op.create_table(
        "user_groups",
        sa.Column("user_group_id", sa.Text(), nullable=False),
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("community_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column(
            "is_default",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            server_default="0",
            nullable=False,
        ),
        sa.Column("created_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("changed_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("user_group_id", name=op.f("pk_user_groups")),
    )
    with op.batch_alter_table("user_groups", schema=None) as batch_op:
        batch_op.create_index("uq_user_groups_name", ["community_id", "name"], unique=True)

    op.create_table(
        "app_keys",
        sa.Column("app_key", sa.Text(), nullable=False),
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("project_id", sa.Text(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column(
            "enabled",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            server_default="1",
            nullable=False,
        ),
        sa.Column("created_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("last_used_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["project_id"], ["projects.project_id"], name=op.f("fk_app_keys_project_id")),
        sa.PrimaryKeyConstraint("app_key", name=op.f("pk_app_keys")),
    )
    with op.batch_alter_table("app_keys", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_app_keys_project_id"), ["project_id"], unique=False)

    op.create_table(
        "devices",
        sa.Column(
            "device_no",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            sa.Identity(always=False, start=1),
            nullable=False,
        ),
        sa.Column("iot_id", sa.Text(), nullable=False),
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("product_no", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("product_key", sa.Text(), nullable=False),
        sa.Column("device_name", sa.Text(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("nickname", sa.Text(), server_default="", nullable=False),
        sa.Column("remark", sa.Text(), server_default="", nullable=False),
        sa.Column("project_id", sa.Text(), nullable=True),
        sa.Column("community_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("gateway_no", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "enabled",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            server_default="1",
            nullable=False,
        ),
        sa.Column(
            "online", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), server_default="0", nullable=False
        ),
        sa.Column("front", sa.Text(), server_default="", nullable=False),
        sa.Column("created_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("modified_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("active_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("last_online_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("last_offline_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("last_seen_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["product_no"], ["products.product_no"], name=op.f("fk_devices_product_no")),
        sa.PrimaryKeyConstraint("device_no", name=op.f("pk_devices")),
        sa.UniqueConstraint("iot_id", name=op.f("uq_devices_iot_id")),
        sa.UniqueConstraint("product_key", "device_name", name=op.f("uq_devices_product_key_device_name")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("devices", schema=None) as batch_op:
        batch_op.create_index("ix_devices_community", ["community_id", "device_no"], unique=False)
        batch_op.create_index("ix_devices_gateway", ["gateway_no"], unique=False)
        batch_op.create_index(batch_op.f("ix_devices_product_no"), ["product_no"], unique=False)
        batch_op.create_index("ix_devices_project", ["project_id", "device_no"], unique=False)
        batch_op.create_index("ix_devices_tenant", ["tenant_id", "device_no"], unique=False)

    op.create_table(
        "product_properties",
        sa.Column(
            "property_no",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            sa.Identity(always=False, start=1),
            nullable=False,
        ),
        sa.Column("product_no", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("identifier", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["product_no"], ["products.product_no"], name=op.f("fk_product_properties_product_no")
        ),
        sa.PrimaryKeyConstraint("property_no", name=op.f("pk_product_properties")),
        sa.UniqueConstraint(
            "product_no", "identifier", name=op.f("uq_product_properties_product_no_identifier")
        ),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "project_communities",
        sa.Column("project_id", sa.Text(), nullable=False),
        sa.Column(
            "community_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("granted_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.project_id"], name=op.f("fk_project_communities_project_id")
        ),
        sa.PrimaryKeyConstraint("project_id", "community_id", name=op.f("pk_project_communities")),
    )
    with op.batch_alter_table("project_communities", schema=None) as batch_op:
        batch_op.create_index("ix_project_communities_community", ["community_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("project_communities", schema=None) as batch_op:
        batch_op.drop_index("ix_project_communities_community")

    op.drop_table("project_communities")
    op.drop_table("product_properties")
    with op.batch_alter_table("devices", schema=None) as batch_op:
        batch_op.drop_index("ix_devices_tenant")
        batch_op.drop_index("ix_devices_project")
        batch_op.drop_index(batch_op.f("ix_devices_product_no"))
        batch_op.drop_index("ix_devices_gateway")
        batch_op.drop_index("ix_devices_community")

    op.drop_table("devices")
    with op.batch_alter_table("app_keys", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_app_keys_project_id"))

    op.drop_table("app_keys")
    with op.batch_alter_table("user_groups", schema=None) as batch_op:
        batch_op.drop_index("uq_user_groups_name")

    op.drop_table("user_groups")
    with op.batch_alter_table("user_group_members", schema=None) as batch_op:
        batch_op.drop_index("ix_user_group_members_person")

    op.drop_table("user_group_members")
    with op.batch_alter_table("uploads", schema=None) as batch_op:
        batch_op.drop_index("uq_uploads_tmp_key")

    op.drop_table("uploads")
    op.drop_table("thing_events")
    op.drop_table("text_points")
    op.drop_table("tenants")
    with op.batch_alter_table("subscriptions", schema=None) as batch_op:
        batch_op.drop_index("ix_subscriptions_project")

    op.drop_table("subscriptions")
    with op.batch_alter_table("spaces", schema=None) as batch_op:
        batch_op.drop_index("uq_spaces_path")
        batch_op.drop_index("uq_spaces_name")
        batch_op.drop_index("ix_spaces_kind")
        batch_op.drop_index("ix_spaces_children")

    op.drop_table("spaces")
    with op.batch_alter_table("sign_in_attempts", schema=None) as batch_op:
        batch_op.drop_index("ix_sign_in_attempts_last")

    op.drop_table("sign_in_attempts")
    with op.batch_alter_table("service_calls", schema=None) as batch_op:
        batch_op.drop_index("ix_service_calls_device")

    op.drop_table("service_calls")
    with op.batch_alter_table("records", schema=None) as batch_op:
        batch_op.drop_index("ix_records_text_3")
        batch_op.drop_index("ix_records_text_2")
        batch_op.drop_index("ix_records_text_1")
        batch_op.drop_index("ix_records_number_1")
        batch_op.drop_index("ix_records_model")
        batch_op.drop_index("ix_records_community")

    op.drop_table("records")
    with op.batch_alter_table("record_files", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_record_files_created_ms"))

    op.drop_table("record_files")
    op.drop_table("projects")
    with op.batch_alter_table("products", schema=None) as batch_op:
        batch_op.drop_index("ix_products_tenant")

    op.drop_table("products")
    with op.batch_alter_table("pois", schema=None) as batch_op:
        batch_op.drop_index("ix_pois_city")

    op.drop_table("pois")
    op.drop_table("points")
    with op.batch_alter_table("persons", schema=None) as batch_op:
        batch_op.drop_index("uq_persons_phone")
        batch_op.drop_index("uq_persons_identity")
        batch_op.drop_index("ix_persons_name")

    op.drop_table("persons")
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_index("ix_outbox_key")
        batch_op.drop_index("ix_outbox_due")

    op.drop_table("outbox")
    op.drop_table("openapi_usage")
    with op.batch_alter_table("openapi_tokens", schema=None) as batch_op:
        batch_op.drop_index("ix_openapi_tokens_pair")
        batch_op.drop_index("ix_openapi_tokens_expires")

    op.drop_table("openapi_tokens")
    op.drop_table("openapi_requests")
    op.drop_table("openapi_nonces")
    op.drop_table("openapi_nonce_batches")
    op.drop_table("openapi_limits")
    op.drop_table("openapi_key_policies")
    op.drop_table("mqtt_sessions")
    op.drop_table("mqtt_filters")
    with op.batch_alter_table("mqtt_downlinks", schema=None) as batch_op:
        batch_op.drop_index("ix_mqtt_downlinks_device")

    op.drop_table("mqtt_downlinks")
    op.drop_table("latest_values")
    with op.batch_alter_table("inbox_work", schema=None) as batch_op:
        batch_op.drop_index("ix_inbox_work_state")

    op.drop_table("inbox_work")
    op.drop_table("inbox")
    with op.batch_alter_table("imports", schema=None) as batch_op:
        batch_op.drop_index("ix_imports_community")

    op.drop_table("imports")
    op.drop_table("import_changes")
    with op.batch_alter_table("houses", schema=None) as batch_op:
        batch_op.drop_index("ix_houses_location")

    op.drop_table("houses")
    with op.batch_alter_table("house_members", schema=None) as batch_op:
        batch_op.drop_index("ix_house_members_person")
        batch_op.drop_index("ix_house_members_created")
        batch_op.drop_index("ix_house_members_changed")

    op.drop_table("house_members")
    with op.batch_alter_table("house_assets", schema=None) as batch_op:
        batch_op.drop_index("uq_house_assets_name")

    op.drop_table("house_assets")
    op.drop_table("device_tokens")
    with op.batch_alter_table("device_tags", schema=None) as batch_op:
        batch_op.drop_index("ix_device_tags_value")

    op.drop_table("device_tags")
    op.drop_table("desired_properties")
    with op.batch_alter_table("delivery_targets", schema=None) as batch_op:
        batch_op.drop_index("ix_delivery_targets_row")

    op.drop_table("delivery_targets")
    with op.batch_alter_table("delivery_grants", schema=None) as batch_op:
        batch_op.drop_index("ix_delivery_grants_target")

    op.drop_table("delivery_grants")
    with op.batch_alter_table("delivery_grant_history", schema=None) as batch_op:
        batch_op.drop_index("ix_delivery_grant_history_grant")

    op.drop_table("delivery_grant_history")
    op.drop_table("delivery_devices")
    with op.batch_alter_table("delivery_desired_history", schema=None) as batch_op:
        batch_op.drop_index("ix_delivery_desired_history_row")

    op.drop_table("delivery_desired_history")
    with op.batch_alter_table("delivery_desired", schema=None) as batch_op:
        batch_op.drop_index("ix_delivery_desired_subject")
        batch_op.drop_index("ix_delivery_desired_recheck")
        batch_op.drop_index("ix_delivery_desired_list")
        batch_op.drop_index("ix_delivery_desired_due")

    op.drop_table("delivery_desired")
    with op.batch_alter_table("delivery_attempts", schema=None) as batch_op:
        batch_op.drop_index("ix_delivery_attempts_subscription")
        batch_op.drop_index(batch_op.f("ix_delivery_attempts_at_ms"))

    op.drop_table("delivery_attempts")
    with op.batch_alter_table("deliveries", schema=None) as batch_op:
        batch_op.drop_index("ix_deliveries_due")

    op.drop_table("deliveries")
    op.drop_table("data_scopes")
    with op.batch_alter_table("console_sessions", schema=None) as batch_op:
        batch_op.drop_index("uq_console_sessions_token")
        batch_op.drop_index("ix_console_sessions_expires")
        batch_op.drop_index("ix_console_sessions_account")

    op.drop_table("console_sessions")
    with op.batch_alter_table("community_persons", schema=None) as batch_op:
        batch_op.drop_index("ix_community_persons_person")
        batch_op.drop_index("ix_community_persons_created")

    op.drop_table("community_persons")
    op.drop_table("community_certificates")
    with op.batch_alter_table("communities", schema=None) as batch_op:
        batch_op.drop_index("uq_communities_scope")
        batch_op.drop_index("ix_communities_tenant")
        batch_op.drop_index("ix_communities_review")
        batch_op.drop_index("ix_communities_poid")

    op.drop_table("communities")
    with op.batch_alter_table("changes", schema=None) as batch_op:
        batch_op.drop_index("ix_changes_tenant")
        batch_op.drop_index(batch_op.f("ix_changes_created_ms"))

    op.drop_table("changes")
    with op.batch_alter_table("accounts", schema=None) as batch_op:
        batch_op.drop_index("uq_accounts_phone")
        batch_op.drop_index("uq_accounts_login")

    op.drop_table("accounts")
    with op.batch_alter_table("account_roles", schema=None) as batch_op:
        batch_op.drop_index("ix_account_roles_tenant")

    op.drop_table("account_roles")
    with op.batch_alter_table("account_persons", schema=None) as batch_op:
        batch_op.drop_index("ix_account_persons_person")

    op.drop_table("account_persons")
    op.drop_table("access_serial_numbers")
    with op.batch_alter_table("access_remote_opens", schema=None) as batch_op:
        batch_op.drop_index("ix_access_remote_opens_door")

    op.drop_table("access_remote_opens")
    with op.batch_alter_table("access_qr_permissions", schema=None) as batch_op:
        batch_op.drop_index("ix_access_qr_permissions_door")
        batch_op.drop_index("ix_access_qr_permissions_community")

    op.drop_table("access_qr_permissions")
    with op.batch_alter_table("access_qr_codes", schema=None) as batch_op:
        batch_op.drop_index("ix_access_qr_codes_person")

    op.drop_table("access_qr_codes")
    op.drop_table("access_persons")
    with op.batch_alter_table("access_passes", schema=None) as batch_op:
        batch_op.drop_index("ix_access_passes_person")
        batch_op.drop_index("ix_access_passes_door")
        batch_op.drop_index("ix_access_passes_community")

    op.drop_table("access_passes")
    op.drop_table("access_keys")
    with op.batch_alter_table("access_doors", schema=None) as batch_op:
        batch_op.drop_index("ix_access_doors_names")
        batch_op.drop_index("ix_access_doors_community")

    op.drop_table("access_doors")
    with op.batch_alter_table("access_cards", schema=None) as batch_op:
        batch_op.drop_index("ix_access_cards_person")

    op.drop_table("access_cards")
