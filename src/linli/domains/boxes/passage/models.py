"""The passage rules that boxes have; the rules themselves are in the tables of boxes. A person who sees the gateway
sees them."""

from sqlalchemy import Column, Table

from linli.kernel.db import INT, integer, metadata, text_column

edge_passage_boxes = Table(
    "edge_passage_boxes",
    metadata,
    Column("node_id", INT, primary_key=True, autoincrement=False),
    text_column("tenant_id"),
    text_column("held_version", server_default=""),
    integer("held_ms", null=True),
)
"""A box's report of its rules. `held_ms`: null since a rule of it was made, changed or removed."""
