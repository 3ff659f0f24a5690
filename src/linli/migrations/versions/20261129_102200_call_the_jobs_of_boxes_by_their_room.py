"""Call the jobs of boxes by their room

Revision ID: 20261129_102200
Revises: 20261129_034649

The room `appliances` is `boxes` now; jobs that wait while the platform is upgraded are found by the new name.
"""

import sqlalchemy as sa
from alembic import op

revision = "20261129_102200"
down_revision = "20261129_034649"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _rename("appliances.", "boxes.")


def downgrade() -> None:
    _rename("boxes.", "appliances.")


def _rename(old: str, new: str) -> None:
    _replace("kind", old, new, rows=f"{old}%")
    _replace("payload", f'"handler":"{old}', f'"handler":"{new}', rows=f'%"handler":"{old}%')


def _replace(column: str, old: str, new: str, *, rows: str) -> None:
    text = sa.text(f"UPDATE outbox SET {column} = replace({column}, :old, :new) WHERE {column} LIKE :rows")
    op.execute(text.bindparams(old=old, new=new, rows=rows))
