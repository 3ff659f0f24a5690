"""Numbers of records: rising, under 2**53 (exact in JavaScript), and telling the day of insertion."""

from linli.kernel.db.partitions import day_of

_A_DAY = 10**11
"""Numbers a day; the day since the epoch stands above them. 2**53 is reached in the year 2216."""


def record_id(change_id: int, created_ms: int) -> int:
    """The id of the record that the change log's row `change_id` tells of."""
    return day_of(created_ms) * _A_DAY + change_id % _A_DAY


def day_of_record(record: int) -> int:
    """The day (since the epoch, UTC) a record was inserted: which partition holds it."""
    return record // _A_DAY
