"""Tables of the device shadow."""

from sqlalchemy import Column, Table

from linli.kernel.db import INT, integer, metadata, text_column

device_shadows = Table(
    "device_shadows",
    metadata,
    Column("device_no", INT, primary_key=True, autoincrement=False),
    integer("version"),
    text_column("reported"),
    text_column("desired"),
    text_column("stamps"),
    integer("modified_ms"),
    integer("wish_version", server_default="0"),
    integer("told_version", server_default="0"),
    sqlite_with_rowid=False,
)
"""`reported`, `desired` and `stamps` (`{"reported": {key: s}, "desired": {key: s}}`, seconds) are JSON.

`wish_version`: the version at which an application last changed `desired`; `told_version`: the version that the device
has. Behind that, it is pushed again.
"""
