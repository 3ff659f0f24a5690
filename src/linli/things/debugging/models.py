"""The table of online debugging."""

from sqlalchemy import Column, Index, Table

from linli.kernel.db import INT, integer, metadata, text_column

simulations = Table(
    "simulations",
    metadata,
    Column("device_no", INT, primary_key=True, autoincrement=False),
    text_column("tenant_id"),
    text_column("process"),
    text_column("caller"),
    text_column("settings"),
    text_column("commands", server_default="[]"),
    integer("begun_ms"),
    integer("ends_ms"),
    integer("watched_ms"),
    Index("ix_simulations_process", "process"),
    sqlite_with_rowid=False,
)
"""Devices that the built-in simulator stands in for. `process` holds the connection. `commands`: JSON list of what is to
be done next; the process takes it. `watched_ms`: when the page last said that somebody looks."""
