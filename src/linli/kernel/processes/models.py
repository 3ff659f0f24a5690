"""Tables of processes. Nothing in them outlives the processes themselves."""

from sqlalchemy import Column, Index, Table, Text

from linli.kernel.db.columns import blob, identity, integer, metadata, text_column

processes = Table(
    "processes",
    metadata,
    Column("name", Text, primary_key=True),
    integer("slot", unique=True),
    text_column("kind"),
    text_column("host"),
    integer("pid"),
    integer("started_ms"),
    integer("seen_ms"),
    text_column("taken_by", server_default=""),
    integer("taken_ms", server_default="0"),
    sqlite_with_rowid=False,
)
"""`kind`: serve or work. `seen_ms`: its last sign of life, by its own clock; 0 once it has left in order. `taken_by`:
the process that takes over its work; the row is deleted when that is done."""

leases = Table(
    "leases",
    metadata,
    Column("name", Text, primary_key=True),
    text_column("holder"),
    integer("until_ms"),
    sqlite_with_rowid=False,
)
"""Work that one process at a time does. `holder` is the name of a process."""

process_mail = Table(
    "process_mail",
    metadata,
    identity(),
    text_column("to_process"),
    text_column("kind"),
    blob("body"),
    integer("sent_ms"),
    Index("ix_process_mail_to", "to_process", "id"),
    sqlite_autoincrement=True,
)
"""Messages on their way to a process, which deletes them as it reads them."""
