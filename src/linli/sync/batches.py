"""How many rows go to a device at once.

A device answers for a whole batch, so one row that it cannot take would block the others. Failed rows are therefore
sent in smaller and smaller batches, at last alone. The good rows get through; the bad row keeps its reason.
"""

from collections.abc import Sequence
from math import isqrt

from linli.sync.items import Item


def batch_limit(most: int, failures: int) -> int:
    """At most `most` rows at first, its square root after one failure, single rows after that."""
    if failures == 0:
        return most
    return max(isqrt(most), 1) if failures == 1 else 1


def take_batch(items: Sequence[Item], most: int) -> list[Item]:
    """The next batch out of one device's due rows: those that failed as often as the first, fresh ones first."""
    if not items:
        return []
    failures = min(item.failures for item in items)
    alike = [item for item in items if item.failures == failures]
    return alike[: batch_limit(most, failures)]
