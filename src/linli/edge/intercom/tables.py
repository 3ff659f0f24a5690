"""The intercom's tables in the box's file."""

from typing import Final

from linli.edge.store import Step

STEPS: Final = (
    Step(
        "intercom.1",
        """
        CREATE TABLE intercom_phones (number TEXT PRIMARY KEY, binding TEXT NOT NULL) WITHOUT ROWID;
        CREATE TABLE intercom_calls (id TEXT PRIMARY KEY, ended_ms INTEGER NOT NULL, body BLOB NOT NULL) WITHOUT ROWID;
        CREATE INDEX intercom_calls_over ON intercom_calls (ended_ms);
        """,
    ),
)
