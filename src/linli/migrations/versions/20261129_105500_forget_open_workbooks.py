"""Forget open workbooks of devices, and drop what closed a log-in

Revision ID: 20261129_105500
Revises: 20261129_102200

Workbooks of devices lie sealed from now on; a job removes each that an earlier release kept open.

No screen and no command ever closed a log-in. Where somebody did it by hand, it loses its name, phone and password, so
that nothing opens it.
"""

import json
import time

import sqlalchemy as sa
from alembic import op

revision = "20261129_105500"
down_revision = "20261129_102200"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _forget_open_files()
    op.execute(
        "UPDATE accounts SET login = 'closed.' || CAST(id AS TEXT), phone = NULL, password_hash = '!',"
        " generation = generation + 1 WHERE disabled <> 0"
    )
    with op.batch_alter_table("accounts") as batch:
        batch.drop_column("disabled")


def downgrade() -> None:
    op.add_column("accounts", sa.Column("disabled", sa.BigInteger(), nullable=False, server_default="0"))


def _forget_open_files() -> None:
    now_ms = int(time.time() * 1000)
    kept = op.get_bind().execute(
        sa.text("SELECT import_id, tenant_id FROM edge_imports WHERE object_key <> ''")
    )
    job = sa.text(
        "INSERT INTO outbox (kind, payload, created_ms, due_ms) VALUES ('boxes.import_files', :run, :now, :now)"
    )
    for import_id, tenant_id in kept.fetchall():
        run = json.dumps({"import_id": import_id, "tenant_id": tenant_id})
        op.execute(job.bindparams(run=run, now=now_ms))
