"""The schema's history, run by Alembic on both engines. Migrations import no application code.

A migration is named by the time it was written; there is one head. `scripts/new_migration.py "Say what changes"`
writes one from the difference between the models and the newest schema, to be read and corrected by hand.
"""

from linli.migrations.runner import current, differences, downgrade, head, upgrade

__all__ = ["current", "differences", "downgrade", "head", "upgrade"]
