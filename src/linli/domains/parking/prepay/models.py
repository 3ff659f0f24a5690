"""Tables of the drivers' pages. Written by this folder only. Times are UTC ms."""

from sqlalchemy import Index, Table

from linli.kernel.db import integer, metadata, text_column

tries = Table(
    "parking_page_tries",
    metadata,
    text_column("key", primary_key=True),  # limit and who: a network's address, or the digest of a plate
    integer("tries"),
    integer("since_ms"),
    Index("ix_parking_page_tries_since", "since_ms"),
)
"""How often strangers asked: for all processes and after restarts."""
