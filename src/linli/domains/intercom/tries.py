"""How often somebody may try within some time. Of one process; who tried longest ago is forgotten first."""

from collections import OrderedDict, deque
from typing import Final

MOST_KEPT: Final = 5_000


class Tries:
    """At most `most` within `within_ms` for each name."""

    def __init__(self, most: int, within_ms: int, *, kept: int = MOST_KEPT) -> None:
        self._most = most
        self._within_ms = within_ms
        self._kept = kept
        self._asked: OrderedDict[str, deque[int]] = OrderedDict()

    def allowed(self, name: str, now_ms: int) -> bool:
        """Count a try, unless there were too many."""
        times = self._asked.setdefault(name, deque(maxlen=self._most))
        self._asked.move_to_end(name)
        while len(self._asked) > self._kept:
            self._asked.popitem(last=False)
        if len(times) == self._most and now_ms - times[0] < self._within_ms:
            return False
        times.append(now_ms)
        return True
