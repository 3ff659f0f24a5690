"""The few column types there are: integer, real, text, blob. Values pass between driver and code untouched.

JSON is text, booleans are 0 and 1, times are integers (UTC milliseconds).
"""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Float,
    Identity,
    Integer,
    LargeBinary,
    MetaData,
    Text,
    cast,
    func,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)
"""All tables of all rooms; each room defines its own in its `models.py`."""

INT = BigInteger().with_variant(Integer(), "sqlite")


def identity(name: str = "id", *, start: int = 1) -> Column[int]:
    """A primary key made by the database: rising, never used again (give the table `sqlite_autoincrement=True`)."""
    return Column(name, INT, Identity(start=start), primary_key=True)


def integer(name: str, *, null: bool = False, **options: Any) -> Column[int]:
    return Column(name, INT, nullable=null, **options)


def flag(name: str, *, default: int = 0) -> Column[int]:
    """A boolean as 0 or 1."""
    return Column(name, INT, nullable=False, server_default=str(default))


def real(name: str, *, null: bool = False, **options: Any) -> Column[float]:
    return Column(name, Float(53), nullable=null, **options)


def text_column(name: str, *, null: bool = False, **options: Any) -> Column[str]:
    return Column(name, Text, nullable=null, **options)


def blob(name: str, *, null: bool = False, **options: Any) -> Column[bytes]:
    return Column(name, LargeBinary, nullable=null, **options)


def total(column: ColumnElement[int]) -> ColumnElement[int]:
    """The sum of integers as an integer; NULL without rows. SUM alone is a Decimal on PostgreSQL."""
    return cast(func.sum(column), INT)
