"""Keep what boxes say of their components, and wish the rest

Revision ID: 20261129_145500
Revises: 20261129_144900

State and version of a component stand with each box, as it tells them. Every box ran all its parts, whatever was
installed: where one is in use they are wished from now on, so that none of them stops with the upgrade. Components for
vehicles were never another program than the plain ones.
"""

import time

import sqlalchemy as sa
from alembic import op

revision = "20261129_145500"
down_revision = "20261129_144900"
branch_labels = None
depends_on = None

_INT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_RAN = ("edge_cluster", "device_access", "collaboration", "face_recognition")


def upgrade() -> None:
    op.add_column("edge_nodes", sa.Column("components", sa.Text(), server_default="", nullable=False))
    op.add_column("edge_nodes", sa.Column("door_address", sa.Text(), server_default="", nullable=False))
    op.add_column("edge_components", sa.Column("stopped", _INT, server_default="0", nullable=False))
    op.execute(
        "UPDATE edge_components SET state = 'installed', reason = ''"
        " WHERE state IN ('deploying', 'running', 'failed')"
    )
    for plain in ("collaboration", "passage"):
        op.execute(
            f"DELETE FROM edge_components WHERE code = '{plain}_vehicle' AND EXISTS (SELECT 1 FROM edge_components"
            f" AS other WHERE other.cluster_id = edge_components.cluster_id AND other.code = '{plain}')"
        )
        op.execute(f"UPDATE edge_components SET code = '{plain}' WHERE code = '{plain}_vehicle'")
    with op.batch_alter_table("edge_components") as batch:
        for name in ("version", "wanted_version", "generation"):
            batch.drop_column(name)
    # Nothing read the card that was entered: what is wrong with it must not stop a door now.
    op.execute("UPDATE edge_components SET params = '{}' WHERE code = 'face_recognition'")
    for code in _RAN:
        _wish(code)


def _wish(code: str) -> None:
    """For every cluster with a gateway. What waits for a decision goes on as it ran; what was refused ends."""
    op.execute(
        f"UPDATE edge_components SET state = 'installed' WHERE code = '{code}' AND state <> 'refused' AND EXISTS"
        " (SELECT 1 FROM edge_gateways WHERE edge_gateways.cluster_id = edge_components.cluster_id)"
    )
    now_ms = int(time.time() * 1000)
    op.execute(
        "INSERT INTO edge_components"
        " (cluster_id, code, tenant_id, project_id, community_id, state, asked_ms, changed_ms)"
        f" SELECT cluster_id, '{code}', tenant_id, project_id, community_id, 'installed', {now_ms}, {now_ms}"
        " FROM edge_clusters WHERE EXISTS"
        " (SELECT 1 FROM edge_gateways WHERE edge_gateways.cluster_id = edge_clusters.cluster_id)"
        " AND NOT EXISTS (SELECT 1 FROM edge_components WHERE edge_components.cluster_id ="
        f" edge_clusters.cluster_id AND edge_components.code = '{code}')"
    )


def downgrade() -> None:
    for name in ("version", "wanted_version"):
        op.add_column("edge_components", sa.Column(name, sa.Text(), server_default="", nullable=False))
    op.add_column("edge_components", sa.Column("generation", _INT, server_default="0", nullable=False))
    op.execute("UPDATE edge_components SET state = 'deploying' WHERE state = 'installed'")
    with op.batch_alter_table("edge_components") as batch:
        batch.drop_column("stopped")
    with op.batch_alter_table("edge_nodes") as batch:
        batch.drop_column("components")
        batch.drop_column("door_address")
