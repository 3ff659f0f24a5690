"""Transactions that the engine ended because they met: doing them again is all there is to do."""

_SQLSTATES = frozenset(("40P01", "40001"))
"""Deadlock detected, serialization failure."""
MOST_AGAIN = 3


def lost_race(error: BaseException) -> bool:
    """Whether PostgreSQL chose this transaction to give way to another one."""
    return getattr(error, "sqlstate", "") in _SQLSTATES
