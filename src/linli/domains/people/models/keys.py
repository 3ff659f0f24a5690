"""Keys of rows."""

from sqlalchemy import Column

from linli.kernel.db import integer


def number(name: str = "id") -> Column[int]:
    """A key from `Ids.number()`: known before the insert, so that thousands of rows go in at once."""
    return integer(name, primary_key=True, autoincrement=False)
