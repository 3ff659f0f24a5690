"""Give marks of linkages a key

Revision ID: 20261130_162217
Revises: 20261130_160343

The key comes from the master key file, which a migration does not read: a job gives it.
"""

import time

import sqlalchemy as sa
from alembic import op

revision = "20261130_162217"
down_revision = "20261130_160343"
branch_labels = None
depends_on = None


def upgrade() -> None:
    there = sa.text("SELECT 1 FROM edge_passage_targets WHERE kind <> 'PERSON' LIMIT 1")
    if op.get_bind().execute(there).first() is None:
        return
    job = sa.text(
        "INSERT INTO outbox (kind, payload, created_ms, due_ms) VALUES ('boxes.remark_linkages', '{}', :now, :now)"
    )
    op.execute(job.bindparams(now=int(time.time() * 1000)))


def downgrade() -> None:
    """Marks with a key stay: what they stand for is in no database."""
