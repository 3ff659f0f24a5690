"""The front of each device. Written where processes share a database; an embedded one has a single front."""

from sqlalchemy import Column, Index, Table

from linli.kernel.db import INT, integer, metadata, text_column

device_fronts = Table(
    "device_fronts",
    metadata,
    Column("device_no", INT, primary_key=True, autoincrement=False),
    text_column("front"),
    integer("state"),
    integer("claim"),
    text_column("style", server_default="sys"),
    text_column("before_front", server_default=""),
    integer("before_state", server_default="0"),
    Index("ix_device_fronts_front", "front"),
    sqlite_with_rowid=False,
)
"""One row a device that ever connected.

`front` is the process that holds it or held it last; unfinished messages of the device are that one's. `state`: 0 away,
1 away with a session that waits at the front, 2 connected. `claim` rises with each connection: the front with the
highest claim has the device. `style`: of its synchronous calls. `before_*`: as it was before the last claim.
"""
